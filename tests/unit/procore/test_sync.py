from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.procore.sync import answers, chunks, repeatable
from connector.core.errors import Code, ConnectorError, OutcomeUnknown, RetryLater
from connector.core.exchange import SyncAnswer
from connector.ports import Json
from tests.unit.procore.stub import Asked, Server, cut, said

PATH = "/rest/v1.0/vendors/sync"
type Record = dict[str, Any]


def brief(found: Sequence[SyncAnswer]) -> list[Any]:
    """The entity's id, or the fields complained about."""
    return [answer.entity["id"] if answer.entity else [violation.field for violation in answer.violations] for answer in found]


def test_each_input_finds_its_entity_or_its_error_by_id_then_origin_id_then_name() -> None:
    updates: list[Record] = [
        {"id": 4, "name": "By id"},
        {"id": 0, "name": "Unknown id"},
        {"origin_id": "V-1", "name": "Created"},
        {"origin_id": "V-2", "name": "Refused"},
        {"number": "S-7", "name": "By number"},
        {"name": "By name"},
    ]
    document = {
        "entities": [
            {"id": 9, "origin_id": None, "name": "By name"},
            {"id": "8", "number": "S-7", "name": "another name"},
            {"id": 7, "origin_id": "V-1", "name": "Created"},
            {"id": 4, "origin_id": "set before", "name": "By id"},
        ],
        "errors": [
            {"origin_id": "V-2", "name": "Refused", "errors": {"name": ["has already been taken"]}},
            {"id": 0, "name": "Unknown id", "errors": {"id": ["Entity with this ID not found"]}},
        ],
    }
    found = answers(updates, document, first=100)
    assert brief(found) == [4, ["id"], 7, ["name"], "8", 9]
    assert [answer.position for answer in found] == [100, 101, 102, 103, 104, 105]
    violation = found[1].violations[0]
    assert (violation.code, violation.their_words) == (Code.REFUSED_BY_PROCORE, "Entity with this ID not found")
    assert "'Unknown id'" in violation.message


def test_an_input_that_nothing_mentions_is_a_violation_of_its_own() -> None:
    updates: list[Record] = [{"origin_id": "V-1"}, {"origin_id": "V-2"}, {}]
    found = answers(updates, {"entities": [{"id": 7, "origin_id": "V-1"}], "errors": []}, first=0)
    assert brief(found) == [7, [""], [""]]
    assert found[1].violations[0].message == "Procore's answer does not mention the record with origin_id 'V-2'."
    assert found[2].violations[0].message == "Procore's answer does not mention the record."


def test_ids_are_the_same_as_number_and_as_text() -> None:
    assert brief(answers([{"id": "598134325841112"}], {"entities": [{"id": 598134325841112}]}, first=0)) == [598134325841112]


def test_an_entity_is_never_taken_against_an_identity_it_shows() -> None:
    updates: list[Record] = [{"id": 1, "name": "A"}, {"origin_id": "x", "name": "B"}]
    entities = [{"id": 2, "name": "A"}, {"id": 3, "origin_id": "y", "name": "B"}]
    assert brief(answers(updates, {"entities": entities, "errors": []}, first=0)) == [[""], [""]]


def test_a_name_that_two_records_share_tells_nothing() -> None:
    entities = [{"id": 1, "name": "A"}, {"id": 2, "name": "A"}]
    assert brief(answers([{"name": "A"}], {"entities": entities}, first=0)) == [[""]]
    assert brief(answers([{"name": "A"}, {"name": "A"}], {"entities": entities[:1]}, first=0)) == [[""], [""]]


def test_two_inputs_that_are_one_record_each_get_an_answer() -> None:
    entity = {"id": 5, "origin_id": "V-5"}
    assert brief(answers([{"id": 5}, {"origin_id": "V-5"}], {"entities": [entity, entity]}, first=0)) == [5, 5]


def test_what_has_its_answer_is_not_given_another() -> None:
    entities = [{"id": 1, "name": "Z", "mark": 1}, {"name": "A", "mark": 2}]
    found = answers([{"id": 1, "name": "A"}], {"entities": entities}, first=0)
    assert found[0].entity == entities[0]


def test_an_error_without_a_reason_is_still_a_refusal() -> None:
    found = answers([{"id": 1}], {"errors": [{"id": 1}]}, first=0)
    assert found[0].violations[0].their_words == "It gives no reason."


def test_every_message_of_an_error_is_a_violation() -> None:
    found = answers([{"id": 1}], {"errors": [{"id": 1, "errors": {"reason": ["is blank", "is odd"], "base": ["no"]}}]}, first=0)
    assert [(each.field, each.their_words) for each in found[0].violations] == [("reason", "is blank"), ("reason", "is odd"), ("", "no")]


@pytest.mark.parametrize("document", [None, "done", {"data": []}, {"entities": "all"}, {"errors": [1]}, [1]])
def test_what_is_no_answer_of_a_sync_action_is_refused(document: Json) -> None:
    with pytest.raises(ConnectorError, match="not that of a sync action"):
        answers([{"id": 1}], document, first=0)


def test_budget_lines_answer_with_a_bare_list_and_are_told_by_their_wbs_code() -> None:
    server = Server(said(body=[{"id": 2, "wbs_code": {"id": 12}}, {"id": 1, "wbs_code": {"id": 11}}]))
    updates: list[Record] = [{"wbs_code_id": 11, "original_budget_amount": "5.00"}, {"wbs_code_id": 12}, {"wbs_code_id": 13}]
    path = "/rest/v1.0/budget_line_items/sync"
    found = server.client().sync(path, {"project_id": 3}, updates, method="POST", under="budget_line_items")
    assert brief(found) == [1, 2, [""]]
    assert (server.asked[0].method, server.asked[0].body) == ("POST", {"project_id": 3, "budget_line_items": updates})


def test_wbs_codes_are_told_by_their_segments_and_may_be_repeated() -> None:
    path = "/rest/v1.0/projects/3/work_breakdown_structure/wbs_codes/bulk_create"
    updates: list[Record] = [
        {"segment_items": [{"segment_id": 1, "segment_item_id": 11}, {"segment_id": 2, "segment_item_id": 21}]},
        {"segment_items": [{"segment_id": 1, "segment_item_id": 12}, {"segment_id": 2, "segment_item_id": 21}]},
    ]
    entities = [{"id": 2, "segment_items": [{"id": 21}, {"id": 12}]}, {"id": 1, "segment_items": [{"id": 11}, {"id": 21}]}]
    server = Server(cut(), said(201, {"entities": entities, "errors": []}))
    assert brief(server.client().sync(path, {}, updates, under="bulk")) == [1, 2]
    assert server.asked[1].body == {"bulk": updates}


def echo(asked: Asked) -> requests.Response:
    return said(body={"entities": [{**update, "id": index} for index, update in enumerate(asked.body["updates"])], "errors": []})


def test_more_than_a_thousand_go_in_chunks_with_one_answer_each() -> None:
    server = Server(always=echo)
    updates = [{"origin_id": f"V-{number}"} for number in range(2_001)]
    found = server.client().sync(PATH, {"company_id": 8}, updates, {"view": "extended"})
    assert [answer.position for answer in found] == list(range(2_001))
    assert [answer.entity["origin_id"] for answer in found if answer.entity] == [update["origin_id"] for update in updates]
    assert [len(asked.body["updates"]) for asked in server.asked] == [1_000, 1_000, 1]
    assert all(asked.body["company_id"] == 8 and asked.query == {"view": "extended"} for asked in server.asked)


def test_nothing_to_do_is_no_call() -> None:
    assert Server().client().sync(PATH, {}, []) == []


def test_the_same_record_twice_goes_in_two_requests() -> None:
    updates: list[Record] = [{"id": 1, "name": "A"}, {"origin_id": "x"}, {"id": "1", "name": "B"}, {"name": "C"}, {"origin_id": "x"}]
    assert [len(chunk) for chunk in chunks(updates)] == [2, 3]


def test_inputs_with_an_identity_are_repeated_after_a_broken_answer() -> None:
    assert brief(Server(cut(), echo).client().sync(PATH, {}, [{"origin_id": "V-1"}])) == [0]


def test_an_input_without_an_identity_is_not_sent_twice() -> None:
    server = Server(cut())
    with pytest.raises(OutcomeUnknown):
        server.client().sync(PATH, {}, [{"origin_id": "V-1"}, {"name": "A"}])
    assert len(server.asked) == 1


def test_a_sync_that_meets_another_one_waits_for_it() -> None:
    def busy(_: Asked) -> requests.Response:
        return said(409, {"message": "Concurrent requests are not supported"})

    assert brief(Server(busy, echo).client().sync(PATH, {}, [{"origin_id": "V-1"}])) == [0]
    with pytest.raises(RetryLater) as failure:
        Server(always=busy).client().sync(PATH, {}, [{"origin_id": "V-1"}])
    assert (failure.value.code, failure.value.their_words) == (Code.UNAVAILABLE, "Concurrent requests are not supported")


def test_a_conflict_of_another_call_is_a_refusal() -> None:
    with pytest.raises(ConnectorError) as failure:
        Server(said(409, {"message": "taken"})).client().send("PATCH", "/rest/v1.0/vendors/7", {"vendor": {}})
    assert failure.value.code is Code.REFUSED_BY_PROCORE


def test_what_may_be_repeated() -> None:
    assert repeatable([{"id": 0}, {"origin_id": "x"}, {"segment_items": []}])
    assert not repeatable([{"id": 0}, {"id": None, "origin_id": None, "name": "A"}])


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Record], list[str], list[int]]:
    """Inputs of distinct identities, what becomes of each, and the order of the answer."""
    count = draw(st.integers(0, 12))
    updates: list[Record] = []
    for number in range(count):
        kind = draw(st.sampled_from(["id", "origin", "both", "name"]))
        update: Record = {"name": f"name {number}" if kind == "name" else draw(st.sampled_from(["same", f"own {number}"]))}
        if kind in ("id", "both"):
            update["id"] = draw(st.sampled_from([number + 1, str(number + 1)]))
        if kind in ("origin", "both"):
            update["origin_id"] = f"origin {number}"
        updates.append(update)
    fates = draw(st.lists(st.sampled_from(["done", "refused", "forgotten"]), min_size=count, max_size=count))
    return updates, fates, draw(st.permutations(range(count)))


@given(batches())
def test_no_input_ever_gets_the_answer_of_another(batch: tuple[list[Record], list[str], list[int]]) -> None:
    updates, fates, order = batch
    entities = [
        {**updates[place], "id": int(updates[place].get("id", place + 1)), "mark": place} for place in order if fates[place] == "done"
    ]
    errors = [{**updates[place], "errors": {"mark": [str(place)]}} for place in order if fates[place] == "refused"]
    found = answers(updates, {"entities": entities, "errors": errors}, first=0)
    for place, answer in enumerate(found):
        match fates[place]:
            case "done":
                assert answer.entity is not None
                assert answer.entity["mark"] == place
            case "refused":
                assert [violation.their_words for violation in answer.violations] == [str(place)]
            case _:
                assert answer.entity is None
                assert "does not mention" in answer.violations[0].message


@given(
    st.lists(st.fixed_dictionaries({}, optional={"id": st.integers(1, 5) | st.none(), "origin_id": st.sampled_from("abc")}), max_size=30)
)
def test_chunks_are_the_whole_in_order(updates: list[Record]) -> None:
    cut_up = list(chunks(updates))
    assert [update for chunk in cut_up for update in chunk] == updates
    assert all(chunk for chunk in cut_up)
    for chunk in cut_up:
        for name in ("id", "origin_id"):
            values = [update[name] for update in chunk if update.get(name) is not None]
            assert len(values) == len(set(values))
