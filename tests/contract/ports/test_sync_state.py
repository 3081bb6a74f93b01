from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import HistoryEntry, Item, State, first_break, step
from connector.core.notices import MailKind, Notice
from connector.ports import Contention, CrossReference, LinkedElsewhere, Run
from tests.contract.ports.conftest import World
from tests.doubles.clock import START


def _sent(number: int, **changes: Any) -> tuple[Item, HistoryEntry]:
    item = Item(id=f"commitments:{number}", company="demo", object="commitments", procore_id=str(number), state=State.DRAFT, since=START)
    return step(item, "sent", who="pm@example.com", at=START, **({"state": State.WAITING} | changes))


def _save(world: World, number: int, **changes: Any) -> Item:
    item, entry = _sent(number, **changes)
    world.state.save(item, entry)
    return item


def _pair(procore_id: str, intacct_key: str) -> CrossReference:
    return CrossReference(object="commitments", procore_id=procore_id, intacct_key=intacct_key, intacct_id=f"C-{intacct_key}")


def test_what_is_saved_comes_back_whole(world: World) -> None:
    item = _save(world, 1, amount=Decimal("1234567890.10"), title="Größe 3/4″", choices={"number": "SC-1"})

    assert world.state.get(item.id) == item
    assert str(item.amount) == "1234567890.10"
    assert world.state.get("commitments:2") is None


def test_many_are_read_at_once(world: World) -> None:
    saved = {item.id: item for item in (_save(world, number) for number in range(105))}

    assert world.state.get_many([*saved, "commitments:none", "commitments:0"]) == saved
    assert world.state.get_many([]) == {}


@pytest.mark.parametrize("size", [1_100, 3_000, 9_000])
def test_an_id_longer_than_any_key_is_unknown(world: World, size: int) -> None:
    """An address may name anything."""
    item = _save(world, 1)
    odd = "commitments:" + "x" * size
    assert world.state.get(odd) is None
    assert world.state.get_many([odd, item.id]) == {item.id: item}
    assert world.state.get_run(odd) is None
    assert world.references.by_procore("commitments", [odd]) == {}
    assert world.references.by_intacct("commitments", [odd]) == {}


def test_a_save_needs_the_version_it_read(world: World) -> None:
    item = _save(world, 1)
    mine, my_entry = step(item, "approved", who="a", at=START, state=State.APPROVED)
    theirs, their_entry = step(item, "rejected", who="b", at=START, state=State.REJECTED)
    world.state.save(mine, my_entry)

    with pytest.raises(Contention):
        world.state.save(theirs, their_entry)

    assert world.state.get(item.id) == mine
    assert [entry.what for entry in world.state.history(item.id)] == ["sent", "approved"]


@pytest.mark.parametrize("version", [0, 2])
def test_a_new_item_starts_with_version_1(world: World, version: int) -> None:
    item, entry = _sent(1)

    with pytest.raises(Contention):
        world.state.save(item.model_copy(update={"version": version}), entry)

    assert world.state.get(item.id) is None
    assert world.state.history(item.id) == []


def test_a_new_item_does_not_replace_one_that_is_there(world: World) -> None:
    item = _save(world, 1)
    again, entry = _sent(1, title="again")

    with pytest.raises(Contention):
        world.state.save(again, entry)

    assert world.state.get(item.id) == item


def test_history_is_never_overwritten(world: World) -> None:
    item = _save(world, 1)
    after, entry = step(item, "approved", who="a", at=START)
    forged = entry.model_copy(update={"number": 1}).sealed()

    with pytest.raises(Contention):
        world.state.save(after, forged)

    assert world.state.get(item.id) == item
    assert [entry.what for entry in world.state.history(item.id)] == ["sent"]


def test_history_comes_in_order_and_its_chain_holds(world: World) -> None:
    item = _save(world, 1)
    for number in range(2, 13):
        item, entry = step(item, f"step {number}", who="a", at=START, detail={"n": str(number)})
        world.state.save(item, entry)

    entries = world.state.history(item.id)
    assert [entry.number for entry in entries] == list(range(1, 13))
    assert first_break(entries, head=item.history_head, count=item.history_count) is None
    assert world.state.history("commitments:2") == []


def test_item_and_cross_reference_are_saved_together(world: World) -> None:
    item, entry = _sent(1, state=State.SYNCED)
    world.state.save(item, entry, link=_pair("1", "77"))

    assert world.references.by_procore("commitments", ["1"]) == {"1": _pair("1", "77")}
    assert world.references.by_intacct("commitments", ["77"]) == {"77": _pair("1", "77")}


def test_saving_again_refreshes_the_same_pair(world: World) -> None:
    item, entry = _sent(1)
    world.state.save(item, entry, link=_pair("1", "77"))
    after, entry = step(item, "sent again", who="a", at=START)
    world.state.save(after, entry, link=_pair("1", "77").model_copy(update={"record_hash": "new"}))

    assert world.references.by_procore("commitments", ["1"])["1"].record_hash == "new"


@pytest.mark.parametrize("second", [("1", "78"), ("2", "77")])
def test_nothing_is_saved_if_either_side_is_linked_elsewhere(world: World, second: tuple[str, str]) -> None:
    world.references.link([_pair("1", "77")])
    item, entry = _sent(int(second[0]))

    with pytest.raises(LinkedElsewhere):
        world.state.save(item, entry, link=_pair(*second))

    assert world.state.get(item.id) is None
    assert world.state.history(item.id) == []
    assert [pair.intacct_key for pair in world.references.of_object("commitments")] == ["77"]


def test_item_and_the_end_of_a_pair_are_saved_together(world: World) -> None:
    item, entry = _sent(1, state=State.SYNCED)
    world.state.save(item, entry, link=_pair("1", "77"))
    world.references.link([_pair("2", "78")])
    after, entry = step(item, "unlinked", who="a", at=START, state=State.RETRIEVED)
    world.state.save(after, entry, unlink=_pair("1", "77"))

    assert world.references.by_procore("commitments", ["1"]) == world.references.by_intacct("commitments", ["77"]) == {}
    assert [pair.procore_id for pair in world.references.of_object("commitments")] == ["2"]
    assert world.state.get(item.id) == after
    world.references.link([_pair("3", "77")])
    assert world.references.by_intacct("commitments", ["77"])["77"].procore_id == "3", "both sides are free again"


@pytest.mark.parametrize("other", [("1", "78"), ("2", "77"), ("3", "79")])
def test_a_pair_that_does_not_stand_so_is_contention_and_nothing_is_saved(world: World, other: tuple[str, str]) -> None:
    item, entry = _sent(1, state=State.SYNCED)
    world.state.save(item, entry, link=_pair("1", "77"))
    after, entry = step(item, "unlinked", who="a", at=START, state=State.RETRIEVED)

    with pytest.raises(Contention):
        world.state.save(after, entry, unlink=_pair(*other))

    assert world.state.get(item.id) == item
    assert len(world.state.history(item.id)) == 1
    assert world.references.by_procore("commitments", ["1"]) == {"1": _pair("1", "77")}
    assert world.references.by_intacct("commitments", ["77"]) == {"77": _pair("1", "77")}


def test_contention_writes_no_cross_reference(world: World) -> None:
    item = _save(world, 1)
    again, entry = _sent(1)

    with pytest.raises(Contention):
        world.state.save(again, entry, link=_pair("1", "77"))

    assert world.references.by_procore("commitments", ["1"]) == {}
    assert world.state.get(item.id) == item


def test_a_shelf_lists_the_longest_there_first(world: World) -> None:
    late = _save(world, 1, since=START + timedelta(seconds=1))
    early = _save(world, 2, since=START - timedelta(microseconds=1))
    same = _save(world, 3, since=START + timedelta(seconds=1))
    _save(world, 4, state=State.REJECTED)

    assert world.state.on_shelf("waiting").rows == (early, late, same)
    assert world.state.on_shelf("waiting").cursor == ""
    assert world.state.on_shelf("approved").rows == ()


def test_a_shelf_is_in_order_of_time_whatever_the_zone(world: World) -> None:
    chicago = timezone(timedelta(hours=-5))
    second = _save(world, 1, since=START.astimezone(chicago))
    first = _save(world, 2, since=START - timedelta(minutes=1))

    assert world.state.on_shelf("waiting").rows == (first, second)


def test_an_item_leaves_the_shelf_it_was_on(world: World) -> None:
    item = _save(world, 1)
    after, entry = step(item, "blocked", who="plan", at=START, state=State.BLOCKED, waits_for="vendors:9")
    world.state.save(after, entry)

    assert world.state.on_shelf("waiting").rows == ()
    assert world.state.on_shelf("blocked").rows == (after,)


def test_who_waits_for_an_item_is_found_until_it_goes(world: World) -> None:
    late, early = (_save(world, each, state=State.BLOCKED, waits_for="vendors:9", since=START - timedelta(hours=each)) for each in (1, 2))
    _save(world, 3, state=State.BLOCKED, waits_for="vendors:10")
    _save(world, 4, state=State.REJECTED, waits_for="vendors:9")
    assert [*world.state.waiting_for("vendors:9")] == [early, late]

    after, entry = step(early, "may go now", who="plan", at=START, state=State.APPROVED, waits_for="")
    world.state.save(after, entry)
    assert [*world.state.waiting_for("vendors:9")] == [late]
    assert [*world.state.waiting_for("vendors:11")] == []


@pytest.mark.parametrize("size", [1, 2, 5, 7])
def test_pages_go_on_where_the_last_one_ended(world: World, size: int) -> None:
    saved = [_save(world, number).id for number in range(5)]

    pages = [world.state.on_shelf("waiting", limit=size)]
    while pages[-1].cursor and len(pages) < 5:
        pages.append(world.state.on_shelf("waiting", limit=size, cursor=pages[-1].cursor))

    assert [item.id for page in pages for item in page.rows] == saved
    assert [len(page.rows) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert pages[-1].cursor == ""


def test_a_page_of_one_object_is_full(world: World) -> None:
    vendors = [_save(world, number, object="vendors") for number in (10, 20, 30)]
    for number in range(11, 20):
        _save(world, number)

    first = world.state.on_shelf("waiting", limit=2, object_name="vendors")
    second = world.state.on_shelf("waiting", limit=2, object_name="vendors", cursor=first.cursor)

    assert [*first.rows, *second.rows] == vendors
    assert second.cursor == ""


@pytest.mark.parametrize("cursor", ["nonsense", "Zm9yZ2Vk", "ÄÖ", "MjAyNi0wNi0wMVQxMjowMDowMC4wMDAwMDBaIw=="])
def test_a_forged_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        world.state.on_shelf("waiting", cursor=cursor)

    assert refused.value.code is Code.MALFORMED


def test_a_row_over_400_kb_is_refused(world: World) -> None:
    item, entry = _sent(1, reason="ä" * 205_000)

    with pytest.raises(ConnectorError) as refused:
        world.state.save(item, entry)

    assert refused.value.code is Code.TOO_LARGE
    assert world.state.get(item.id) is None


def test_a_run_moves_one_version_at_a_time(world: World) -> None:
    run = Run(id="r1", kind="export", state="running", started_at=START, started_by="a", waves=(("commitments:1",),))
    world.state.put_run(run)
    after = run.model_copy(update={"version": 1, "counts": {"done": 1}})
    world.state.put_run(after)

    for stale in (run, after, run.model_copy(update={"version": 3})):
        with pytest.raises(Contention):
            world.state.put_run(stale)

    assert world.state.get_run("r1") == after
    assert world.state.get_run("r2") is None


def test_watermarks_move_from_where_they_stand(world: World) -> None:
    assert world.state.watermarks(["vendors", "projects"]) == {}
    assert world.state.move_watermarks({"vendors": ("", "12:00"), "projects": ("", "12:00")}) == []
    assert world.state.move_watermarks({"vendors": ("12:00", "13:00")}) == []

    assert world.state.watermarks(["vendors", "projects", "none"]) == {"vendors": "13:00", "projects": "12:00"}
    assert world.state.move_watermarks({}) == []


def test_a_watermark_that_somebody_else_moved_stays_there_and_holds_up_no_other(world: World) -> None:
    world.state.move_watermarks({"vendors": ("", "12:00")})

    moves = {"vendors": ("", "13:00"), "jobs": ("11:00", "13:00"), "codes": ("", "13:00")}
    assert sorted(world.state.move_watermarks(moves)) == ["jobs", "vendors"]

    assert world.state.watermarks(["vendors", "jobs", "codes"]) == {"vendors": "12:00", "codes": "13:00"}
    assert world.state.move_watermarks({"vendors": ("12:00", "")}) == []
    assert world.state.move_watermarks({"vendors": ("", "14:00")}) == []


def test_many_watermarks_move_at_once(world: World) -> None:
    names = [f"leg-{number}" for number in range(130)]

    assert world.state.move_watermarks(dict.fromkeys(names, ("", "12:00"))) == []
    assert len(world.state.watermarks(names)) == 130


def test_runs_are_read_together(world: World) -> None:
    runs = [Run(id=f"r{number}", kind="import", state="running", started_at=START, started_by="x") for number in range(3)]
    for run in runs:
        world.state.put_run(run)

    assert world.state.get_runs(["r0", "r2", "none"]) == {"r0": runs[0], "r2": runs[2]}


def test_the_configuration_is_kept(world: World) -> None:
    assert world.state.configuration() == ""
    world.state.save_configuration('{"company": "demo"}')

    assert world.state.configuration() == '{"company": "demo"}'
    with pytest.raises(ConnectorError) as refused:
        world.state.save_configuration("x" * 410_000)
    assert refused.value.code is Code.TOO_LARGE


def test_many_steps_are_saved_as_one_by_one(world: World) -> None:
    steps = [_sent(number) for number in range(105)]
    world.state.save_many([])
    world.state.save_many(steps)

    assert world.state.get_many([item.id for item, _ in steps]) == {item.id: item for item, _ in steps}
    for item, _ in (steps[0], steps[104]):
        assert first_break(world.state.history(item.id), head=item.history_head, count=1) is None
    listed = world.state.on_shelf("waiting", limit=200)
    assert len(listed.rows) == 105


def test_of_many_steps_one_that_was_overtaken_holds_up_no_other(world: World) -> None:
    overtaken = _save(world, 2)
    steps = [_sent(number, title="late") for number in range(4)]

    with pytest.raises(Contention, match="commitments:2"):
        world.state.save_many(steps)

    assert world.state.get(overtaken.id) == overtaken
    assert [len(world.state.history(f"commitments:{number}")) for number in range(4)] == [1, 1, 1, 1]
    assert [world.state.get(item.id) for item, _ in steps] == [overtaken if item.id == overtaken.id else item for item, _ in steps]


def test_many_large_steps_are_saved_in_portions(world: World) -> None:
    steps = [_sent(number, title="x" * 350_000) for number in range(12)]
    world.state.save_many(steps)

    assert len(world.state.get_many([item.id for item, _ in steps])) == 12


def test_what_is_known_of_the_tenant_is_kept_beside_the_configuration(world: World) -> None:
    assert world.state.configuration_and_tenant() == ("", "")
    world.state.save_tenant('{"lacking": {}}')
    assert world.state.configuration_and_tenant() == ("", '{"lacking": {}}')
    world.state.save_configuration('{"due_days": 45}')

    assert world.state.tenant() == '{"lacking": {}}'
    assert world.state.configuration_and_tenant() == ('{"due_days": 45}', '{"lacking": {}}')


def _notice(item: Item, *to: str) -> Notice:
    return Notice(item=item.id, version=item.version, kind=MailKind.WAITING, to=to, at=START, fingerprint="f", by="Größe")


def test_a_mail_is_owed_with_its_change_or_not_at_all(world: World) -> None:
    item, entry = _sent(1)
    world.state.save(item, entry, notice=_notice(item, "a@example.com"))
    assert [*world.state.notices()] == [_notice(item, "a@example.com")]

    with pytest.raises(Contention):
        world.state.save(item.model_copy(update={"version": 9}), entry, notice=_notice(item, "b@example.com"))
    assert [*world.state.notices()] == [_notice(item, "a@example.com")]


def test_a_notice_leaves_as_its_readers_are_told_and_does_not_come_back(world: World) -> None:
    item, entry = _sent(1)
    other, its = _sent(2)
    world.state.save(item, entry, notice=_notice(item, "a@example.com", "b@example.com"))
    world.state.save(other, its, notice=_notice(other, "a@example.com"))

    world.state.settle([_notice(item, "b@example.com"), _notice(other)])
    assert [*world.state.notices()] == [_notice(item, "b@example.com")]

    world.state.settle([_notice(item), _notice(other, "a@example.com")])
    assert [*world.state.notices()] == []


def test_everybodys_choice_is_kept_under_their_login(world: World) -> None:
    assert world.state.preferences() == {}
    world.state.save_preferences("a@example.com", "{}")
    world.state.save_preferences("b@example.com", '{"zone": "UTC"}')
    world.state.save_preferences("a@example.com", '{"zone": ""}')
    assert world.state.preferences() == {"a@example.com": '{"zone": ""}', "b@example.com": '{"zone": "UTC"}'}


def test_whose_decision_a_step_was_is_listed_newest_first(world: World) -> None:
    for number, login in enumerate(("dana@example.com", "priya@example.com", "dana@example.com"), start=1):
        item = _save(world, number)
        after, entry = step(item, "approved", who=login, at=START + timedelta(hours=number), state=State.APPROVED)
        world.state.save(after, entry, decided_by=login)

    decided = world.state.decisions_of("dana@example.com", since=START)
    assert [(entry.item, entry.what) for entry in decided] == [("commitments:3", "approved"), ("commitments:1", "approved")]
    assert [entry.item for entry in world.state.decisions_of("dana@example.com", since=START + timedelta(hours=3))] == ["commitments:3"]
    assert world.state.decisions_of("tom@example.com", since=START) == []


def test_a_decision_that_came_too_late_is_nobodys(world: World) -> None:
    item = _save(world, 1)
    after, entry = step(item, "approved", who="a", at=START, state=State.APPROVED)
    world.state.save(after, entry)
    with pytest.raises(Contention):
        world.state.save(*step(item, "rejected", who="b", at=START, state=State.REJECTED), decided_by="b")
    assert world.state.decisions_of("b", since=START) == []


def test_settings_change_only_from_what_was_read_and_with_their_history(world: World) -> None:
    first = HistoryEntry(item="settings", number=1, at=START, who="priya", what="changed", detail={"unit": "x"}, before="").sealed()
    second = first.model_copy(update={"number": 2, "before": first.hash}).sealed()
    world.state.save_configuration('{"a": 1}', over="", entry=first)
    for over, entry in (("", second), ('{"a": 1}', first)):
        with pytest.raises(Contention):
            world.state.save_configuration('{"a": 2}', over=over, entry=entry)
    assert world.state.configuration() == '{"a": 1}'
    world.state.save_configuration('{"a": 2}', over='{"a": 1}', entry=second)
    assert world.state.configuration() == '{"a": 2}'
    assert world.state.configuration_history() == [first, second]
    assert first_break(world.state.configuration_history(), head=second.hash, count=2) is None


def test_a_shelf_may_be_asked_for_what_came_since(world: World) -> None:
    for number in range(4):
        _save(world, number, since=START + timedelta(seconds=number))
    found = world.state.on_shelf("waiting", since=START + timedelta(seconds=1))
    assert [item.id for item in found.rows] == ["commitments:2", "commitments:3"]
    assert world.state.on_shelf("waiting", since=START + timedelta(seconds=3)).rows == ()
