"""Links in the app: found from either side, by how they stand and who made them; led to both systems; unlinked, and adopted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.core.adoption import Compared, Suggested, Wish
from connector.core.compare import Difference
from connector.core.configuration import Configuration
from connector.core.errors import Code, RetryLater, Violation
from connector.core.item import Approval, Drift, Item, State, step
from connector.core.people import ApprovalRight
from connector.engine import adopt, unlink
from connector.engine.board import WATCHED
from connector.engine.drift_watch import BOOK, EMPTY
from connector.engine.queue import count_shelves
from connector.engine.unlink import Hold, Unlinked
from connector.engine.window import Mark
from connector.ports import CrossReference
from tests.unit.entrypoints.office import COMPANY, DANA, MARCO, PIER_9, PRIYA, STRANGER, Office
from tests.unit.entrypoints.pages import Answer, Browser

STEEL = CrossReference(
    object="vendors", procore_id="8821", intacct_key="12", intacct_id="V-10233", label="Harbor Steel LLC", linked_by="Dana Ortiz"
)
CONCRETE = CrossReference(
    object="vendors",
    procore_id="8822",
    intacct_key="13",
    intacct_id="V-10301",
    label="Bay Concrete",
    linked_by="the clock",
    gone="inactive",
)
CONTRACT = CrossReference(
    object="commitments", procore_id="4711", intacct_key="41", intacct_id="Subcontract-SC-2041", project_id=PIER_9, label="Steel erection"
)


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be()
    return here


@pytest.fixture
def linked(office: Office) -> None:
    at = office.clock.now()
    pairs = [STEEL.model_copy(update={"linked_at": at}), CONCRETE.model_copy(update={"linked_at": at - timedelta(days=9)}), CONTRACT]
    assert office.references.link(pairs) == []


def exported(office: Office, **change: object) -> Item:
    item = Item(
        id="commitments:4711", company=COMPANY, object="commitments", kind="WorkOrderContract", procore_id="4711", project_id=PIER_9,
        state=State.DRAFT, since=office.clock.now(), title="Steel erection", number="SC-2041", amount=Decimal("486200.00"),
        intacct_key="41", written_back=True,
    ).model_copy(update=change)  # fmt: skip
    after, entry = step(item, "in Intacct", who="connector", at=office.clock.now(), state=State.SYNCED)
    office.state.save(after, entry)
    return after


def names(page: Answer) -> list[str]:
    return re.findall(r"data-open title=\"([^\"]+)\"", page.text)


@pytest.mark.usefixtures("linked")
class TestTheList:
    @pytest.mark.parametrize("text", ["harbor", "8821", "v-10233"])
    def test_a_pair_is_found_from_either_side(self, browser: Browser, text: str) -> None:
        assert names(browser.get(f"/app/links?text={text}")) == ["Harbor Steel LLC"]

    def test_the_newest_come_first_and_all_objects_are_one_search(self, browser: Browser) -> None:
        assert names(browser.get("/app/links")) == ["Harbor Steel LLC", "Bay Concrete"]
        assert names(browser.get("/app/links?object=nonsense")) == ["Harbor Steel LLC", "Bay Concrete"]
        assert names(browser.get("/app/links?object=all&text=ste")) == ["Harbor Steel LLC", "Steel erection"]

    def test_filters_say_how_a_link_stands_and_who_made_it(self, browser: Browser, office: Office) -> None:
        assert names(browser.get("/app/links?state=gone")) == ["Bay Concrete"]
        assert names(browser.get("/app/links?by=hand")) == ["Harbor Steel LLC"]
        assert names(browser.get("/app/links?by=rule")) == ["Bay Concrete"]
        assert "Agrees" not in rows(browser.get("/app/links?object=commitments"))
        item = exported(office)
        assert "Agrees" in rows(browser.get("/app/links?object=commitments&state=equal"))
        office.state.save(*step(item, "marks wait", who="connector", at=office.clock.now(), written_back=False))
        assert "Not marked in Procore yet" in rows(browser.get("/app/links?object=commitments"))
        assert names(browser.get("/app/links?object=commitments&state=equal")) == []

    def test_codes_that_imports_link_by_themselves_are_by_rule(self, browser: Browser) -> None:
        assert names(browser.get("/app/links?object=cost_types&by=hand")) == []
        assert names(browser.get("/app/links?object=cost_types&by=rule")) == ["Subcontract"]

    def test_a_page_of_procores_is_named_where_procore_documents_it(self, browser: Browser, office: Office) -> None:
        exported(office)
        assert "in Procore, in a new tab" not in browser.get("/app/links?object=commitments").text
        office.world = replace(office.world, procore_web="https://app.procore.com")
        page = browser.get("/app/links?object=commitments").text
        address = f"https://app.procore.com/{PIER_9}/project/contracts/commitments/work_order_contracts/4711"
        assert f'href="{address}" target="_blank" rel="noopener"' in page
        assert "in Procore, in a new tab" not in browser.get("/app/links?object=vendors").text

    def test_an_invoices_page_is_below_its_commitments(self, browser: Browser, office: Office) -> None:
        exported(office, kind="PurchaseOrderContract")
        office.world = replace(office.world, procore_web="https://app.procore.com")
        invoice = CrossReference(
            object="subcontractor_invoices", procore_id="77", intacct_key="51", intacct_id="I-1", project_id=PIER_9, label="Invoice 1",
            detail={"of:commitments": "4711"},
        )  # fmt: skip
        assert office.references.link([invoice, invoice.model_copy(update={"procore_id": "78", "intacct_key": "52", "detail": {}})]) == []
        found = re.findall(r'href="(https://app[^"]+)"', browser.get("/app/links?object=subcontractor_invoices").text)
        assert found == [f"https://app.procore.com/{PIER_9}/project/commitments/purchase_order_contracts/4711/requisitions/77"]

    def test_of_other_peoples_projects_nothing_is_shown(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(approvers=(ApprovalRight(login=STRANGER.login),)))
        browser.be(STRANGER)
        assert names(browser.get("/app/links?object=commitments")) == []
        assert browser.get("/app/links/pair?object=commitments&id=4711").status == 404
        assert "you may not see it" in browser.get("/app/links/intacct?object=commitments&id=4711").heading

    def test_what_is_not_there_is_said_with_a_way_on(self, browser: Browser) -> None:
        assert "No link with “harbr”. Try part of the name or the id" in browser.get("/app/links?text=harbr").text
        assert "No link fits these filters." in browser.get("/app/links?state=changed").text
        assert "Payments: nothing linked yet." in browser.get("/app/links?object=payments").text


DRIFT = Drift(
    mark="m", at=datetime(2026, 5, 31, tzinfo=UTC), procore="edited", intacct="as exported", fields=("title", "lines[2].amount"), chosen=""
)
APPROVED = Approval(fingerprint="f", by=DANA.login, by_name=DANA.name, at=datetime(2026, 5, 31, tzinfo=UTC), via="app")
DIFFERING = "/app/links?object=all&state=differs"


@pytest.mark.usefixtures("linked")
class TestHowALinkStands:
    """The page says what is kept; it asks neither system."""

    COMMITMENTS = "/app/links?object=commitments"

    def test_what_differs_names_its_fields_and_leads_to_where_it_is_decided(self, browser: Browser, office: Office) -> None:
        exported(office, drift=DRIFT)
        row = rows(browser.get(self.COMMITMENTS))
        assert "Differs" in row
        assert "Edited in Procore: Title, Line 2: Amount" in row
        assert 'href="/v1/app/items/commitments%3A4711#drift"' in row
        assert "Agrees" not in row
        pair = browser.get("/app/links/pair?object=commitments&id=4711").text
        assert "Edited in Procore: Title, Line 2: Amount" in pair
        assert 'href="/v1/app/items/commitments%3A4711#drift"' in pair
        assert 'id="drift"' in browser.get("/app/items/commitments:4711").text

    def test_of_many_fields_three_are_named(self, browser: Browser, office: Office) -> None:
        exported(office, drift=DRIFT.model_copy(update={"fields": ("title", "status", "lines[1]", "lines[2]", "lines[3].amount")}))
        assert "Edited in Procore: Title, Status, Line 1 and 2 more" in rows(browser.get(self.COMMITMENTS))

    def test_a_record_that_is_gone_has_no_fields(self, browser: Browser, office: Office) -> None:
        exported(office, drift=DRIFT.model_copy(update={"procore": "as exported", "intacct": "gone", "fields": ()}))
        assert '#drift">Gone in Intacct<' in rows(browser.get(self.COMMITMENTS))

    @pytest.mark.parametrize("written_back", [True, False])
    def test_all_that_differ_are_found_whatever_object_they_are_of(self, browser: Browser, office: Office, *, written_back: bool) -> None:
        assert names(browser.get(DIFFERING)) == []
        exported(office, drift=DRIFT, written_back=written_back)
        assert names(browser.get(DIFFERING)) == ["Steel erection"]
        assert names(browser.get(f"{DIFFERING}&text=sc-2041")) == ["Steel erection"]
        assert names(browser.get(f"{DIFFERING}&text=harbor")) == []
        assert names(browser.get("/app/links?object=vendors&state=differs")) == []
        browser.be(STRANGER)
        office.set(Configuration(approvers=(ApprovalRight(login=STRANGER.login),)))
        assert names(browser.get(DIFFERING)) == []

    def test_every_list_says_how_many_differ_and_leads_there(self, browser: Browser, office: Office) -> None:
        assert "Show them" not in browser.get("/app/links").text
        exported(office, drift=DRIFT)
        count_shelves(office.world)
        page = browser.get("/app/links").text
        assert "1 differs." in page
        assert 'href="/v1/app/links?object=all&amp;state=differs"' in page
        assert "1 differs." not in browser.get(DIFFERING).text
        office.set(Configuration(approvers=(ApprovalRight(login=STRANGER.login),)))
        browser.be(STRANGER)
        assert "1 differs." not in browser.get("/app/links").text

    @pytest.mark.parametrize("address", [DIFFERING, "/app/problems"])
    def test_who_sees_all_that_differ_has_counted_them(self, browser: Browser, office: Office, address: str) -> None:
        exported(office, drift=DRIFT)
        assert "1 differs." not in browser.get("/app/links").text
        browser.get(address)
        assert "1 differs." in browser.get("/app/links").text
        item = office.item("commitments:4711")
        office.state.save(*step(item, "stands as exported again", who="connector", at=office.clock.now(), drift=None))
        browser.get(address)
        assert "1 differs." not in browser.get("/app/links").text

    def test_what_agrees_says_as_of_when_that_is_known(self, browser: Browser, office: Office) -> None:
        exported(office)
        assert "As of Jun 1, 2026, 12:00 PM UTC" in rows(browser.get(self.COMMITMENTS))
        heard, walked = office.clock.now() + timedelta(hours=3), office.clock.now() + timedelta(hours=1)
        office.state.move_watermarks({WATCHED: ("", str(Mark(read=walked, heard=heard, offset=0)))})
        office.payloads.put(BOOK, EMPTY.model_copy(update={"begun": walked}).model_dump_json())
        assert "As of Jun 1, 2026, 1:00 PM UTC" in rows(browser.get(self.COMMITMENTS))

    def test_what_may_have_changed_and_was_not_looked_at_yet_does_not_agree(self, browser: Browser, office: Office) -> None:
        exported(office)
        office.payloads.put(BOOK, EMPTY.model_copy(update={"suspects": {"commitments:4711": "intacct"}}).model_dump_json())
        row = rows(browser.get(f"{self.COMMITMENTS}&state=uncompared"))
        assert "Not compared yet" in row
        assert "Agrees" not in row
        assert names(browser.get(f"{self.COMMITMENTS}&state=equal")) == []

    @pytest.mark.parametrize(("address", "reads"), [(COMMITMENTS, {"of_object": 1}), (DIFFERING, {"on_shelf": 2, "by_procore": 1})])
    def test_a_list_takes_two_queries_at_most(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch, address: str, reads: dict[str, int]
    ) -> None:
        exported(office, drift=DRIFT)
        counted: Counter[str] = Counter()

        def counting(name: str, read: Any) -> Any:
            def counts(*given: Any, **named: Any) -> Any:
                counted[name] += 1
                return read(*given, **named)

            return counts

        for port, names_of in ((office.references, ("of_object", "by_procore", "by_intacct")), (office.state, ("on_shelf", "watermarks"))):
            for name in names_of:
                monkeypatch.setattr(port, name, counting(name, getattr(port, name)))
        assert names(browser.get(address)) == ["Steel erection"]
        assert counted == {**reads, "watermarks": 1}

    def test_accepted_differences_are_no_secret(self, browser: Browser, office: Office) -> None:
        exported(office, accepted="m")
        assert "Differences were accepted. As of" in rows(browser.get(f"{self.COMMITMENTS}&state=equal"))

    def test_what_was_adopted_as_it_stood_is_linked_and_no_more_than_that(self, browser: Browser, office: Office) -> None:
        exported(office, approvals=(APPROVED.model_copy(update={"via": adopt.VIA}),))
        row = rows(browser.get(self.COMMITMENTS))
        assert ("Linked" in row, "Agrees" in row, "As of" in row) == (True, False, False)

    def test_an_item_of_another_link_says_nothing_of_this_one(self, browser: Browser, office: Office) -> None:
        exported(office, intacct_key="40", drift=DRIFT)
        row = rows(browser.get(self.COMMITMENTS))
        assert ("Linked" in row, "Differs" in row, "Agrees" in row) == (True, False, False)


def rows(page: Answer) -> str:
    return page.text.partition("<tbody")[2]


ADDRESSES = ("/app/links", "/app/links/pair?object=vendors&id=8821", "/app/links/intacct?object=vendors&id=8821", "/app/links/adopt")
BUTTONS = ("/app/links/look", "/app/links/unlink", "/app/links/adopt/look", "/app/links/adopt")


@pytest.mark.usefixtures("linked")
class TestWhoMay:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_senders_see_none_of_it(self, browser: Browser, address: str) -> None:
        browser.be(MARCO)
        assert browser.get(address).status == 403

    @pytest.mark.parametrize("address", BUTTONS)
    def test_their_buttons_do_nothing(self, browser: Browser, office: Office, address: str) -> None:
        browser.be(MARCO)
        page = browser.get("/app/problems")
        form = {"object": "vendors", "id": "8821", "project": PIER_9, "item": "7 S-1", "left": "7 S-1"}
        assert browser.press(page, address, **form).status == 403
        assert office.references.by_procore("vendors", ["8821"])

    @pytest.mark.parametrize("address", BUTTONS)
    def test_a_form_without_the_pages_token_is_none(self, browser: Browser, address: str) -> None:
        assert browser.post(address, {"object": "vendors", "id": "8821"}).status == 403

    def test_an_approver_of_other_records_is_offered_no_button(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(approvers=(ApprovalRight(login=DANA.login, objects=frozenset({"budgets"})),)))
        page = browser.get("/app/links/pair?object=vendors&id=8821")
        assert "Unlinking is for administrators" in page.text
        assert "Look in Intacct now" not in page.text
        assert "Adopt existing" not in browser.get("/app/links").text
        browser.be(PRIYA)
        assert "Look in Intacct now" in browser.get("/app/links/pair?object=vendors&id=8821").text
        assert "Adopt existing" in browser.get("/app/links").text


@pytest.mark.usefixtures("linked")
class TestIntoIntacct:
    ADDRESS = "/app/links/intacct?object=vendors&id=8821"

    def test_the_record_itself_says_where_it_is_shown(self, browser: Browser, office: Office) -> None:
        office.books.rows["VENDOR"] = [{"RECORDNO": "12", "RECORD_URL": "https://www.intacct.com/ia/acct/ur.phtml?.r=abc"}]
        answer = browser.get(self.ADDRESS)
        assert (answer.status, answer.to) == (303, "https://www.intacct.com/ia/acct/ur.phtml?.r=abc")

    @pytest.mark.parametrize("held", [{}, {"RECORD_URL": ""}, {"RECORD_URL": "javascript:alert(1)"}, {"RECORD_URL": "//elsewhere"}])
    def test_an_address_that_is_none_is_followed_by_nobody(self, browser: Browser, office: Office, held: dict[str, str]) -> None:
        office.books.rows["VENDOR"] = [{"RECORDNO": "12", **held}]
        answer = browser.get(self.ADDRESS)
        assert (answer.status, answer.heading) == (404, "Intacct does not say where V-10233 is shown.")

    def test_a_record_that_is_gone_is_said_to_be(self, browser: Browser) -> None:
        assert "Intacct has no VENDOR V-10233 any more." in browser.get(self.ADDRESS).text

    def test_a_field_that_the_company_lacks_is_no_fault_of_ours(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refusal = Violation(code=Code.REFUSED_BY_INTACCT, field="", message="There is no field RECORD_URL.")
        monkeypatch.setattr(office.books, "read_each", lambda *_given, **_named: [refusal])
        answer = browser.get(self.ADDRESS)
        assert answer.status == 404
        assert "There is no field RECORD_URL." in answer.heading


@pytest.mark.usefixtures("linked")
class TestUnlinking:
    PAIR = "/app/links/pair?object=commitments&id=4711"
    FORM: dict[str, Any] = {"object": "commitments", "id": "4711"}  # noqa: RUF012 -- read only

    def hold(self, office: Office, *, proof: str = "", violations: tuple[Violation, ...] = (), children: Any = ()) -> Hold:
        return Hold(pair=CONTRACT, item=exported(office), exported=True, proof=proof, children=children, violations=violations)

    def test_the_page_asks_nobody(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unlink, "look", lambda *_given: pytest.fail("Intacct was asked"))
        page = browser.get(self.PAIR)
        assert page.heading == "Commitment Steel erection"
        assert "Look in Intacct now" in page.text

    def test_what_is_still_there_stays_linked_with_what_to_do(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there = Violation(code=Code.STILL_IN_INTACCT, field="", message="SC-2041 still exists in Intacct, Pending; the link stays.")
        below = Violation(code=Code.STILL_REFERRED_TO, field="", message="SC-2041 has linked records of its own.")
        invoices = [CONTRACT.model_copy(update={"object": "subcontractor_invoices", "intacct_id": f"I-{number}"}) for number in range(12)]
        held = self.hold(office, violations=(there, below), children=invoices)
        monkeypatch.setattr(unlink, "look", lambda *_given: held)
        page = browser.press(browser.get(self.PAIR), "/app/links/look", **self.FORM)
        for words in ("still exists in Intacct, Pending", "$486,200.00", "Void it there first", "12 subcontractor invoices", "and 2 more"):
            assert words in page.text
        assert "Look again" in page.text
        assert 'action="/v1/app/links/unlink"' not in page.text

    def test_with_the_proof_there_is_a_button_that_unlinks(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        held = self.hold(office, proof="PODOCUMENT 41 is Declined in Intacct")
        monkeypatch.setattr(unlink, "look", lambda *_given: held)
        page = browser.press(browser.get(self.PAIR), "/app/links/look", **self.FORM)
        assert "PODOCUMENT 41 is Declined in Intacct." in page.text
        assert 'action="/v1/app/links/unlink"' in page.text
        after = held.item.model_copy(update={"state": State.RETRIEVED, "reason": f"unlinked: {held.proof}", "mark_left": "kept"})
        monkeypatch.setattr(unlink, "unlink", lambda *_given: Unlinked(item=after, hold=held))
        done = browser.press(page, "/app/links/unlink", **self.FORM)
        assert done.heading == "Unlinked: Steel erection"
        for words in ("PODOCUMENT 41 is Declined in Intacct, when we looked", "can be sent again", "Our mark may still be"):
            assert words in done.text

    def test_what_counts_again_since_the_look_stays_linked(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        there = Violation(code=Code.STILL_IN_INTACCT, field="", message="SC-2041 still exists in Intacct.")
        held = self.hold(office, violations=(there,))
        monkeypatch.setattr(unlink, "unlink", lambda *_given: Unlinked(item=None, hold=held))
        answer = browser.press(browser.get(self.PAIR), "/app/links/unlink", **self.FORM)
        assert (answer.status, "still exists" in answer.text) == (422, True)

    @pytest.mark.parametrize("button", ["look", "unlink"])
    def test_while_intacct_is_away_the_pair_stays_on_the_page(self, browser: Browser, monkeypatch: pytest.MonkeyPatch, button: str) -> None:
        def away(*_given: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "Intacct does not answer.", seconds=60)

        monkeypatch.setattr(unlink, button, away)
        answer = browser.press(browser.get(self.PAIR), f"/app/links/{button}", **self.FORM)
        assert answer.status == 503
        assert answer.header("Retry-After") == "60"
        assert "Unlinking waits, because it must look in Intacct first." in answer.text
        assert "Look again" in answer.text

    def test_what_is_not_linked_is_not_found(self, browser: Browser) -> None:
        page = browser.get(self.PAIR)
        assert browser.press(page, "/app/links/look", object="commitments", id="9").status == 404
        assert browser.press(page, "/app/links/look", object="nonsense", id="9").status == 404


class TestAdopting:
    SUGGESTED = Suggested(
        object="commitments",
        project_id=PIER_9,
        procore_id="7",
        intacct_id="Subcontract-SC 1",
        number="SC-1",
        title="Rebar",
        party="Halberd",
    )
    WHERE: dict[str, Any] = {"object": "commitments", "project": PIER_9}  # noqa: RUF012 -- read only

    def pair(self, procore_id: str, **change: Any) -> Compared:
        whole: dict[str, Any] = {
            "number": f"SC-{procore_id}",
            "procore_total": Decimal(10),
            "intacct_total": Decimal(10),
            "fingerprint": "ab",
        }
        return Compared(procore_id=procore_id, intacct_id="Subcontract-SC 1", item=f"commitments:{procore_id}", **whole | change)

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Wish, bool]]:
        """The pairs that were compared or linked. 7 agrees, 8 differs, 9 cannot be linked."""
        asked: list[tuple[Wish, bool]] = []
        fates: dict[str, dict[str, Any]] = {
            "7": {},
            "8": {"intacct_total": Decimal(11), "differences": (Difference("lines[1].amount", "Amount", "10.00", "11.00"),)},
            "9": {"violations": (Violation(code=Code.LINKED_ELSEWHERE, field="", message="SC-9 is linked already."),)},
        }

        def fate(_world: Any, _person: Any, _name: str, _project: str, wishes: Sequence[Wish], *, link: bool) -> list[Compared]:
            [wish] = wishes
            asked.append((wish, link))
            takes = link and wish.procore_id != "9" and (wish.procore_id == "7" or bool(wish.reason))
            return [self.pair(wish.procore_id, **fates[wish.procore_id], linked=takes)]

        found = [replace(self.SUGGESTED, procore_id=number) for number in fates]
        monkeypatch.setattr(adopt, "suggestions", lambda *_given: found)
        monkeypatch.setattr(adopt, "adopt", fate)
        return asked

    def test_each_pair_has_its_tie_out_and_nothing_is_linked_by_looking(self, browser: Browser, asked: list[tuple[Wish, bool]]) -> None:
        page = browser.press(browser.get("/app/links/adopt"), "/app/links/adopt/look", **self.WHERE)
        assert "3 pairs compared, 1 agrees." in page.text
        assert [(wish.procore_id, link) for wish, link in asked] == [("7", False), ("8", False), ("9", False)]
        for words in ("equal", "\N{MINUS SIGN}$1.00", "Amount</strong>: Procore 10.00, Intacct 11.00", "SC-9 is linked already."):
            assert words in page.text
        assert re.findall(r'name="item" value="([^"]+)"', page.text) == ["7 Subcontract-SC%201 ab", "8 Subcontract-SC%201 ab"]

    def test_all_that_agree_are_linked_by_one_button(self, browser: Browser, asked: list[tuple[Wish, bool]]) -> None:
        page = browser.press(browser.get("/app/links/adopt"), "/app/links/adopt/look", **self.WHERE)
        asked.clear()
        done = browser.press(page, "/app/links/adopt", **self.WHERE, which="agreeing", agreeing=page.hidden("agreeing"))
        assert done.heading == "1 linked."
        assert asked == [(Wish(procore_id="7", intacct_id="Subcontract-SC 1", seen="ab"), True)]

    def test_differences_are_taken_with_a_reason_for_what_was_shown(self, browser: Browser, asked: list[tuple[Wish, bool]]) -> None:
        page, value = browser.get("/app/links/adopt"), "8 Subcontract-SC%201 ab"
        chosen = {**self.WHERE, "item": [value, "7 Subcontract-SC%201 ab"], f"accept.{value}": ["lines[1].amount"]}
        assert browser.press(page, "/app/links/adopt", **chosen).heading == "1 of 2 linked. 1 was not."
        asked.clear()
        assert browser.press(page, "/app/links/adopt", **chosen, reason="Agreed with Bay").heading == "2 linked."
        [(wish, _), _] = asked
        assert wish == Wish(
            procore_id="8", intacct_id="Subcontract-SC 1", accepted=frozenset({"lines[1].amount"}), reason="Agreed with Bay", seen="ab"
        )

    def test_what_does_not_fit_into_one_request_is_left_for_the_next(
        self, browser: Browser, office: Office, asked: list[tuple[Wish, bool]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        quick = adopt.adopt

        def slow(*given: Any, link: bool) -> list[Compared]:
            office.clock.move(7)
            return quick(*given, link=link)

        monkeypatch.setattr(adopt, "adopt", slow)
        page = browser.press(browser.get("/app/links/adopt"), "/app/links/adopt/look", **self.WHERE)
        assert "2 pairs compared, 1 agrees. 1 not compared yet." in page.text
        assert page.hidden("left") == "9 Subcontract-SC%201"
        rest = browser.press(page, "/app/links/adopt/look", **self.WHERE, left=page.hidden("left"))
        assert "1 pair compared, 0 agree." in rest.text
        assert [wish.procore_id for wish, _ in asked] == ["7", "8", "9"]
        done = browser.press(page, "/app/links/adopt", **self.WHERE, item=[f"{number} S a" for number in ("9", "7", "8")])
        assert done.heading == "1 of 3 linked. 1 was not. 1 is still to do."
        assert done.hidden("item") == "8 S a"

    def test_while_intacct_is_away_what_was_done_is_shown(
        self, browser: Browser, asked: list[tuple[Wish, bool]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = adopt.adopt

        def away(*given: Any, link: bool) -> list[Compared]:
            if asked:
                raise RetryLater(Code.UNAVAILABLE, "Intacct does not answer.", seconds=60)
            return first(*given, link=link)

        monkeypatch.setattr(adopt, "adopt", away)
        page = browser.press(browser.get("/app/links/adopt"), "/app/links/adopt/look", **self.WHERE)
        assert "Intacct does not answer." in page.text
        assert "1 pair compared, 1 agrees. 2 not compared yet." in page.text

    def test_a_pair_with_two_numbers_is_named_by_hand(self, browser: Browser, asked: list[tuple[Wish, bool]]) -> None:
        page = browser.get("/app/links/adopt")
        browser.press(page, "/app/links/adopt/look", **self.WHERE, procore_id="7", intacct_id="Subcontract-X")
        assert [wish.intacct_id for wish, _ in asked] == ["Subcontract-X"]
        assert browser.press(page, "/app/links/adopt/look", **self.WHERE, procore_id="7").status == 422

    @pytest.mark.parametrize("form", [{}, {"item": ""}, {"item": "7"}, {"item": "7 S a b"}, {"item": [f"{n} S a" for n in range(201)]}])
    def test_a_form_that_names_nothing_links_nothing(self, browser: Browser, asked: list[tuple[Wish, bool]], form: dict[str, Any]) -> None:
        assert browser.press(browser.get("/app/links/adopt"), "/app/links/adopt", **self.WHERE, **form).status in {413, 422}
        assert asked == []

    def test_before_anything_is_linked_there_is_nothing_to_adopt_in(self, browser: Browser, office: Office) -> None:
        office.references.__init__()  # type: ignore[misc]  # a company's first day
        assert "No project is linked to Intacct yet." in browser.get("/app/links/adopt").text


@pytest.mark.usefixtures("linked")
class TestTheItemItself:
    def test_a_record_in_intacct_opens_in_both_systems(self, browser: Browser, office: Office) -> None:
        office.world = replace(office.world, procore_web="https://app.procore.com")
        exported(office)
        page = browser.get("/app/items/commitments%3A4711").text
        ways = dict(re.findall(r'href="([^"]+)" target="_blank" rel="noopener">(Open in \w+)<', page))
        assert [*ways.values()] == ["Open in Procore", "Open in Intacct"]
        procore, intacct = (address.replace("&amp;", "&") for address in ways)
        assert procore.startswith("https://app.procore.com/")
        assert intacct.endswith("/app/links/intacct?object=commitments&id=4711")

    def test_into_intacct_leads_those_who_work_there(self, browser: Browser, office: Office) -> None:
        exported(office, sent_by=MARCO.login)
        browser.be(MARCO)
        assert "Open in Intacct" not in browser.get("/app/items/commitments%3A4711").text

    def test_what_is_linked_no_more_has_no_way(self, browser: Browser, office: Office) -> None:
        office.references.part(CONTRACT)
        exported(office)
        assert "Open in" not in browser.get("/app/items/commitments%3A4711").text
