"""Each person's choice of mails: through the API, and by the link in a mail (RFC 8058)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.people import ApprovalRight, Person
from connector.engine import submit
from connector.engine.world import Source
from connector.entrypoints import api, approval_link
from tests.unit.entrypoints.office import APP, DANA, MARCO, PIER_9, PRIYA, Office, call, context

AT_ONCE = dict.fromkeys(("waiting", "returned", "rejected", "failed", "synced"), "at once")
ONE_CLICK = "List-Unsubscribe=One-Click"


def ask(method: str, person: Person, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = api.lambda_handler(call(method, "/me/preferences", person, body), context())
    return answer["statusCode"], json.loads(answer["body"])


def page(method: str, address: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    event = call(method, address.removeprefix(APP), None, body)
    answer = approval_link.lambda_handler(event | {"headers": headers}, context())
    return answer["statusCode"], answer["body"]


def test_who_has_chosen_nothing_gets_everything_at_once(office: Office) -> None:
    del office
    assert ask("GET", DANA) == (200, {"kinds": AT_ONCE, "zone": "", "digest_hour": 7, "approver": True})
    assert ask("GET", MARCO)[1]["approver"] is False


def test_a_choice_is_kept_for_its_person_only(office: Office) -> None:
    chosen = {"kinds": {"waiting": "digest", "synced": "none"}, "zone": "America/New_York"}
    status, said = ask("PUT", DANA, chosen)
    assert (status, said["kinds"], said["zone"]) == (200, AT_ONCE | chosen["kinds"], "America/New_York")  # type: ignore[operator]
    assert ask("GET", DANA)[1] == said
    assert ask("GET", PRIYA)[1]["kinds"] == AT_ONCE
    office.send()
    assert [letter.to for letter in office.mail.letters] == [PRIYA.login]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kinds": {"gossip": "none"}}, "kinds.gossip.[key]"),
        ({"kinds": {"waiting": "sometimes"}}, "kinds.waiting"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"login": PRIYA.login}, "login"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_its_field(office: Office, body: object, field: str) -> None:
    status, said = ask("PUT", DANA, body)
    assert (status, [each["field"] for each in said["violations"]]) == (422, [field])
    assert office.state.preferences() == {}


def test_opening_the_link_stops_nothing_pressing_its_button_does(office: Office) -> None:
    office.send()
    address = office.mail.to(DANA.login)[-1].unsubscribe
    for _ in range(3):
        status, shown = page("GET", address)
        assert status == 200
        assert "Stop mails about records that wait for a decision?" in shown
        assert "What waits for your decision stands in the app, mail or no mail." in shown
        assert 'method="post"' in shown
    assert office.state.preferences() == {}
    status, shown = page("POST", address, ONE_CLICK)
    assert (status, "Stopped." in shown) == (200, True)
    assert ask("GET", DANA)[1]["kinds"] == AT_ONCE | {"waiting": "none"}
    assert ask("GET", PRIYA)[1]["kinds"] == AT_ONCE


def test_a_mail_program_needs_no_cookie_no_origin_and_may_post_twice(office: Office) -> None:
    office.send()
    address = office.mail.to(DANA.login)[-1].unsubscribe
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert [page("POST", address, ONE_CLICK, **headers)[0] for _ in range(2)] == [200, 200]
    assert page("POST", address, ONE_CLICK, Origin="https://mail.example.net", **{"Sec-Fetch-Site": "cross-site"})[0] == 200


def test_a_link_ends_and_a_forged_one_is_none(office: Office) -> None:
    office.send()
    address = office.mail.to(DANA.login)[-1].unsubscribe
    office.clock.move(181 * 24 * 3600)
    for forged in (address, f"{APP}/unsubscribe/x", f"{APP}/unsubscribe/{'x' * 101}", f"{APP}/unsubscribe/{office.token()}"):
        assert page("GET", forged)[0] == 404
        assert page("POST", forged, ONE_CLICK)[0] == 404
    assert office.state.preferences() == {}


def test_guessing_is_slowed_down(office: Office) -> None:
    del office
    assert {page("POST", f"{APP}/unsubscribe/{number}", ONE_CLICK)[0] for number in range(30)} == {404, 429}


def test_a_link_that_stops_mails_decides_nothing(office: Office) -> None:
    office.send()
    token = office.mail.to(DANA.login)[-1].unsubscribe.rpartition("/")[2]
    assert page("GET", f"{APP}/link/{token}")[0] == 404


def test_an_approver_without_mails_still_finds_what_waits(office: Office) -> None:
    office.set(Configuration(approvers=(ApprovalRight(login=DANA.login),), default_item="SUB"))
    ask("PUT", DANA, {"kinds": dict.fromkeys(AT_ONCE, "none")})
    sent = submit.send(office.world, MARCO, "commitments", Source(procore_id="4711", project_id=PIER_9), {})
    assert (sent.item is not None, office.mail.letters) == (True, [])
    answer = api.lambda_handler(call("GET", "/items", DANA, state="waiting"), context())
    assert "commitments:4711" in [item["id"] for item in json.loads(answer["body"])["items"]]


def test_the_pages_that_stop_mails_lead_to_all_choices(office: Office) -> None:
    submit.send(office.world, MARCO, "commitments", Source(procore_id="4711", project_id=PIER_9), {})
    stops = office.mail.to(DANA.login)[-1].unsubscribe
    for method, body in (("GET", None), ("POST", ONE_CLICK)):
        assert 'href="../app/preferences">' in page(method, stops, body)[1]
