from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Download, SyncAnswer
from connector.core.item import Item, State
from connector.engine.door import StandaloneDoor
from connector.engine.world import Room, Source
from connector.ports import Json
from tests.doubles.clock import START
from tests.unit.engine.rooms import MAKERS, WIDGETS

PROJECT = {"project_id": "77"}


class Api:
    """ports.Procore that shows ``records`` by path and keeps what it is told."""

    def __init__(self, **records: Json) -> None:
        self.records = {path.replace("__", "/"): record for path, record in records.items()}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.told: list[tuple[str, str, Any, Mapping[str, str]]] = []
        self.refusals: tuple[Violation, ...] = ()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        self.asked.append((path, params or {}))
        return self.records[path.removeprefix("/rest/v1.0/")]

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        self.asked.append((path, params or {}))
        yield self.records[path.removeprefix("/rest/v1.0/")]

    def send(
        self, method: str, path: str, body: Mapping[str, Json], params: Mapping[str, str] | None = None, *, wants_answer: bool = True
    ) -> Json:
        del wants_answer
        self.told.append((method, path, body, params or {}))

    def download(self, url: str, *, largest: int) -> Download:
        raise NotImplementedError

    def sync(
        self,
        path: str,
        envelope: Mapping[str, Json],
        updates: Sequence[Mapping[str, Json]],
        params: Mapping[str, str] | None = None,
        *,
        method: str = "PATCH",
        under: str = "updates",
    ) -> list[SyncAnswer]:
        assert (method, under) == ("PATCH", "updates")
        self.told.append(("sync", path, [*updates, *envelope], params or {}))
        return [SyncAnswer(position=place, entity=None, violations=self.refusals) for place in range(len(updates))]


def item(name: str = "widgets", kind: str = "Small") -> Item:
    return Item(
        id=f"{name}:7", company="1", object=name, kind=kind, procore_id="7", project_id="77", number="W-1", state=State.SYNCED, since=START
    )


def leave(api: Api, lines: Mapping[str, str] | None = None, *, shown: Mapping[str, Json] | None = None) -> None:
    StandaloneDoor(api, "1").write_back(WIDGETS, item(), origin="intacct:WIDGET:41", code="W-1", lines=lines or {}, shown=shown)


def test_the_kind_is_looked_up_where_it_is_not_known_and_the_record_read_there() -> None:
    api = Api(widgets__7={"type": "Small"}, small_widgets__7={"id": 7})
    source = Source(procore_id="7", project_id="77")
    assert StandaloneDoor(api, "1").fetch(WIDGETS, source) == ("Small", {"id": 7})
    assert api.asked == [("/rest/v1.0/widgets/7", PROJECT), ("/rest/v1.0/small_widgets/7", PROJECT)]


def test_a_kind_that_is_known_is_not_asked_for() -> None:
    api = Api(big_widgets__7={"id": 7}, makers__8={"id": 8})
    assert StandaloneDoor(api, "1").fetch(WIDGETS, Source(procore_id="7", project_id="77", kind="Big")) == ("Big", {"id": 7})
    assert StandaloneDoor(api, "1").fetch(MAKERS, Source(procore_id="8")) == ("Maker", {"id": 8})
    assert len(api.asked) == 2


@pytest.mark.parametrize("kind", [{"type": "Huge"}, {}])
def test_a_kind_that_does_not_go_is_refused(kind: dict[str, str]) -> None:
    with pytest.raises(ConnectorError, match="does not go to Intacct") as no:
        StandaloneDoor(Api(widgets__7=kind), "1").fetch(WIDGETS, Source(procore_id="7", project_id="77"))
    assert no.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("held", [None, "", "intacct:WIDGET:40"])
def test_the_ids_are_left_on_the_record_and_its_lines(held: str | None) -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": held})
    leave(api, {"7001": "intacct:PARTS:42", "x-2": "intacct:PARTS:43"})
    assert api.told == [
        (
            "PATCH",
            "/rest/v1.0/small_widgets/7",
            {"project_id": 77, "widget": {"origin_id": "intacct:WIDGET:41", "origin_code": "W-1"}},
            {},
        ),
        (
            "sync",
            "/rest/v1.0/small_widgets/7/lines/sync",
            [{"id": 7001, "origin_id": "intacct:PARTS:42"}, {"id": "x-2", "origin_id": "intacct:PARTS:43"}],
            PROJECT,
        ),
    ]


def test_what_is_there_already_is_not_written_again() -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": "intacct:WIDGET:41"})
    leave(api)
    assert api.told == []


def test_what_was_shown_a_moment_ago_is_not_read_again() -> None:
    api = Api()
    leave(api, shown={"id": 7, "origin_id": None})
    assert (api.asked, [method for method, *_ in api.told]) == ([], ["PATCH"])
    with pytest.raises(ConnectorError, match="'sage:9'"):
        leave(api, shown={"id": 7, "origin_id": "sage:9"})


def test_where_the_origin_id_was_not_shown_it_is_looked_up() -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": "sage:9"})
    with pytest.raises(ConnectorError, match="'sage:9'"):
        leave(api, shown={"id": 7})
    assert api.told == []


def test_an_id_of_another_integration_is_never_overwritten() -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": "sage:9"})
    with pytest.raises(ConnectorError, match="'sage:9'") as no:
        leave(api, {"7001": "intacct:PARTS:42"})
    assert no.value.code is Code.ORIGIN_NOT_OURS
    assert api.told == []


def test_a_line_that_procore_refuses_is_an_error_with_its_words() -> None:
    api = Api(small_widgets__7={"id": 7})
    api.refusals = (Violation(code=Code.REFUSED_BY_PROCORE, field="origin_id", message="Procore refused it.", their_words="taken"),)
    with pytest.raises(ConnectorError, match=r"W-1: Procore refused it\.") as no:
        leave(api, {"7001": "intacct:PARTS:42"})
    assert (no.value.code, no.value.their_words) == (Code.REFUSED_BY_PROCORE, "taken")


def test_one_piece_of_work_reads_a_document_once_and_the_next_anew() -> None:
    api = Api(
        big_widgets__7={"id": 7, "notes_id": 5}, big_widgets__8={"id": 8, "notes_id": 5}, big_widgets__notes=[{"id": 1}], notes__5={"id": 5}
    )
    kind = replace(WIDGETS.export.kinds[0], more={"notes": "/rest/v1.0/big_widgets/notes"}, beside={"note": "/rest/v1.0/notes/{notes_id}"})  # type: ignore[union-attr]
    room = replace(WIDGETS, export=replace(WIDGETS.export, kinds=(kind,)))  # type: ignore[type-var]
    door = StandaloneDoor(api, "1")
    once = door.reading_once()
    shown = [once.fetch(room, Source(procore_id=each, project_id="77", kind="Big"))[1] for each in ("7", "8", "7")]
    assert [(row["id"], row["note"], row["notes"]) for row in shown] == [(each, {"id": 5}, [{"id": 1}]) for each in (7, 8, 7)]
    assert [path.removeprefix("/rest/v1.0/") for path, _ in api.asked] == ["big_widgets/7", "big_widgets/notes", "notes/5", "big_widgets/8"]
    api.asked.clear()
    door.reading_once().fetch(room, Source(procore_id="7", project_id="77", kind="Big"))
    assert len(api.asked) == 3


def take_off(api: Api) -> None:
    StandaloneDoor(api, "1").take_off(WIDGETS, item(), origin="intacct:WIDGET:41", lines=["7001"])


LINES_OFF = ("sync", "/rest/v1.0/small_widgets/7/lines/sync", [{"id": 7001, "origin_id": None}], PROJECT)


def test_our_mark_is_taken_off_the_lines_first() -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": "intacct:WIDGET:41"})
    take_off(api)
    marks = {"project_id": 77, "widget": {"origin_id": None, "origin_code": None}}
    assert api.told == [LINES_OFF, ("PATCH", "/rest/v1.0/small_widgets/7", marks, {})]


def test_a_mark_that_is_off_already_is_looked_for_on_the_lines() -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": None})
    take_off(api)
    assert api.told == [LINES_OFF]


@pytest.mark.parametrize("origin", ["sage300:9", "intacct:WIDGET:42"])
def test_another_mark_stays(origin: str) -> None:
    api = Api(small_widgets__7={"id": 7, "origin_id": origin})
    take_off(api)
    assert api.told == []


def test_a_record_that_is_gone_carries_no_mark() -> None:
    api = Gone()
    take_off(api)
    assert api.told == []


class Gone(Api):
    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        raise ConnectorError(Code.NOT_FOUND, f"Procore has no {path} {params}.")


def boxed() -> Room:
    """Widgets that are read by their box's id and their own."""
    assert WIDGETS.export is not None
    kind = replace(WIDGETS.export.kinds[1], params={"project_id": "{project}", "box_id": "{box}"}, id_parts=("box", "id"))
    return replace(WIDGETS, export=replace(WIDGETS.export, kinds=(kind,)))


def test_an_id_of_several_parts_is_told_in_parts() -> None:
    api = Api(small_widgets__7={"id": 7})
    door, room = StandaloneDoor(api, "1"), boxed()
    assert door.fetch(room, Source(procore_id="5-7", project_id="77")) == ("Small", {"id": 7})
    assert api.asked == [("/rest/v1.0/small_widgets/7", {"project_id": "77", "box_id": "5"})]
    door.write_back(room, item().model_copy(update={"procore_id": "5-7"}), origin="intacct:WIDGET:41", code="W-1", lines={})
    ((_, path, body, _),) = api.told
    assert (path, body["project_id"], body["box_id"]) == ("/rest/v1.0/small_widgets/7", 77, 5)


@pytest.mark.parametrize("procore_id", ["7", "5-6-7", ""])
def test_an_id_of_another_number_of_parts_is_refused(procore_id: str) -> None:
    with pytest.raises(ConnectorError, match="box and id") as no:
        StandaloneDoor(Api(), "1").fetch(boxed(), Source(procore_id=procore_id, project_id="77"))
    assert no.value.code is Code.MALFORMED
