"""What differs on two sides against what was exported, and what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest

from connector.core.codecs import ID, MONEY, tagged
from connector.core.compare import Difference, compare, edited
from connector.core.drift import MISSING, DriftRow, Finding, Standing, label_at, labels, rows_of
from connector.core.item import Item, State
from connector.core.offers import Choice, Offer, offers
from connector.core.record import IDENTITY, Record, following, intacct, made_here, procore, rule, setting


# fmt: off
class Line(Record):
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("MEMO", tagged("procore:")), IDENTITY]
    amount: Annotated[Decimal, "Amount", procore("amount", MONEY), intacct("AMOUNT", MONEY)]
    stood: Annotated[str, "Stands on", intacct("SOURCE"), following("widgets", words="the line")] = ""


class Sheet(Record):
    title: Annotated[str, "Title", procore("title"), intacct("NAME")] = ""
    place: Annotated[str, "Location", intacct("LOCATION"), setting("location")] = ""
    kind: Annotated[str, "Kind", intacct("KIND"), rule("by its title")] = ""
    key: Annotated[str, "Key", intacct(None, read="RECORDNO"), made_here()] = ""
    status: Annotated[str, "Status", procore("status")] = ""
    lines: Annotated[tuple[Line, ...], "Line", procore("lines"), intacct("ENTRY")] = ()
# fmt: on


def line(number: str, amount: str, stood: str = "") -> Line:
    return Line(procore_id=number, amount=Decimal(amount), stood=stood)


SENT = Sheet(title="Steel", place="100", kind="a", lines=(line("1", "10.00"), line("2", "20.00")))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ITEM = Item(id="sheets:1", company="1", object="sheets", state=State.SYNCED, since=NOW, number="S-1", intacct_id="DOC-1")


def told(ours: Sheet, theirs: Sheet) -> dict[str, tuple[str | None, str | None, str]]:
    found = rows_of(Sheet, edited(SENT, ours), compare(SENT, theirs))
    return {row.field: (row.procore, row.intacct, row.export) for row in found}


class TestRows:
    def test_what_is_equal_on_both_sides_has_no_row(self) -> None:
        assert told(SENT, SENT) == {}

    def test_each_side_stands_beside_what_was_exported(self) -> None:
        found = told(SENT.model_copy(update={"title": "Iron"}), SENT.model_copy(update={"title": "Wood", "place": "200"}))
        assert found == {"title": ("Iron", "Wood", "Steel"), "place": (None, "200", "100")}

    def test_lines_are_paired_whatever_their_order(self) -> None:
        turned = SENT.model_copy(update={"lines": (line("2", "20.00"), line("1", "11.00"))})
        assert told(turned, SENT) == {"lines[1].amount": ("11.00", "10.00", "10.00")}

    def test_a_line_more_and_a_line_less_say_where(self) -> None:
        more = SENT.model_copy(update={"lines": (*SENT.lines, line("3", "5.00"))})
        less = SENT.model_copy(update={"lines": SENT.lines[:1]})
        assert told(more, SENT) == {"lines": ("a line more (3)", MISSING, MISSING)}
        assert told(SENT, less) == {"lines[2]": ("this line", MISSING, "this line")}

    def test_two_lines_more_are_two_rows(self) -> None:
        more = SENT.model_copy(update={"lines": (*SENT.lines, line("3", "5.00"), line("4", "5.00"))})
        assert [row.procore for row in rows_of(Sheet, edited(SENT, more), [])] == ["a line more (3)", "a line more (4)"]

    def test_what_intacct_is_not_told_of_or_gave_itself_is_no_edit(self) -> None:
        now = SENT.model_copy(update={"status": "Draft", "key": "7", "lines": (line("1", "10.00", "x"), line("2", "20.00"))})
        assert told(now, SENT) == {}

    def test_a_value_that_was_emptied_or_filled_in_is_an_edit(self) -> None:
        assert told(SENT.model_copy(update={"title": ""}), SENT) == {"title": ("", "Steel", "Steel")}
        assert [each.theirs for each in edited(SENT.model_copy(update={"title": ""}), SENT)] == ["Steel"]

    def test_amounts_are_money_and_texts_are_not(self) -> None:
        now = SENT.model_copy(update={"title": "Iron", "lines": (line("1", "11.00"), line("2", "20.00"))})
        assert {row.label: row.money for row in rows_of(Sheet, edited(SENT, now), [])} == {"Title": False, "Line 1: Amount": True}

    @pytest.mark.parametrize(
        ("path", "label"), [("title", "Title"), ("lines[3].amount", "Line 3: Title"), ("lines[3]", "Line 3"), ("lines", "Title")]
    )
    def test_a_line_is_named_by_its_number(self, path: str, label: str) -> None:
        assert label_at(path, "Title") == label

    def test_what_an_item_keeps_of_a_finding_is_named_as_on_its_page(self) -> None:
        fields = ("title", "lines[3].amount", "lines[3]", "lines", "Standing", "total_amount", "lines[2].cost_code")
        named = ("Title", "Line 3: Amount", "Line 3", "Line", "Standing", "Total amount", "Line 2: Cost code")
        assert labels(Sheet, fields) == named


def row(field: str = "title", procore: str | None = "Iron", intacct: str | None = "Steel", **more: Any) -> DriftRow:
    return DriftRow(**{"field": field, "label": field, "procore": procore, "intacct": intacct, "export": "Steel", "money": False} | more)


def finding(*rows: DriftRow, procore: Standing = Standing.SAME, intacct: Standing = Standing.SAME) -> Finding:
    return Finding(procore=procore, intacct=intacct, rows=rows)


class TestAccepted:
    def test_the_same_again_is_nothing(self) -> None:
        was = finding(row(), procore=Standing.EDITED)
        assert was.without(was).nothing

    def test_another_value_of_the_same_field_is_something(self) -> None:
        now = finding(row(procore="Copper"), procore=Standing.EDITED)
        left = now.without(finding(row(), procore=Standing.EDITED))
        assert (left.nothing, left.procore, left.rows) == (False, Standing.EDITED, now.rows)

    def test_what_is_void_now_is_something_though_it_was_edited_before(self) -> None:
        left = finding(row(), procore=Standing.VOID).without(finding(row(), procore=Standing.EDITED))
        assert left.procore is Standing.VOID

    def test_what_is_accepted_later_stands_beside_what_was_before(self) -> None:
        whole = finding(row("place"), intacct=Standing.EDITED).beside(finding(row(), procore=Standing.EDITED))
        assert (whole.procore, whole.intacct, [each.field for each in whole.rows]) == (Standing.EDITED, Standing.EDITED, ["place", "title"])

    def test_a_mark_is_of_all_that_was_found(self) -> None:
        marks = {finding(row(**change)).mark for change in ({}, {"procore": "x"}, {"intacct": "x"}, {"export": "x"}, {"field": "x"})}
        assert len(marks) == 5
        assert finding(row()).mark == finding(row()).mark


def offered(found: Finding, correction: str = "change order") -> dict[Choice, Offer]:
    return {each.choice: each for each in offers(found, ITEM, "sheet", correction)}


MONEY_ROW: dict[str, Any] = {"field": "lines[1].amount", "label": "Line 1: Amount", "export": "10.00", "money": True}


class TestOffers:
    @pytest.mark.parametrize(
        ("procore", "intacct", "push"),
        [
            (Standing.EDITED, Standing.SAME, False),
            (Standing.SAME, Standing.EDITED, False),
            (Standing.SAME, Standing.GONE, True),
            (Standing.EDITED, Standing.VOID, True),
            (Standing.VOID, Standing.GONE, False),
            (Standing.GONE, Standing.GONE, False),
            (Standing.GONE, Standing.SAME, False),
        ],
    )
    def test_only_what_does_not_stand_in_intacct_is_sent_again(self, procore: Standing, intacct: Standing, *, push: bool) -> None:
        found = offered(finding(row(), procore=procore, intacct=intacct))
        assert (found[Choice.PUSH].possible, found[Choice.ACCEPT].possible) == (push, True)

    def test_what_stands_is_put_right_by_hand_field_by_field(self) -> None:
        steps = offered(finding(row(procore="Iron", intacct="Steel"), procore=Standing.EDITED))[Choice.PUSH].steps
        assert steps[0] == "In Intacct, change title from Steel to Iron."
        assert "delete or void DOC-1" in steps[-1]

    def test_money_is_told_as_the_change_order_a_person_makes(self) -> None:
        edited_here = row(procore="12.50", intacct="10.00", **MONEY_ROW)
        steps = offered(finding(edited_here, procore=Standing.EDITED))[Choice.COMPENSATE].steps
        assert steps == (
            "In Procore, set Line 1: Amount of sheet S-1 back to 10.00.",
            "There, make a change order for +2.50, have it approved and send it.",
        )
        edited_there = row(procore="10.00", intacct="8.00", **MONEY_ROW)
        steps = offered(finding(edited_there, intacct=Standing.EDITED))[Choice.COMPENSATE].steps
        assert steps == (
            "In Intacct, set Line 1: Amount of DOC-1 back to 10.00.",
            "If 8.00 was right, make a change order for -2.00 in Procore, have it approved and send it.",
        )

    def test_what_both_say_is_accepted(self) -> None:
        both = row(procore="8.00", intacct="8.00", **MONEY_ROW)
        (step,) = offered(finding(both, procore=Standing.EDITED, intacct=Standing.EDITED))[Choice.COMPENSATE].steps
        assert step == "Line 1: Amount: both say 8.00. Accept that."

    def test_without_money_or_a_record_that_corrects_nothing_is_compensated(self) -> None:
        assert not offered(finding(row(), procore=Standing.EDITED))[Choice.COMPENSATE].possible
        found = offered(finding(row(procore="12.50", intacct="10.00", **MONEY_ROW), procore=Standing.EDITED), correction="")
        assert not found[Choice.COMPENSATE].possible
        assert found[Choice.COMPENSATE].steps[0].startswith("Void DOC-1 in Intacct")

    def test_a_line_as_a_whole_has_an_amount_that_is_looked_up(self) -> None:
        less = row("lines[2]", procore=MISSING, intacct="this line", export="this line", label="Line 2")
        first, then = offered(finding(less, procore=Standing.EDITED))[Choice.COMPENSATE].steps
        assert first == "In Procore, put Line 2 of sheet S-1 back."
        assert "for the amount of the line" in then
        more = row("lines", procore=MISSING, intacct="a line more (9)", export=MISSING, label="Line")
        first, then = offered(finding(more, intacct=Standing.EDITED))[Choice.COMPENSATE].steps
        assert first == "In Intacct, take a line more (9) off DOC-1."
        assert then.startswith("If it was right, make a change order for the amount of the line")


def test_a_difference_says_what_a_line_is_called_that_only_they_have() -> None:
    more = SENT.model_copy(update={"lines": (*SENT.lines, line("3", "5.00"))})
    assert compare(SENT, more) == [Difference("lines", "Line", "", "a line more (3)", more="3")]
