from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.exchange import Function
from connector.core.fingerprint import canonical, controlid, fingerprint
from connector.core.record import Record, Ref, following, rows
from connector.core.wire import write_intacct
from tests.unit.core.shapes import MAKER, Part, Widget, part, widget

OTHER: dict[str, Any] = {
    "number": "W-2",
    "maker": Ref(procore="8822", intacct="V-1"),
    "day": date(2026, 6, 2),
    "status": "inactive",
    "print_as": "Other",
    "city": "Tolvane",
    "zip_code": "98499",
    "term": "Net 45",
    "note": "x",
    "parts": (part(1),),
    "key": "42",
}
OTHER_PART: dict[str, Any] = {
    "procore_id": "7009",
    "amount": Decimal("100.11"),
    "code": Ref(procore="1", intacct="01-200"),
    "share": Decimal(5),
    "intacct_key": "42",
}


def functions(record: Widget, name: str = "create_widget") -> list[Function]:
    return [Function(name=name, body=write_intacct(record), controlid="")]


def of(record: Widget, *pending: str) -> str:
    return fingerprint("widgets", record, [], pending)


def test_what_is_digested_is_in_order_already() -> None:
    flat = [*canonical(widget(parts=tuple(part(number) for number in range(1, 112))))]
    assert flat == sorted(flat)


def test_the_same_content_has_the_same_fingerprint() -> None:
    assert of(widget()) == of(widget())
    assert len(of(widget())) == 64


@pytest.mark.parametrize("name", list(Widget.model_fields))
def test_every_field_counts(name: str) -> None:
    changed = widget(**{name: OTHER[name]})
    assert of(changed) != of(widget())
    if name not in {"maker", "parts"}:
        emptied = widget().model_copy(update={name: None})
        assert of(emptied) not in {of(widget()), of(changed)}


@pytest.mark.parametrize("name", list(Part.model_fields))
def test_every_field_of_every_line_counts(name: str) -> None:
    first, second = (widget(parts=tuple(part(n, **({name: OTHER_PART[name]} if n == here else {})) for n in (1, 2))) for here in (1, 2))
    assert len({of(widget()), of(first), of(second)}) == 3


def test_the_order_of_lines_counts() -> None:
    assert of(widget(parts=(part(2), part(1)))) != of(widget())


def test_the_object_the_entity_and_the_request_count() -> None:
    record = widget()
    request = functions(record)
    told = {
        fingerprint("widgets", record, []),
        fingerprint("gadgets", record, []),
        fingerprint("widgets", record, [], entity="100"),
        fingerprint("widgets", record, request),
        fingerprint("widgets", record, functions(record, "update_widget")),
        fingerprint("widgets", record, functions(widget(term="Net 45"))),
        fingerprint("widgets", record, request * 2),
    }
    assert len(told) == 7


def test_a_reference_counts_by_both_ids_and_by_nothing_else() -> None:
    repointed = widget(maker=Ref(procore="8821", intacct="V-2"))
    assert of(repointed) != of(widget())
    renamed = widget(maker=Ref(procore="8821", intacct="V-1", label="Renamed", detail={"a": "b"}, members=frozenset({"c"})))
    assert of(renamed) == of(widget())


def test_an_open_reference_may_come_into_being() -> None:
    shown, sent = widget(maker=Ref(procore="8821")), widget(maker=Ref(procore="8821", intacct="V-9"))
    assert of(shown, "makers:8821") == of(sent, "makers:8821")
    assert fingerprint("widgets", shown, functions(shown), ["makers:8821"]) == fingerprint(
        "widgets", sent, functions(sent), ["makers:8821"]
    )
    assert of(shown) != of(sent)


def test_an_open_reference_may_not_point_elsewhere_in_procore() -> None:
    assert of(widget(maker=Ref(procore="8821")), "makers:8821") != of(widget(maker=Ref(procore="8822")), "makers:8821")


def test_pending_excuses_only_the_reference_it_names() -> None:
    pending = ["makers:8821"]
    assert of(widget(parts=(part(1),)), *pending) != of(widget(parts=(part(1, code=Ref(procore="1", intacct="01-200")),)), *pending)
    assert canonical(widget(), pending)["maker"] == ["8821", ""]
    assert canonical(widget(), ["codes:8821"])["maker"] == ["8821", "V-1"]


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_texts_never_share_a_fingerprint(one: str, other: str) -> None:
    same = of(widget(note=one)) == of(widget(note=other))
    assert same is (one == other)


@given(st.lists(st.integers(1, 9), max_size=4), st.lists(st.integers(1, 9), max_size=4))
def test_two_schedules_never_share_a_fingerprint(one: list[int], other: list[int]) -> None:
    schedules = [widget(parts=tuple(part(number) for number in numbers)) for numbers in (one, other)]
    assert (of(schedules[0]) == of(schedules[1])) is (one == other)


def test_a_controlid_is_the_same_for_the_same_content_and_fits_the_gateway() -> None:
    version = of(widget())
    first = controlid("562949953421312", "commitment_change_orders", str(2**63), version, "2-create_potransaction")
    assert first == controlid("562949953421312", "commitment_change_orders", str(2**63), version, "2-create_potransaction")
    assert first.split(":") == ["562949953421312", "commitment_change_orders", str(2**63), version[:12], "2-create_potransaction"]
    assert len(first) <= 256


def test_controlids_differ_by_content_and_by_step() -> None:
    versions = [of(widget()), of(widget(number="W-2"))]
    made = {controlid("1", "widgets", "7", version, step) for version in versions for step in ("1-create", "2-create")}
    assert len(made) == 4


def test_the_table_of_other_values_is_complete() -> None:
    assert set(OTHER) == {row.name for row in rows(Widget)}
    assert set(OTHER_PART) == {row.name for row in rows(Part)}


class Box(Record):
    """Its parts are those of the maker's stock: nobody knows them while the maker stands open."""

    maker: Annotated[Ref | None, "Maker", MAKER] = None
    parts: Annotated[tuple[Part, ...], "Part", following("makers", words="the maker's stock")] = ()


def test_lines_that_follow_from_an_open_reference_may_come_into_being() -> None:
    shown, sent = Box(maker=Ref(procore="8821")), Box(maker=Ref(procore="8821", intacct="V-9"), parts=(part(1), part(2)))
    pending = ["makers:8821"]
    assert fingerprint("boxes", shown, [], pending) == fingerprint("boxes", sent, [], pending)
    assert canonical(sent, pending) == {"maker": ["8821", ""], "parts": None}
    assert canonical(sent)["parts"] == 2
