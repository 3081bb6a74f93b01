from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.core.compare import Difference, compare, shown
from connector.core.errors import CATALOGUE, Code
from connector.core.record import Record, Ref
from tests.unit.core.shapes import Part, Widget, part, widget


def held(**changes: Any) -> Widget:
    """What Intacct would hold of :func:`widget`: references by its own ids."""
    return widget(maker=Ref(procore="", intacct="V-1"), term=None, note=None).model_copy(update=changes)


def fields(sent: Widget, back: Widget) -> list[str]:
    return [difference.field for difference in compare(sent, back)]


def test_what_was_sent_and_is_held_is_equal() -> None:
    assert compare(widget(), held()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "W-2"),
        ("maker", Ref(procore="8821", intacct="V-2")),
        ("maker", None),
        ("day", date(2026, 6, 2)),
        ("day", None),
        ("status", "inactive"),
        ("print_as", None),
        ("city", "marlow"),
    ],
)
def test_a_difference_in_the_header_is_named(name: str, value: object) -> None:
    assert fields(widget(), held(**{name: value})) == [name]


def test_a_difference_says_what_was_sent_and_what_is_held() -> None:
    (difference,) = compare(widget(), held(day=None))
    assert difference == Difference("day", "Day", "2026-06-01", "")
    assert difference.violation().message == "Day: 2026-06-01 was sent, Intacct holds nothing."
    assert CATALOGUE[difference.violation().code] is CATALOGUE[Code.READ_BACK_DIFFERS]


@pytest.mark.parametrize("changes", [{"term": "Net 45"}, {"note": "x"}, {"key": "99"}])
def test_what_is_only_told_or_only_held_is_not_compared(changes: dict[str, Any]) -> None:
    assert compare(widget(key=None), held(**changes)) == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_intacct_filled_in_by_itself_is_no_difference(nothing: str | None) -> None:
    assert compare(widget(city=nothing), held()) == []


def test_amounts_are_compared_by_value() -> None:
    sent, back = widget(parts=(part(1, share=Decimal("10.0")),)), held(parts=(part(1, share=Decimal(10)),))
    assert compare(sent, back) == []


def test_lines_are_paired_by_identity_whatever_their_order() -> None:
    assert compare(widget(), held(parts=(part(2), part(1)))) == []


def test_a_difference_in_a_line_is_named_by_the_line_that_was_sent() -> None:
    back = held(parts=(part(2, amount=Decimal("200.11")), part(1)))
    (difference,) = compare(widget(), back)
    assert (difference.field, difference.ours, difference.theirs) == ("parts[2].amount", "200.10", "200.11")


def test_a_missing_line_is_named() -> None:
    (difference,) = compare(widget(), held(parts=(part(2),)))
    assert (difference.field, difference.ours, difference.theirs) == ("parts[1]", "this line", "")


@pytest.mark.parametrize("extra", [part(3), part(1), part(1, procore_id="")])
def test_a_line_more_is_named_even_if_it_is_a_second_one_of_the_same(extra: Part) -> None:
    (difference,) = compare(widget(), held(parts=(part(1), part(2), extra)))
    assert (difference.field, difference.ours) == ("parts", "")
    assert difference.theirs.startswith("a line more")


def test_an_empty_document_is_never_equal_to_one_with_lines() -> None:
    assert fields(widget(), held(parts=())) == ["parts[1]", "parts[2]"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Ref(procore="8821", intacct="V-1", label="Acme"), "V-1"),
        (Ref(procore="8821", label="Acme"), "Acme"),
        (Ref(procore="8821"), "8821"),
        (Decimal("1E+3"), "1000"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 6, 1), "2026-06-01"),
    ],
)
def test_values_as_people_read_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_what_was_not_read_is_not_compared_and_everything_else_is() -> None:
    unread: dict[type[Record], frozenset[str]] = {Widget: frozenset({"CONTACT.MAIL.CITY"}), Part: frozenset({"SHARE"})}
    sent = widget(parts=(part(1, share=Decimal(10)),))
    back = held(city=None, day=None, parts=(part(1, amount=Decimal("99.00")),))
    assert [difference.field for difference in compare(sent, back, unread)] == ["day", "parts[1].amount"]
    assert [difference.field for difference in compare(sent, back)] == ["day", "city", "parts[1].amount", "parts[1].share"]
