"""Values that fit their type and nothing else: amounts without measure, moments at the ends of time."""

from __future__ import annotations

import json
import time
from typing import Any, Final

import pytest

from connector.entrypoints import api
from tests.unit.entrypoints.office import Office, call, context
from tests.unit.entrypoints.pages import Browser
from tests.unit.entrypoints.test_permissions import ADMIN, IN_SCOPE

MOST_SECONDS: Final = 5.0


def _asked(method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    began = time.process_time()
    answer = api.lambda_handler(call(method, path, ADMIN, body), context())
    assert time.process_time() - began < MOST_SECONDS
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("amount", ["1e999999", "1e999999999", "-1", "1e-999999", "0.001", "NaN", "Infinity", "9" * 400])
def test_a_limit_is_an_amount_of_money(busy: Office, monkeypatch: pytest.MonkeyPatch, amount: str) -> None:
    _, read = _asked("GET", "/settings")
    rights = [*read["settings"]["approvers"], {"login": "tom@example.com", "up_to": amount}]
    status, said = _asked("PUT", "/settings", read | {"settings": read["settings"] | {"approvers": rights}})
    assert status == 422
    assert [each["field"] for each in said["violations"]] == ["settings.approvers.2.up_to"]
    browser = Browser(busy, monkeypatch)
    browser.be(ADMIN)
    page = browser.get("/app/settings/approvers")
    row = {"login.0": "tom@example.com", "up_to.0": amount, "projects.0": "", "objects.0": []}
    answer = browser.press(page, "/app/settings/approvers", version=page.hidden("version"), **row)
    assert answer.status == 422
    assert "is no amount" in answer.text


@pytest.mark.parametrize("parts", [[], [1], ["a", [1], 0], [0, [1], "x"], [0, [1, 2], 3]])
def test_a_limit_is_no_list(busy: Office, parts: list[object]) -> None:
    del busy
    _, read = _asked("GET", "/settings")
    rights = [{"login": "tom@example.com", "up_to": parts}]
    assert _asked("PUT", "/settings", read | {"settings": read["settings"] | {"approvers": rights}})[0] == 422


@pytest.mark.parametrize("amount", ["1e999999", "1e999999999", "1e-999999999", "-1e999999999", "9" * 4_000])
def test_a_filter_of_any_amount_is_shown_at_once(busy: Office, monkeypatch: pytest.MonkeyPatch, amount: str) -> None:
    browser = Browser(busy, monkeypatch)
    browser.be(IN_SCOPE)
    began = time.process_time()
    page = browser.get(f"/app/approve?least={amount}&most={amount}")
    assert time.process_time() - began < MOST_SECONDS
    assert page.status == 200
    assert len(page.text) < 100_000


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_watermark_at_an_end_of_time_is_no_fault(busy: Office, moment: str) -> None:
    status, said = _asked("POST", "/imports/watermarks", {"leg": "vendors:company", "to": moment})
    assert status in {200, 422}, said
    assert _asked("GET", "/imports/watermarks")[0] == 200
    assert _asked("GET", "/imports")[0] == 200
    assert busy.workflows is not None
