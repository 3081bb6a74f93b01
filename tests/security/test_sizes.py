"""Bodies without measure, at every door that takes one: refused with a 4xx that names what is wrong, at once."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest

from connector import bootstrap_webhook
from connector.entrypoints import api, approval_link, procore_webhook
from connector.entrypoints.visits import LARGEST_FORM, MOST_FIELDS
from tests.unit.entrypoints.office import PRIYA, Office, call, context
from tests.unit.entrypoints.pages import Browser

MOST_SECONDS: Final = 5.0
BODIES: Final = {
    "nested lists": "[" * 200_000,
    "nested lists, closed": "[" * 50_000 + "]" * 50_000,
    "nested objects": '{"a":' * 40_000,
    "nested in a field": '{"object": "commitments", "procore_id": "1", "choices": ' + '{"a":' * 5_000 + "1" + "}" * 5_001,
    "more than fits": json.dumps({"object": "x" * 1_000_000}),
    "a number of 100,000 digits": '{"procore_id": ' + "9" * 100_000 + "}",
    "many fields": json.dumps({f"field {number}": number for number in range(15_000)}),
    "the same field again and again": "{" + ",".join(['"object": "commitments"'] * 8_000) + "}",
    "many choices": json.dumps({"object": "commitments", "procore_id": "1", "choices": {str(each): "x" for each in range(10_000)}}),
    "half a surrogate pair": '{"object": "commitments", "procore_id": "\\ud800"}',
    "half a pair, raw": '{"object": "commitments", "procore_id": "\ud800"}',
    "no number": '{"procore_id": NaN}',
    "null bytes": "\x00" * 10_000,
    "a list": "[1]",
    "nothing": "",
    "another language": "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/hostname'>]><x>&y;</x>",
}
TAKING: Final = [route for route in api.ROUTES if route.takes and route.method != "GET"]


def _soon(answer: Any) -> Any:
    began = time.process_time()
    given = answer()
    assert time.process_time() - began < MOST_SECONDS
    return given


def _events(method: str, path: str, body: str) -> Iterator[dict[str, Any]]:
    """As it is, and as API Gateway sends what is no text."""
    event = call(method, path, PRIYA)
    event["body"] = body
    yield event
    encoded = base64.b64encode(body.encode(errors="surrogatepass")).decode()
    yield event | {"body": encoded, "isBase64Encoded": True}
    yield event | {"body": encoded[:-1] + "!", "isBase64Encoded": True}


@pytest.mark.parametrize("route", TAKING, ids=lambda route: route.name)
def test_the_api_refuses_every_body_without_measure(busy: Office, route: Any) -> None:
    del busy
    for name, body in BODIES.items():
        for event in _events(route.method, route.path.replace("{id}", "commitments%3A4711"), body):
            answer = _soon(lambda event=event: api.lambda_handler(event, context()))
            said = json.loads(answer["body"])
            assert answer["statusCode"] in {413, 422}, (name, said)
            assert said.get("violations") or said["error"]["message"], name


@pytest.mark.parametrize("name", BODIES)
def test_the_webhook_refuses_every_body_without_measure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr(bootstrap_webhook, "webhook_secrets", lambda: ("current",))
    monkeypatch.setattr(bootstrap_webhook, "webhook_queue", lambda: SimpleNamespace(put=lambda text, **_: queued.append(text)))
    for event in _events("POST", "/webhooks/procore", BODIES[name]):
        event["headers"] = {"Authorization": "Bearer current"}
        answer = _soon(lambda event=event: procore_webhook.lambda_handler(event, context()))
        assert answer["statusCode"] in {413, 422}, answer
    assert queued == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("x" * (LARGEST_FORM + 1), 413),
        ("&".join(f"item={number}" for number in range(MOST_FIELDS + 1)), 422),
        ("item=" + "%00" * 60_000, 403),
        ("form=" + "%ff" * 60_000, 403),
        ("form=%ED%A0%80", 403),
    ],
)
def test_a_form_of_the_pages_has_a_measure(office: Office, monkeypatch: pytest.MonkeyPatch, form: str, status: int) -> None:
    browser = Browser(office, monkeypatch)
    browser.be(PRIYA)
    ours = {"Origin": "https://app.example.com", "Content-Type": "application/x-www-form-urlencoded"}
    answer = _soon(lambda: browser._ask("POST", "/app/approve/decisions", form, ours))  # noqa: SLF001 -- a body as it is
    assert answer.status == status


@pytest.mark.parametrize(
    "form",
    ["verdict=approve&" * 30, "x" * 20_000, "needs=" + "[" * 10_000, "verdict=approve&fingerprint=f&needs={%00", "%ff=%fe"],
)
def test_a_form_behind_a_link_has_a_measure(office: Office, form: str) -> None:
    office.send()
    event = call("POST", f"/link/{office.token()}", None, form)
    event["headers"] = {"Origin": "https://app.example.com"}
    assert _soon(lambda: approval_link.lambda_handler(event, context()))["statusCode"] in {413, 422}


@pytest.mark.parametrize("text", ["x" * 9_000, "%00", "%ED%A0%80", "..%2F..%2Fetc", "%E2%80%AE", "\ud800"])
def test_no_id_in_an_address_is_too_odd(office: Office, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    browser = Browser(office, monkeypatch)
    browser.be(PRIYA)
    for route in api.ROUTES:
        if "{id}" in route.path and not route.takes:
            answer = _soon(lambda route=route: api.lambda_handler(call(route.method, route.path.replace("{id}", text), PRIYA), context()))
            assert answer["statusCode"] == 404, (route.name, answer)
    assert browser.get(f"/app/items/{text}").status == 404
