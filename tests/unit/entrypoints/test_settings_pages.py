"""Settings as an administrator meets them: a section a page, looked at before it is saved, told when somebody else was faster."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from connector.core.configuration import Configuration, Schedule
from connector.core.connection import Checked, CheckStep, StepState, Wrong
from connector.core.deciders import deciders
from connector.core.errors import Code, RetryLater, Who
from connector.core.item import Approval, Intent, Item, State, first_break, step
from connector.core.people import ApprovalRight
from connector.engine import snapshot, trial
from connector.engine.decide import Decision, decide
from connector.engine.prepare import prepare
from connector.engine.settings_change import refusals
from connector.engine.world import Source
from connector.entrypoints import api, settings_pages
from connector.ports import CrossReference
from connector.presentation import settings_trial
from connector.presentation.setting_words import SECTIONS
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, PRIYA, Office, call, context, subcontract
from tests.unit.entrypoints.pages import Answer, Browser

APPROVERS, MAIL, ITEMS, MAPPING = (f"/app/settings/{name}" for name in ("approvers", "mail", "items", "mapping"))


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be(PRIYA)
    return here


def change(browser: Browser, page: Answer, address: str, **given: Any) -> Answer:
    """Types into a section and asks for the change; the answer is the look at it, or why not."""
    return browser.press(page, address, version=page.hidden("version"), **given)


def save(browser: Browser, look: Answer, address: str) -> Answer:
    """Presses the button of the look."""
    given = [(unescape(name), unescape(value)) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', look.text)]
    form: dict[str, list[str]] = {}
    for name, value in given:
        form.setdefault(name, []).append(value)
    return browser.post(address, form)


def saved(browser: Browser, address: str, **given: Any) -> Answer:
    return save(browser, change(browser, browser.get(address), address, **given), address)


def rows(*rights: tuple[str, str, str, list[str]]) -> dict[str, Any]:
    """Login, limit, jobs and objects of each row."""
    form: dict[str, Any] = {}
    for number, (login, up_to, jobs, objects) in enumerate(rights):
        form |= {f"login.{number}": login, f"up_to.{number}": up_to, f"projects.{number}": jobs, f"objects.{number}": objects}
    return form


class TestSections:
    @pytest.mark.parametrize("section", [section.name for section in SECTIONS])
    def test_each_is_a_page_with_the_others_beside_it(self, browser: Browser, section: str) -> None:
        page = browser.get(f"/app/settings/{section}")
        assert page.status == 200
        assert re.findall(r'/app/settings/(\w+)"(?: aria-current="page")?>', page.text.partition("</nav>\n<div")[0])
        assert f'settings/{section}" aria-current="page"' in page.text
        assert len(page.text) < 150_000
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", page.text)

    def test_the_first_page_is_the_list_with_what_is_to_be_seen_to(self, browser: Browser, office: Office) -> None:
        office.set(Configuration())
        page = browser.get("/app/settings")
        assert "not checked" in page.text
        assert "nobody named" in page.text
        assert browser.get("/app/settings/colours").status == 404

    @pytest.mark.parametrize(
        "address", ["/app/settings/approvers", "/app/settings/check", "/app/settings/flagged", "/app/settings/items/trial"]
    )
    def test_they_are_for_administrators(self, browser: Browser, address: str) -> None:
        browser.be(DANA)
        assert browser.get("/app/settings").status == 403
        assert browser.get(MAIL).status == 403
        assert browser.press(browser.get("/app/approve"), address).status == 403


class TestChanging:
    def test_what_changes_is_shown_then_saved_and_stands_in_the_history(self, browser: Browser, office: Office) -> None:
        before = office.world.config()
        look = change(browser, browser.get(MAIL), MAIL, **{"s.digest_hour": "9", "s.amounts_in_subjects": "no"})
        for words in ("2 settings change", "Hour of the daily mail", ">7<", ">9<", "Amounts stand in subjects"):
            assert words in look.text.replace("<strong>", "").replace("</strong>", "")
        assert office.world.config() == before
        done = save(browser, look, MAIL)
        assert done.to == "/v1/app/settings/mail?saved=yes"
        assert "Saved. It holds from now on." in browser.get(done.to).text
        assert office.world.config() == before.model_copy(update={"digest_hour": 9, "amounts_in_subjects": False})
        history = browser.get("/app/settings/history").text
        assert "Priya Shah, Jun 1, 2026, 12:00 PM UTC" in history
        assert "Chain of 1 entry verified." in history
        assert first_break(office.state.configuration_history(), head=office.state.configuration_history()[-1].hash, count=1) is None

    def test_everything_that_is_wrong_is_said_at_once_and_kept_in_the_form(self, browser: Browser, office: Office) -> None:
        before = office.world.config()
        given = {"s.due_days": "400", "s.unit": "", "s.items": "Labor = L\nS =", "s.payment_bank": "CHK 1"}
        page = change(browser, browser.get(ITEMS), ITEMS, **given)
        assert page.status == 422
        assert 'href="#f-due_days"' in page.text
        assert "Days until due cannot be &#39;400&#39;" in page.text
        assert 'value="CHK 1"' in page.text
        good = change(browser, page, ITEMS, **(given | {"s.due_days": "40"}))
        assert good.status == 422
        assert 'href="#f-unit"' in good.text
        assert 'href="#f-items"' in good.text
        assert office.world.config() == before

    def test_a_page_says_what_on_it_is_not_saved(self, browser: Browser) -> None:
        """For the script that counts it and asks before it is left; what is as it is kept is not among it."""
        typed = re.compile(r'id="f-([^"]*)" data-one data-typed')
        page = browser.get(ITEMS)
        assert 'data-unsaved="0"' in page.text
        assert 'id="leave"' in page.text
        assert typed.findall(page.text) == []
        wrong = change(browser, page, ITEMS, **{"s.due_days": "400", "s.unit": "Each", "s.funded": "Paid", "s.items": "\r\n"})
        assert typed.findall(wrong.text) == ["due_days", "funded"]
        look = change(browser, wrong, ITEMS, **{"s.due_days": "40", "s.funded": "Paid"})
        assert 'data-unsaved="2"' in look.text
        assert "Not saved: 2 changes." in look.text

    def test_a_row_of_approvers_that_is_not_saved_is_marked(self, browser: Browser) -> None:
        given = rows((DANA.login, "", "", []), (PRIYA.login, "much", "", []), (MARCO.login, "", "", []))
        page = change(browser, browser.get(APPROVERS), APPROVERS, **given)
        assert page.status == 422
        assert re.findall(r"<li data-one( data-typed)?>", page.text) == ["", " data-typed", " data-typed", ""]

    def test_a_setting_that_is_not_sent_stays(self, browser: Browser, office: Office) -> None:
        saved(browser, MAIL, **{"s.digest_hour": "9"})
        assert office.world.config().amounts_in_subjects is True
        assert office.world.config().default_item == "SUB"

    def test_nothing_changed_saves_nothing(self, browser: Browser, office: Office) -> None:
        page = browser.get(MAIL)
        assert change(browser, page, MAIL, **{"s.digest_hour": "7"}).to == "/v1/app/settings/mail"
        assert office.state.configuration_history() == []

    def test_pairs_and_lists_are_read_line_by_line(self, browser: Browser, office: Office) -> None:
        saved(browser, ITEMS, **{"s.funded": "Paid\n\n settled ", "s.due_days": "45"})
        assert office.world.config().funded == {"Paid", "settled"}

    def test_while_intacct_is_away_it_is_said_and_what_was_typed_stays(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object, **__: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "Intacct does not answer.", seconds=5)

        monkeypatch.setattr(office.books, "read_each", away)
        page = change(browser, browser.get(ITEMS), ITEMS, **{"s.default_item": "ELSE"})
        assert page.status == 503
        assert "Intacct does not answer." in page.text
        assert 'value="ELSE"' in page.text


class TestTryingOnLastMonth:
    @pytest.fixture(autouse=True)
    def sent(self, office: Office) -> None:
        """Three subcontracts are in Intacct; of the last nothing was kept of how Procore showed it."""
        office.books.rows["ITEM"] = [{"ITEMID": "ELSE", "STATUS": "active", "BASEUOM": "Each"}]
        for number in (4712, 4713, 4714):
            record = subcontract() | {"id": number, "number": f"SC-{number}"}
            office.door.records["commitments", str(number)] = ("WorkOrderContract", record)
            exported(office, str(number))
        name = snapshot.name_of(office.item("commitments:4714"))
        held = json.loads(office.payloads.get(name) or "")
        office.payloads.put(name, json.dumps({part: held[part] for part in ("record", "bodies", "config")}))

    def test_what_would_have_changed_stands_under_the_look_and_nothing_is_saved(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = office.world.config()
        look = change(browser, browser.get(ITEMS), ITEMS, **{"s.default_item": "ELSE", "s.due_days": "45"})
        assert "Try on last month" in look.text
        with monkeypatch.context() as away:
            for name in ("read", "read_each", "lookup"):
                away.setattr(office.books, name, lambda *_, **__: pytest.fail("Intacct was asked"))
            away.setattr(office.door, "fetch", lambda *_: pytest.fail("Procore was asked"))
            page = save(browser, look, f"{ITEMS}/trial")
        assert page.status == 200
        for words in (
            "3 records of last month, 2 would change.",
            "1 record cannot be tried: what it takes was not kept.",
            "Looked at: all that went to Intacct since May 1, 2026",
            "SC-4712",
            "Harbor Steel LLC",
            "$486,200.00",
            "Line 1: Item: SUB → <strong>ELSE</strong>",
            "Due date: 2026-12-18 → <strong>2027-01-02</strong>",
            "2 settings change",
        ):
            assert words in page.text
        assert office.world.config() == before
        assert save(browser, page, ITEMS).to == "/v1/app/settings/items?saved=yes"
        assert office.world.config().default_item == "ELSE"

    def test_what_a_rule_would_refuse_is_said_in_its_words(self, browser: Browser, office: Office) -> None:
        office.set(office.world.config().model_copy(update={"items": {"S": "STEEL"}, "default_item": ""}))
        page = browser.get(ITEMS)
        form = browser.press(page, f"{ITEMS}/trial", version=page.hidden("version"), **{"s.items": ""})
        assert "2 of them would be refused." in form.text
        assert "Would be refused:</strong> Line 1: Item is missing." in form.text
        assert "ITEM_NOT_MAPPED" in form.text

    def test_who_would_decide_instead_is_said_too(self, browser: Browser) -> None:
        look = change(browser, browser.get(APPROVERS), APPROVERS, **rows((DANA.login, "1,000", "", []), (PRIYA.login, "", "", [])))
        page = save(browser, look, f"{APPROVERS}/trial")
        assert "3 records of last month, 3 would change." in page.text
        assert "Of 3 another would decide." in page.text
        assert "priya@example.com, alone. dana@example.com may begin, then another of these decides too" in page.text

    def test_it_comes_in_parts(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (trial, settings_trial):
            monkeypatch.setattr(module, "PART", 1)
        look = change(browser, browser.get(ITEMS), ITEMS, **{"s.default_item": "ELSE"})
        first = save(browser, look, f"{ITEMS}/trial")
        assert ("Shown: 1 to 1 of 2." in first.text, "Next 1" in first.text, "Previous 1" in first.text) == (True, True, False)
        form = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', first.text))
        second = browser.post(f"{ITEMS}/trial", form | {"from": "1"})
        assert ("Shown: 2 to 2 of 2." in second.text, "Next 1" in second.text, "Previous 1" in second.text) == (True, False, True)
        assert 'name="from" value="1"' not in second.text
        assert browser.post(f"{ITEMS}/trial", form | {"from": "x" * 9}).status == 200

    def test_a_change_of_nothing_that_is_sent_offers_no_trial(self, browser: Browser) -> None:
        assert "Try on last month" not in change(browser, browser.get(MAIL), MAIL, **{"s.digest_hour": "9"}).text

    def test_what_is_wrong_or_overtaken_is_said_instead(self, browser: Browser) -> None:
        page = browser.get(ITEMS)
        given = {"version": page.hidden("version"), "s.due_days": "400"}
        assert browser.press(page, f"{ITEMS}/trial", **given).status == 422
        saved(browser, ITEMS, **{"s.due_days": "40"})
        assert browser.press(page, f"{ITEMS}/trial", **(given | {"s.due_days": "50"})).status == 409

    def test_the_api_tells_the_same(self, office: Office) -> None:
        settings = office.world.config().model_copy(update={"default_item": "ELSE"}).model_dump(mode="json")
        answer = api.lambda_handler(call("POST", "/settings/trial", PRIYA, {"settings": settings, "first": 1}), context())
        told = json.loads(answer["body"])
        assert {name: told[name] for name in ("tried", "more", "changed", "refused", "decided", "cannot", "first")} == {
            "tried": 3, "more": False, "changed": 2, "refused": 0, "decided": 0, "cannot": 1, "first": 1,
        }  # fmt: skip
        [record] = told["records"]
        assert (record["number"], record["amount"], record["decided_after"]) == ("SC-4713", "486200.00", None)
        assert record["fields"] == [{"field": "Item", "lines": [1], "before": "SUB", "after": "ELSE"}]


def exported(office: Office, procore_id: str) -> None:
    world, source = office.world, Source(procore_id=procore_id, project_id=PIER_9, kind="WorkOrderContract")
    prepared = prepare(world, world.room("commitments"), source, {}, ask=False)
    now = office.clock.now()
    approval = Approval(fingerprint=prepared.fingerprint, by=DANA.login, by_name=DANA.name, at=now, via="app")
    item = Item(
        id=f"commitments:{procore_id}", company=world.company, object="commitments", kind=source.kind, procore_id=procore_id,
        project_id=PIER_9, state=State.SYNCED, since=now, written_back=True, approvals=(approval,),
        intent=Intent(controlid="c", attempt=1, at=now), **prepared.heading(),
    )  # fmt: skip
    snapshot.keep(world, item, prepared)
    office.state.save(*step(item, "made", who="the test", at=now))
    office.clock.move(1)


class TestTwoAtOnce:
    def test_the_slower_one_is_told_who_changed_what_and_loses_nothing(self, browser: Browser, office: Office) -> None:
        mine = browser.get(MAIL)
        saved(browser, MAIL, **{"s.digest_hour": "9"})
        page = change(browser, mine, MAIL, **{"s.digest_hour": "10"})
        assert page.status == 409
        assert "Priya Shah changed the settings Jun 1, 2026, 12:00 PM UTC, after you had opened this page." in page.text
        assert "Hour of the daily mail: 7 → 9" in page.text
        assert 'value="10"' in page.text
        assert office.world.config().digest_hour == 9
        assert save(browser, change(browser, page, MAIL, **{"s.digest_hour": "10"}), MAIL).status == 303
        assert office.world.config().digest_hour == 10

    def test_another_section_is_no_hindrance(self, browser: Browser, office: Office) -> None:
        mine = browser.get(MAIL)
        saved(browser, APPROVERS, **rows((DANA.login, "250,000", "", [])))
        assert save(browser, change(browser, mine, MAIL, **{"s.digest_hour": "10"}), MAIL).status == 303
        assert office.world.config().approvers == (ApprovalRight(login=DANA.login, up_to=Decimal(250000)),)

    def test_in_the_same_instant_one_of_them_holds(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        look = change(browser, browser.get(MAIL), MAIL, **{"s.digest_hour": "9"})

        def meanwhile(*arguments: Any) -> Any:
            office.set(Configuration(digest_hour=11))
            return refusals(*arguments)

        monkeypatch.setattr(settings_pages, "refusals", meanwhile)
        assert save(browser, look, MAIL).status == 409
        assert office.world.config().digest_hour == 11


class TestApprovers:
    def test_they_are_named_with_limits_objects_and_job_numbers(self, browser: Browser, office: Office) -> None:
        given = rows((DANA.login, "$250,000.00", "24-107", ["commitments", "vendors"]), (PRIYA.login, "", "", []), ("", "5", "", []))
        assert saved(browser, APPROVERS, **given).to == "/v1/app/settings/approvers?saved=yes"
        first, second = office.world.config().approvers
        assert (sorted(first.objects), sorted(first.projects), first.up_to) == (["commitments", "vendors"], [PIER_9], Decimal(250000))
        assert second == ApprovalRight(login=PRIYA.login)
        page = browser.get(APPROVERS).text
        assert 'value="24-107"' in page
        assert "Above it priya@example.com decides too." in page

    def test_what_cannot_be_read_is_said_of_every_row(self, browser: Browser, office: Office) -> None:
        before = office.world.config()
        given = rows((DANA.login, "a lot", "", []), (PRIYA.login, "", "Pier 77", ["comitments"]))
        page = change(browser, browser.get(APPROVERS), APPROVERS, **given)
        assert page.status == 422
        for words in ("dana@example.com: 'a lot' is no amount.", "priya@example.com: no linked job has the number 'Pier 77'."):
            assert words in unescape(page.text)
        assert office.world.config() == before

    def test_who_is_emptied_is_taken_off(self, browser: Browser, office: Office) -> None:
        look = change(browser, browser.get(APPROVERS), APPROVERS, **rows(("", "", "", []), (PRIYA.login, "", "", [])))
        assert "Approver, dana@example.com" in look.text
        save(browser, look, APPROVERS)
        assert [right.login for right in office.world.config().approvers] == [PRIYA.login]

    @pytest.mark.parametrize(
        ("amount", "job", "said"),
        [
            (
                "300,000",
                "",
                "priya@example.com, alone. dana@example.com may begin, then another of these decides too: it is above the limit.",
            ),
            ("100", "24-107", "dana@example.com or priya@example.com, alone."),
        ],
    )
    def test_who_would_decide(self, browser: Browser, office: Office, amount: str, job: str, said: str) -> None:
        rights = (ApprovalRight(login=DANA.login, up_to=Decimal(250000)), ApprovalRight(login=PRIYA.login))
        office.set(Configuration(approvers=rights, accounting_flag_approves=False))
        assert said in browser.get(f"{APPROVERS}?object=commitments&amount={amount}&project={job}").text

    def test_nobody_and_no_amount_are_said(self, browser: Browser, office: Office) -> None:
        right = ApprovalRight(login=DANA.login, objects=frozenset({"vendors"}), up_to=Decimal(5))
        office.set(Configuration(approvers=(right,), accounting_flag_approves=False))
        assert "Nobody: it would wait." in browser.get(f"{APPROVERS}?object=commitments&amount=1").text
        assert "Nobody else may decide it: it would wait." in browser.get(f"{APPROVERS}?object=vendors&amount=6").text
        assert "much is no amount." in browser.get(f"{APPROVERS}?object=vendors&amount=much").text

    @pytest.mark.parametrize("limits", [("486199.99", "1"), ("486200", "1"), ("1", "1"), (None, None)])
    def test_the_answer_is_what_the_decision_does(self, office: Office, limits: tuple[str | None, str | None]) -> None:
        one, other = (Decimal(each) if each else None for each in limits)
        config = Configuration(approvers=(ApprovalRight(login=DANA.login, up_to=one), ApprovalRight(login=PRIYA.login, up_to=other)))
        office.set(config.model_copy(update={"default_item": "SUB"}))
        item = office.send(MARCO)
        found = deciders(config, "commitments", PIER_9, item.amount)
        wanted = Decision(item=COMMITMENT, verdict="approve", fingerprint=item.fingerprint)
        decided = decide(office.world, DANA, [wanted], via="app")[0]
        assert (DANA.login in found.alone) == (not decided.said.endswith("a second approver decides"))
        assert decide(office.world, PRIYA, [wanted], via="app")[0].state in {"approved", "blocked"}

    def test_people_with_procores_flag_are_put_into_the_table_and_not_saved(self, browser: Browser, office: Office) -> None:
        users = [
            {"email_address": "tom@example.com", "erp_integrated_accountant": True, "is_active": True},
            {"email_address": DANA.login, "erp_integrated_accountant": True, "is_active": True},
            {"email_address": "old@example.com", "erp_integrated_accountant": True, "is_active": False},
            {"email_address": "marco@example.com", "erp_integrated_accountant": False, "is_active": True},
        ]
        listed: Any = SimpleNamespace(pages=lambda _path: iter([users]))
        office.world = replace(office.world, procore=listed)
        before = office.world.config()
        page = browser.press(browser.get(APPROVERS), "/app/settings/flagged")
        assert "1 more person with Procore&#39;s accounting-approver flag. Nothing is saved yet." in page.text
        assert re.findall(r'name="login.\d+" value="([^"]+)"', page.text) == [DANA.login, PRIYA.login, "tom@example.com"]
        assert office.world.config() == before


class TestMapping:
    def test_an_objects_table_is_shown_in_words(self, browser: Browser) -> None:
        page = browser.get(f"{MAPPING}?object=vendors")
        assert "VENDORID" in page.text
        assert '<option value="vendors" selected>' in page.text
        assert '<option value="rolled in" selected>' in page.text

    def test_what_records_were_sent_under_is_shown_frozen_with_the_reason(self, browser: Browser, office: Office) -> None:
        pair = CrossReference(object="commitment_change_orders", procore_id="7", project_id=PIER_9, intacct_key="7", intacct_id="CO-7")
        office.references.link([pair])
        page = browser.get(MAPPING).text
        assert "It stays delta since CO-7 was sent under it." in page
        assert re.search(r'<select id="s-change_order_amounts"[^>]* disabled>', page)
        answer = change(browser, browser.get(MAPPING), MAPPING, **{"s.change_order_amounts": "new value"})
        assert answer.status == 422
        assert "SETTING_IN_USE" in answer.text

    def test_a_choice_that_does_not_exist_is_refused(self, browser: Browser) -> None:
        answer = change(browser, browser.get(MAPPING), MAPPING, **{"s.stored_materials": "burnt"})
        assert answer.status == 422
        assert "Stored materials cannot be &#39;burnt&#39;" in answer.text


class TestSchedules:
    def test_they_are_shown_as_they_run_and_changed_with_the_imports(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(schedules={"vendors": Schedule(every="off")}))
        page = browser.get("/app/settings/schedules")
        rows = dict(re.findall(r'rowheader">([^<]+)</th><td role="cell" data-l="Every">([^<]+)<', page.text))
        assert (rows["Vendors"], rows["Direct costs"]) == ("off", "2 hours")
        assert 'href="/v1/app/imports/schedules"' in page.text


class TestConnection:
    def test_the_check_is_kept_and_shows_each_step_with_what_to_do_and_who(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch, office: Office
    ) -> None:
        wrong = Wrong.of(Code.NO_PERMISSION, "", "The user may not read Purchasing.", who=Who.INTACCT_ADMIN)
        steps = (
            CheckStep(name="a", title="Procore answers", state=StepState.HOLDS, found="It does."),
            CheckStep(name="b", title="Intacct: Purchasing", state=StepState.WRONG, found="It may not be read.", wrong=(wrong,)),
        )
        monkeypatch.setattr(settings_pages, "check", lambda _world: Checked(at=office.clock.now(), steps=steps))
        assert "Not checked yet." in browser.get("/app/settings/connection").text
        assert browser.press(browser.get("/app/settings"), "/app/settings/check").to == "/v1/app/settings/connection"
        page = browser.get("/app/settings/connection").text
        for words in ("1 thing is to be done.", "Procore answers", "Holds", "an Intacct administrator", "NO_PERMISSION", "Check again"):
            assert words in page
        copied = re.search(r"<textarea readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
        assert copied
        assert "- Intacct: Purchasing: The user may not read Purchasing." in unescape(copied[1])
        assert "to do" in browser.get(MAIL).text
