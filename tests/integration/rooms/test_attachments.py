"""Files attached in Procore, on their way into Intacct's attachments: the real engine, gateway and client between both simulators."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import pytest

from connector.core.item import Item, State
from connector.core.outcome import Result
from connector.engine import export
from connector.engine.attachments import MOST_TRIES
from connector.engine.decide import Decision, decide
from tests.integration.rooms.contracts import CONCRETE, FENDERS, Contract, by_hand, open_office
from tests.integration.rooms.office import Office
from tests.proof.machine import Killed
from tests.proof.stage import DANA

MEGABYTE = 1_000_000


@pytest.fixture
def concrete(office: Office) -> Contract:
    """A signed subcontract with one file, ``SC-24-107-001.pdf``."""
    open_office(office)
    return Contract(office, CONCRETE)


def attach(contract: Contract, filename: str, content: bytes = b"drawing", media_type: str = "application/octet-stream") -> int:
    world = contract.office.procore.world
    row = world.store[contract.path].get(int(contract.id))
    assert row is not None
    file_id = world.store["files"].next_id()
    world.files.add(file_id, filename, media_type, content)
    world.store[contract.path].update(row, {"file_ids": [*row["file_ids"], file_id]})
    return file_id


def exported(contract: Contract) -> Item:
    return contract.office.export("commitments", contract.id, contract.project)


def held(office: Office, item: Item) -> dict[str, bytes]:
    """The files of the attachment that the document names."""
    (document,) = office.held("PODOCUMENT", ("SUPDOCID",), DOCID=item.intacct_id)
    if not document["SUPDOCID"]:
        return {}
    (supdoc,) = office.intacct.store.find("SUPDOC", SUPDOCID=str(document["SUPDOCID"]))
    files = office.intacct.store.find("ATTACHMENT", SUPDOCKEY=supdoc["RECORDNO"])
    return {f"{file['ATTACHMENTNAME']}.{file['ATTACHMENTTYPE']}": b64decode(file["ATTACHMENTDATA"]) for file in files}


def told(office: Office, item: Item) -> dict[str, str]:
    """What the history says about attachments, and why."""
    return {entry.what: entry.detail.get("why", "") for entry in office.state.history(item.id) if "attachment" in entry.what}


def of_procore(contract: Contract, place: int = 0) -> bytes:
    row = contract.office.procore.store[contract.path].get(int(contract.id))
    assert row is not None
    return contract.office.procore.world.files[row["file_ids"][place]].content


def uploads(office: Office) -> int:
    return sum(name == "create_supdoc" for request in office.intacct.requests for name, _, _ in request.functions)


def test_the_files_are_there_before_the_document_and_its_bill_names_them_too(office: Office, concrete: Contract) -> None:
    invoice = office.id("requisitions", invoice_number=f"{CONCRETE}-01")
    item = office.export("subcontractor_invoices", invoice, concrete.project)

    assert (item.state, item.problems) == (State.SYNCED, ())
    commitment = office.item(f"commitments:{concrete.id}")
    assert held(office, commitment) == {f"{CONCRETE}.pdf": of_procore(concrete)}
    (file,) = held(office, item).values()
    assert file.startswith(b"%PDF")
    (document,) = office.held("PODOCUMENT", ("SUPDOCID", "PRRECORDKEY"), DOCID=item.intacct_id)
    (bill,) = office.intacct.store.find("APBILL", RECORDNO=str(document["PRRECORDKEY"]))
    assert bill["SUPDOCID"] == document["SUPDOCID"]
    (supdoc,) = office.intacct.store.find("SUPDOC", SUPDOCID=bill["SUPDOCID"])
    assert (supdoc["SUPDOCNAME"], supdoc["FOLDERNAME"]) == (f"Subcontractor invoice {item.number}", "Procore")
    assert told(office, item) == {"its attachment goes along": ""}


def test_the_approver_sees_which_files_and_what_becomes_of_them(office: Office, concrete: Contract) -> None:
    attach(concrete, "plan.dwg")
    preview = office.send("commitments", concrete.id, concrete.project).preview
    assert preview is not None
    assert preview["attachments"]["files"] == [f"{CONCRETE}.pdf", "plan.dwg"]
    assert "more than 5 MB" in preview["attachments"]["words"]
    (named,) = (field["value"] for field in preview["fields"] if field["path"] == "supporting_document")
    assert f"<supdocid>{named}</supdocid>" in preview["request"]


def test_a_file_added_after_the_approval_makes_it_stale(office: Office, concrete: Contract) -> None:
    sent = office.send("commitments", concrete.id, concrete.project).item
    assert sent is not None
    attach(concrete, "side letter.pdf")
    office.approve(sent)
    assert office.item(sent.id).state is State.STALE
    assert office.intacct.store.all("SUPDOC") == []


@pytest.mark.parametrize(
    ("denied", "words"),
    [
        ({"SUPDOC"}, "You do not have permission for API operation"),
        ({"SUPDOCFOLDER"}, "Invalid Attachment folder 'Procore' specified"),
    ],
)
def test_where_the_tenant_refuses_the_document_goes_without(office: Office, concrete: Contract, denied: set[str], words: str) -> None:
    office.intacct.settings.denied_objects = denied
    item = exported(concrete)
    assert (item.state, item.problems, held(office, item)) == (State.SYNCED, (), {})
    assert words in told(office, item)["its attachments stay in Procore"]
    assert office.intacct.store.all("SUPDOC") == []


def test_a_right_that_is_given_later_is_used_by_the_next_try(office: Office, concrete: Contract) -> None:
    """A refused document may be sent anew; what holds of attachments is found out again."""
    office.intacct.settings.denied_objects = {"SUPDOC"}
    office.intacct.faults.plan({"fault": "status", "status": 503, "match": "<create_potransaction>", "times": 1})
    sent = office.send("commitments", concrete.id, concrete.project).item
    assert sent is not None
    office.approve(sent)
    assert held(office, office.item(sent.id)) == {}, "the snapshot is carried to its end"

    office.intacct.settings.denied_objects = set()
    fenders = Contract(office, FENDERS)
    assert list(held(office, exported(fenders))) == [f"{FENDERS}.pdf"]


def test_what_is_too_large_stays_and_the_rest_goes(office: Office, concrete: Contract) -> None:
    office.configure(attachments={"megabytes_per_file": 1, "megabytes_per_record": 2})
    attach(concrete, "photos.zip", b"x" * (MEGABYTE + 1))
    attach(concrete, "one.bin", b"1" * MEGABYTE)
    attach(concrete, "two.bin", b"2" * MEGABYTE)
    attach(concrete, "note.txt", b"small")
    item = exported(concrete)
    assert list(held(office, item)) == [f"{CONCRETE}.pdf", "one.bin", "note.txt"]
    why = told(office, item)["3 of 5 attachments go along"]
    assert "photos.zip is larger than the 1 MB that are left of 2 MB for all." in why
    assert "two.bin is larger than the 0.9" in why


def test_names_that_intacct_would_not_take_twice_or_at_all(office: Office, concrete: Contract) -> None:
    attach(concrete, f"{CONCRETE}.pdf", b"second")
    attach(concrete, "scan", b"a scan", "image/png")
    attach(concrete, "SCAN.dwg", b"a plan")
    attach(concrete, "rev 1.2 <final> & signed.pdf", b"final")
    item = exported(concrete)
    assert held(office, item) == {
        f"{CONCRETE}.pdf": of_procore(concrete),
        f"{CONCRETE} (2).pdf": b"second",
        "scan.png": b"a scan",
        "SCAN (2).dwg": b"a plan",
        "rev 1_2 <final> & signed.pdf": b"final",
    }


@pytest.mark.parametrize("alone", [True, False])
def test_a_file_that_is_gone_in_procore_is_told_of(office: Office, concrete: Contract, *, alone: bool) -> None:
    row = office.procore.store[concrete.path].get(int(concrete.id))
    assert row is not None
    if not alone:
        attach(concrete, "plan.dwg")
    office.procore.world.files.lose(row["file_ids"][0])
    item = exported(concrete)
    assert item.state is State.SYNCED
    assert held(office, item) == ({} if alone else {"plan.dwg": b"drawing"})
    (why,) = told(office, item).values()
    assert why == f"{CONCRETE}.pdf is not in Procore any more."
    assert uploads(office) == (0 if alone else 2), "the second once there was a folder"


@pytest.mark.parametrize("place", ["http://10.0.0.1/latest", "https://internal.example/x", "http://127.0.0.1.evil.example/x"])
def test_a_redirect_to_another_host_is_refused(office: Office, concrete: Contract, place: str) -> None:
    """Beside a Procore on this machine any other host is; where that is on the Internet: tests/unit/procore/test_downloads.py."""
    office.procore.faults.plan({"fault": "status", "status": 302, "headers": {"Location": place}, "body": "", "match": "/files/"})
    item = exported(concrete)
    assert (item.state, held(office, item)) == (State.SYNCED, {})
    assert "where nothing is fetched from" in told(office, item)["its attachment stays in Procore"]


def test_the_settings_may_leave_them_in_procore(office: Office, concrete: Contract) -> None:
    office.configure(attachments={"files": "left in Procore"})
    item = exported(concrete)
    assert (item.state, held(office, item), told(office, item), uploads(office)) == (State.SYNCED, {}, {}, 0)


def _approved(contract: Contract) -> Item:
    """Approved, and nothing has run yet."""
    sent = contract.office.send("commitments", contract.id, contract.project).item
    assert sent is not None
    decide(contract.office.world, DANA, [Decision(item=sent.id, verdict="approve", fingerprint=sent.fingerprint)], via="app")
    return sent


def test_a_kill_between_the_upload_and_the_document_uploads_nothing_twice(
    office: Office, concrete: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = _approved(concrete)
    with monkeypatch.context() as patch:
        patch.setattr(export, "_intend", _killed)
        with pytest.raises(Killed):
            export.export_item(office.world, item.id, "first")
    (before,) = office.intacct.store.all("SUPDOC")
    sent = uploads(office)
    office.clock.move(export.LEASE.total_seconds() + 1)

    assert export.export_item(office.world, item.id, "second").result is Result.DONE
    assert (office.intacct.store.all("SUPDOC"), uploads(office)) == ([before], sent)
    assert list(held(office, office.item(item.id))) == [f"{CONCRETE}.pdf"]


def test_a_folder_that_somebody_made_just_now_is_used(office: Office, concrete: Contract) -> None:
    office.configure(attachments={"folder": "Subcontracts"})
    by_hand(office, "<create_supdocfolder><supdocfoldername>Subcontracts</supdocfoldername></create_supdocfolder>")
    office.intacct.faults.plan({"fault": "status", "status": 200, "body": _no_folder(concrete), "match": "<create_supdoc>"})
    assert list(held(office, exported(concrete))) == [f"{CONCRETE}.pdf"]


def _no_folder(contract: Contract) -> str:
    """Intacct's answer to a supdoc whose folder is not there yet."""
    sent = contract.office.send("commitments", contract.id, contract.project).item
    assert sent is not None
    key = f"{contract.office.world.company}:commitments:{contract.id}:{sent.fingerprint[:12]}:create_supdoc"
    return (
        "<response><control><status>success</status></control><operation><authentication><status>success</status></authentication>"
        f"<result><status>failure</status><function>create_supdoc</function><controlid>{key}</controlid><errormessage><error>"
        "<errorno>BL01001973</errorno><description2>Invalid Attachment folder 'Subcontracts' specified.</description2></error>"
        "</errormessage></result></operation></response>"
    )


LONG: Mapping[str, Mapping[str, Any]] = {
    "storage away": {"fault": "status", "status": 503, "match": "/storage/"},
    "a page of the balancer": {"fault": "html", "match": "/storage/"},
    "nothing": {"fault": "empty", "match": "/storage/"},
}


@pytest.mark.parametrize("fault", LONG.values(), ids=LONG.keys())
def test_a_storage_that_is_away_is_waited_for(office: Office, concrete: Contract, fault: Mapping[str, Any]) -> None:
    office.procore.faults.plan({**fault, "times": MOST_TRIES})
    item = exported(concrete)
    assert held(office, item) == {f"{CONCRETE}.pdf": of_procore(concrete)}
    assert "its attachments are waited for" in told(office, item)


@pytest.mark.parametrize("fault", LONG.values(), ids=LONG.keys())
def test_nothing_waits_for_ever_for_a_storage(office: Office, concrete: Contract, fault: Mapping[str, Any]) -> None:
    office.procore.faults.plan({**fault, "times": 100})
    item = exported(concrete)
    assert (item.state, held(office, item)) == (State.SYNCED, {})
    assert "cannot be fetched" in told(office, item)["its attachment stays in Procore"]


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_an_upload_without_an_answer_is_looked_for(office: Office, concrete: Contract, fault: str) -> None:
    office.intacct.settings.replay_minutes = -1
    office.intacct.faults.plan({"fault": fault, "match": "<create_supdoc>", "times": MOST_TRIES})
    item = exported(concrete)
    assert list(held(office, item)) == [f"{CONCRETE}.pdf"]
    assert len(office.intacct.store.all("SUPDOC")) == 1


def test_nothing_waits_for_ever_for_an_upload(office: Office, concrete: Contract) -> None:
    office.intacct.faults.plan({"fault": "cut_before", "match": "<create_supdoc>", "times": 100})
    item = exported(concrete)
    assert (item.state, held(office, item)) == (State.SYNCED, {})
    assert "It is not known yet" in told(office, item)["its attachments stay in Procore"]


def test_other_files_are_another_attachment(office: Office, concrete: Contract) -> None:
    """The first document was refused; before it is sent anew a file is added."""
    sent = _approved(concrete)
    row = office.intacct.store.first("VENDOR", VENDORID=_vendor(concrete))
    assert row is not None
    office.intacct.store.update("VENDOR", row, {"STATUS": "inactive"})
    office.machine.play()
    assert office.item(sent.id).state is State.FAILED
    office.intacct.store.update("VENDOR", row, {"STATUS": "active"})
    attach(concrete, "side letter.pdf")
    item = exported(concrete)
    assert list(held(office, item)) == [f"{CONCRETE}.pdf", "side letter.pdf"]
    assert len(office.intacct.store.all("SUPDOC")) == 2


def _vendor(contract: Contract) -> str:
    company = str(contract.shown["vendor"]["id"])
    return contract.office.references.by_procore("vendors", [company])[company].intacct_id


def test_an_upload_that_arrives_behind_the_look_is_taken_for_what_it_is(
    office: Office, concrete: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = _approved(concrete)
    look, seen = office.gateway.listed, iter([False, False])

    def late(object_name: str, field: str, value: str, *, entity: str = "") -> bool:
        """As if it had come just now, both times."""
        return next(seen, True) and look(object_name, field, value, entity=entity)

    monkeypatch.setattr(office.gateway, "listed", late)
    with monkeypatch.context() as patch:
        patch.setattr(export, "_intend", _killed)
        with pytest.raises(Killed):
            export.export_item(office.world, item.id, "first")
    office.clock.move(export.LEASE.total_seconds() + 1)
    assert export.export_item(office.world, item.id, "second").result is Result.DONE
    assert list(held(office, office.item(item.id))) == [f"{CONCRETE}.pdf"]


def _killed(*_: object) -> None:
    raise Killed
