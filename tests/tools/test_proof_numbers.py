"""The figures of the proof are the sums of what its processes wrote, put where the page has a place for them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.proof_numbers import BEGIN, END, PAGE, added_up, section, with_numbers


def test_processes_of_one_suite_are_added_up(tmp_path: Path) -> None:
    for process, number in ((1, 3), (2, 4)):
        told = {"suite": "proof", "numbers": {"documents checked": number}}
        (tmp_path / f"proof-{process}.json").write_text(json.dumps(told), "utf-8")
    assert added_up(tmp_path) == {"proof": Counter({"documents checked": 7})}


def test_the_section_names_commit_day_and_figures() -> None:
    text = "\n".join(section({"proof": Counter({"documents checked": 1234})}, "abc", datetime(2026, 11, 27, tzinfo=UTC)))
    assert "November 27, 2026, at commit `abc`" in text
    assert "| proof | documents checked | 1,234 |" in text


def test_the_page_has_a_place_for_them_and_keeps_the_rest() -> None:
    page = PAGE.read_text("utf-8")
    written = with_numbers(page, "| figures |")
    assert f"{BEGIN}\n| figures |\n{END}" in written
    assert with_numbers(written, "x") == with_numbers(page, "x")
    assert written.partition(BEGIN)[0] == page.partition(BEGIN)[0]
    with pytest.raises(ValueError, match="no <!-- numbers"):
        with_numbers("a page without a place", "x")
