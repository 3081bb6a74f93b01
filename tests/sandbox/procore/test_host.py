"""Where an embedded app is shown: the frame's address, and what the side panel is told."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.procore import COMPANY_ID, ProcoreSimulator

APP = "http://app.example/v1/app/panel?in=panel"


@pytest.fixture
def client(simulator: ProcoreSimulator) -> Client:
    return Client(simulator.application)


def frame_of(page: TestResponse) -> str:
    found = re.search(r'<iframe src="([^"]*)"', page.text)
    assert found
    return html.unescape(found[1])


def context_of(page: TestResponse) -> dict[str, Any]:
    found = re.search(r'data-context="([^"]*)"', page.text)
    assert found
    context: dict[str, Any] = json.loads(html.unescape(found[1]))
    return context


def test_a_full_screen_app_gets_company_and_project_by_its_address(client: Client) -> None:
    page = client.get("/host/full", query_string={"app": "http://app.example/v1/app/approve", "project": "7"})
    assert page.status_code == 200
    assert frame_of(page) == f"http://app.example/v1/app/approve?companyId={COMPANY_ID}&projectId=7"


def test_a_side_panel_is_told_which_record_is_open(client: Client, simulator: ProcoreSimulator) -> None:
    row = next(iter(simulator.store["work_order_contracts"].live()))
    page = client.get("/host/panel", query_string={"app": APP, "tool": "commitments", "id": str(row["id"])})
    assert frame_of(page) == APP
    assert 'width="400"' in page.text
    assert context_of(page) == {
        "company_id": str(COMPANY_ID),
        "project_id": str(row["project_id"]),
        "id": str(row["id"]),
        "view": "commitments.work_order_contracts.detail",
    }


def test_another_view_is_passed_on_by_its_key(client: Client) -> None:
    page = client.get("/host/panel", query_string={"app": APP, "tool": "drawings", "view": "drawings.detail", "id": "5"})
    assert context_of(page)["view"] == "drawings.detail"


@pytest.mark.parametrize("app", ["", "javascript:alert(1)", "app.example"])
def test_an_app_has_an_address(client: Client, app: str) -> None:
    assert client.get("/host/full", query_string={"app": app}).status_code == 400


def test_what_is_in_the_address_is_no_html(client: Client) -> None:
    page = client.get("/host/panel", query_string={"app": APP, "tool": "<script>", "id": '"><script>'})
    assert "<script>" not in page.text.replace(page.text[page.text.index("<script>\nconst") :], "")
