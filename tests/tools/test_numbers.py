"""What suites count is added up, and written only where somebody asked for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import numbers


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_counted", type(numbers._counted)(numbers._counted.default_factory))  # noqa: SLF001 -- the suites' own sums stay


def test_a_suite_has_one_file_with_its_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOF_NUMBERS", str(tmp_path / "proof"))
    numbers.record("security", **{"inputs fuzzed": 100, "links forged": 1})
    numbers.record("kills", faults=7)
    numbers.record("security", **{"inputs fuzzed": 23})
    written = [json.loads(file.read_text("utf-8")) for file in sorted((tmp_path / "proof").iterdir())]
    assert written == [
        {"suite": "kills", "numbers": {"faults": 7}},
        {"suite": "security", "numbers": {"inputs fuzzed": 123, "links forged": 1}},
    ]


def test_nobody_asked_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROOF_NUMBERS", raising=False)
    monkeypatch.chdir(tmp_path)
    numbers.record("security", **{"inputs fuzzed": 100})
    assert list(tmp_path.iterdir()) == []
