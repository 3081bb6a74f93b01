from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults, endpoint
from sandbox.serving import Cut


class _Shop:
    """A system under faults that counts the work it really did."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.faults = Faults(sleep=self.slept.append)
        self.sold = 0

    def _work(self) -> Response:
        self.sold += 1
        return Response("sold")

    def ask(self, text: str = "POST /shop") -> Response:
        return self.faults.answer(text, self._work, lambda status: Response("our own words", status))


@pytest.fixture
def shop() -> _Shop:
    return _Shop()


def test_without_a_plan_the_work_is_done(shop: _Shop) -> None:
    assert (shop.ask().get_data(), shop.sold) == (b"sold", 1)


def test_cut_before_does_nothing_and_cut_after_has_done_the_work(shop: _Shop) -> None:
    shop.faults.plan({"fault": "cut_before"})
    with pytest.raises(Cut):
        shop.ask()
    assert shop.sold == 0

    shop.faults.plan({"fault": "cut_after"})
    with pytest.raises(Cut):
        shop.ask()
    assert shop.sold == 1


@pytest.mark.parametrize(("at", "sold"), [("before", 0), ("after", 1)])
def test_a_status_replaces_the_answer(shop: _Shop, at: str, sold: int) -> None:
    shop.faults.plan({"fault": "status", "status": 429, "headers": {"Retry-After": "3"}, "at": at})

    response = shop.ask()

    assert (response.status_code, response.get_data(), response.headers["Retry-After"]) == (429, b"our own words", "3")
    assert shop.sold == sold


def test_a_status_may_bring_its_own_body(shop: _Shop) -> None:
    shop.faults.plan({"fault": "status", "status": 502, "body": "<bad/>"})

    assert shop.ask().get_data() == b"<bad/>"


def test_html_and_empty_answer_200_without_the_work(shop: _Shop) -> None:
    shop.faults.plan({"fault": "html"})
    shop.faults.plan({"fault": "empty"})

    page, nothing = shop.ask(), shop.ask()

    assert (page.status_code, page.mimetype, page.get_data()[:9]) == (200, "text/html", b"<!DOCTYPE")
    assert (nothing.status_code, nothing.get_data()) == (200, b"")
    assert shop.sold == 0


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_delay_waits_and_answers(shop: _Shop, at: str) -> None:
    shop.faults.plan({"fault": "delay", "seconds": 1.5, "at": at})

    assert shop.ask().get_data() == b"sold"
    assert shop.slept == [1.5]


def test_only_matching_requests_are_struck_as_often_as_planned_after_those_skipped(shop: _Shop) -> None:
    shop.faults.plan({"fault": "empty", "match": "vendor", "skip": 1, "times": 2})

    answers = [shop.ask(text).get_data() for text in ["job", "vendor 1", "vendor 2", "job", "vendor 3", "vendor 4"]]

    assert answers == [b"sold", b"sold", b"", b"sold", b"", b"sold"]
    assert [text for _, text in shop.faults.struck()] == ["vendor 2", "vendor 3"]
    assert shop.faults.planned() == []


def test_faults_strike_one_at_a_time_in_the_order_planned(shop: _Shop) -> None:
    shop.faults.plan({"fault": "html"})
    shop.faults.plan({"fault": "empty"})

    assert [shop.ask().mimetype, shop.ask().get_data(), shop.ask().get_data()] == ["text/html", b"", b"sold"]


def test_webhook_faults_wait_for_a_delivery(shop: _Shop) -> None:
    shop.faults.plan({"fault": "duplicate", "match": "hook"})

    assert shop.ask("POST /hook").get_data() == b"sold"
    fault = shop.faults.take_delivery("POST /hook")
    assert fault is not None
    assert fault.fault == "duplicate"


def test_clear_forgets_the_plan_and_what_struck(shop: _Shop) -> None:
    shop.faults.plan({"fault": "empty", "times": 9})
    shop.ask()
    shop.faults.clear()

    assert (shop.faults.planned(), shop.faults.struck(), shop.ask().get_data()) == ([], [], b"sold")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({}, "kind"),
        ({"fault": "nonsense"}, "nonsense"),
        ({"fault": "html", "tiems": 2}, "tiems"),
        ({"fault": "html", "times": 0}, "times"),
        ({"fault": "html", "at": "x"}, "before"),
    ],
)
def test_a_plan_with_a_mistake_is_refused(shop: _Shop, fault: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        shop.faults.plan(fault)


def test_the_plan_is_kept_over_http(shop: _Shop) -> None:
    @Request.application
    def app(request: Request) -> Response:
        return endpoint(shop.faults, request)

    client = Client(app)
    path = "/_sandbox/faults"

    assert client.post(path, json={"fault": "delay", "seconds": 2}).get_json()[0]["seconds"] == 2
    assert len(client.post(path, json=[{"fault": "html"}, {"fault": "empty"}]).get_json()) == 3
    assert [fault["fault"] for fault in client.get(path).get_json()] == ["delay", "html", "empty"]
    assert client.post(path, json={"fault": "nonsense"}).status_code == 422
    assert client.post(path, data=b"{").status_code == 422
    assert client.delete(path).get_json() == []
    assert client.put(path).status_code == 405


def test_over_http_a_wrong_field_is_named(shop: _Shop) -> None:
    request = EnvironBuilder(method="POST", data=json.dumps({"fault": "html", "tiems": 2})).get_request(Request)

    assert "tiems" in endpoint(shop.faults, request).get_data(as_text=True)
