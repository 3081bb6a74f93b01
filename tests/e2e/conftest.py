"""One deployed stack for all of these tests: both simulators, the local AWS with IAM enforced, the real template."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.aws.deploy import deploy
from sandbox.story.stage import Stage, stage


@pytest.fixture(scope="session")
def staged() -> Iterator[Stage]:
    with stage("e2e", lambda _line: None, deploy_with=deploy) as here:
        yield here
