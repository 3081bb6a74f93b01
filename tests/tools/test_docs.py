"""The generated pages say what the code says."""

from __future__ import annotations

from connector.core.errors import Code
from connector.rooms import Rooms
from tools.docs import DOCS, errors_page, objects_page


def test_the_pages_are_fresh() -> None:
    assert (DOCS / "objects.md").read_text("utf-8") == objects_page(), "run make docs"
    assert (DOCS / "errors.md").read_text("utf-8") == errors_page(), "run make docs"


def test_every_code_and_every_object_is_there() -> None:
    errors, objects = errors_page(), objects_page()
    assert [code for code in Code if f"| `{code.value}` |" not in errors] == []
    assert [name for name in Rooms() if f"\n## {name}\n" not in objects] == []


def test_a_row_shows_both_wires_and_its_rule() -> None:
    assert (
        "| Number | `number` | `documentno` | `DOCNO` | needed (VALUE_MISSING); at most 45 characters; the approver may choose |"
        in objects_page()
    )
