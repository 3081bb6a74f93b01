"""A scaffolded room is one the engine can read, and the contract suite asks for the rest."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.core.record import rows
from connector.core.spec import SyncObject
from tools.new_object import main, scaffold


def test_a_scaffolded_room_declares_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = scaffold("change_events", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "layers/common/connector/objects/change_events.py",
        "functions/change_events/app.py",
        "events/change_events.json",
        "tests/golden/change_events/refused.json",
    ]
    spec = importlib.util.spec_from_file_location("change_events", written[0])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "change_events", module)  # type hints are looked up there
    spec.loader.exec_module(module)
    room: SyncObject[Any] = module.SYNC
    assert room.name == "change_events"
    assert [row.name for row in rows(room.record)] == ["number", "name", "procore_id"]
    examples = json.loads(written[3].read_text("utf-8"))
    assert room.export is not None
    assert {rule.__name__ for rule in room.export.rules} == {example["rule"] for example in examples}
    assert json.loads(written[2].read_text("utf-8"))["item"].startswith("change_events:")


@pytest.mark.parametrize("name", ["ChangeEvents", "change_event", "../events", ""])
def test_a_name_that_is_no_object_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plural noun"):
        scaffold(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_room_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commitments"]) == 1
    assert "exists" in capsys.readouterr().out
