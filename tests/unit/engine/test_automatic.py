"""Records that go without a person, over doubles: gadgets, which are found within linked boxes and need their maker first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.item import Item, State
from connector.core.spec import Automatic
from connector.engine.automatic import WHO, hinted, look, look_now_and_then
from connector.engine.choices import rechoose
from connector.engine.decide import retry
from connector.engine.events import edited
from connector.engine.world import Room
from connector.ports import CrossReference, Json, Procore
from tests.unit.engine.rooms import MAKERS, ROOMS, WIDGETS
from tests.unit.engine.stage import ALEX, DANA, MARCO, WIDGET, Stage, right

KEY, OTHER = "widgets:5-7", "widgets:5-8"


def _ready(row: Mapping[str, Any], config: Configuration) -> bool:
    return row["state"] in config.funded


def _gadgets() -> Room:
    assert WIDGETS.export is not None
    kind = replace(
        WIDGETS.export.kinds[0],
        show="/rest/v1.0/gadgets/{id}",
        list="/rest/v1.0/gadgets",
        list_params={"project_id": "{project}", "box_id": "{box}"},
        id_parts=("box", "id"),
    )
    return replace(WIDGETS, export=replace(WIDGETS.export, kinds=(kind,), automatic=Automatic(within="boxes", ready=_ready)))


GADGETS = _gadgets()
BOXES = replace(MAKERS, name="boxes")


class Lists:
    """Procore's list of gadgets: rows by project and box. ``faults`` are raised by the next calls."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], list[dict[str, Json]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.faults: list[Exception] = []

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[list[Json]]:
        assert path == "/rest/v1.0/gadgets"
        if self.faults:
            raise self.faults.pop(0)
        where = params["project_id"], params["box_id"]
        self.asked.append(where)
        yield self.rows.get(where, [])


class Shop(Stage):
    """One gadget that may go, in a linked box."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lists = Lists()
        rooms = {**ROOMS, "widgets": GADGETS, "boxes": BOXES}
        self.world = replace(self.world, rooms=rooms, procore=cast("Procore", self.lists))
        self.configure(automatic=["widgets"], funded=["there"])
        self.box("5", "77")
        self.put("7")
        self.linked_maker()

    def box(self, procore_id: str, project: str) -> None:
        pair = CrossReference(
            object="boxes", procore_id=procore_id, intacct_key=f"k{procore_id}", intacct_id=procore_id, project_id=project
        )
        assert self.references.link([pair]) == []

    def put(self, own_id: str, state: str = "there", box: str = "5", project: str = "77", **fields: Any) -> None:
        self.lists.rows.setdefault((project, box), []).append({"id": int(own_id), "state": state})
        self.desk.records[f"widgets:{box}-{own_id}"] = dict(WIDGET) | {"id": int(own_id), "number": f"G-{own_id}"} | fields

    def looked(self) -> list[str]:
        """The clock's look, and what follows from it."""
        going = look(self.world, GADGETS)
        self.machine.play()
        return [item.id for item in going]

    def failed(self) -> Item:
        """The gadget breaks a rule; it was looked at."""
        self.edit(KEY, status="Gone")
        assert self.looked() == []
        return self.item(KEY)

    def failed_by_number(self) -> Item:
        """Intacct has one of the gadget's number; it was looked at."""
        self.books.tables["WIDGET"] = [{"DOCNO": "G-7", "RECORDNO": "1"}]
        assert self.looked() == []
        return self.item(KEY)


def test_what_may_go_goes_in_one_run() -> None:
    shop = Shop()
    shop.put("8")
    shop.put("9", state="on its way")
    assert shop.looked() == [KEY, OTHER]
    assert len(shop.workflows) == 1
    assert shop.held() == ["G-7", "G-8"]
    item = shop.item(KEY)
    assert (item.state, item.sent_by, item.sent_by_name, item.approvals[0].by) == (State.SYNCED, "", WHO, WHO)
    assert shop.told(KEY)[0] == "goes by itself"
    assert shop.mails() == []
    assert "widgets:5-9" not in shop.state


def test_looking_again_changes_nothing() -> None:
    shop = Shop()
    look(shop.world, GADGETS)
    before = shop.item(KEY)
    assert look(shop.world, GADGETS) == []
    assert shop.item(KEY) == before
    shop.machine.play()
    assert shop.looked() == []
    assert len(shop.held()) == 1


def test_what_was_linked_by_a_person_is_left() -> None:
    shop = Shop()
    shop.link("widgets", "5-7", "G-7")
    assert shop.looked() == []
    assert KEY not in shop.state


def test_only_what_the_settings_name_goes() -> None:
    shop = Shop()
    shop.configure(automatic=[])
    assert look_now_and_then(shop.world) == 0
    assert hinted(shop.world, GADGETS, "77", "7") == ("5-7", [])
    assert KEY not in shop.state


def test_what_breaks_a_rule_is_kept_with_every_reason_and_the_approvers_hear_of_it_once() -> None:
    shop = Shop()
    shop.edit(KEY, maker={"id": 9, "name": "Nobody"})
    shop.desk.records["makers:9"] = {"id": 9, "code": "PC-9", "name": "Nobody"}
    item = shop.failed()
    assert (item.state, item.approvals, item.title) == (State.FAILED, (), "A widget")
    assert [(problem.code, problem.field) for problem in item.problems] == [
        (Code.VENDOR_NOT_LINKED, "maker"),
        (Code.NOT_APPROVED_IN_PROCORE, "status"),
    ]
    assert shop.mails() == [("dana", "failed G-7"), ("priya", "failed G-7")]
    assert shop.looked() == []
    assert (shop.item(KEY), len(shop.mails())) == (item, 2)
    assert shop.told(KEY) == ["cannot go by itself"]


def test_it_goes_when_the_reason_is_gone() -> None:
    shop = Shop()
    shop.failed()
    shop.edit(KEY, status="Live")
    assert shop.looked() == [KEY]
    assert (shop.item(KEY).state, shop.item(KEY).problems) == (State.SYNCED, ())
    assert shop.told(KEY)[:2] == ["cannot go by itself", "goes by itself"]


def test_other_reasons_than_before_are_kept_and_told() -> None:
    shop = Shop()
    shop.failed()
    shop.edit(KEY, status="Live", day="soon")
    assert shop.looked() == []
    assert [problem.code for problem in shop.item(KEY).problems] == [Code.VALUE_UNREADABLE]
    assert (shop.item(KEY).number, shop.item(KEY).title) == ("G-7", "A widget"), "what was known of it stays"
    assert len(shop.mails()) == 4


def test_one_that_procore_does_not_show_keeps_no_other_back() -> None:
    shop = Shop()
    shop.put("8")
    del shop.desk.records[KEY]
    assert shop.looked() == [OTHER]
    item = shop.item(KEY)
    assert (item.state, item.number, item.problems[0].code) == (State.FAILED, "5-7", Code.NOT_FOUND)


@pytest.mark.parametrize(
    "away",
    [RetryLater(Code.UNAVAILABLE, "Away.", seconds=1), SetupWrong(Code.SIGN_IN_FAILED, "No."), ConnectorError(Code.NO_PERMISSION, "No.")],
)
def test_a_system_that_is_away_is_no_records_fault(away: ConnectorError) -> None:
    shop = Shop()
    shop.desk.faults = [away]
    with pytest.raises(ConnectorError):
        look(shop.world, GADGETS)
    assert KEY not in shop.state
    assert shop.looked() == [KEY]


def test_what_a_person_sent_is_the_persons() -> None:
    shop = Shop()
    shop.sent(KEY)
    assert shop.looked() == []
    assert shop.approve(KEY).said == "approved"
    shop.edit(KEY, number="G-70")
    shop.machine.play()
    assert shop.item(KEY).state is State.STALE
    assert shop.looked() == []
    assert shop.item(KEY).state is State.STALE


def test_what_intacct_refused_is_a_persons_to_try_again() -> None:
    shop = Shop()
    shop.books.orders = ["refused"]
    assert shop.looked() == [KEY]
    refused = shop.item(KEY)
    assert (refused.state, refused.intent) == (State.FAILED, None)
    assert shop.mails() == [("dana", "failed G-7"), ("priya", "failed G-7")]
    assert shop.looked() == []
    assert shop.item(KEY) == refused
    (again,) = retry(shop.world, DANA, [KEY])
    shop.machine.play()
    assert (again.said, shop.item(KEY).state) == ("approved", State.SYNCED)


def test_what_became_stale_on_its_way_is_taken_up_without_a_list() -> None:
    shop = Shop()
    look_now_and_then(shop.world)
    shop.edit(KEY, number="G-70")
    shop.machine.play()
    assert shop.item(KEY).state is State.STALE
    shop.lists.asked.clear()
    assert look_now_and_then(shop.world) == 1
    shop.machine.play()
    assert shop.lists.asked == []
    assert shop.held() == ["G-70"]


def test_the_clock_looks_once_an_hour_and_again_when_a_look_failed() -> None:
    shop = Shop()
    shop.lists.faults = [RetryLater(Code.UNAVAILABLE, "Away.", seconds=1)]
    with pytest.raises(RetryLater):
        look_now_and_then(shop.world)
    assert look_now_and_then(shop.world) == 1
    shop.clock.move(3599)
    look_now_and_then(shop.world)
    assert len(shop.lists.asked) == 1
    shop.clock.move(1)
    look_now_and_then(shop.world)
    assert len(shop.lists.asked) == 2


def test_a_hint_is_looked_for_in_its_project_and_sends_that_record_alone() -> None:
    shop = Shop()
    shop.put("8")
    shop.box("6", "78")
    assert edited(shop.world, "Gadgets", "8", "77") == "goes by itself"
    assert (KEY in shop.state, OTHER in shop.state) == (False, True)
    assert edited(shop.world, "Gadgets", "9", "77") == "not ours"
    assert shop.lists.asked == [("77", "5")] * 2
    assert edited(shop.world, "Gadgets", "8", "77") == "read again when it goes on; it is approved"


def test_a_hint_of_what_waits_or_is_synced_means_what_any_edit_means() -> None:
    shop = Shop()
    shop.sent(KEY)
    shop.edit(KEY, number="G-70")
    assert edited(shop.world, "Gadgets", "7", "77") == "shown anew"
    shop.approve(KEY)
    shop.machine.play()
    assert edited(shop.world, "Gadgets", "7", "77") == "unchanged"


def test_two_looks_at_the_same_moment_make_one_item() -> None:
    shop = Shop()
    fetch = shop.desk.fetch
    other: list[list[Item]] = []

    def meanwhile(*arguments: Any) -> Any:
        shop.desk.fetch = fetch  # type: ignore[method-assign]
        other.append(look(shop.world, GADGETS))
        return fetch(*arguments)

    shop.desk.fetch = meanwhile  # type: ignore[assignment, method-assign]
    assert look(shop.world, GADGETS) == []
    assert [item.id for item in other[0]] == [KEY]
    shop.machine.play()
    assert shop.held() == ["G-7"]


class TestAPersonsValues:
    def test_they_wait_for_a_decision_of_whoever_chose_them(self) -> None:
        shop = Shop()
        item = shop.failed_by_number()
        sent = rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert sent.item is not None
        assert (sent.item.state, sent.item.problems, sent.item.choices) == (State.WAITING, (), {"number": "G-99"})
        assert shop.looked() == []
        assert shop.approve(KEY, DANA).said == "approved"
        shop.machine.play()
        assert shop.item(KEY).state is State.SYNCED

    def test_none_will_do_where_the_reason_is_gone(self) -> None:
        shop = Shop()
        item = shop.failed_by_number()
        shop.books.tables.clear()
        sent = rechoose(shop.world, DANA, KEY, {}, fingerprint=item.fingerprint)
        assert sent.item is not None
        assert (sent.item.state, sent.item.fingerprint) == (State.WAITING, item.fingerprint)

    def test_what_still_breaks_a_rule_changes_nothing(self) -> None:
        shop = Shop()
        item = shop.failed()
        sent = rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert [violation.code for violation in sent.violations] == [Code.NOT_APPROVED_IN_PROCORE]
        assert shop.item(KEY) == item

    def test_what_goes_first_is_still_in_the_way(self) -> None:
        shop = Shop()
        shop.edit(KEY, maker={"id": 9, "name": "Nobody"})
        shop.desk.records["makers:9"] = {"id": 9, "code": "PC-9", "name": "Nobody"}
        shop.looked()
        item = shop.item(KEY)
        sent = rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert [violation.code for violation in sent.violations] == [Code.VENDOR_NOT_LINKED]

    def test_they_are_kept_for_later_looks(self) -> None:
        shop = Shop()
        item = shop.failed_by_number()
        rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        shop.edit(KEY, status="Gone")
        assert edited(shop.world, "Gadgets", "7", "77") == "back to its sender"
        shop.edit(KEY, status="Live")
        assert shop.looked() == [KEY]
        assert "G-99" in shop.held()

    @pytest.mark.parametrize(("who", "code"), [(MARCO, Code.NOT_YOUR_APPROVAL), (ALEX, Code.NOT_YOUR_APPROVAL)])
    def test_only_approvers_choose(self, who: Any, code: Code) -> None:
        shop = Shop()
        item = shop.failed()
        with pytest.raises(ConnectorError) as refused:
            rechoose(shop.world, who, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert refused.value.code is code

    def test_the_limit_of_the_approver_counts(self) -> None:
        shop = Shop()
        item = shop.failed_by_number()
        shop.configure(approvers=(right(DANA, up_to="1.00"),))
        rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert shop.approve(KEY, DANA).said == "approved; a second approver decides"

    def test_what_may_be_in_intacct_takes_none(self) -> None:
        shop = Shop()
        shop.books.before_read = lambda: [part.update(TASKID="09-900") for part in shop.books.tables.get("PARTS", ())]
        shop.looked()
        item = shop.item(KEY)
        assert item.may_be_there
        with pytest.raises(ConnectorError) as refused:
            rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert refused.value.code is Code.NOT_WAITING

    def test_those_of_a_failed_record_that_a_person_sent_go_with_a_new_sending(self) -> None:
        shop = Shop()
        shop.sent(KEY)
        shop.books.orders = ["refused"]
        shop.approve(KEY)
        shop.machine.play()
        item = shop.item(KEY)
        assert item.state is State.FAILED
        with pytest.raises(ConnectorError) as refused:
            rechoose(shop.world, DANA, KEY, {"number": "G-99"}, fingerprint=item.fingerprint)
        assert refused.value.code is Code.NOT_WAITING


class TestTryingAgain:
    def test_what_still_breaks_a_rule_says_so(self) -> None:
        shop = Shop()
        item = shop.failed()
        (result,) = retry(shop.world, DANA, [KEY])
        assert (result.state, result.violation and result.violation.code) == (State.FAILED, Code.NOT_APPROVED_IN_PROCORE)
        assert (shop.item(KEY), len(shop.workflows)) == (item, 0)

    def test_what_breaks_none_any_more_goes(self) -> None:
        shop = Shop()
        shop.failed()
        shop.edit(KEY, status="Live")
        (result,) = retry(shop.world, DANA, [KEY])
        assert (result.said, result.run != "") == ("approved", True)
        assert [entry.who for entry in shop.state.history(KEY)] == [WHO, DANA.name]
        shop.machine.play()
        assert shop.item(KEY).state is State.SYNCED
        assert len(shop.workflows) == 1

    def test_what_the_settings_let_go_no_more_waits_for_values_and_a_decision(self) -> None:
        shop = Shop()
        item = shop.failed()
        shop.edit(KEY, status="Live")
        shop.configure(automatic=[])
        (result,) = retry(shop.world, DANA, [KEY])
        assert result.violation is not None
        assert result.violation.code is Code.NOT_WAITING
        sent = rechoose(shop.world, DANA, KEY, {}, fingerprint=item.fingerprint)
        assert sent.item is not None
        assert shop.approve(KEY, DANA).said == "approved"
