"""Secrets that would be known anywhere, planted before a record goes its whole way with faults on it, and then looked for in all that is
left of it: state, history, pairs, previews, saved requests and answers, mails, what the functions were started with, every log line."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from connector.adapters.intacct.envelope import Credentials, Request
from connector.core.item import State, step
from connector.engine import export
from connector.presentation.letters import MailLetters
from sandbox.procore.settings import Settings
from tests.doubles import ManualClock, MemorySecrets
from tests.numbers import record
from tests.proof import stage as stages
from tests.proof.conftest import addresses
from tests.proof.judge import verdict
from tests.proof.machine import Machine
from tests.proof.stage import NUMBERED, WITH_NEED, Addresses, Stage, Subject

__all__ = ["addresses"]
APP: Final = "https://app.example.com/v1"
PLANTED: Final = {
    "sender password": "sender&pass<word>-7f3a9c",
    "user password": 'user"pass&word-51be02',
    "client secret": "client-secret-93d17e",
}
_TOKEN: Final = re.compile(r"/(?:link|unsubscribe)/([\w-]{40,})")


class Kept(logging.Handler):
    """Every log line with all that hangs on it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, line: logging.LogRecord) -> None:
        self.lines.append(f"{line.getMessage()} {line.__dict__} {line.exc_info and self.format(line)}")


@pytest.fixture
def logged() -> Iterator[Kept]:
    kept = Kept()
    found = [logging.getLogger(name) for name in ("connector", "urllib3")]
    before = [(logger, logger.level) for logger in found]
    for logger in found:
        logger.addHandler(kept)
        logger.setLevel(logging.DEBUG)
    yield kept
    for logger, level in before:
        logger.removeHandler(kept)
        logger.setLevel(level)


def _staged(addresses: Addresses, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> Stage:
    sender, user, client = PLANTED.values()
    told = Credentials(sender_id="sandbox", sender_password=sender, user_id="connector", user_password=user)
    monkeypatch.setattr(stages, "CREDENTIALS", told)
    monkeypatch.setattr(stages, "MemorySecrets", lambda _: MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": client}}))
    clients = {"sandbox": client, "other-integration": "other-integration"}
    monkeypatch.setattr(stages, "Settings", lambda **given: Settings(**given, clients=clients))
    made = Stage(addresses, subject, ManualClock(), timeout=(5.0, 30.0))
    made.intacct.settings.change({"sender_password": sender, "user_password": user})
    made.world = replace(made.world, letters=MailLetters(APP), app_url=APP)
    made.machine = Machine(made.world, made.clock, made.workflows)
    return made


def _of(stage: Stage) -> dict[str, str]:
    """Every secret of a story: those that were planted, and those that came up in it."""
    sessions = {each for request in stage.intacct.requests for each in re.findall("<sessionid>([^<]*)", request.body)}
    tokens = set(stage.procore.tokens._by_access)  # noqa: SLF001 -- what it handed out
    links = {each for letter in stage.mail.letters for each in _TOKEN.findall(letter.text)}
    assert sessions
    assert tokens
    assert links
    named = {"session": sessions, "access token": tokens, "link": links}
    return PLANTED | {f"{name} {number}": each for name, group in named.items() for number, each in enumerate(sorted(group))}


def _left(stage: Stage, logged: Kept) -> dict[str, str]:
    """All that is left, by where it lies."""
    items = list(stage.state)
    return {
        "state": repr(vars(stage.state)),
        "history": repr([stage.state.history(item.id) for item in items]),
        "pairs": repr(vars(stage.references)),
        "payloads": repr(vars(stage.payloads)),
        "links": repr(vars(stage.world.links)),
        "leases": repr(vars(stage.world.leases)),
        "workflows": repr(vars(stage.workflows)),
        "log": "\n".join(logged.lines),
    }


def _leaks(secrets: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """Which secret lies where, in whatever spelling."""
    found = []
    for name, secret in secrets.items():
        spelled = {secret, escape(secret), repr(secret)[1:-1], repr(escape(secret))[1:-1], quote(secret, safe="")}
        spelled |= {secret.replace('"', '\\"'), base64.b64encode(secret.encode()).decode()}
        found += [f"{name} in {place}" for place, text in places.items() if any(each in text for each in spelled)]
    return found


def _goes_its_way(stage: Stage) -> None:
    """Sent, approved and exported, while both systems echo what they were sent, close lines and end sessions."""
    stage.begin()
    (session,) = stage.gateway._sessions._open.values()  # noqa: SLF001 -- the id that goes with every request
    sender, user, _ = PLANTED.values()
    echo = f"<html>{session.id} {escape(sender)} {sender} {user} <password>{escape(user)}</password></html>"
    token = next(reversed(stage.procore.tokens._by_access))  # noqa: SLF001
    faults: list[dict[str, Any]] = [
        {"fault": "status", "status": 200, "body": echo, "match": "create", "at": "after"},
        {"fault": "status", "status": 400, "body": echo},
        {"fault": "cut_before", "skip": 1},
        {"fault": "status", "status": 503, "body": echo, "skip": 2},
    ]
    for fault in faults:
        stage.intacct.faults.plan(fault)
    stage.procore.faults.plan({"fault": "status", "status": 500, "body": f'{{"message": "{token}"}}'})
    stage.procore.faults.plan({"fault": "status", "status": 429, "body": token, "skip": 1})
    stage.play()
    assert len(stage.intacct.faults.struck()) >= 2
    assert stage.procore.faults.struck()


@pytest.mark.parametrize("subject", [WITH_NEED, NUMBERED], ids=str)
def test_no_secret_is_left_of_a_record_that_went_its_whole_way(
    addresses: Addresses, subject: Subject, monkeypatch: pytest.MonkeyPatch, logged: Kept
) -> None:
    stage = _staged(addresses, subject, monkeypatch)
    _goes_its_way(stage)
    secrets, places = _of(stage), _left(stage, logged)
    assert verdict(stage) == []
    assert len(logged.lines) > 20
    assert all(len(text) > 10 for text in places.values())
    assert _leaks(secrets, places) == []
    mails = "\n".join(f"{letter.subject}\n{letter.text}\n{letter.html}" for letter in stage.mail.letters)
    assert _leaks({name: each for name, each in secrets.items() if not name.startswith("link")}, {"mails": mails}) == []
    record("security", **{"secrets looked for": len(secrets)})
    stage.close()


def test_a_link_is_in_the_mail_of_its_person_only(addresses: Addresses, monkeypatch: pytest.MonkeyPatch, logged: Kept) -> None:
    del logged
    stage = _staged(addresses, WITH_NEED, monkeypatch)
    stage.begin()
    owners: dict[str, set[str]] = {}
    for letter in stage.mail.letters:
        for token in _TOKEN.findall(letter.text + letter.html + letter.unsubscribe):
            owners.setdefault(token, set()).add(letter.to)
    assert len(owners) >= 4
    assert [token for token, people in owners.items() if len(people) > 1] == []
    stage.close()


def test_who_is_not_let_in_tells_nobody_with_what(addresses: Addresses, monkeypatch: pytest.MonkeyPatch, logged: Kept) -> None:
    """Signing in fails at either system, which repeat what they were sent."""
    for system in ("intacct", "procore"):
        stage = _staged(addresses, WITH_NEED, monkeypatch)
        stage.begin()
        stage.approve()
        if system == "intacct":
            stage.intacct.settings.change({"user_password": "another"})
            stage.clock.move(86_400)
        else:
            stage.procore.world.settings.clients["sandbox"] = "another"
            stage.clock.move(86_400)
        stage.machine.play()
        assert {item.state for item in stage.state} & {State.APPROVED, State.EXPORTING, State.FAILED, State.BLOCKED}
        assert _leaks(_of(stage), _left(stage, logged)) == []
        stage.close()


@pytest.mark.parametrize("place", ["payloads", "log", "history"])
def test_the_search_sees_a_leak(addresses: Addresses, monkeypatch: pytest.MonkeyPatch, logged: Kept, place: str) -> None:
    """With one leak planted in a place, the search finds it there."""
    if place == "payloads":
        monkeypatch.setattr(Request, "saved", lambda self, credentials: self.wire(credentials, []).decode())
    elif place == "log":
        wire = Request.wire

        def told(self: Request, credentials: Credentials, authentication: Any) -> bytes:
            logging.getLogger("connector.intacct").info("sending %s", wire(self, credentials, authentication))
            return wire(self, credentials, authentication)

        monkeypatch.setattr(Request, "wire", told)
    else:
        monkeypatch.setattr(
            export, "step", lambda *given, **named: step(*given, **(named | {"detail": {"with": PLANTED["sender password"]}}))
        )
    stage = _staged(addresses, WITH_NEED, monkeypatch)
    stage.begin()
    stage.play()
    assert any(leak.endswith(f" in {place}") for leak in _leaks(_of(stage), _left(stage, logged)))
    stage.close()
