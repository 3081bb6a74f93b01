"""A mail scanner follows every link of every mail, again and again, and each page behind them: nothing changes anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests

from connector.core.notices import How, MailKind, Preferences
from connector.core.people import Person
from connector.engine.decide import Decision, decide
from connector.engine.digest import send_due
from connector.engine.outbox import deliver_left
from connector.ports import Letter
from tests.browser.front import Front
from tests.browser.office import DANA, PRIYA, PagesOffice
from tests.proof.stage import COMPANY

ROUNDS = 3
CONCRETE, STEEL, FENDERS = "SC-24-107-001", "SC-24-107-002", "PO-24-107-002"
SMALL = tuple(f"SC-24-107-1{number:02}" for number in range(1, 5))
_DANA = Person(id="2", login=DANA, name="Dana Ortiz", company=COMPANY)
KINDS = {"waiting", "returned", "rejected", "failed", "synced", "digest"}


def decided(office: PagesOffice, verdict: str, *numbers: str) -> None:
    items = [office.of(number) for number in numbers]
    wanted = [
        Decision(item=item.id, verdict="reject" if verdict == "reject" else "approve", fingerprint=item.fingerprint, reason="No.")
        for item in items
    ]
    assert all(each.violation is None for each in decide(office.world, _DANA, wanted, via="app"))
    office.machine.play()


def every_kind(office: PagesOffice) -> list[Letter]:
    """A morning that sends each mail there is, of one record and of several."""
    office.sent(CONCRETE, STEEL, FENDERS, *SMALL)
    decided(office, "reject", FENDERS)
    decided(office, "reject", *SMALL[:2])
    office.sent(FENDERS)
    decided(office, "approve", CONCRETE)
    decided(office, "approve", *SMALL[2:])
    office.intacct.settings.closed_until = date(2030, 1, 31)
    decided(office, "approve", STEEL)
    office.intacct.settings.closed_until = None
    daily = Preferences(kinds=dict.fromkeys(MailKind, How.DIGEST))
    office.state.save_preferences(PRIYA, daily.model_dump_json())
    office.clock.move(timedelta(days=1).total_seconds())
    deliver_left(office.world)
    send_due(office.world)
    letters = office.mail.letters
    assert {letter.kind for letter in letters} == KINDS
    return list(letters)


def links_of(letter: Letter) -> Iterator[str]:
    yield from re.findall(r"https?://[^\s<>\"]+", letter.text)
    yield from map(unescape, re.findall(r'href="([^"]+)"', letter.html))
    yield letter.unsubscribe


def whole(office: PagesOffice) -> str:
    """All that is kept, by us and in both systems, as text."""
    ours = [office.state, office.references, office.world.links, office.world.payloads, office.workflows, office.mail]
    kept = [{name: value for name, value in vars(each).items() if name != "_lock"} for each in ours]
    theirs = [office.procore.store, office.intacct.store]
    return repr(kept) + "".join(repr(sorted((name, repr(value)) for name, value in vars(each).items())) for each in theirs)


def followed(front: Front, links: set[str]) -> set[str]:
    """Where the pages behind these links lead on our own site; each is asked for as scanners do."""
    found: set[str] = set()
    for link in sorted(links):
        for number in range(ROUNDS):
            for method in ("HEAD", "GET"):
                answer = requests.request(method, link, allow_redirects=True, timeout=30)
                assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (link, answer.text)
                if not number:
                    found |= {urljoin(answer.url, unescape(each)) for each in re.findall(r'href="([^"#]+)"', answer.text)}
    return {each for each in found if urlsplit(each).netloc == urlsplit(front.url).netloc}


def test_a_scanner_that_follows_every_link_of_every_mail_changes_nothing(office: PagesOffice, front: Front) -> None:
    links = {link for letter in every_kind(office) for link in links_of(letter) if link}
    assert sum("/link/" in link for link in links) >= 10
    assert sum("/unsubscribe/" in link for link in links) >= 6
    assert {urlsplit(link).netloc for link in links} == {urlsplit(front.url).netloc}
    before = whole(office)
    behind = followed(front, links)
    assert any("/app/signin" in each for each in behind)
    followed(front, behind - links)
    assert whole(office) == before
    [newest] = [letter for letter in office.mail.to(DANA) if letter.kind == "returned"]
    assert office.of(FENDERS).state.value == "waiting"
    assert newest.text.count("/link/") == 1
