"""Vendors and jobs wait for a person: staged with a suggestion, then added, linked, left aside, taken back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, Problem, State, step
from connector.core.people import Person
from connector.engine.decide import Decided
from connector.engine.stage import SUGGESTED, SUGGESTED_NAME, SUGGESTED_WHY
from connector.engine.staging import accept, archive, link, link_all_suggested, listing, restore, retry
from connector.ports import CrossReference
from tests.unit.engine.import_stage import DANA, MARCO, ImportStage

VENDORS, PROJECTS = "/rest/v1.0/vendors", "/rest/v1.0/projects"


@pytest.fixture
def stage() -> ImportStage:
    return ImportStage()


def vendor(stage: ImportStage, vendor_id: str, name: str, **more: str) -> str:
    """Returns the id of the staged item there will be."""
    return f"staged:vendors:{stage.intacct.put('VENDOR', {'VENDORID': vendor_id, 'NAME': name, **more})['RECORDNO']}"


def change(stage: ImportStage, item_id: str, **values: str) -> None:
    stage.clock.move(600)
    stage.intacct.put("VENDOR", {"RECORDNO": item_id.rpartition(":")[2], **values})


def code(result: Decided) -> Code | None:
    return result.violation.code if result.violation else None


def test_a_vendor_is_staged_with_its_values_and_the_company_of_the_same_name(stage: ImportStage) -> None:
    company = stage.procore.put(VENDORS, name="BETA Concrete ")
    key = vendor(stage, "V-1", "Beta Concrete", **{"DISPLAYCONTACT.MAILADDRESS.COUNTRY": "United States", "DISPLAYCONTACT.PHONE1": "555"})
    run = stage.run("vendors")
    item = stage.item(key)
    assert (item.state, item.title, item.number, item.intacct_id) == (State.STAGED, "Beta Concrete", "V-1", "V-1")
    assert (item.staged["phone"], item.staged["country"]) == ("555", "US")
    assert (item.staged[SUGGESTED], item.staged[SUGGESTED_NAME], item.staged[SUGGESTED_WHY]) == (
        str(company["id"]),
        "BETA Concrete ",
        "name",
    )
    assert run.counts == {"read": 1, "staged": 1}
    assert stage.procore.sent == []


def test_types_that_are_not_imported_and_inactive_vendors_are_left_out_and_untyped_ones_come_along(stage: ImportStage) -> None:
    stage.configure(vendor_types=["Subcontractor"])
    inside = {vendor(stage, "V-1", "One", VENDTYPE="Subcontractor"), vendor(stage, "V-2", "Two")}
    vendor(stage, "V-3", "Three", VENDTYPE="Overhead")
    vendor(stage, "V-4", "Four", STATUS="inactive")
    run = stage.run("vendors")
    assert set(stage.states()) == inside
    assert run.counts == {"read": 4, "staged": 2, "left_out": 2}


def test_a_staged_vendor_that_becomes_inactive_is_put_aside_and_comes_back(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "One")
    stage.run("vendors")
    change(stage, key, STATUS="inactive")
    stage.run("vendors")
    assert stage.item(key).state is State.ARCHIVED
    change(stage, key, STATUS="active")
    stage.run("vendors")
    assert stage.item(key).state is State.STAGED


@pytest.mark.parametrize("rival", ["linked", "another integration's", "two of the name", "two in Procore"])
def test_a_suggestion_is_one_to_one(stage: ImportStage, rival: str) -> None:
    company = stage.procore.put(VENDORS, name="Beta", origin_id="sap:1" if rival == "another integration's" else None)
    if rival == "linked":
        stage.references.link([CrossReference(object="vendors", procore_id=str(company["id"]), intacct_key="9", intacct_id="V-9")])
    if rival == "two of the name":
        vendor(stage, "V-2", "beta")
    if rival == "two in Procore":
        stage.procore.put(VENDORS, name="BETA")
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    assert SUGGESTED not in stage.item(key).staged


def test_an_unchanged_vendor_is_not_saved_again_and_a_full_import_looks_for_suggestions_again(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    stage.run("vendors", full=True)
    assert stage.item(key).history_count == 1
    company = stage.procore.put(VENDORS, name="Beta")
    run = stage.run("vendors", full=True)
    assert stage.item(key).staged[SUGGESTED] == str(company["id"])
    assert run.counts == {"read": 1, "staged": 1}


def test_accepting_adds_the_company_and_links_it(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta", **{"DISPLAYCONTACT.MAILADDRESS.CITY": "Reno", "DISPLAYCONTACT.MAILADDRESS.STATE": "Nevada"})
    stage.run("vendors")
    (result,) = accept(stage.world, DANA, [key])
    company = stage.procore.held(VENDORS)[0]
    recordno = key.rpartition(":")[2]
    assert (result.state, result.said) == (State.IMPORTED, "added to Procore")
    assert {name: company[name] for name in ("name", "city", "state_code", "origin_code", "origin_id")} == {
        "name": "Beta", "city": "Reno", "state_code": "NV", "origin_code": "V-1", "origin_id": f"intacct:VENDOR:{recordno}",
    }  # fmt: skip
    pair = stage.pair("vendors", recordno)
    assert (pair.procore_id, pair.intacct_id, pair.linked_by) == (str(company["id"]), "V-1", "Dana")
    assert [entry.who for entry in stage.state.history(key)] == ["the clock", "Dana"]


def test_accepting_twice_adds_once(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    accept(stage.world, DANA, [key])
    (again,) = accept(stage.world, DANA, [key])
    assert (again.state, again.said) == (State.IMPORTED, "imported before")
    assert len(stage.procore.held(VENDORS)) == 1


def test_a_crash_behind_procore_finds_the_same_company_again(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    stage.procore.put(VENDORS, name="Beta", origin_id=f"intacct:VENDOR:{key.rpartition(':')[2]}")
    (result,) = accept(stage.world, DANA, [key])
    assert result.state is State.IMPORTED
    assert len(stage.procore.held(VENDORS)) == 1


def test_what_is_linked_is_not_staged_again_and_its_address_stays_as_it_is(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    accept(stage.world, DANA, [key])
    change(stage, key, NAME="Beta Works", **{"DISPLAYCONTACT.MAILADDRESS.CITY": "Elko"})
    stage.forget_calls()
    run = stage.run("vendors")
    assert run.counts == {"read": 1, "refreshed": 1}
    assert stage.item(key).state is State.IMPORTED
    assert stage.pair("vendors", key.rpartition(":")[2]).label == "Beta Works"
    assert stage.procore.called == []


def test_linking_writes_the_marks_and_nothing_else(stage: ImportStage) -> None:
    company = stage.procore.put(VENDORS, name="Beta Co.", city="Reno")
    key = vendor(stage, "V-1", "Beta", **{"DISPLAYCONTACT.MAILADDRESS.CITY": "Elko"})
    stage.run("vendors")
    result = link(stage.world, DANA, key, str(company["id"]))
    assert (result.state, result.said) == (State.LINKED, "linked")
    assert (company["name"], company["city"], company["origin_code"]) == ("Beta Co.", "Reno", "V-1")
    assert stage.pair("vendors", key.rpartition(":")[2]).procore_id == str(company["id"])


def test_both_sides_are_linked_once(stage: ImportStage) -> None:
    one, two = stage.procore.put(VENDORS, name="One"), stage.procore.put(VENDORS, name="Two")
    first, second = vendor(stage, "V-1", "Beta"), vendor(stage, "V-2", "Gamma")
    stage.run("vendors")
    link(stage.world, DANA, first, str(one["id"]))
    taken = link(stage.world, DANA, second, str(one["id"]))
    assert taken.violation is not None
    assert (taken.violation.code, taken.violation.message) == (Code.LINKED_ELSEWHERE, "Gamma: Procore's One is linked to V-1 (Beta).")
    item = stage.item(second)
    pair = CrossReference(object="vendors", procore_id=str(two["id"]), intacct_key=item.intacct_key, intacct_id="V-2", label="Two")
    stage.references.link([pair])  # meanwhile, elsewhere
    assert code(link(stage.world, DANA, second, str(two["id"]))) is Code.LINKED_ELSEWHERE
    assert stage.item(second).state is State.STAGED


@pytest.mark.parametrize(("origin", "expected"), [("sap:1", Code.ORIGIN_NOT_OURS), (None, None)])
def test_a_company_of_another_integration_is_not_linked(stage: ImportStage, origin: str | None, expected: Code | None) -> None:
    company = stage.procore.put(VENDORS, name="One", origin_id=origin)
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    assert code(link(stage.world, DANA, key, str(company["id"]))) is expected


def test_a_company_on_its_way_to_intacct_is_not_linked_and_one_that_waits_is_taken_back(stage: ImportStage) -> None:
    company = stage.procore.put(VENDORS, name="Beta")
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    export = Item(
        id=f"vendors:{company['id']}",
        company="1",
        object="vendors",
        procore_id=str(company["id"]),
        state=State.DRAFT,
        since=stage.clock.now(),
    )
    sent, entry = step(export, "approved", who="Dana", at=stage.clock.now(), state=State.APPROVED)
    stage.state.save(sent, entry)
    assert code(link(stage.world, DANA, key, str(company["id"]))) is Code.NOT_WAITING
    waits, entry = step(sent, "sent", who="Dana", at=stage.clock.now(), state=State.WAITING)
    stage.state.save(waits, entry)
    assert link(stage.world, DANA, key, str(company["id"])).state is State.LINKED
    assert stage.item(export.id).state is State.RETRIEVED


def test_who_links_a_moment_too_late_leaves_the_mark_of_who_was_first(stage: ImportStage, monkeypatch: pytest.MonkeyPatch) -> None:
    one = stage.procore.put(VENDORS, name="One")
    first, second = vendor(stage, "V-1", "Beta"), vendor(stage, "V-2", "Gamma")
    stage.run("vendors")
    sync = stage.procore.sync

    def behind_another(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(stage.procore, "sync", sync)
        assert link(stage.world, DANA, first, str(one["id"])).state is State.LINKED
        return sync(*arguments, **named)

    monkeypatch.setattr(stage.procore, "sync", behind_another)
    assert code(link(stage.world, DANA, second, str(one["id"]))) is Code.LINKED_ELSEWHERE
    pair = stage.pair("vendors", first.rpartition(":")[2])
    assert (pair.procore_id, one["origin_id"], one["origin_code"]) == (str(one["id"]), f"intacct:VENDOR:{pair.intacct_key}", "V-1")


def test_what_waited_for_the_company_goes_when_it_is_linked(stage: ImportStage) -> None:
    company = stage.procore.put(VENDORS, name="Beta")
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    need = f"vendors:{company['id']}"
    waits = Item(id="commitments:7", company="1", object="cost_codes", state=State.DRAFT, since=stage.clock.now(), pending=(need,))
    blocked, entry = step(waits, "approved", who="Dana", at=stage.clock.now(), state=State.BLOCKED, waits_for=need)
    stage.state.save(blocked, entry)
    link(stage.world, DANA, key, str(company["id"]))
    assert stage.item("commitments:7").state is State.APPROVED
    assert [given for name, given in stage.workflows.started.items() if name.startswith("export-")] == [("commitments:7",)]


def test_all_that_is_suggested_once_is_linked_in_one_action(stage: ImportStage) -> None:
    for name in ("Beta", "Gamma", "Delta"):
        stage.procore.put(VENDORS, name=name)
    keys = [vendor(stage, f"V-{number}", name) for number, name in enumerate(("Beta", "Gamma", "Other", "Delta"))]
    stage.run("vendors")
    later = vendor(stage, "V-9", "delta")  # the same company, staged by a later page
    stage.run("vendors")
    stage.forget_calls()
    results = {result.item: result for result in link_all_suggested(stage.world, DANA, "vendors")}
    assert {key: result.state for key, result in results.items() if not result.violation} == {keys[0]: State.LINKED, keys[1]: State.LINKED}
    assert {code(results[keys[3]]), code(results[later])} == {Code.LINKED_ELSEWHERE}
    assert stage.procore.called == [("GET", VENDORS), ("PATCH", f"{VENDORS}/sync")]
    assert stage.item(keys[2]).state is State.STAGED


def test_a_refusal_of_procore_stays_with_the_item_and_does_not_stop_the_others(stage: ImportStage) -> None:
    first, second = vendor(stage, "V-1", "Beta"), vendor(stage, "V-2", "Gamma")
    stage.run("vendors")
    stage.procore.no["Beta"] = "Name has already been taken"
    one, two = accept(stage.world, DANA, [first, second])
    assert (one.state, code(one), two.state) == (State.STAGED, Code.REFUSED_BY_PROCORE, State.IMPORTED)
    assert stage.item(first).problems[0].their_words == "Name has already been taken"


def test_an_archived_vendor_stays_aside_keeps_up_with_intacct_and_comes_back(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    assert archive(stage.world, DANA, [key])[0].state is State.ARCHIVED
    change(stage, key, NAME="Beta Works")
    stage.run("vendors")
    assert (stage.item(key).state, stage.item(key).staged["name"]) == (State.ARCHIVED, "Beta Works")
    assert code(accept(stage.world, DANA, [key])[0]) is Code.NOT_WAITING
    assert restore(stage.world, DANA, [key])[0].state is State.STAGED
    assert accept(stage.world, DANA, [key])[0].state is State.IMPORTED
    assert code(restore(stage.world, DANA, [key])[0]) is Code.NOT_WAITING


def test_an_unreadable_vendor_is_invalid_until_it_can_be_read(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta", **{"DISPLAYCONTACT.MAILADDRESS.COUNTRY": "Elbonia"})
    run = stage.run("vendors")
    assert (run.counts["refused"], stage.item(key).state) == (1, State.INVALID)
    assert "Elbonia" in stage.item(key).problems[0].message
    assert code(accept(stage.world, DANA, [key])[0]) is Code.NOT_WAITING
    archive(stage.world, DANA, [key])
    assert restore(stage.world, DANA, [key])[0].state is State.INVALID
    change(stage, key, **{"DISPLAYCONTACT.MAILADDRESS.COUNTRY": "Canada"})
    stage.run("vendors")
    assert (stage.item(key).state, stage.item(key).problems) == (State.STAGED, ())


def test_trying_again_reads_everything_of_the_object_in_one_run(stage: ImportStage) -> None:
    keys = [vendor(stage, f"V-{number}", "Beta", **{"DISPLAYCONTACT.MAILADDRESS.COUNTRY": "Elbonia"}) for number in (1, 2)]
    fine = vendor(stage, "V-3", "Gamma")
    stage.run("vendors")
    one, two, three = retry(stage.world, DANA, [*keys, fine])
    assert one.run == two.run != ""
    assert code(three) is Code.NOT_WAITING
    run = stage.state.get_run(one.run)
    assert run is not None
    assert (run.objects, run.full, run.started_by) == (("vendors",), True, "Dana")


def test_only_approvers_and_administrators_decide(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    for verb in (accept, archive, restore, retry):
        assert code(verb(stage.world, MARCO, [key])[0]) is Code.NOT_ALLOWED
    assert code(link(stage.world, MARCO, key, "1")) is Code.NOT_ALLOWED
    with pytest.raises(ConnectorError) as refused:
        listing(stage.world, MARCO)
    assert refused.value.code is Code.NOT_ALLOWED
    admin = Person(id="9", login="ada@example.com", name="Ada", company="1", admin_in_procore=True)
    assert accept(stage.world, admin, [key])[0].state is State.IMPORTED
    assert code(accept(stage.world, DANA, ["staged:vendors:none"])[0]) is Code.NOT_FOUND


def test_the_list_shows_one_state_and_only_projects_that_may_be_seen(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    stage.link_job("24-107", "77")
    stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": "991", "NAME": "Flat"})
    stage.run("cost_codes")
    assert [item.id for item in listing(stage.world, DANA).rows] == [key]
    (invalid,) = listing(stage.world, DANA, state=State.INVALID, object_name="cost_codes").rows
    assert invalid.project_id == "77"
    elsewhere = DANA.model_copy(update={"projects": frozenset({"78"})})
    assert listing(stage.world, elsewhere, state=State.INVALID).rows == ()


def test_a_code_that_goes_straight_in_cannot_be_accepted_or_linked(stage: ImportStage) -> None:
    stage.link_job("24-107", "77")
    stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": "991", "NAME": "Flat"})
    stage.run("cost_codes")
    assert code(accept(stage.world, DANA, ["staged:cost_codes:24-107/991"])[0]) is Code.NOT_WAITING
    assert archive(stage.world, DANA, ["staged:cost_codes:24-107/991"])[0].state is State.ARCHIVED
    stage.run("cost_codes", full=True)
    assert stage.item("staged:cost_codes:24-107/991").state is State.ARCHIVED


def test_a_job_without_a_parent_is_staged_and_accepted_with_a_template_or_none(stage: ImportStage) -> None:
    job = stage.intacct.put("PROJECT", {"PROJECTID": "24-107", "NAME": "Pier 9", "BEGINDATE": "03/03/2025", "ENDDATE": "09/30/2027"})
    other = stage.intacct.put("PROJECT", {"PROJECTID": "24-108", "NAME": "Pier 10"})
    stage.intacct.put("PROJECT", {"PROJECTID": "24-107-A", "NAME": "Hall", "PARENTID": "24-107"})
    stage.run("projects")
    keys = [f"staged:projects:{row['RECORDNO']}" for row in (job, other)]
    assert set(stage.states()) == set(keys)
    assert accept(stage.world, DANA, [keys[0]], {"template": "4711"})[0].state is State.IMPORTED
    assert accept(stage.world, DANA, [keys[1]], {"template": ""})[0].state is State.IMPORTED
    first, second = stage.procore.held(PROJECTS)
    told = {name: first[name] for name in ("project_number", "name", "start_date", "completion_date", "project_template_id")}
    assert told == {
        "project_number": "24-107",
        "name": "Pier 9",
        "start_date": "2025-03-03",
        "completion_date": "2027-09-30",
        "project_template_id": 4711,
    }
    assert "project_template_id" not in second
    pair = stage.pair("projects", job["RECORDNO"])
    assert (pair.procore_id, pair.intacct_id, pair.label) == (str(first["id"]), "24-107", "Pier 9")


def test_an_option_that_the_object_does_not_have_is_refused(stage: ImportStage) -> None:
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    assert code(accept(stage.world, DANA, [key], {"template": "1"})[0]) is Code.MALFORMED


def test_a_job_is_suggested_by_its_number_before_its_name(stage: ImportStage) -> None:
    named = stage.procore.put(PROJECTS, project_number="9", name="Pier 9")
    numbered = stage.procore.put(PROJECTS, project_number="24-107", name="Terminal")
    job = stage.intacct.put("PROJECT", {"PROJECTID": "24-107", "NAME": "Pier 9"})
    stage.run("projects")
    staged = stage.item(f"staged:projects:{job['RECORDNO']}").staged
    assert (staged[SUGGESTED], staged[SUGGESTED_WHY]) == (str(numbered["id"]), "number")
    assert named["id"] != numbered["id"]


def test_an_export_that_is_linked_keeps_its_pair_up_to_date(stage: ImportStage) -> None:
    """A vendor this connector created carries no hash yet: the first import fills it in and writes nothing to Procore."""
    stage.procore.put(VENDORS, id=8, name="Ours")
    row = stage.intacct.put("VENDOR", {"VENDORID": "PC-8", "NAME": "Ours"})
    stage.references.link([CrossReference(object="vendors", procore_id="8", intacct_key=row["RECORDNO"], intacct_id="PC-8", label="Ours")])
    assert stage.run("vendors").counts == {"read": 1, "refreshed": 1}
    assert stage.run("vendors", full=True).counts == {"read": 1, "unchanged": 1}
    assert stage.states() == {}


def test_a_problem_goes_when_the_record_is_linked(stage: ImportStage) -> None:
    company = stage.procore.put(VENDORS, name="Else")
    key = vendor(stage, "V-1", "Beta")
    stage.run("vendors")
    stage.procore.no["Beta"] = "Name has already been taken"
    accept(stage.world, DANA, [key])
    kept: tuple[Problem, ...] = stage.item(key).problems
    assert len(kept) == 1
    link(stage.world, DANA, key, str(company["id"]))
    assert stage.item(key).problems == ()


def test_procores_list_is_read_once_for_all_pages(stage: ImportStage) -> None:
    stage.intacct.page_size = 2
    company = stage.procore.put(VENDORS, name="Vendor 4")
    keys = [vendor(stage, f"V-{number}", f"Vendor {number}") for number in range(5)]
    stage.run("vendors")
    assert stage.procore.called == [("GET", VENDORS)]
    assert stage.item(keys[4]).staged[SUGGESTED] == str(company["id"])


def test_a_record_that_a_person_decided_meanwhile_holds_up_none_of_its_page(stage: ImportStage, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [vendor(stage, f"V-{number}", f"Vendor {number}") for number in range(3)]
    stage.run("vendors")
    for key in keys:
        change(stage, key, **{"DISPLAYCONTACT.PHONE1": "555"})
    read = stage.state.get_many
    raced: list[object] = []

    def get_many(ids: Collection[str]) -> dict[str, Item]:
        items = read(ids)
        if not raced:
            raced.append(archive(stage.world, DANA, [keys[1]]))
        return items

    run = stage.request("vendors")
    stage.clock.move(600)
    monkeypatch.setattr(stage.state, "get_many", get_many)
    assert stage.step(run)["wait"] == 15
    assert [stage.item(key).staged.get("phone") for key in keys] == ["555", None, "555"]
    assert stage.step(run)["more"] is False
    assert [stage.item(key).staged.get("phone") for key in keys] == ["555", "555", "555"]
    assert stage.item(keys[1]).state is State.ARCHIVED
