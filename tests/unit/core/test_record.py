from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from connector.core.codecs import MONEY
from connector.core.errors import Code
from connector.core.money import Money
from connector.core.record import Record, intacct, procore, rows
from tests.unit.core.shapes import Part, Widget, widget


def test_rows_come_in_the_order_of_the_fields() -> None:
    assert [row.name for row in rows(Widget)] == list(Widget.model_fields)


def test_a_row_says_everything_that_was_declared() -> None:
    by_name = {row.name: row for row in rows(Widget)}
    number, maker, day, term, parts = (by_name[name] for name in ("number", "maker", "day", "term", "parts"))
    assert number.label == "Number"
    assert number.limit == 8
    assert number.choice is not None
    assert not number.optional
    assert maker.ref is not None
    assert (maker.ref.object, maker.ref.missing, maker.optional) == ("makers", Code.VENDOR_NOT_LINKED, True)
    assert day.needed is Code.DATE_MISSING
    assert term.origin is not None
    assert (term.origin.kind, term.procore) == ("setting", None)
    assert parts.lines is Part
    assert next(row for row in rows(Part) if row.identity).name == "procore_id"


def test_a_copy_is_pydantics_copy() -> None:
    whole = Widget.model_validate({"number": "W-1", "parts": []})
    ours, theirs = whole.model_copy(update={"note": "x", "term": None}), BaseModel.model_copy(whole, update={"note": "x", "term": None})
    assert ours == theirs
    assert (ours.note, whole.note, hash(ours), ours.model_dump_json()) == ("x", None, hash(theirs), theirs.model_dump_json())
    assert ours.model_copy(update={"number": "W-2"}).number == "W-2"
    with pytest.raises(ValidationError):
        ours.number = "W-3"  # type: ignore[misc]  # that is the point


def test_a_column_may_read_and_write_under_two_names_or_one_way_only() -> None:
    assert (intacct("price").read, intacct("price").write) == ("price", "price")
    assert (intacct("price", MONEY, read="TOTAL").read, intacct("price", MONEY, read="TOTAL").write) == ("TOTAL", "price")
    assert (intacct("price", read=None).read, intacct(None, read="TOTAL").write) == (None, None)
    assert (procore("code", write="csv").read, procore("code", write="csv").write) == ("code", "csv")
    assert (procore("code", write=None).read, procore("code", write=None).write) == ("code", None)


def test_an_unlabelled_row_is_called_by_its_name() -> None:
    class Bare(Record):
        due_date: Annotated[Money, procore("due", MONEY)]

    (row,) = rows(Bare)
    assert (row.label, row.name) == ("due date", "due_date")


def test_a_record_is_frozen_and_takes_only_its_own_fields() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        widget().number = "W-2"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="colour"):
        Widget.model_validate({"number": "W-1", "colour": "red"})


def test_a_record_may_break_a_limit_so_that_every_violation_can_be_shown() -> None:
    assert widget(number="longer than eight").number == "longer than eight"
