from __future__ import annotations

from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError
from connector.ports import CrossReference
from tests.contract.ports.conftest import World
from tests.doubles.clock import START


def _pair(procore_id: str, intacct_key: str, **more: Any) -> CrossReference:
    said: dict[str, Any] = {"object": "vendors", "intacct_id": f"V-{intacct_key}"} | more
    return CrossReference(procore_id=procore_id, intacct_key=intacct_key, **said)


def _all(world: World, object_name: str = "vendors") -> list[CrossReference]:
    return sorted(world.references.of_object(object_name), key=lambda pair: pair.procore_id)


def test_a_pair_is_found_from_both_sides(world: World) -> None:
    pair = _pair(
        "1", "39", project_id="7", label="Ärger & Söhne", record_hash="h", linked_by="a", linked_at=START,
        detail={"status": "active"}, members=frozenset({"L", "M"}),
    )  # fmt: skip
    assert world.references.link([pair]) == []

    assert world.references.by_procore("vendors", ["1", "2", ""]) == {"1": pair}
    assert world.references.by_intacct("vendors", ["39", "40", ""]) == {"39": pair}
    assert world.references.by_procore("projects", ["1"]) == {}
    assert world.references.by_procore("vendors", ["39"]) == {}


def test_records_of_several_objects_are_found_together(world: World) -> None:
    vendor, project = _pair("1", "39"), _pair("1", "50", object="projects")
    world.references.link([vendor, project, _pair("2", "40")])
    wanted = {"vendors": ["1", "3", ""], "projects": {"1"}, "cost_codes": ["1"]}
    assert world.references.by_procore_together(wanted) == {"vendors": {"1": vendor}, "projects": {"1": project}, "cost_codes": {}}


def test_one_record_is_linked_once(world: World) -> None:
    world.references.link([_pair("1", "39")])

    third = _pair("3", "41")
    refused = world.references.link([_pair("1", "40"), third, _pair("2", "39")])

    assert refused == [_pair("1", "40"), _pair("2", "39")]
    assert _all(world) == [_pair("1", "39"), third]
    assert world.references.by_intacct("vendors", ["39", "40", "41"]) == {"39": _pair("1", "39"), "41": third}


def test_two_of_one_batch_cannot_share_a_side(world: World) -> None:
    refused = world.references.link([_pair("1", "39"), _pair("1", "40"), _pair("2", "39")])

    assert refused == [_pair("1", "40"), _pair("2", "39")]
    assert _all(world) == [_pair("1", "39")]


def test_different_objects_have_their_own_pairs(world: World) -> None:
    assert world.references.link([_pair("1", "39"), _pair("1", "39", object="projects")]) == []
    assert len(_all(world)) == len(_all(world, "projects")) == 1


def test_a_pair_is_refreshed_and_keeps_who_linked_it(world: World) -> None:
    world.references.link([_pair("1", "39", label="old", linked_by="first", linked_at=START)])
    later = world.clock.now().replace(year=2027)

    assert world.references.link([_pair("1", "39", label="new", linked_by="second", linked_at=later)]) == []

    assert _all(world) == [_pair("1", "39", label="new", linked_by="first", linked_at=START)]
    assert world.references.by_intacct("vendors", ["39"]) == world.references.by_intacct("vendors", {"39"})
    assert world.references.by_intacct("vendors", ["39"])["39"].label == "new"


def test_the_same_pair_twice_in_a_batch_is_the_last_word_with_all_members(world: World) -> None:
    world.references.link([_pair("1", "39", label="old", members={"L"})])

    twice = [_pair("1", "39", label="new", members={"M"}), _pair("1", "39", label="old", members={"S"})]
    assert world.references.link(twice) == []

    assert _all(world) == [_pair("1", "39", label="old", members={"L", "M", "S"})]


def test_members_only_grow(world: World) -> None:
    world.references.link([_pair("1", "39", members={"L"})])
    world.references.add_members("vendors", "39", ["M", "S"])
    world.references.add_members("vendors", "39", ["M"])
    world.references.add_members("vendors", "39", [])
    world.references.link([_pair("1", "39", label="refreshed", members={"E"})])
    world.references.link([_pair("1", "39", label="refreshed")])

    grown = _pair("1", "39", label="refreshed", members={"L", "M", "S", "E"})
    assert world.references.by_procore("vendors", ["1"]) == {"1": grown}
    assert world.references.by_intacct("vendors", ["39"]) == {"39": grown}


def test_members_need_a_pair(world: World) -> None:
    for members in (["L"], []):
        with pytest.raises(ConnectorError) as refused:
            world.references.add_members("vendors", "39", members)
        assert refused.value.code is Code.NOT_FOUND
    assert _all(world) == []


@pytest.mark.parametrize("pair", [("", "39"), ("1", "")])
def test_a_pair_has_two_sides(world: World, pair: tuple[str, str]) -> None:
    with pytest.raises(ConnectorError) as refused:
        world.references.link([_pair(*pair)])

    assert refused.value.code is Code.MALFORMED
    assert _all(world) == []


def test_large_batches_go_through(world: World) -> None:
    pairs = [_pair(f"{number:04}", f"k{number}") for number in range(260)]
    taken = _pair("taken", "k77")
    world.references.link([taken])

    assert world.references.link(pairs) == [pairs[77]]

    stand = [pair for pair in pairs if pair != pairs[77]]
    assert _all(world) == [*stand, taken]
    assert len(world.references.by_procore("vendors", [pair.procore_id for pair in pairs])) == 259
    assert len(world.references.by_intacct("vendors", [pair.intacct_key for pair in pairs])) == 260


def test_a_pair_is_given_another_procore_record(world: World) -> None:
    pair = _pair("1", "39", label="Acme", linked_by="a", linked_at=START, detail={"status": "active"}, members=frozenset({"L"}))
    world.references.link([pair])

    assert world.references.repoint(pair, "2") is True

    moved = pair.model_copy(update={"procore_id": "2"})
    assert _all(world) == [moved]
    assert world.references.by_procore("vendors", ["1", "2"]) == {"2": moved}
    assert world.references.by_intacct("vendors", ["39"]) == {"39": moved}
    assert world.references.link([_pair("1", "40"), _pair("3", "39")]) == [_pair("3", "39")], "one is free, the other is not"


def test_a_pair_moves_once_and_to_a_free_record(world: World) -> None:
    world.references.link([_pair("1", "39"), _pair("2", "40")])

    assert world.references.repoint(_pair("1", "39"), "2") is False
    assert world.references.repoint(_pair("1", "41"), "3") is False, "no such pair"
    assert world.references.repoint(_pair("9", "39"), "3") is False, "not linked so"
    assert _all(world) == [_pair("1", "39"), _pair("2", "40")]

    assert world.references.repoint(_pair("1", "39"), "3") is True
    assert world.references.repoint(_pair("1", "39"), "4") is False, "somebody was faster"
    assert _all(world) == [_pair("2", "40"), _pair("3", "39")]


def test_a_pair_does_not_move_to_nothing(world: World) -> None:
    world.references.link([_pair("1", "39")])
    with pytest.raises(ConnectorError) as refused:
        world.references.repoint(_pair("1", "39"), "")
    assert refused.value.code is Code.MALFORMED
