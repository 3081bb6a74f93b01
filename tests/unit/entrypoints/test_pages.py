"""The pages inside Procore: who sees and presses what, and what no other site can make a browser do."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html import unescape
from importlib.resources import files

import pytest

from connector.adapters.aws.outage import KeptOutage
from connector.core.configuration import Configuration
from connector.core.errors import Code, RetryLater
from connector.core.item import Item, State, step
from connector.core.marks import What
from connector.core.people import ApprovalRight
from connector.engine.choices import rechoose
from connector.engine.decide import Decision, decide
from connector.engine.preview import name_of
from connector.engine.queue import count_shelves
from connector.engine.taking_back import take_back
from connector.presentation.frame import MODULES, static_files, version
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, PRIYA, STRANGER, VENDOR, Office
from tests.unit.entrypoints.pages import FRAMES, Answer, Browser

ITEM = "/app/items/commitments%3A4711"
LARGEST_PAGE = 150_000


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be()
    return here


def approve(browser: Browser, page: Answer) -> Answer:
    fields = {"verdict": "approve", "fingerprint": page.hidden("fingerprint"), "with_needs": "yes"}
    return browser.press(page, f"{ITEM}/decision", **fields)


def many(office: Office, count: int) -> list[Item]:
    """Waiting items of two kinds and two projects, one a second, without a record behind them."""
    made = []
    for number in range(count):
        office.clock.move(1)
        item = Item(
            id=f"commitments:{number}", company="1", object="commitments" if number % 2 else "subcontractor_invoices", state=State.DRAFT,
            since=office.clock.now(), project_id=PIER_9 if number % 3 else "99", project_name="Pier 9 Terminal" if number % 3 else "Dock 4",
            number=f"SC-{number:04}", party=f"Company {number % 7}", amount=Decimal(number) + Decimal("0.25"),
            sent_by=MARCO.login, sent_by_name=MARCO.name, fingerprint=f"{number:064x}",
        )  # fmt: skip
        after, entry = step(item, "sent", who=MARCO.name, at=office.clock.now(), state=State.WAITING)
        office.state.save(after, entry)
        made.append(after)
    return made


class TestHeaders:
    def test_every_page_has_the_policy_and_nothing_inline(self, browser: Browser, office: Office) -> None:
        office.send()
        for page in (browser.get("/app/approve"), browser.get(ITEM), browser.get("/app/nowhere"), browser.get("/app/panel?in=panel")):
            assert page.header("Content-Security-Policy") == (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
                f"base-uri 'none'; frame-ancestors {FRAMES}; require-trusted-types-for 'script'; trusted-types pages"
            )
            assert page.header("Cache-Control") == "no-store"
            assert page.header("X-Content-Type-Options") == "nosniff"
            assert page.header("Referrer-Policy") == "same-origin"
            assert "X-Frame-Options" not in page.headers
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page.text)

    def test_files_are_kept_for_good_under_a_hash_of_them_all(self, browser: Browser) -> None:
        page = browser.get("/app/approve")
        for name in ("style.css", "pages.js", "icon.svg"):
            address = f"/v1/app/static/{version()}/{name}"
            assert address in page.text
            answer = browser.get(address)
            assert (answer.status, answer.text) == (200, static_files()[name])
            assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
        assert browser.get(f"/v1/app/static/{version()}/app.py").status == 404

    def test_the_script_is_one_file_of_modules_without_links_between_them(self) -> None:
        script = static_files()["pages.js"]
        assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
        for name in ("swap", "ask", "say", "holdToken", "setAwake"):
            assert len(re.findall(rf"^(?:async )?function {name}\(", script, re.MULTILINE)) == 1
        assert len(script) < 24_000
        assert "innerHTML" not in script
        names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", script, re.MULTILINE)
        assert sorted(names) == sorted(set(names)), "in one file a name stands for one thing"

    @pytest.mark.parametrize("name", MODULES)
    def test_a_module_is_short_enough_to_be_understood(self, name: str) -> None:
        text = files("connector.presentation").joinpath("static", f"{name}.js").read_text(encoding="utf-8")
        assert len(text.splitlines()) < 150

    def test_who_signed_in_stays_there_when_a_name_is_no_page(self, browser: Browser) -> None:
        page = browser.get("/app/nowhere")
        assert (page.status, page.heading) == (404, "There is no such page.")
        assert browser.get("/app").to == "/v1/app/approve"


class TestForms:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": ""},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_button_of_another_site_decides_nothing(self, browser: Browser, office: Office, headers: dict[str, str]) -> None:
        office.send()
        page = browser.get(ITEM)
        fields = {"form": page.hidden("form"), "verdict": "approve", "fingerprint": page.hidden("fingerprint"), "with_needs": "yes"}
        answer = browser.post(f"{ITEM}/decision", fields, **headers)
        assert answer.status == 403
        assert office.item().state is State.WAITING
        assert browser.post(f"{ITEM}/decision", fields).status == 303

    @pytest.mark.parametrize("token", ["", "0" * 64, "other session"])
    def test_a_form_belongs_to_its_session(self, browser: Browser, office: Office, token: str) -> None:
        office.send()
        page = browser.get(ITEM)
        if token == "other session":
            browser.be(number=2)
        form = page.hidden("form") if token == "other session" else token
        answer = browser.post(f"{ITEM}/decision", {"form": form, "verdict": "approve", "fingerprint": page.hidden("fingerprint")})
        assert (answer.status, answer.heading) == (403, "This page is of an earlier sign-in; nothing was changed. Load it again.")
        assert office.item().state is State.WAITING

    def test_without_a_session_nothing_is_shown_or_done(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        browser.cookies.clear()
        for answer in (browser.get(ITEM), approve(browser, page), browser.get(f"{ITEM}/proof"), browser.get("/app/panel?in=panel")):
            assert answer.status == 401
            assert "Harbor Steel" not in answer.text
        assert office.item().state is State.WAITING

    def test_looking_changes_nothing(self, browser: Browser, office: Office) -> None:
        office.send()
        before = office.item()
        for _ in range(3):
            browser.get(ITEM)
            browser.get("/app/approve")
        assert office.item() == before


class TestTheList:
    def test_it_shows_what_waits_for_me_with_count_sum_and_age(self, browser: Browser, office: Office) -> None:
        office.send()
        office.clock.move(2 * 86_400 + 60)
        browser.be()
        page = browser.get("/app/approve")
        assert "2 items, $486,200.00. Oldest 2 days." in page.text
        assert re.findall(r"data-open>([^<]+)<", page.text) == ["SC-2041", "PC-8821"]
        assert "Vendor goes first" in page.text
        assert 'data-cents="48620000"' in page.text

    def test_one_column_says_by_what_the_list_is_sorted(self, browser: Browser, office: Office) -> None:
        office.send()
        browser.be()
        for query, words in (("", "Age"), ("?sort=company", "Company")):
            page = browser.get(f"/app/approve{query}").text
            assert re.findall(r'aria-sort="ascending"><a [^>]*>(\w+)<', page) == [words]
            assert page.count("aria-sort") == 1

    def test_filters_sift_and_stay_in_the_address(self, browser: Browser, office: Office) -> None:
        many(office, 12)

        def numbers(query: str) -> list[str]:
            return re.findall(r"data-open>([^<]+)<", browser.get(f"/app/approve?{query}").text)

        assert numbers("object=subcontractor_invoices") == [f"SC-{number:04}" for number in range(0, 12, 2)]
        assert numbers("project=99") == ["SC-0000", "SC-0003", "SC-0006", "SC-0009"]
        assert numbers("least=3&most=5%2C000") == [f"SC-{number:04}" for number in range(3, 12)]
        assert numbers("text=company+6") == ["SC-0006"]
        assert numbers("sort=amount&text=SC-001") == ["SC-0011", "SC-0010"]
        assert numbers("least=x&days=abc&group=nonsense&sort=evil") == [f"SC-{number:04}" for number in range(12)]
        assert "No item fits these filters." in browser.get("/app/approve?text=nothing+like+it").text

    def test_five_hundred_items_come_a_hundred_a_page_and_none_is_heavy(self, browser: Browser, office: Office) -> None:
        many(office, 500)
        page = browser.get("/app/approve")
        assert "500 items, $124,875.00." in page.text
        assert len(re.findall("data-row", page.text)) == 100
        assert "Next 100" in page.text
        assert "Take all 500 that match" in page.text
        assert len(page.text.encode()) < LARGEST_PAGE
        last = browser.get("/app/approve?first=400")
        assert re.findall(r"data-open>([^<]+)<", last.text)[-1] == "SC-0499"
        assert "Next" not in last.text

    def test_where_nothing_is_left_it_says_how_many_were_decided_of_late(self, browser: Browser, office: Office) -> None:
        decisions = [Decision(item=item.id, verdict="reject", fingerprint=item.fingerprint, reason="Not yet") for item in many(office, 3)]
        assert "You decided" not in browser.get("/app/approve?text=nothing+like+it").text
        decide(office.world, DANA, decisions, via="app")
        assert "Nothing waits for you. You decided 3 in the last seven days. You get a mail" in browser.get("/app/approve").text
        office.clock.move(8 * 86_400)
        browser.be(DANA)
        assert "Nothing waits for you. You get a mail" in browser.get("/app/approve").text

    def test_what_is_not_mine_to_decide_says_whose(self, browser: Browser, office: Office) -> None:
        office.send()
        office.set(Configuration(approvers=(ApprovalRight(login=PRIYA.login), ApprovalRight(login=MARCO.login)), default_item="SUB"))
        assert "Nothing waits for you." in browser.get("/app/approve").text
        everything = browser.get("/app/approve?group=all").text
        assert "SC-2041" in everything
        assert 'name="item"' not in everything
        assert 'name="verdict"' not in everything
        browser.be(MARCO)
        assert "You sent this: another approver decides" in browser.get("/app/approve?group=all").text

    def test_above_my_limit_says_so(self, browser: Browser, office: Office) -> None:
        office.send()
        rights = (ApprovalRight(login=DANA.login, up_to=Decimal(1000)), ApprovalRight(login=PRIYA.login))
        office.set(Configuration(approvers=rights, default_item="SUB"))
        page = browser.get("/app/approve")
        assert "Needs a second approver too" in page.text
        assert "1 above your limit" in page.text

    def test_who_sees_no_project_sees_no_item(self, browser: Browser, office: Office) -> None:
        office.send()
        browser.be(STRANGER)
        assert "SC-2041" not in browser.get("/app/approve?group=all").text
        assert browser.get(ITEM).status == 404


class TestManyAtOnce:
    def test_the_page_before_sums_by_object_and_project_and_leaves_out_what_changed(self, browser: Browser, office: Office) -> None:
        items = many(office, 4)
        gone, entry = step(items[3], "rejected", who="Priya Shah", at=office.clock.now(), state=State.REJECTED)
        office.state.save(gone, entry)
        chosen = [f"{item.fingerprint} {item.id}" for item in items] + ["0 commitments:4711"]
        page = browser.press(browser.get("/app/approve"), "/app/approve/confirm", item=chosen, verdict="approve")
        assert page.heading == "Approve 3 items, $3.75?"
        assert "is rejected" in page.text
        assert "SC-0003" in page.text
        assert [office.state.get(item.id).state for item in items[:3]] == [State.WAITING] * 3  # type: ignore[union-attr]

    def test_what_changed_after_the_list_was_shown_is_to_be_opened_first(self, browser: Browser, office: Office) -> None:
        item = office.send()
        page = browser.get("/app/approve")
        rechoose(office.world, PRIYA, COMMITMENT, {"number": "SC-2041-A"}, fingerprint=item.fingerprint)
        answer = browser.press(page, "/app/approve/confirm", item=f"{item.fingerprint} commitments%3A4711")
        assert answer.heading == "Approve 0 items, $0.00?"
        assert "changed after it was shown to you" in answer.text
        assert "/app/approve/decisions" not in re.sub(r"<form[^>]*data-list", "", answer.text)

    def test_all_that_match_are_taken_together(self, browser: Browser, office: Office) -> None:
        many(office, 120)
        page = browser.press(browser.get("/app/approve"), "/app/approve/confirm", all="yes", project="99")
        assert page.heading == "Approve 40 items, $2,350.00?"

    def test_of_more_than_five_hundred_that_match_none_is_left_out_silently(self, browser: Browser, office: Office) -> None:
        many(office, 501)
        answer = browser.press(browser.get("/app/approve"), "/app/approve/confirm", all="yes")
        assert (answer.status, answer.heading) == (413, "At most 500 are decided in one go; these are 501. Filter the list first.")

    def test_what_needs_another_first_is_not_ticked(self, browser: Browser, office: Office) -> None:
        item = office.send()
        chosen = f"{item.fingerprint} commitments%3A4711"
        page = browser.press(browser.get("/app/approve"), "/app/approve/confirm", item=chosen, verdict="approve")
        assert page.heading == "Approve 0 items, $0.00?"
        assert "1 need another record first" in page.text
        assert "checked" not in page.text

    def test_each_result_is_told_and_one_refusal_stops_nothing(self, browser: Browser, office: Office) -> None:
        item = office.send()
        chosen = [f"{item.fingerprint} commitments%3A4711", f"{'0' * 64} vendors%3A8821"]
        page = browser.press(browser.get("/app/approve"), "/app/approve/decisions", item=chosen, verdict="approve")
        assert page.heading == "1 of 2 approved, $486,200.00. 1 was not."
        assert "STALE_APPROVAL" in page.text
        assert office.item().state is State.APPROVED
        assert office.item(VENDOR).state is State.APPROVED
        run = re.search(r'data-poll="([^"]+)"', page.text)
        assert run
        assert browser.get(run[1]).heading == "2 approved, $486,200.00."

    def test_rejecting_many_wants_a_reason(self, browser: Browser, office: Office) -> None:
        items = many(office, 2)
        chosen = [f"{item.fingerprint} {item.id}" for item in items]
        list_page = browser.get("/app/approve")
        assert "What should be corrected" in browser.press(list_page, "/app/approve/confirm", item=chosen, verdict="reject").text
        none = browser.press(list_page, "/app/approve/decisions", item=chosen, verdict="reject", cause="Not yet", reason=" ")
        assert none.status == 422
        done = browser.press(list_page, "/app/approve/decisions", item=chosen, verdict="reject", cause="Not yet", reason="Next month.")
        assert done.heading == "2 rejected, $1.50."
        assert {office.state.get(item.id).reason for item in items} == {"Not yet: Next month."}  # type: ignore[union-attr]

    def test_nothing_selected_and_too_much_selected_say_so(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get("/app/approve")
        assert browser.press(page, "/app/approve/confirm").heading == "Nothing is selected."
        too_many = [f"{number:064x} commitments%3A{number}" for number in range(501)]
        assert browser.press(page, "/app/approve/confirm", item=too_many).status == 413


class TestAnItem:
    def test_it_shows_what_will_happen_and_where_each_value_comes_from(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        for words in (
            "Waiting for you",
            "What changes",
            "from Procore contract_date",
            "Exact request",
            "Chain of 1 entry verified",
            "1 of 2",
        ):
            assert words in page.text
        assert len(page.text.encode()) < LARGEST_PAGE

    def test_a_decision_leads_to_the_next_and_says_what_became_of_this(self, browser: Browser, office: Office) -> None:
        office.send()
        many(office, 1)
        onward = approve(browser, browser.get(ITEM))
        assert onward.to == "/v1/app/items/commitments%3A0?after=commitments%3A4711"
        page = browser.get(onward.to)
        assert "SC-2041 approved. Next of 1." in re.sub(r"\s+", " ", page.text)
        assert [step.detail["via"] for step in office.state.history(COMMITMENT) if step.what == "approved"] == ["app"]
        last = browser.press(page, "/app/items/commitments%3A0/decision", verdict="reject", fingerprint="0" * 64, reason="No.")
        assert last.to == "/v1/app/approve?after=commitments%3A0"
        assert "SC-0000 rejected." in browser.get(last.to).text

    def test_a_double_click_gives_the_same_answer(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        assert approve(browser, page).status == approve(browser, page).status == 303
        assert len(office.workflows) == 1

    def test_what_changed_meanwhile_is_shown_and_nothing_decided(self, browser: Browser, office: Office) -> None:
        item = office.send()
        page = browser.get(ITEM)
        rechoose(office.world, PRIYA, COMMITMENT, {"number": "SC-2041-A"}, fingerprint=item.fingerprint)
        answer = approve(browser, page)
        assert answer.status == 409
        assert "changed after it was shown to you. Your decision was not taken." in answer.text
        assert re.search(r"Number</th><td[^>]*>SC-2041</td><td[^>]*>SC-2041-A</td>", answer.text)
        assert office.item().state is State.WAITING
        assert approve(browser, answer).status == 303

    def test_a_rejection_without_words_keeps_what_was_chosen(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        answer = browser.press(
            page, f"{ITEM}/decision", verdict="reject", fingerprint=page.hidden("fingerprint"), cause="Duplicate", reason=""
        )
        assert answer.status == 422
        assert re.search(r'value="Duplicate" required checked', answer.text)
        assert '<details class="reject" open>' in answer.text

    def test_the_approvers_own_value_makes_a_new_preview(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        answer = browser.press(
            page,
            f"{ITEM}/choices",
            fingerprint=page.hidden("fingerprint"),
            **{"choice.number": "SC-2041-A", "choice.contract_date": "2026-11-18"},
        )
        assert answer.to == "/v1/app/items/commitments%3A4711"
        assert office.item().choices == {"number": "SC-2041-A"}
        assert "you, here" in browser.get(answer.to).text

    def test_a_value_that_breaks_a_rule_is_refused_and_kept_in_its_field(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        answer = browser.press(page, f"{ITEM}/choices", fingerprint=page.hidden("fingerprint"), **{"choice.number": "X" * 60})
        assert answer.status == 422
        assert "TOO_LONG" in answer.text
        assert f'name="choice.number" value="{"X" * 60}"' in answer.text
        assert office.item().choices == {}

    def test_the_sender_takes_back_and_sends_again_and_never_approves(self, browser: Browser, office: Office) -> None:
        office.send()
        browser.be(MARCO)
        page = browser.get(ITEM)
        assert "Approve" not in re.sub(r"<nav.*?</nav>", "", page.text, flags=re.DOTALL)
        fields = {"verdict": "approve", "fingerprint": office.item().fingerprint, "with_needs": "yes"}
        assert browser.press(page, f"{ITEM}/decision", **fields).status == 403
        assert browser.press(page, f"{ITEM}/take-back").status == 303
        assert office.item().state is State.RETRIEVED
        again = browser.get(ITEM)
        assert "Send again" in again.text
        assert browser.press(again, f"{ITEM}/send").status == 303
        assert office.item().state is State.WAITING

    @pytest.mark.parametrize("where", ["", "?in=panel"])
    def test_the_approver_takes_back_until_the_export_starts(self, browser: Browser, office: Office, where: str) -> None:
        """The line after the decision leads back to it, where the button is; nobody else has it."""
        office.send()
        many(office, 1)
        onward = browser.get(approve(browser, browser.get(ITEM)).to)
        assert '<a href="/v1/app/items/commitments%3A4711">Back to it</a>' in onward.text
        page = browser.get(f"{ITEM}{where}")
        assert ("You approved it. It goes to Intacct now." in page.text, "Take back" in page.text) == (True, True)
        assert f'id="going" data-poll="/v1{ITEM}{where}"' in page.text, "the button goes when the export starts"
        browser.be(PRIYA, number=2)
        assert "Take back" not in browser.get(f"{ITEM}{where}").text
        browser.be(DANA)
        answer = browser.press(page, f"{ITEM}/take-back{where}", approval=page.hidden("approval"))
        assert (answer.status, answer.to) == (303, f"/v1{ITEM}{where}")
        again = browser.get(answer.to)
        assert "Waiting for you" in again.text
        assert "approval taken back" in again.text
        assert "SC-2041 waits for a decision again." in browser.get(f"/app/approve?after={COMMITMENT}").text
        assert "approval taken back" in browser.get("/app/approve?group=decided").text
        assert approve(browser, again).status == 303
        assert office.item().state is State.APPROVED

    def test_too_late_it_says_so_beside_the_item_and_what_can_be_done(self, browser: Browser, office: Office) -> None:
        office.send()
        approve(browser, browser.get(ITEM))
        page = browser.get(ITEM)
        office.state.save(*step(office.item(), "export begun", who="connector", at=office.clock.now(), state=State.EXPORTING))
        answer = browser.press(page, f"{ITEM}/take-back", approval="yes")
        assert (answer.status, answer.heading) == (409, "Commitment SC-2041")
        for words in (
            "It is too late to take back the approval of SC-2041: it is on its way to Intacct.",
            "Once it is there, make a commitment change order in Procore, or delete or void it in Intacct and unlink it.",
            "On its way",
        ):
            assert words in answer.text
        assert "Take back" not in answer.text

    def test_what_waits_for_another_is_taken_back_too(self, browser: Browser, office: Office) -> None:
        item = office.send()
        decide(office.world, DANA, [Decision(item=COMMITMENT, verdict="approve", fingerprint=item.fingerprint)], via="api")
        page = browser.get(ITEM)
        assert "It goes when what it waits for is in Intacct." in page.text
        assert 'id="going"' not in page.text
        assert browser.press(page, f"{ITEM}/take-back", approval="yes").status == 303
        assert (office.item().state, office.item().waits_for) == (State.WAITING, "")

    def test_away_is_no_refusal(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        approve(browser, browser.get(ITEM))
        page = browser.get(ITEM)

        def away(*_: object, **__: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "DynamoDB does not answer.", seconds=2)

        monkeypatch.setattr(office.state, "save", away)
        answer = browser.press(page, f"{ITEM}/take-back", approval="yes")
        assert (answer.status, answer.header("Retry-After")) == (503, "2")

    def test_a_broken_history_stops_decisions_and_says_where(self, browser: Browser, office: Office) -> None:
        office.send()
        office.state._history[COMMITMENT][0] = office.state.history(COMMITMENT)[0].model_copy(update={"who": "Somebody"})  # noqa: SLF001
        page = browser.get(ITEM)
        assert "Entry 1 does not fit the one before." in page.text
        assert "Decisions are stopped" in page.text
        assert "decision" not in re.findall(r'action="[^"]*/(\w+)"', page.text)

    def test_the_proof_is_the_history_with_its_hashes(self, browser: Browser, office: Office) -> None:
        office.send()
        answer = browser.get(f"{ITEM}/proof")
        assert answer.header("Content-Type") == "application/json"
        said = json.loads(answer.text)
        assert said["verified"] is True
        assert [entry["hash"] for entry in said["entries"]] == [entry.hash for entry in office.state.history(COMMITMENT)]

    def test_a_failed_one_says_why_and_is_tried_again(self, browser: Browser, office: Office) -> None:
        item = office.send()
        decide(office.world, DANA, [Decision(item=COMMITMENT, verdict="approve", fingerprint=item.fingerprint, with_needs=True)], via="api")
        problem = {"code": "PERIOD_CLOSED", "field": "", "message": "March 2026 is closed.", "their_words": "BL03000018"}
        failed = Item.model_validate(office.item().model_dump() | {"problems": (problem,)})
        after, entry = step(failed, "failed", who="connector", at=office.clock.now(), state=State.FAILED)
        office.state.save(after, entry)
        page = browser.get(ITEM)
        for words in ("March 2026 is closed.", "BL03000018", "Choose a date in an open period", "Try again"):
            assert words in page.text
        assert browser.press(page, f"{ITEM}/retry").status == 303
        assert office.item().state is State.APPROVED

    def test_two_approvers(self, browser: Browser, office: Office) -> None:
        office.send()
        limited = (ApprovalRight(login=DANA.login, up_to=Decimal(1000)), ApprovalRight(login=PRIYA.login))
        office.set(Configuration(approvers=limited, default_item="SUB"))
        approve(browser, browser.get(ITEM))
        first = browser.get(ITEM)
        assert "You approved it. It is above your limit: a second approver decides." in first.text
        assert browser.press(first, f"{ITEM}/take-back", approval=first.hidden("approval")).status == 303
        assert office.item().approvals == ()
        approve(browser, browser.get(ITEM))
        assert "SC-2041" in browser.get("/app/approve?group=second").text
        browser.be(PRIYA)
        page = browser.get(ITEM)
        assert "First approval: Dana Ortiz" in page.text
        assert approve(browser, page).status == 303
        assert office.item().state is State.APPROVED

    def test_an_item_without_a_preview_is_a_page_too(self, browser: Browser, office: Office) -> None:
        [item] = many(office, 1)
        page = browser.get("/app/items/commitments%3A0")
        assert page.status == 200
        assert name_of(item.id, item.fingerprint) not in office.payloads


class TestTheSidePanel:
    def test_it_says_where_a_record_stands_and_the_one_thing_to_do(self, browser: Browser, office: Office) -> None:
        browser.be(MARCO)
        where = f"/app/panel?in=panel&view=commitments.work_order_contracts.detail&id=4711&project={PIER_9}"
        page = browser.get(where)
        assert "It has not been sent to accounting." in page.text
        sent = browser.press(page, "/app/panel/send?in=panel", object="commitments", id="4711", project=PIER_9)
        assert sent.to == "/v1/app/panel/item/commitments%3A4711?in=panel"
        assert browser.get(where).to == sent.to
        shown = browser.get(sent.to)
        assert shown.heading == "Commitment SC-2041"
        assert "Take back" in shown.text
        assert "<nav" not in shown.text
        browser.be(DANA)
        assert "Look and decide" in browser.get(sent.to).text
        assert office.item().sent_by == MARCO.login

    def test_the_one_thing_an_approver_can_do_about_what_goes_is_to_take_it_back(self, browser: Browser, office: Office) -> None:
        office.send()
        approve(browser, browser.get(ITEM))
        shown = browser.get("/app/panel/item/commitments%3A4711?in=panel")
        assert 'action="/v1/app/items/commitments%3A4711/take-back?in=panel"' in shown.text
        assert browser.press(shown, f"{ITEM}/take-back?in=panel", approval=shown.hidden("approval")).status == 303
        assert office.item().state is State.WAITING

    def test_all_that_stands_in_the_way_comes_at_once(self, browser: Browser, office: Office) -> None:
        browser.be(MARCO)
        kind, record = office.door.records["commitments", "4711"]
        office.door.records["commitments", "4711"] = kind, record | {"status": "Draft", "contract_date": None}
        page = browser.get(f"/app/panel?in=panel&view=commitments.work_order_contracts.detail&id=4711&project={PIER_9}")
        answer = browser.press(page, "/app/panel/send?in=panel", object="commitments", id="4711", project=PIER_9)
        assert "NOT_APPROVED_IN_PROCORE" in answer.text
        assert "Check and send again" in answer.text
        assert office.state.get(COMMITMENT) is None

    @pytest.mark.parametrize(
        ("query", "status", "heading"),
        [
            ("", 200, "Which record?"),
            ("&view=drawings.detail&id=1", 200, "Not sent to Intacct"),
            ("&view=commitments.requisitions.detail&id=a%20b", 422, "Procore named a record in a way this page does not know."),
            (f"&object=commitments&id=4711&project={PIER_9}", 403, "Sam Lee has no access to this project."),
        ],
    )
    def test_what_procore_names_is_a_hint_only(self, browser: Browser, query: str, status: int, heading: str) -> None:
        browser.be(STRANGER)
        page = browser.get(f"/app/panel?in=panel{query}")
        assert (page.status, page.heading) == (status, heading)

    def test_who_may_not_send_is_told(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(senders=frozenset({"other@example.com"})))
        page = browser.get(f"/app/panel?in=panel&object=commitments&id=4711&project={PIER_9}")
        assert "Sending is for people whom an administrator of this connector named." in page.text


def test_our_fault_is_a_page_with_a_code(browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.send()
    monkeypatch.setattr(office.state, "history", lambda _item: 1 / 0)
    page = browser.get(ITEM)
    assert (page.status, page.heading) == (500, "This page failed. Nothing was changed.")
    assert re.search(r"give the code [0-9a-f]{8} to an administrator", page.text)
    assert "ZeroDivision" not in page.text


def test_taking_back_what_was_decided_says_so(browser: Browser, office: Office) -> None:
    item = office.send()
    browser.be(MARCO)
    page = browser.get(ITEM)
    decide(office.world, DANA, [Decision(item=COMMITMENT, verdict="reject", fingerprint=item.fingerprint, reason="No.")], via="api")
    answer = browser.press(page, f"{ITEM}/take-back")
    assert (answer.status, answer.heading) == (409, "Commitment SC-2041")
    assert "SC-2041 is rejected; only what waits can be taken back." in answer.text
    with pytest.raises(Exception, match="only what waits"):
        take_back(office.world, MARCO, COMMITMENT)


class TestTabs:
    def test_each_page_has_the_numbers_of_all_tabs_from_what_is_kept(self, browser: Browser, office: Office) -> None:
        many(office, 5)
        count_shelves(office.world)
        assert tabs(browser.get("/app/links")) == {"Approve": 5, "Send": None, "Imports": 0, "Links": None, "Problems": 0, "Jobs": None}

    def test_what_somebody_sees_of_a_shelf_is_the_number_from_then_on(self, browser: Browser, office: Office) -> None:
        many(office, 3)
        assert tabs(browser.get("/app/links"))["Approve"] == 0
        browser.get("/app/approve")
        assert tabs(browser.get("/app/links"))["Approve"] == 3

    def test_the_number_is_of_what_the_person_may_decide(self, browser: Browser, office: Office) -> None:
        many(office, 6)
        rights = (ApprovalRight(login=DANA.login, objects=frozenset({"commitments"}), projects=frozenset({PIER_9}), up_to=Decimal(2)),)
        office.set(Configuration(approvers=(*rights, ApprovalRight(login=MARCO.login))))
        count_shelves(office.world)
        for person in (DANA, MARCO, PRIYA):
            browser.be(person)
            shown = len(re.findall("data-row", browser.get("/app/approve").text))
            assert tabs(browser.get("/app/problems")).get("Approve", shown) == shown


def tabs(page: Answer) -> dict[str, int | None]:
    found = re.search(r'<nav aria-label="Pages">(.*?)</nav>', page.text, re.DOTALL)
    assert found
    links = re.findall(r'<a href="[^"]*"[^>]*>(\w+)(?: <span class="count">(\d+)</span>)?</a>', found[1])
    return {words: int(count) if count else None for words, count in links}


class TestWhileASystemIsAway:
    def test_every_page_says_since_when_and_deciding_goes_on(self, browser: Browser, office: Office) -> None:
        office.send()
        watch = KeptOutage(office.state, office.clock, "intacct")
        watch.away()
        for address in ("/app/approve", ITEM, "/app/problems", "/app/panel?in=panel"):
            assert "Intacct has not answered since 12:00 PM." in browser.get(address).text
        assert approve(browser, browser.get(ITEM)).status == 303
        watch.answered()
        assert "has not answered" not in browser.get("/app/approve").text

    def test_it_says_the_day_when_that_was_not_today(self, browser: Browser, office: Office) -> None:
        KeptOutage(office.state, office.clock, "intacct").away()
        office.clock.move(86_400)
        browser.be()
        assert "has not answered since Jun 1, 2026, 12:00 PM UTC." in browser.get("/app/approve").text

    def test_of_procore_it_says_as_of_when_the_amounts_are(self, browser: Browser, office: Office) -> None:
        office.send()
        watch = KeptOutage(office.state, office.clock, "procore")
        watch.away()
        for address in ("/app/approve", ITEM, "/app/problems", "/app/panel?in=panel"):
            shown = browser.get(address).text
            assert "Procore does not answer: amounts are as of 12:00 PM." in shown
            assert "Intacct has not answered" not in shown
        watch.answered()
        assert "does not answer" not in browser.get("/app/approve").text


class TestDecidedByMe:
    def test_it_lists_what_i_decided_with_the_reason_and_what_became_of_it(self, browser: Browser, office: Office) -> None:
        office.send()
        page = browser.get(ITEM)
        fields = {"verdict": "reject", "fingerprint": page.hidden("fingerprint"), "cause": "Wrong amount", "reason": "Retainage is 10%."}
        browser.press(page, f"{ITEM}/decision", **fields)
        shown = browser.get("/app/approve?group=decided")
        assert "Wrong amount: Retainage is 10%." in shown.text
        assert re.findall(r"data-open>([^<]+)<", shown.text) == ["SC-2041"]
        browser.be(PRIYA)
        assert "You decided nothing in the last 30 days." in browser.get("/app/approve?group=decided").text

    def test_after_thirty_days_it_is_not_listed_any_more(self, browser: Browser, office: Office) -> None:
        office.send()
        approve(browser, browser.get(ITEM))
        assert re.findall(r"data-open>([^<]+)<", browser.get("/app/approve?group=decided").text) == ["PC-8821", "SC-2041"]
        office.clock.move(31 * 86_400)
        browser.be()
        assert "data-open" not in browser.get("/app/approve?group=decided").text


class TestNews:
    def test_an_open_list_hears_of_what_came_since(self, browser: Browser, office: Office) -> None:
        many(office, 2)
        address = unescape(re.search(r'data-poll="([^"]+news[^"]+)"', browser.get("/app/approve").text)[1])  # type: ignore[index]
        quiet = browser.get(address)
        assert "hidden" in quiet.text
        office.clock.move(10)
        office.send()
        told = browser.get(address)
        assert 'data-say="2 items came or changed since you opened this."' in told.text
        assert ">Show them<" in told.text
        again = browser.get(unescape(re.search(r'data-poll="([^"]+)"', told.text)[1]))  # type: ignore[index]
        assert "2 items came or changed since you opened this." in again.text
        assert "data-say" not in again.text


class TestUnusual:
    def test_marks_stand_in_the_list_and_are_filtered_by(self, browser: Browser, office: Office) -> None:
        office.send()
        [item] = [office.item()]
        marked = item.model_copy(update={"marks": (What.BELOW_ZERO, What.REJECTED, What.LARGE)})
        office.state._items[item.id] = marked  # noqa: SLF001 -- as it was sent long ago
        page = browser.get("/app/approve")
        assert "Below zero" in page.text
        assert "+2" in page.text
        assert "more: Larger than usual, Vendor goes first" in unescape(page.text)
        for has, found in (("over", ["SC-2041"]), ("marks", ["SC-2041"]), ("vendor", []), ("first", ["SC-2041"])):
            assert re.findall(r"data-open>([^<]+)<", browser.get(f"/app/approve?has={has}").text) == found

    def test_before_many_decisions_it_is_ticked_by_hand(self, browser: Browser, office: Office) -> None:
        items = many(office, 3)
        office.state._items[items[0].id] = items[0].model_copy(update={"marks": (What.LARGE,)})  # noqa: SLF001
        page = browser.get("/app/approve")
        shown = browser.press(
            page,
            "/app/approve/confirm",
            verdict="approve",
            item=[unescape(each) for each in re.findall(r'name="item" value="([^"]+)"', page.text)],
        )
        assert shown.heading.startswith("Approve 2 items")
        assert "1 with something unusual: open it first" in shown.text
        assert len(re.findall(r'name="item"[^>]* checked', shown.text)) == 2
        assert len(re.findall(r'name="item"', shown.text)) == 3

    def test_the_item_says_it_in_sentences_to_its_reader(self, browser: Browser, office: Office) -> None:
        office.send()
        assert "Harbor Steel LLC is new: the vendor is added to Intacct first." in browser.get(ITEM).text
        office.set(
            Configuration(
                approvers=(ApprovalRight(login=DANA.login, up_to=Decimal(10)), ApprovalRight(login=PRIYA.login)), default_item="SUB"
            )
        )
        assert "It is above your limit: a second approver decides too." in browser.get(ITEM).text

    def test_a_plain_one_says_so(self, browser: Browser, office: Office) -> None:
        office.send()
        assert "Nothing unusual." in browser.get("/app/items/vendors%3A8821").text
