"""Vendors both ways: ids that are chosen or numbered, contact names that are taken, one to one, companies merged in Procore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.item import Item, State
from connector.engine.decide import Decision, decide
from connector.engine.events import edited
from connector.engine.staging import link
from connector.ports import CrossReference
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, Contract, by_hand, open_office
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import DANA

NAME = "vendors"
FIELDS = ("VENDORID", "NAME", "STATUS", "DISPLAYCONTACT.CONTACTNAME", "DISPLAYCONTACT.MAILADDRESS.ADDRESS1", "DISPLAYCONTACT.EMAIL1")


def new_company(office: Office, name: str = "Tidewater Rigging", **more: Any) -> str:
    body = {"company_id": int(office.world.company), "vendor": {"name": name, **more}}
    answer: dict[str, Any] = office.api.send("POST", "/rest/v1.0/vendors", body)
    return str(answer["id"])


def in_intacct(office: Office, item: Item) -> Mapping[str, Any]:
    (row,) = office.held("VENDOR", FIELDS, VENDORID=item.intacct_id)
    return row


def pair_of(office: Office, company: str) -> CrossReference:
    return office.references.by_procore(NAME, [company])[company]


def company_of(contract: Contract) -> str:
    return str(contract.shown["vendor"]["id"])


# Ids, contact and address.


def test_a_company_becomes_a_vendor_with_its_contact_and_address(office: Office) -> None:
    place = {"address": "12 Quay St", "city": "Tacoma", "state_code": "WA", "zip": "98421", "country_code": "US"}
    company = new_company(office, email_address="ap@tidewater.example", business_phone="555-0142", **place)
    item = office.export(NAME, company, "")
    assert (item.state, item.problems, item.intacct_id) == (State.SYNCED, (), f"PC-{company}")
    held = in_intacct(office, item)
    assert (held["NAME"], held["STATUS"]) == ("Tidewater Rigging", "active")
    assert held["DISPLAYCONTACT.CONTACTNAME"] == f"Tidewater Rigging (PC-{company})"
    assert (held["DISPLAYCONTACT.MAILADDRESS.ADDRESS1"], held["DISPLAYCONTACT.EMAIL1"]) == ("12 Quay St", "ap@tidewater.example")
    (row,) = office.procore.store["vendors"].rows(id=int(company))
    assert (row["origin_id"], row["origin_code"]) == (f"intacct:VENDOR:{item.intacct_key}", f"PC-{company}")


def test_the_approver_s_id_is_taken(office: Office) -> None:
    item = office.export(NAME, new_company(office), "", {"vendor_id": "TIDE"})
    assert (item.state, item.intacct_id, in_intacct(office, item)["NAME"]) == (State.SYNCED, "TIDE", "Tidewater Rigging")


def test_intacct_numbers_where_the_settings_say_so(office: Office) -> None:
    office.configure(vendor_ids="by Intacct")
    office.intacct.settings.vendor_sequence = True
    item = office.export(NAME, new_company(office), "")
    assert item.state is State.SYNCED
    held = in_intacct(office, item)
    assert (held["NAME"], held["VENDORID"] == item.intacct_id, item.intacct_id.startswith("PC-")) == ("Tidewater Rigging", True, False)


def test_numbering_that_intacct_does_not_do_is_told_of(office: Office) -> None:
    office.configure(vendor_ids="by Intacct")
    item = office.export(NAME, new_company(office), "")
    assert (item.state, codes(item.problems)) == (State.FAILED, ["VALUE_MISSING"])
    assert "Vendor ID" in item.problems[0].message


def test_the_address_of_a_linked_vendor_is_nobody_s_to_overwrite(office: Office) -> None:
    office.bring_and_link(NAME)
    company = company_of(Contract(office, CONCRETE))
    key = pair_of(office, company).intacct_id
    path = f"/rest/v1.0/vendors/{company}"
    body = {"company_id": int(office.world.company), "vendor": {"address": "1 New Yard Rd", "city": "Reno"}}
    office.api.send("PATCH", path, body)
    remit_to = "<DISPLAYCONTACT><MAILADDRESS><ADDRESS1>PO Box 9</ADDRESS1></MAILADDRESS></DISPLAYCONTACT>"
    by_hand(office, f"<update><VENDOR><VENDORID>{key}</VENDORID>{remit_to}</VENDOR></update>")
    office.bring(NAME)
    office.bring(NAME, full=True)
    assert office.api.get(path, {"company_id": office.world.company})["address"] == "1 New Yard Rd"
    (held,) = office.held("VENDOR", FIELDS, VENDORID=key)
    assert held["DISPLAYCONTACT.MAILADDRESS.ADDRESS1"] == "PO Box 9"


# Names that are taken.


def take(office: Office, contact: str) -> None:
    """A customer's contact of that name."""
    shown = f"<DISPLAYCONTACT><CONTACTNAME>{contact}</CONTACTNAME><PRINTAS>x</PRINTAS></DISPLAYCONTACT>"
    by_hand(office, f"<create><CUSTOMER><CUSTOMERID>C-TIDE</CUSTOMERID><NAME>Someone</NAME>{shown}</CUSTOMER></create>")


@pytest.mark.parametrize("when", ["before it is sent", "after it is approved"])
def test_a_contact_s_name_that_a_customer_has_is_explained(office: Office, when: str) -> None:
    company = new_company(office)
    contact = f"Tidewater Rigging (PC-{company})"
    if when == "before it is sent":
        take(office, contact)
        (violation,) = office.send(NAME, company, "").violations
        assert (violation.field, contact in violation.message) == ("contact_name", True)
    else:
        sent = office.send(NAME, company, "").item
        assert sent is not None
        take(office, contact)
        office.approve(sent)
        item = office.item(sent.id)
        assert item.state is State.FAILED
        violation = item.problems[0].violation()
        assert contact in violation.their_words
    said = violation.as_dict()
    assert said["code"] == "CONTACT_NAME_TAKEN"
    assert "Vendors, customers and employees share one list of contacts" in said["meaning"]
    assert said["remedy"].startswith("If the contact is the same company's, link the company to that vendor; else rename that contact")
    assert said["who"] == "an Intacct administrator"


# One to one.


def test_a_vendor_that_is_linked_is_linked_once_on_either_side(office: Office) -> None:
    office.bring_and_link(NAME)
    linked = company_of(Contract(office, CONCRETE))
    pair = pair_of(office, linked)
    office.enter("VENDOR", VENDORID="V-NEW", NAME="Another", DISPLAYCONTACT=[("PRINTAS", "Another")])  # type: ignore[arg-type]
    office.bring(NAME)
    (held,) = office.held("VENDOR", ("NAME",), VENDORID="V-NEW")
    refused = link(office.world, DANA, f"staged:vendors:{held['RECORDNO']}", linked)
    assert refused.violation is not None
    assert (refused.violation.code, pair.intacct_id in refused.violation.message) == (Code.LINKED_ELSEWHERE, True)

    again = link(office.world, DANA, f"staged:vendors:{pair.intacct_key}", new_company(office))
    assert (again.violation, again.said) == (None, "linked before")
    assert pair_of(office, linked) == pair


# Companies that are merged in Procore.


@pytest.fixture
def merged(office: Office) -> tuple[str, str, CrossReference]:
    """The concrete company, linked, was merged into one that is not: the two ids, and the pair as it was."""
    open_office(office)
    old = company_of(Contract(office, CONCRETE))
    pair = pair_of(office, old)
    marks = {"origin_id": f"intacct:VENDOR:{pair.intacct_key}", "origin_code": pair.intacct_id}
    office.api.send("PATCH", f"/rest/v1.0/vendors/{old}", {"company_id": int(office.world.company), "vendor": marks})
    new = new_company(office, "Cascade Concrete (new)")
    office.procore.merge("dana", int(new), int(old))
    return old, new, pair


def test_the_link_of_a_merged_company_goes_to_the_one_that_took_it_in(office: Office, merged: tuple[str, str, CrossReference]) -> None:
    """A webhook tells of the primary company's update."""
    old, new, pair = merged
    assert edited(office.world, "Company Vendors", new) == "took in another; its link is here now"
    assert office.references.by_procore(NAME, [old, new]) == {new: pair.model_copy(update={"procore_id": new})}
    assert office.references.by_intacct(NAME, [pair.intacct_key])[pair.intacct_key].procore_id == new
    told = office.state.history(f"staged:vendors:{pair.intacct_key}")
    if told:
        assert (told[-1].who, told[-1].detail) == ("Procore", {"procore": new})
    assert edited(office.world, "Company Vendors", new) == "not ours", "once"


def test_a_commitment_of_a_merged_company_goes_to_the_vendor_there_is(office: Office, merged: tuple[str, str, CrossReference]) -> None:
    """Without a webhook: the new company is not linked, and would otherwise become a second vendor."""
    _, new, pair = merged
    concrete = Contract(office, CONCRETE)
    before = len(office.intacct.store.all("VENDOR"))
    assert company_of(concrete) == new
    item = office.export("commitments", concrete.id, concrete.project)
    assert (item.state, item.pending) == (State.SYNCED, ())
    (document,) = office.held("PODOCUMENT", ("CUSTVENDID",), DOCID=item.intacct_id)
    assert (document["CUSTVENDID"], len(office.intacct.store.all("VENDOR"))) == (pair.intacct_id, before)
    assert pair_of(office, new).intacct_key == pair.intacct_key


def test_a_merged_company_is_not_sent_as_a_new_one(office: Office, merged: tuple[str, str, CrossReference]) -> None:
    _, new, pair = merged
    with pytest.raises(Exception, match="took in the company that") as refused:
        office.send(NAME, new, "")
    assert getattr(refused.value, "code", None) is Code.NOT_WAITING
    assert pair_of(office, new).intacct_id == pair.intacct_id


def test_a_full_import_finds_a_merge_that_no_webhook_told_of(office: Office, merged: tuple[str, str, CrossReference]) -> None:
    old, new, pair = merged
    office.bring(NAME)
    assert old in office.references.by_procore(NAME, [old]), "what did not change is not looked at"
    office.bring(NAME, full=True)
    assert office.references.by_procore(NAME, [old, new]) == {new: pair.model_copy(update={"procore_id": new})}


def test_an_approval_from_before_the_merge_is_stale(office: Office) -> None:
    open_office(office)
    concrete = Contract(office, CONCRETE)
    sent = office.send("commitments", concrete.id, concrete.project).item
    assert sent is not None
    decide(office.world, DANA, [Decision(item=sent.id, verdict="approve", fingerprint=sent.fingerprint)], via="app")
    office.procore.merge("dana", int(new_company(office)), int(company_of(concrete)))
    office.machine.play()
    assert office.item(sent.id).state is State.STALE
    assert office.intacct.store.find("PODOCUMENT", DOCNO=CONCRETE) == []


def test_two_companies_with_a_vendor_each_are_a_person_s_matter(office: Office) -> None:
    """The commitment goes to the vendor of the company that stayed; the pair of the other is listed, and linked where a person says."""
    open_office(office)
    old, other = company_of(Contract(office, CONCRETE)), _another_linked(office)
    pair, its = pair_of(office, old), pair_of(office, other)
    for each in (pair, its):
        marks = {"origin_id": f"intacct:VENDOR:{each.intacct_key}"}
        office.api.send("PATCH", f"/rest/v1.0/vendors/{each.procore_id}", {"company_id": int(office.world.company), "vendor": marks})
    office.procore.merge("dana", int(other), int(old))
    assert edited(office.world, "Company Vendors", other) == "not ours"
    office.bring(NAME, full=True)

    item = office.item(f"staged:vendors:{pair.intacct_key}")
    assert (item.state, codes(item.problems)) == (State.INVALID, ["GONE_IN_PROCORE"])
    said = item.problems[0].violation().as_dict()
    assert pair.intacct_id in said["message"]
    assert old in said["message"]
    assert "decide in Intacct which of the two goes on" in said["remedy"]
    assert said["who"] == "an accounting approver"
    assert (pair_of(office, old), pair_of(office, other)) == (pair, its)

    refused = link(office.world, DANA, item.id, other)
    assert refused.violation is not None
    assert (refused.violation.code, its.intacct_id in refused.violation.message) == (Code.LINKED_ELSEWHERE, True)

    fresh = new_company(office, "Cascade, once more")
    done = link(office.world, DANA, item.id, fresh)
    assert (done.state, done.violation) == (State.LINKED, None)
    assert office.references.by_procore(NAME, [old, fresh]) == {fresh: pair_of(office, fresh)}
    assert pair_of(office, fresh).intacct_key == pair.intacct_key
    (row,) = office.procore.store["vendors"].rows(id=int(fresh))
    assert row["origin_id"] == f"intacct:VENDOR:{pair.intacct_key}"
    assert office.item(item.id).problems == ()


def _another_linked(office: Office) -> str:
    old = company_of(Contract(office, CONCRETE))
    return next(
        pair.procore_id
        for pair in office.references.of_object(NAME)
        if pair.procore_id not in {old, company_of(Contract(office, ELECTRICAL))}
    )


def test_a_mark_of_a_company_that_is_there_is_no_merge(office: Office, merged: tuple[str, str, CrossReference]) -> None:
    """Somebody wrote our mark on another company; the one it belongs to is still there."""
    old, new, pair = merged
    (row,) = office.procore.store["vendors"].rows(id=int(old))
    office.procore.store["vendors"].update(row, {"deleted_at": None})
    (violation,) = office.send(NAME, new, "").violations
    assert (violation.code, violation.field) == (Code.LINKED_ELSEWHERE, "origin")
    assert pair.intacct_id in violation.message
    assert pair_of(office, old) == pair
