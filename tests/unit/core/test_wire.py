from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.core.at_once import at
from connector.core.errors import Code
from connector.core.record import Ref
from connector.core.wire import held_fields, read_intacct, read_procore, walk, write_intacct, write_procore
from tests.unit.core.shapes import Part, Widget, part, widget

TOLD: dict[str, Any] = {
    "number": " W-1 ",
    "maker": {"id": 8821, "name": "Acme"},
    "day": "2026-06-01",
    "status": "Live",
    "address": {"city": "Marlow", "zip": "83899"},
    "line_items": [
        {"id": 7001, "amount": "100.10", "code": {"id": 1, "name": "Concrete"}, "share": "10.0"},
        {"id": 7002, "amount": "200.1", "code": None},
    ],
    "something": "we do not read",
}


def told(**changes: Any) -> dict[str, Any]:
    return TOLD | changes


def found(record: object, problems: list[Any]) -> list[tuple[str, str]]:
    assert record is None
    return [(problem.code.value, problem.field) for problem in problems]


def test_a_path_leads_inwards() -> None:
    assert at(TOLD, "maker.id") == 8821
    assert at(TOLD, "maker.name.first") is None
    assert at(TOLD, "nobody.id") is None


def test_a_key_that_holds_the_dots_itself_wins() -> None:
    assert at({"VENDOR.NAME": "Acme", "VENDOR": {"NAME": "other"}}, "VENDOR.NAME") == "Acme"


def test_procores_json_becomes_a_record_with_its_lines() -> None:
    record, problems = read_procore(Widget, TOLD)
    assert problems == []
    assert record is not None
    assert (record.number, record.status, record.city, record.print_as) == ("W-1", "active", "Marlow", None)
    assert record.maker == Ref(procore="8821", label="Acme")
    assert record.day == date(2026, 6, 1)
    assert record.parts == (
        Part(procore_id="7001", amount=Decimal("100.10"), code=Ref(procore="1", label="Concrete"), share=Decimal(10)),
        Part(procore_id="7002", amount=Decimal("200.10")),
    )


def test_intacct_rows_become_a_record_with_references_by_its_ids() -> None:
    row = {
        "RECORDNO": "41",
        "DOCNO": "W-1",
        "MAKERID": "V-1",
        "WHENCREATED": "06/01/2026",
        "STATUS": "active",
        "CONTACT.MAIL.CITY": "Marlow",
        "PARTS": [{"MEMO": "procore:7001", "TOTAL": "100.1", "TASKID": "01-100", "SHARE": ""}],
    }
    record, problems = read_intacct(Widget, row)
    assert problems == []
    assert record is not None
    assert (record.key, record.number, record.city) == ("41", "W-1", "Marlow")
    assert record.maker == Ref(procore="", intacct="V-1")
    assert record.parts == (Part(procore_id="7001", amount=Decimal("100.10"), code=Ref(procore="", intacct="01-100")),)


@pytest.mark.parametrize("nothing", [None, "", []])
def test_no_lines_is_an_empty_tuple(nothing: object) -> None:
    record, problems = read_procore(Widget, told(line_items=nothing))
    assert problems == []
    assert record is not None
    assert record.parts == ()


def test_what_is_missing_is_named_by_its_path() -> None:
    lines = [TOLD["line_items"][0], {"id": 7002}]
    assert found(*read_procore(Widget, {"line_items": lines})) == [("VALUE_MISSING", "parts[2].amount"), ("VALUE_MISSING", "number")]


def test_everything_unreadable_is_named_at_once() -> None:
    lines = [{"id": 7001, "amount": "1.005"}, {"id": [1], "amount": "2.00"}]
    wrong = told(day="June 1st", status="Lively", line_items=lines)
    assert found(*read_procore(Widget, wrong)) == [
        ("VALUE_UNREADABLE", "day"),
        ("VALUE_UNREADABLE", "status"),
        ("VALUE_UNREADABLE", "parts[1].amount"),
        ("VALUE_UNREADABLE", "parts[2].procore_id"),
    ]


def test_what_is_missing_is_named_beside_what_is_unreadable() -> None:
    wrong = {"day": "June 1st", "line_items": [{"id": [1]}]}
    assert found(*read_procore(Widget, wrong)) == [
        ("VALUE_UNREADABLE", "day"),
        ("VALUE_UNREADABLE", "parts[1].procore_id"),
        ("VALUE_MISSING", "parts[1].amount"),
        ("VALUE_MISSING", "number"),
    ]


def test_a_violation_says_label_value_and_reason() -> None:
    _, problems = read_procore(Widget, told(status="Lively"))
    assert problems[0].message == "Status: 'Lively' is not one of Live, Gone."


@pytest.mark.parametrize("lines", ["two lines", 7, {"id": 7001}])
def test_lines_that_are_no_list_are_refused(lines: object) -> None:
    assert found(*read_procore(Widget, told(line_items=lines))) == [("VALUE_UNREADABLE", "parts")]


@pytest.mark.parametrize("line", ["7001", None, 7001, ["id", 7001]])
def test_a_line_that_is_no_object_is_refused(line: object) -> None:
    assert found(*read_procore(Widget, told(line_items=[line]))) == [("VALUE_UNREADABLE", "parts[1]")]


def test_elements_come_in_the_order_of_rows_and_share_their_beginning() -> None:
    assert write_intacct(widget()) == [
        ("NUMBER", "W-1"),
        ("MAKERID", "V-1"),
        ("created", [("year", "2026"), ("month", "06"), ("day", "01")]),
        ("STATUS", "active"),
        ("CONTACT", [("PRINTAS", "Acme"), ("MAIL", [("CITY", "Marlow"), ("ZIP", "83899")])]),
        ("TERM", "Net 30"),
        ("NOTE", ""),
        (
            "items",
            [
                ("item", [("price", "100.10"), ("MEMO", "procore:7001"), ("TASKID", "01-100")]),
                ("item", [("price", "200.10"), ("MEMO", "procore:7002"), ("TASKID", "02-100")]),
            ],
        ),
    ]


def test_rows_without_a_value_and_open_references_are_left_out() -> None:
    bare = Widget(number="W-1", maker=Ref(procore="8821"))
    assert write_intacct(bare) == [("NUMBER", "W-1"), ("STATUS", "active"), ("items", [])]


def test_procore_is_told_what_has_a_value() -> None:
    assert write_procore(widget(city=None, maker=Ref(procore="", intacct="V-1"), parts=(part(1),))) == {
        "number": "W-1",
        "day": "2026-06-01",
        "status": "Live",
        "print_as": "Acme",
        "address": {"zip": "83899"},
        "line_items": [{"id": 7001, "amount": "100.10", "code": {"id": 1}}],
    }


def test_what_procore_was_told_reads_back_the_same() -> None:
    sent = widget(maker=Ref(procore="8821"), parts=(part(1, code=Ref(procore="1")),), term=None, note=None, key=None)
    record, problems = read_procore(Widget, write_procore(sent))
    assert problems == []
    assert record == sent


def test_only_readable_fields_are_selected_each_once() -> None:
    assert held_fields(Widget) == (
        *("DOCNO", "MAKERID", "WHENCREATED", "STATUS", "CONTACT.PRINTAS", "CONTACT.MAIL.CITY", "CONTACT.MAIL.ZIP", "RECORDNO"),
    )


def test_walking_visits_every_row_and_every_row_of_every_line() -> None:
    paths = [path for path, _, _ in walk(widget())]
    assert paths[:3] == ["number", "maker", "day"]
    assert paths[paths.index("parts") + 1] == "parts[1].amount"
    assert paths.count("parts[2].amount") == 1
    assert paths[-1] == "key"
    assert len(paths) == len(set(paths)) == len(Widget.model_fields) + 2 * len(Part.model_fields)


def test_codes_of_violations_are_codes_of_the_catalogue() -> None:
    _, problems = read_procore(Widget, {"line_items": "x"})
    assert {problem.code for problem in problems} == {Code.VALUE_UNREADABLE, Code.VALUE_MISSING}
