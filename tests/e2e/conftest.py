"""One deployed stack for all of these tests: both simulators, the local AWS with IAM enforced, the real template, the story played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from sandbox.aws.deploy import deploy
from sandbox.story.chapters import Story
from sandbox.story.stage import Stage, stage


@dataclass
class Told:
    """The story after its end. ``items`` are the sent items' ids, ready for an address, by number."""

    stage: Stage
    story: Story
    said: list[str] = field(default_factory=list)

    @property
    def items(self) -> dict[str, str]:
        synced = self.story.people["dana"].ask("GET", "/items", state="synced", expect=200).body["items"]
        return {item["number"]: quote(item["id"], safe="") for item in synced}


@pytest.fixture(scope="session")
def staged() -> Iterator[Stage]:
    with stage("e2e", lambda _line: None, deploy_with=deploy, spike_limit=500) as here:
        yield here


@pytest.fixture(scope="session")
def told(staged: Stage) -> Told:
    said: list[str] = []
    story = Story(staged, said.append)
    story.play()
    return Told(staged, story, said)
