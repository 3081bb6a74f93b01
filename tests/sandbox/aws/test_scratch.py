"""The server's scratch folder goes with it, and with the next one if it could not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import scratch

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_is_gone_at_the_end() -> None:
    with scratch.roomy_folder() as folder:
        (folder / "layer").mkdir()
        assert folder.is_dir()
    assert not folder.exists()


def test_memory_is_taken_where_there_is_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_WANTED", 0)
    with scratch.roomy_folder() as folder:
        assert folder.parent == tmp_path
    monkeypatch.setattr(scratch, "_WANTED", 2**60)
    with scratch.roomy_folder() as folder:
        assert folder.parent != tmp_path


def test_what_a_killed_process_left_goes_and_a_living_ones_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_WANTED", 0)
    dead, living = tmp_path / "connector-local-aws-999999999-x", tmp_path / "connector-local-aws-1-x"
    dead.mkdir()
    living.mkdir()
    with scratch.roomy_folder():
        assert not dead.exists()
        assert living.exists()
