"""The build that is deployed: ``sam build``, then the byte code that AWS would keep between cold starts."""

from __future__ import annotations

import fcntl
import sys
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
        _build(root, folder / "build")
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield folder / "build"


def _build(root: Path, output: Path) -> None:
    run(["sam", "build", "--cached", "--parallel"], folder=root, environment={"SAM_CLI_TELEMETRY": "0"})
    # sam strips byte code. Lambda imports from a zip whose time stamps are not the sources', so nothing may be checked.
    compile_all = [sys.executable, "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash"]
    run([*compile_all, str(output)], folder=root)
