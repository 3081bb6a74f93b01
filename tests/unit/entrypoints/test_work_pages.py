"""Problems, imports and links: what stands still, what came in, what is linked; who sees it and what the buttons do."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import CATALOGUE, Code
from connector.core.item import Item, State, step
from connector.core.people import ApprovalRight
from connector.engine.decide import Decision, decide
from connector.engine.sends import send_one
from connector.ports import CrossReference, Run
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, PRIYA, STRANGER, VENDOR, Office
from tests.unit.entrypoints.pages import Browser


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be()
    return here


def fail(office: Office, key: str, code: str = "PERIOD_CLOSED", message: str = "March 2026 is closed.") -> None:
    problem = {"code": code, "field": "", "message": message, "their_words": "BL03000018"}
    failed = Item.model_validate(office.item(key).model_dump() | {"problems": (problem,), "attempts": 3})
    after, entry = step(failed, "failed", who="connector", at=office.clock.now(), state=State.FAILED)
    office.state.save(after, entry)


def approved(office: Office) -> None:
    item = office.send()
    decide(office.world, DANA, [Decision(item=COMMITMENT, verdict="approve", fingerprint=item.fingerprint, with_needs=True)], via="api")


def staged(office: Office, number: int, state: State = State.STAGED, **change: object) -> Item:
    item = Item(
        id=f"staged:vendors:{number}", company="1", object="vendors", kind="company", state=State.DRAFT, since=office.clock.now(),
        title=f"Bay Concrete {number}", number=f"V-{number}", intacct_id=f"V-{number}", intacct_key=str(number),
        staged={"intacct recordno": str(number)},
    ).model_copy(update=change)  # fmt: skip
    after, entry = step(item, "staged", who="connector", at=office.clock.now(), state=state)
    office.state.save(after, entry)
    return after


class TestProblems:
    def test_they_are_grouped_by_cause_with_remedy_and_who(self, browser: Browser, office: Office) -> None:
        approved(office)
        fail(office, COMMITMENT)
        fail(office, VENDOR, "DUPLICATE_NUMBER", "Intacct has PC-8821.")
        page = browser.get("/app/problems")
        assert "2 problems, 2 causes." in page.text
        for words in ("The accounting period is closed in Intacct (1)", "Choose a date in an open period", "BL03000018", "tried 3 times"):
            assert words in page.text

    def test_one_button_tries_a_whole_cause_again(self, browser: Browser, office: Office) -> None:
        approved(office)
        fail(office, COMMITMENT)
        fail(office, VENDOR)
        page = browser.get("/app/problems")
        assert "Try 2 again" in page.text
        keys = re.findall(r'name="item" value="([^"]+)"', page.text)
        assert sorted(keys) == [COMMITMENT, VENDOR]
        done = browser.press(page, "/app/problems/retry", item=keys)
        assert done.heading == "2 tried again, $486,200.00."
        assert office.item().state is office.item(VENDOR).state is State.APPROVED

    def test_senders_see_their_own_and_retry_nothing(self, browser: Browser, office: Office) -> None:
        approved(office)
        fail(office, COMMITMENT)
        browser.be(MARCO)
        page = browser.get("/app/problems")
        assert "SC-2041" in page.text
        assert "Try 1 again" not in page.text
        done = browser.press(page, "/app/problems/retry", item=COMMITMENT)
        assert "NOT_YOUR_APPROVAL" in done.text
        assert office.item().state is State.FAILED
        browser.be(STRANGER)
        assert "SC-2041" not in browser.get("/app/problems").text
        browser.be(STRANGER.model_copy(update={"projects": None}))
        assert "SC-2041" not in browser.get("/app/problems").text

    def test_an_approver_may_look_at_their_own_only(self, browser: Browser, office: Office) -> None:
        approved(office)
        fail(office, COMMITMENT)
        assert "No problem fits these filters." in browser.get("/app/problems?whose=mine").text
        assert "No problem fits these filters." in browser.get("/app/problems?object=projects").text
        assert "SC-2041" in browser.get("/app/problems?object=commitments").text

    def test_nothing_to_try_again_says_so(self, browser: Browser) -> None:
        page = browser.get("/app/problems")
        assert "No problems." in page.text
        assert browser.press(page, "/app/problems/retry").status == 422


class TestImports:
    def test_what_waits_is_shown_with_what_is_suggested(self, browser: Browser, office: Office) -> None:
        staged(office, 1, staged={"suggested id": "8821", "suggested name": "Harbor Steel LLC", "suggested because of the same": "name"})
        staged(office, 2)
        page = browser.get("/app/imports")
        assert "Harbor Steel LLC" in page.text
        assert "(same name)" in page.text
        assert 'value="link staged:vendors:1"' in page.text
        assert 'value="link staged:vendors:2"' not in page.text
        assert "Bay Concrete" not in browser.get("/app/imports?object=projects").text

    def test_archived_and_restored(self, browser: Browser, office: Office) -> None:
        staged(office, 1)
        staged(office, 2)
        page = browser.get("/app/imports")
        done = browser.press(page, "/app/imports/decisions", item=["staged:vendors:1", "staged:vendors:2"], do="archive")
        assert done.heading == "2 archived."
        assert office.item("staged:vendors:1").state is State.ARCHIVED
        back = browser.press(browser.get("/app/imports?group=archived"), "/app/imports/decisions", one="restore staged:vendors:1")
        assert back.heading == "1 restored."
        assert office.item("staged:vendors:1").state is State.STAGED

    def test_linking_what_nothing_is_suggested_for_asks_which(self, browser: Browser, office: Office) -> None:
        staged(office, 1)
        page = browser.get("/app/imports")
        answer = browser.press(page, "/app/imports/decisions", item="staged:vendors:1", do="link")
        assert (answer.status, answer.heading) == (422, "Nothing is suggested for Bay Concrete 1: say which record of Procore it is.")
        assert browser.press(page, "/app/imports/decisions", item="staged:vendors:1", do="delete").status == 422
        assert browser.press(page, "/app/imports/decisions", do="archive").status == 422

    def test_who_may_not_decide_sees_no_staged_record(self, browser: Browser, office: Office) -> None:
        staged(office, 1)
        browser.be(MARCO)
        assert browser.get("/app/imports").status == 403
        form = browser.get("/app/problems").hidden("form")
        assert (
            browser.post("/app/imports/decisions", {"form": form, "item": "staged:vendors:1", "do": "archive"}).text.count("NOT_ALLOWED")
            == 1
        )
        assert office.item("staged:vendors:1").state is State.STAGED

    def test_an_import_is_asked_for_and_its_page_follows_it(self, browser: Browser, office: Office) -> None:
        browser.be(PRIYA)
        asked = browser.press(browser.get("/app/imports"), "/app/imports/request", object="vendors")
        assert asked.status == 303
        page = browser.get(asked.to)
        assert page.heading == "Import of vendors"
        assert "Started by Priya Shah" in page.text
        assert f'data-poll="{asked.to}"' in page.text
        assert f'<a href="{asked.to}">Vendors</a>' in browser.get("/app/imports").text
        run = office.state.get_run(asked.to.rpartition("/")[2])
        assert isinstance(run, Run)
        office.state.put_run(
            run.model_copy(
                update={"version": run.version + 1, "state": "ended", "ended_at": office.clock.now(), "counts": {"read": 3, "staged": 3}}
            )
        )
        done = browser.get(asked.to)
        assert "3 rows read, 3 staged." in done.text
        assert "data-poll" not in done.text
        browser.be(MARCO)
        assert browser.get(asked.to).status == 404


class TestLinks:
    def test_a_pair_is_found_from_either_side(self, browser: Browser, office: Office) -> None:
        office.references.link([
            CrossReference(object="vendors", procore_id="8821", intacct_key="12", intacct_id="V-10233", label="Harbor Steel LLC"),
            CrossReference(object="vendors", procore_id="8822", intacct_key="13", intacct_id="V-10301", label="Bay Concrete"),
        ])  # fmt: skip
        assert {"V-10233", "V-10301"} <= set(re.findall(r"V-\d+", browser.get("/app/links").text))
        for text in ("harbor", "8821", "v-10233"):
            page = browser.get(f"/app/links?object=vendors&text={text}").text
            assert "V-10233" in page
            assert "V-10301" not in page
        assert "No link with" in browser.get("/app/links?object=vendors&text=nobody").text
        assert browser.get("/app/links?object=nonsense").status == 200

    def test_it_is_for_approvers_and_administrators(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(approvers=(ApprovalRight(login=PRIYA.login),)))
        assert browser.get("/app/links").status == 403
        tabs = re.findall(r'<a href="/v1/app/(\w+)"', browser.get("/app/problems").text)
        assert tabs == ["send", "problems", "jobs"]
        browser.be(PRIYA)
        assert re.findall(r'<a href="/v1/app/(\w+)"', browser.get("/app/problems").text) == [
            "approve",
            "send",
            "imports",
            "links",
            "problems",
            "jobs",
            "settings",
        ]


class TestSend:
    @pytest.fixture(autouse=True)
    def lists(self, office: Office, browser: Browser) -> None:
        """Two subcontracts in Procore's list, one of them a draft; Marco looks."""
        self.rows = [
            {"id": number, "number": f"SC-{number}", "title": "Steel", "status": status}
            for number, status in ((1, "Approved"), (2, "Draft"))
        ]
        listed: Any = SimpleNamespace(pages=lambda path, _params: iter([self.rows if path.endswith("work_order_contracts") else []]))
        office.world = replace(office.world, procore=listed)
        browser.be(MARCO)

    def test_what_is_ready_can_be_ticked_and_the_rest_says_why_not(self, browser: Browser) -> None:
        page = browser.get("/app/send")
        assert re.findall(r'name="item" value="([^"]+)"', page.text) == [f"commitments 1 {PIER_9} WorkOrderContract"]
        assert "Not ready (1)" in page.text
        assert "1 ready</p>" in page.text  # without a sum, because this list does not say the amount
        assert "SC-2" in page.text.partition("Not ready")[2]
        assert "Approve it in Procore, then send it." in page.text

    def test_a_sum_stands_where_all_amounts_are_known(self, browser: Browser) -> None:
        self.rows[0]["grand_total"] = "1250.50"
        self.rows.append(self.rows[0] | {"id": 3, "grand_total": "100"})
        assert "2 ready, $1,350.50</p>" in browser.get("/app/send").text
        del self.rows[2]["grand_total"]
        assert "2 ready</p>" in browser.get("/app/send").text

    def test_what_is_not_ready_stands_by_its_cause_most_first(self, browser: Browser) -> None:
        self.rows += [{"id": 3, "number": "SC-3", "status": "Approved", "origin_id": "sage:3"}, self.rows[1] | {"id": 4, "number": "SC-4"}]
        text = browser.get("/app/send").text.partition("Not ready (3)")[2]
        causes = re.findall(r"<h3>([^<]+)</h3>", text)
        assert causes == ["Procore does not show the record as approved (2)", f"{CATALOGUE[Code.ORIGIN_NOT_OURS].meaning.rstrip('.')} (1)"]
        first, second = text.split("<h3>")[1:]
        assert re.findall(r"<strong>(SC-\d)", first) == ["SC-2", "SC-4"]
        assert re.findall(r"<strong>(SC-\d)", second) == ["SC-3"]
        assert first.count("Approve it in Procore, then send it.") == 1

    def test_what_is_ticked_goes_in_one_run_and_its_page_shows_each(self, browser: Browser, office: Office) -> None:
        page = browser.get("/app/send")
        sent = browser.press(page, "/app/send/records", item=f"commitments 4711 {PIER_9} WorkOrderContract")
        assert sent.status == 303
        shown = browser.get(sent.to)
        assert shown.heading == "0 of 1 sent."
        assert f'data-poll="{sent.to}"' in shown.text
        [run] = office.workflows.started
        send_one(office.world, run.rpartition("-w")[0], COMMITMENT)
        done = browser.get(sent.to)
        assert done.heading == "1 of 1 sent."
        assert "SC-2041" in done.text
        assert "data-poll" not in done.text
        browser.be(STRANGER)
        assert "SC-2041" not in browser.get(sent.to).text

    def test_who_may_not_send_may_look(self, browser: Browser, office: Office) -> None:
        page = browser.get("/app/send")
        office.set(Configuration(senders=frozenset({"other@example.com"})))
        looked = browser.get("/app/send")
        assert "You may look." in looked.text
        assert 'name="item"' not in looked.text
        assert browser.press(page, "/app/send/records", item=f"commitments 1 {PIER_9} WorkOrderContract").status == 403

    def test_who_sees_no_project_is_told(self, browser: Browser) -> None:
        browser.be(STRANGER)
        assert "No project of yours is linked to Intacct yet." in browser.get("/app/send").text
        assert browser.press(browser.get("/app/problems"), "/app/send/records", item=f"commitments 1 {PIER_9} ").status == 403
        assert browser.press(browser.get("/app/problems"), "/app/send/records").status == 422
        assert browser.press(browser.get("/app/problems"), "/app/send/records", item="x y/z").status == 422
