"""Every text that somebody else wrote, on every page and in every mail, is a text: with markup in all of them the elements and their
attributes are the same as with plain words, and no address leads anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest

from connector.core.item import State
from connector.core.people import Person
from connector.entrypoints import approval_link, embedded_app, settings_pages
from connector.presentation.setting_words import SECTIONS
from tests.numbers import record
from tests.security.signed_in import cookie
from tests.security.written import DANGEROUS, ITEMS, MARKUP, PLAIN, Shape, checked, fill, replace_name
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PRIYA, Office, call, context
from tests.unit.entrypoints.pages import Browser

OURS: Final = ("/v1/", "#", "https://app.example.com/v1/", "../link/style.css", "data:,")
"""Beginnings of every address on our pages; the last is an icon that is none."""
WORDLESS: Final = frozenset({"/app/approve/news"})
"""Pages that show nothing that anybody wrote."""
READERS: Final = {"approver": DANA, "administrator": PRIYA, "sender": MARCO}
SHOWN: Final = [route.path for route in embedded_app.ROUTES if route.method == "GET"]
QUERIES: Final[dict[str, list[str]]] = {
    "/app/approve": ["", "?group=all", "?text={text}", "?group=all&object={text}&sort={text}&least={text}", f"?after={COMMITMENT}"],
    "/app/panel": ["?object=commitments&id=4711&project=24107&in=panel", "?object={text}&id={text}&project={text}"],
    "/app/imports": ["", "?group=invalid", "?group=archived", "?group=imported", "?group=linked", "?object={text}&cursor={text}"],
    "/app/links": ["", "?object=vendors", "?object={text}&text={text}"],
    "/app/send": ["", "?object=vendors", "?object={text}&project={text}"],
    "/app/problems": ["", "?object={text}"],
}  # fmt: skip
IDS: Final[dict[str, list[str]]] = {
    "/app/settings/{id}": [section.name for section in SECTIONS] + ["{text}"],
    "/app/jobs/{id}": ["24107", "{text}"],
    "/app/jobs/{id}/reset": ["24107", "{text}"],
    "/app/jobs/{id}/figures.csv": ["24107", "{text}"],
    "/app/imports/records/{id}": [f"staged:vendors:{number}" for number in range(1, 6)] + ["{text}"],
    "/app/runs/{id}": ["export-1", "{text}"],
    "/app/imports/runs/{id}": ["import-1", "{text}"],
    "/app/send/runs/{id}": ["send-1", "{text}"],
}
FORMS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("/app/approve/confirm", {"item": ["f %s", f"x {COMMITMENT}"], "verdict": "reject"}),
    ("/app/approve/decisions", {"item": [f"x {COMMITMENT}"], "verdict": "reject", "reason": "%s", "cause": "%s"}),
    ("/app/approve/decisions", {"item": ["%s"], "verdict": "%s"}),
    (f"/app/items/{COMMITMENT}/decision", {"verdict": "approve", "fingerprint": "%s", "reason": "%s", "cause": "%s", "needs": "{}"}),
    (f"/app/items/{COMMITMENT}/decision", {"verdict": "reject", "fingerprint": "%s", "cause": "%s", "needs": "%s"}),
    (f"/app/items/{COMMITMENT}/choices", {"fingerprint": "%s", "choice.number": "%s", "choice.contract_date": "%s"}),
    ("/app/items/%s/decision", {"verdict": "reject"}),
    ("/app/problems/retry", {"item": ["%s"], "code": "%s"}),
    ("/app/imports/decisions", {"one": "%s %s", "do": "%s"}),
    ("/app/imports/decisions", {"item": ["staged:vendors:1"], "do": "link", "procore_id": "%s"}),
    ("/app/imports/request", {"object": "%s"}),
    ("/app/panel/send", {"object": "%s", "id": "%s", "project": "%s"}),
    ("/app/send/records", {"record": ["%s"], "item": ["%s"]}),
    ("/app/settings/approvers", {"login": ["%s"], "objects": ["%s"], "projects": ["%s"], "up_to": ["%s"], "version": "%s"}),
    ("/app/settings/check", {}),
    ("/app/settings/approvers", {"version": "%s", "login.0": "%s", "up_to.0": "%s", "projects.0": "%s", "objects.0": ["%s"]}),
    ("/app/settings/items", {"version": "%s", "default_item": "%s", "key.0": "%s", "value.0": "%s"}),
    ("/app/preferences", {"zone": "%s", "waiting": "%s"}),
    ("/app/links/unlink", {"object": "%s", "id": "%s", "reason": "%s"}),
    ("/app/links/adopt/look", {"object": "%s", "project": "%s", "pair": ["%s"]}),
    ("/app/imports/schedules", {"vendors": "%s", "%s": "%s"}),
    ("/app/jobs/%s/reset", {"reason": "%s"}),
    (f"/app/items/{ITEMS[State.SYNCED]}/drift", {"do": "%s", "reason": "%s"}),
    (f"/app/items/{ITEMS[State.SYNCED]}/look", {}),
]


def _addresses(path: str) -> list[str]:
    if path in QUERIES:
        return [path + query for query in QUERIES[path]]
    keys = IDS.get(path, [*ITEMS.values(), COMMITMENT, "{text}"])
    return [path.replace("{id}", key) for key in keys]


class Reader:
    """Somebody who reads an office full of one text, and what they are shown."""

    def __init__(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text, self.office = text, Office()
        monkeypatch.setattr("connector.bootstrap.world", lambda: self.office.world)
        monkeypatch.setattr(settings_pages, "check", lambda _world: checked(self.office, text))
        monkeypatch.setattr(self.office.world.procore, "pages", lambda *_: iter([]), raising=False)
        fill(self.office, text)
        self.browser = Browser(self.office, monkeypatch)

    def pages(self, person: Person, path: str) -> Iterator[str]:
        self.browser.be(replace_name(person, self.text))
        for address in _addresses(path):
            answer = self.browser.get(self._filled(address))
            if answer.header("Content-Type").startswith("text/html"):
                yield answer.text
            else:  # what no browser takes for a page
                assert answer.header("Content-Disposition").startswith("attachment")
                assert answer.header("X-Content-Type-Options") == "nosniff"

    def answer(self, person: Person, address: str, form: dict[str, Any]) -> str:
        self.browser.be(replace_name(person, self.text))
        given = {name: [each.replace("%s", self.text) for each in value] if isinstance(value, list) else value.replace("%s", self.text)
                 for name, value in form.items()}  # fmt: skip
        front = self.browser.get("/app/approve")
        return self.browser.press(front, self._filled(address.replace("%s", "{text}")), **given).text

    def _filled(self, address: str) -> str:
        return address.replace("{text}", quote(self.text, safe=""))


def _same(plain: list[str], marked: list[str]) -> int:
    """Compares page by page; gives the number of places in which the markup stands as text."""
    assert len(plain) == len(marked)
    found = 0
    for one, other in zip(map(Shape, plain), map(Shape, marked), strict=True):
        assert other.elements == one.elements
        assert not [address for address in other.addresses if not address.startswith(OURS)]
        found += sum("onerror" in text for text in other.texts)
    record("security", **{"pages with markup in every text": len(marked)})
    return found


@pytest.mark.parametrize(("path", "who"), [*product(SHOWN, READERS)])
def test_no_text_becomes_markup_on_a_page(path: str, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [*Reader(PLAIN, monkeypatch).pages(READERS[who], path)]
    marked = [*Reader(MARKUP, monkeypatch).pages(READERS[who], path)]
    assert _same(plain, marked) > 0 or not marked or path in WORDLESS


@pytest.mark.parametrize(("place", "who"), [*product(range(len(FORMS)), ("approver", "administrator"))])
def test_no_text_becomes_markup_in_what_a_button_answers(place: int, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address, form = FORMS[place]
    plain = Reader(PLAIN, monkeypatch).answer(READERS[who], address, form)
    marked = Reader(MARKUP, monkeypatch).answer(READERS[who], address, form)
    _same([plain], [marked])


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_an_address(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in SHOWN:
        for page in Reader(text, monkeypatch).pages(DANA, path):
            assert not [address for address in Shape(page).addresses if text in address and not address.startswith("/v1/app/")]


def _linked(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Office]:
    reader = Reader(text, monkeypatch)
    office = reader.office
    token, known = office.token(), cookie(DANA, monkeypatch)

    def asked(method: str, path: str, form: str | None = None) -> str:
        event = call(method, path, None, form)
        event["headers"] = known | {"Origin": "https://app.example.com", "Sec-Fetch-Site": "same-origin"}
        return str(approval_link.lambda_handler(event, context())["body"])

    form = {"verdict": "reject", "fingerprint": office.item().fingerprint, "needs": "{}", "cause": text}
    pages = [asked("GET", f"/link/{token}"), asked("POST", f"/link/{token}", urlencode(form))]
    pages += [asked("POST", f"/link/{token}", urlencode(form | {"reason": text})), asked("GET", f"/link/{token}"), asked("GET", "/link/x")]
    assert office.item().state is State.REJECTED
    return pages, office


def test_no_text_becomes_markup_behind_a_link_or_in_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    (plain, one), (marked, other) = _linked(PLAIN, monkeypatch), _linked(MARKUP, monkeypatch)
    assert _same(plain, marked) > 0
    sent = other.mail.letters
    assert len(sent) >= 3
    assert _same([letter.html for letter in one.mail.letters], [letter.html for letter in sent]) > 0
    for letter in sent:
        assert "\n" not in letter.subject + letter.to + letter.thread


def test_the_comparison_sees_an_element_and_an_attribute() -> None:
    page = "<p class='a'>{}</p>"
    for text in ("<b>x</b>", "<!-- x -->"):
        with pytest.raises(AssertionError):
            _same([page.format("x")], [page.format(text)])
    with pytest.raises(AssertionError):
        _same(["<p class='x'></p>"], ["<p class='x' onload='y'></p>"])
    with pytest.raises(AssertionError):
        _same(["<a href='/v1/x'></a>"], ["<a href='javascript:x'></a>"])
