"""A build is made once and is not touched while somebody reads it."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from sandbox.aws import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been run."""
    run: list[str] = []
    monkeypatch.setattr(build, "run", lambda arguments, **_: run.append(" ".join(arguments)))
    return run


def test_it_is_plain_sam_build(commands: list[str], tmp_path: Path) -> None:
    with build.built(tmp_path) as folder:
        assert folder == tmp_path / ".aws-sam" / "build"
    assert commands == ["sam build --cached --parallel"]


@pytest.mark.usefixtures("commands")
def test_readers_share_a_build_and_keep_builders_out(tmp_path: Path) -> None:
    with build.built(tmp_path), (tmp_path / ".aws-sam" / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_nobody_reads_while_it_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(*_: object, **__: object) -> None:
        with (tmp_path / ".aws-sam" / "lock").open("w") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        tried.append(True)

    tried: list[bool] = []
    monkeypatch.setattr(build, "run", run)
    with build.built(tmp_path):
        assert tried == [True]
