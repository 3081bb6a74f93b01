"""Mail, payloads, secrets, workflows: what leaves the program."""

from __future__ import annotations

from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, SetupWrong
from connector.ports import Letter
from tests.contract.ports.conftest import World


def _letter(**changes: Any) -> Letter:
    said: dict[str, Any] = {
        "to": "ann@example.com", "subject": "Größe: SC-1 waits", "text": "Text", "html": "<p>Text</p>", "kind": "waiting",
    }  # fmt: skip
    return Letter(**(said | changes))


def test_a_letter_goes_to_its_reader(world: World) -> None:
    world.mail.send(_letter())
    world.mail.send(_letter(to="bob@example.com", thread="commitments:1"))

    assert world.mails() == [("ann@example.com", "Größe: SC-1 waits"), ("bob@example.com", "Größe: SC-1 waits")]


@pytest.mark.parametrize(
    "forged",
    [
        {"subject": "SC-1\r\nBcc: eve@example.com"},
        {"subject": "SC-1\nX: y"},
        {"subject": "SC-1\x00"},
        {"to": "ann@example.com\r\nBcc: eve@example.com"},
        {"to": "ann@example.com, eve@example.com"},
        {"to": "Ann <ann@example.com>"},
        {"to": ""},
    ],
)
def test_no_letter_carries_a_header_or_a_reader_of_its_own(world: World, forged: dict[str, str]) -> None:
    with pytest.raises(ConnectorError) as refused:
        world.mail.send(_letter(**forged))

    assert refused.value.code is Code.MALFORMED
    assert world.mails() == []


def test_a_payload_comes_back_as_it_was(world: World) -> None:
    text = "<request>Größe\r\n</request>\n" * 1000
    world.payloads.put("commitments/1/request", text)
    world.payloads.put("commitments/1/preview", "old")
    world.payloads.put("commitments/1/preview", "new")

    assert world.payloads.get("commitments/1/request") == text
    assert world.payloads.get("commitments/1/preview") == "new"
    assert world.payloads.get("commitments/1") is None


def test_many_payloads_come_together_those_that_are_there(world: World) -> None:
    texts = {f"snapshots/{number}": f"record {number}" for number in range(30)}
    for name, text in texts.items():
        world.payloads.put(name, text)

    assert world.payloads.get_many([*texts, "snapshots/none", "snapshots/0"]) == texts
    assert world.payloads.get_many([]) == {}


def test_a_secret_is_read_and_replaced(world: World) -> None:
    for _ in range(2):
        read = world.secrets.read(world.secret)
        read["user"] = "changed by the reader"
    assert world.secrets.read(world.secret) == {"user": "connector"}

    world.secrets.replace(world.secret, {"user": "connector", "token": "t2"})
    assert world.secrets.read(world.secret) == {"user": "connector", "token": "t2"}


def test_a_secret_that_is_not_there_is_a_matter_of_set_up(world: World) -> None:
    with pytest.raises(SetupWrong):
        world.secrets.read("none")
    with pytest.raises(SetupWrong):
        world.secrets.replace("none", {})


def test_starting_twice_starts_once(world: World) -> None:
    for _ in range(2):
        world.workflows.start_export("r1", 1, ["vendors:39"])
        world.workflows.start_export("r1", 2, ["commitments:1", "commitments:2"])
        world.workflows.start_import("r2", "cost_codes")
        world.workflows.start_sends("r3", 1, ["vendors:39"])

    assert world.executions() == ["r1-w1", "r1-w2", "r2", "r3-w1"]


@pytest.mark.parametrize("run_id", ["", "r 1", "r/1", "r" * 81])
def test_a_run_that_cannot_name_an_execution_is_refused(world: World, run_id: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        world.workflows.start_import(run_id, "vendors")

    assert refused.value.code is Code.MALFORMED
    assert world.executions() == []
