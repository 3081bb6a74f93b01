"""Drift and reset, as callers of the API and readers of the pages see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.core.item import Item, State, step
from connector.engine.events import edited
from connector.entrypoints import api
from connector.ports import CrossReference
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, DANA, MARCO, PIER_9, PRIYA, STRANGER, Office, call, context
from tests.unit.entrypoints.pages import Browser
from tests.unit.entrypoints.test_events import SUBCONTRACTS, changed, synced


@pytest.fixture
def drifted(office: Office) -> Office:
    """Exported, then its title was changed in Procore and its document deleted in Intacct."""
    synced(office)
    changed(office, title="Steel, changed")
    edited(office.world, SUBCONTRACTS, "4711")
    return office


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(office.door, "take_off", lambda *_, **__: None)
    here = Browser(office, monkeypatch)
    here.be()
    return here


def ask(method: str, path: str, body: object = None, person: Any = DANA, **query: str) -> tuple[int, dict[str, Any]]:
    answer = api.lambda_handler(call(method, path, person, body, **query), context())
    return answer["statusCode"], json.loads(answer["body"])


class TestTheApi:
    def test_what_differs_is_told_with_what_can_be_done(self, drifted: Office) -> None:
        status, said = ask("GET", f"/items/{COMMITMENT}/drift", person=MARCO)
        assert (status, said["differs"], said["procore"], said["intacct"]) == (200, True, "edited", "gone")
        (field,) = said["fields"]
        assert field == {
            "field": "title",
            "label": "Title",
            "procore": "Steel, changed",
            "intacct": "there is none",
            "export": "Steel erection",
            "money": False,
        }
        assert [(each["choice"], each["possible"]) for each in said["choices"]] == [("accept", True), ("push", True), ("compensate", False)]
        assert said["seen"] == drifted.item().drift.mark  # type: ignore[union-attr]  # it differs

    def test_the_list_finds_what_differs(self, drifted: Office) -> None:
        status, said = ask("GET", "/items", state="synced", differs="true")
        assert (status, [(item["id"], item["differs"]) for item in said["items"]]) == (200, [(COMMITMENT, True)])
        assert [item["id"] for item in ask("GET", "/items", state="synced")[1]["items"]] == [COMMITMENT]
        assert ask("GET", "/items", state="failed", differs="true")[1]["error"]["code"] == "MALFORMED"
        del drifted

    def test_what_is_pushed_again_waits_for_its_approvers(self, drifted: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drifted.door, "take_off", lambda *_, **__: None)
        seen = ask("GET", f"/items/{COMMITMENT}/drift")[1]["seen"]
        vendor = CrossReference(object="vendors", procore_id="8821", intacct_key="9", intacct_id="PC-8821")
        assert drifted.references.link([vendor]) == []
        status, said = ask("POST", f"/items/{COMMITMENT}/drift", {"choice": "push", "note": "Deleted by mistake.", "seen": seen})
        assert (status, said["violations"], said["item"]["state"]) == (200, [], "waiting")
        assert (drifted.item().title, drifted.item().unlinked) == ("Steel, changed", 1)

    def test_what_only_a_person_can_do_is_refused_with_its_steps(self, drifted: Office) -> None:
        seen = ask("GET", f"/items/{COMMITMENT}/drift")[1]["seen"]
        status, said = ask("POST", f"/items/{COMMITMENT}/drift", {"choice": "compensate", "note": "Later.", "seen": seen})
        assert (status, said["error"]["code"]) == (409, "BY_HAND")
        assert "Nothing stands in Intacct" in said["error"]["message"]
        assert drifted.item().state is State.SYNCED

    @pytest.mark.parametrize(
        "body", [{"choice": "overwrite", "note": "x", "seen": "0" * 64}, {"choice": "accept", "note": "", "seen": "0" * 64}]
    )
    def test_another_choice_or_no_note_is_malformed(self, drifted: Office, body: dict[str, str]) -> None:
        assert ask("POST", f"/items/{COMMITMENT}/drift", body)[1]["violations"][0]["code"] == "MALFORMED"
        del drifted

    def test_what_is_not_synced_has_nothing_to_compare(self, office: Office) -> None:
        office.send()
        assert ask("POST", f"/items/{COMMITMENT}/look")[1]["error"]["code"] == "NOT_WAITING"
        assert ask("GET", f"/items/{COMMITMENT}/drift")[1]["differs"] is False

    def test_a_reset_lists_first_and_does_what_was_listed(self, drifted: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drifted.door, "take_off", lambda *_, **__: None)
        status, said = ask("GET", f"/jobs/{PIER_9}/reset", person=PRIYA)
        assert (status, said["counts"]) == (200, {"comes off": 2})
        assert [each["object"] for each in said["links"]] == ["commitments", "projects"]
        status, done = ask("POST", f"/jobs/{PIER_9}/reset", {"note": "Begun anew.", "seen": said["seen"]}, person=PRIYA)
        assert (status, done["counts"]) == (200, {"taken off": 2})
        assert ask("GET", f"/jobs/{PIER_9}/reset", person=PRIYA)[1]["error"]["code"] == "NOT_FOUND"


class TestThePages:
    def test_the_item_shows_both_systems_beside_what_was_exported(self, browser: Browser, drifted: Office) -> None:
        page = browser.get(f"/app/items/{COMMITMENT}")
        for words in (
            "Differs",
            "Edited in Procore, gone in Intacct.",
            "<strong>Steel, changed</strong>",
            "At export",
            "Push again",
            "Look now",
        ):
            assert words in page.text, words
        del drifted

    def test_accepting_takes_a_note_and_shows_the_item_as_it_is_then(self, browser: Browser, drifted: Office) -> None:
        page = browser.get(f"/app/items/{COMMITMENT}")
        address = f"/app/items/{COMMITMENT}/drift"
        assert browser.press(page, address, choice="accept", seen=page.hidden("seen"), note=" ").status == 422
        done = browser.press(page, address, choice="accept", seen=page.hidden("seen"), note="It was entered twice.")
        assert (done.status, done.to) == (303, f"/v1/app/items/{COMMITMENT.replace(':', '%3A')}")
        assert drifted.item().state is State.RETRIEVED
        assert "It was entered twice." in browser.get(f"/app/items/{COMMITMENT}").text

    def test_what_could_not_be_done_keeps_the_note_and_says_why(self, browser: Browser, drifted: Office) -> None:
        page = browser.get(f"/app/items/{COMMITMENT}")
        done = browser.press(page, f"/app/items/{COMMITMENT}/drift", choice="accept", seen="0" * 64, note="It was entered twice.")
        assert done.status == 409
        assert "STALE_APPROVAL" in done.text
        assert "It was entered twice.</textarea>" in done.text
        assert drifted.item().state is State.SYNCED

    def test_who_may_not_decide_is_told_who_does(self, browser: Browser, drifted: Office) -> None:
        browser.be(MARCO)
        page = browser.get(f"/app/items/{COMMITMENT}")
        assert "This is decided by dana@example.com, priya@example.com." in page.text
        assert 'name="note"' not in page.text
        browser.be(STRANGER)
        assert browser.get(f"/app/items/{COMMITMENT}").status == 404
        del drifted

    def test_a_look_asks_both_systems_again(self, browser: Browser, drifted: Office) -> None:
        page = browser.get(f"/app/items/{COMMITMENT}")
        changed(drifted, title="Steel erection")
        assert browser.press(page, f"/app/items/{COMMITMENT}/look").status == 303
        assert "Gone in Intacct." in browser.get(f"/app/items/{COMMITMENT}").text

    def test_the_panel_and_the_problems_say_that_it_differs(self, browser: Browser, drifted: Office) -> None:
        panel = browser.get(f"/app/panel/item/{COMMITMENT}?in=panel").text
        assert "It differs from what was exported. Edited in Procore, gone in Intacct." in panel
        assert "Read back from Intacct and equal" not in panel
        problems = browser.get("/app/problems").text
        assert "It differs from what was exported (1)" in problems
        assert "Edited in Procore, gone in Intacct." in problems
        del drifted

    def test_the_way_to_the_reset_is_on_the_page_of_a_linked_job(self, browser: Browser, drifted: Office) -> None:
        linked = Item(
            id="staged:projects:1", company=COMPANY, object="projects", procore_id=PIER_9, project_id=PIER_9, state=State.DRAFT,
            since=drifted.clock.now(), number="24-107", intacct_key="1",
        )  # fmt: skip
        after, entry = step(linked, "linked", who="Dana", at=drifted.clock.now(), state=State.LINKED)
        drifted.state.save(after, entry)
        assert "Reset this job" not in browser.get(f"/app/items/{linked.id}").text
        browser.be(PRIYA)
        page = browser.get(f"/app/items/{linked.id}").text
        assert f'href="/v1/app/jobs/{PIER_9}/reset"' in page
        assert "Look now" not in page

    def test_a_job_is_reset_by_an_administrator_who_has_seen_what_it_touches(self, browser: Browser, drifted: Office) -> None:
        assert browser.get(f"/app/jobs/{PIER_9}/reset").status == 403
        browser.be(PRIYA)
        page = browser.get(f"/app/jobs/{PIER_9}/reset")
        assert "2 of 2 come off, 0 stay." in page.text
        assert browser.press(page, f"/app/jobs/{PIER_9}/reset", seen=page.hidden("seen"), note="").status == 422
        done = browser.press(page, f"/app/jobs/{PIER_9}/reset", seen=page.hidden("seen"), note="Begun anew.")
        assert done.heading == "2 of 2 links of Pier 9 Terminal (24-107) taken off"
        assert drifted.item().state is State.RETRIEVED
