"""The build that is deployed: plain ``sam build``, one at a time."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandbox.aws.commands import run
from sandbox.aws.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def built(root: Path = ROOT) -> Iterator[Path]:
    """Build what changed and yield the folder that holds ``template.yaml``; nobody builds it anew inside the block."""
    folder = root / ".aws-sam"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build(root)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield folder / "build"


def _build(root: Path) -> None:
    run(["sam", "build", "--cached", "--parallel"], folder=root, environment={"SAM_CLI_TELEMETRY": "0"})
