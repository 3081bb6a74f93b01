"""What an edit in Procore means for an item."""

from __future__ import annotations

import json

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State, first_break, step
from connector.engine import snapshot
from connector.engine.choices import rechoose
from connector.engine.events import edited
from connector.engine.prepare import prepare
from connector.engine.world import Source
from connector.ports import CrossReference
from tests.unit.entrypoints.office import COMMITMENT, DANA, PIER_9, VENDOR, Office, subcontract

SUBCONTRACTS = "Work Order Contracts"


@pytest.fixture
def office() -> Office:
    return Office()


def synced(office: Office) -> None:
    """The subcontract as it is after its export."""
    item = office.send()
    world = office.world
    source = Source(procore_id="4711", project_id=PIER_9, kind=item.kind)
    approved = {"approvals": ({"fingerprint": item.fingerprint, "by": "d", "by_name": "Dana", "at": office.clock.now(), "via": "api"},)}
    held = type(item).model_validate(item.model_dump() | approved)
    snapshot.keep(world, held, prepare(world, world.room("commitments"), source, {}, ask=False, pending=item.pending))
    done = {"state": State.SYNCED, "written_back": True, "intacct_key": "1", "intacct_id": "Subcontract-SC-2041"}
    after, entry = step(held, "in Intacct", who="connector", at=office.clock.now(), **done)  # type: ignore[arg-type]  # fields of Item
    pair = CrossReference(object="commitments", procore_id="4711", project_id=PIER_9, intacct_key="1", intacct_id=after.intacct_id)
    office.state.save(after, entry, link=pair)
    office.door.records["commitments", "4711"][1]["origin_id"] = "intacct:PODOCUMENT:1"


def changed(office: Office, **fields: object) -> None:
    office.door.records["commitments", "4711"][1].update(fields)


class TestAWaitingItem:
    def test_it_is_shown_anew_and_old_links_die(self, office: Office) -> None:
        before = office.send()
        mails = len(office.mail)
        changed(office, title="Steel, changed")
        assert edited(office.world, SUBCONTRACTS, "4711") == "shown anew"
        after = office.item()
        assert (after.state, after.title, after.approvals) == (State.WAITING, "Steel, changed", ())
        assert after.fingerprint != before.fingerprint
        assert len(office.mail) == 2 * mails
        assert json.loads(office.payloads.get(f"previews/{COMMITMENT}/{after.fingerprint}.json") or "")["name"] == "Steel, changed"

    def test_nothing_changes_when_nothing_of_it_changed(self, office: Office) -> None:
        before = office.send()
        assert [edited(office.world, SUBCONTRACTS, "4711") for _ in range(2)] == ["unchanged"] * 2
        assert office.item() == before

    @pytest.mark.parametrize("fields", [{"status": "Draft"}, {"line_items": []}, {"contract_date": "soon"}])
    def test_what_breaks_a_rule_now_goes_back_to_its_sender(self, office: Office, fields: dict[str, object]) -> None:
        office.send()
        changed(office, **fields)
        assert edited(office.world, SUBCONTRACTS, "4711") == "back to its sender"
        assert office.item().state is State.STALE
        assert office.item().problems

    def test_a_record_that_is_gone_goes_back_to_its_sender(self, office: Office) -> None:
        office.send()
        del office.door.records["commitments", "4711"]
        assert edited(office.world, SUBCONTRACTS, "4711") == "back to its sender"
        assert office.item().problems[0].code is Code.NOT_FOUND

    def test_a_new_company_that_must_go_first_goes_back_to_its_sender(self, office: Office) -> None:
        office.send()
        office.door.records["vendors", "9"] = ("Vendor", {"id": 9, "name": "Delta Electric", "is_active": True})
        changed(office, vendor={"id": 9, "company": "Delta Electric"})
        assert edited(office.world, SUBCONTRACTS, "4711") == "back to its sender"
        assert "vendors:9" in office.item().problems[0].message

    def test_the_approvers_values_stay(self, office: Office) -> None:
        item = office.send()
        rechoose(office.world, DANA, COMMITMENT, {"number": "SC-1"}, fingerprint=item.fingerprint)
        changed(office, title="Steel, changed")
        edited(office.world, SUBCONTRACTS, "4711")
        assert (office.item().number, office.item().choices) == ("SC-1", {"number": "SC-1"})

    def test_a_company_is_found_by_its_webhooks_name(self, office: Office) -> None:
        office.send()
        office.door.records["vendors", "8821"][1]["name"] = "Harbor Steel Inc."
        assert edited(office.world, "Company Vendors", "8821") == "shown anew"
        assert office.item(VENDOR).title == "Harbor Steel Inc."


class TestASyncedItem:
    def test_an_edit_is_named_in_the_history_once(self, office: Office) -> None:
        synced(office)
        changed(office, title="Steel, changed", line_items=[*subcontract()["line_items"], subcontract()["line_items"][0] | {"id": 2}])
        assert [edited(office.world, SUBCONTRACTS, "4711") for _ in range(2)] == ["marked as drift", "known"]
        item, history = office.item(), office.state.history(COMMITMENT)
        assert item.state is State.SYNCED
        assert history[-1].what.startswith("edited in Procore")
        assert history[-1].detail["fields"] == "title, lines"
        assert first_break(history, head=item.history_head, count=item.history_count) is None

    def test_our_own_mark_on_the_record_is_no_edit(self, office: Office) -> None:
        synced(office)
        before = office.item()
        assert edited(office.world, SUBCONTRACTS, "4711") == "unchanged"
        assert office.item() == before

    def test_a_record_that_is_gone_is_named(self, office: Office) -> None:
        synced(office)
        del office.door.records["commitments", "4711"]
        assert [edited(office.world, SUBCONTRACTS, "4711") for _ in range(2)] == ["marked as drift", "known"]
        assert office.state.history(COMMITMENT)[-1].what.startswith("gone in Procore")

    def test_it_stands_where_those_are_that_differ(self, office: Office) -> None:
        synced(office)
        before = office.item()
        office.door.records["commitments", "4711"][1]["title"] = "Steel, changed"
        edited(office.world, SUBCONTRACTS, "4711")
        assert office.item().shelf == "synced:differs"
        assert office.item().version == before.version + 1


@pytest.mark.parametrize(("resource", "key"), [("Work Order Contracts", "1"), ("Standard Cost Codes", "51"), ("Spaceships", "4711")])
def test_what_is_not_ours_is_left_alone(office: Office, resource: str, key: str) -> None:
    office.send()
    assert edited(office.world, resource, key) == "not ours"


def test_what_is_under_way_is_read_again_by_itself(office: Office) -> None:
    item, entry = step(office.send(), "approved", who="x", at=office.clock.now(), state=State.APPROVED)
    office.state.save(item, entry)
    changed(office, title="Steel, changed")
    assert edited(office.world, SUBCONTRACTS, "4711").startswith("read again")
    assert office.item() == item


@pytest.mark.parametrize("prepare_item", [True, False])
def test_another_failure_is_not_taken_for_a_missing_record(office: Office, monkeypatch: pytest.MonkeyPatch, *, prepare_item: bool) -> None:
    synced(office) if not prepare_item else office.send()

    def refused(*_: object) -> None:
        raise ConnectorError(Code.NO_PERMISSION, "no")

    monkeypatch.setattr(office.door, "fetch", refused)
    with pytest.raises(ConnectorError, match="NO_PERMISSION"):
        edited(office.world, SUBCONTRACTS, "4711")
