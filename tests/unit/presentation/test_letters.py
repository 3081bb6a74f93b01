"""The mails: golden texts, their limits, and that no record's text becomes markup or a second line of a header."""

from __future__ import annotations

import os
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.item import Item, Problem, State
from connector.core.marks import What
from connector.core.notices import Digest, MailKind
from connector.core.unusual import Unusual
from connector.ports import Letter
from connector.presentation.formats import Formats
from connector.presentation.letters import MailLetters
from connector.presentation.mail_form import COLUMNS
from tests.unit.presentation.samples import DANA, LINK, preview, refused, subcontract, vendor

GOLDEN = Path(__file__).parent / "golden"
APP = "https://app.example.com/v1"
NEED = {"item": "vendors:8821", "title": "Vendor", "name": "Harbor Steel LLC", "fingerprint": "e" * 64, "checks": []}


def letters(config: Configuration | None = None) -> MailLetters:
    return MailLetters(APP, settings=lambda: config or Configuration(), formats=Formats(zone="America/New_York"))


STOP = "https://app.example.com/v1/unsubscribe/St0p"
WARNED = (
    Unusual(what=What.REJECTED, of="Retainage should be 10%."),
    Unusual(what=What.LARGE, of="Harbor Steel LLC", amount=Decimal(486200), usual=Decimal(41000)),
    Unusual(what=What.NEW_VENDOR, of="Harbor Steel LLC"),
)
ALL = [subcontract(), vendor()]
LINKS = {"commitments:4711": LINK, "vendors:8821": "https://app.example.com/v1/link/0ther"}


def every() -> dict[str, Letter]:
    """One letter of each kind."""
    make = letters()
    differs = Problem(code=Code.READ_BACK_DIFFERS, field="amount", message="Amount: 1.00 was sent, Intacct holds 2.00.")
    unknown = Problem(code=Code.OUTCOME_UNKNOWN, field="", message="It is not known yet whether SC-2041 is in Intacct.")
    wrong = [subcontract(reason="Wrong month."), vendor().model_copy(update={"reason": "Wrong month."})]
    there = [subcontract(state=State.SYNCED, number=f"SC-{number}", id=f"commitments:{number}") for number in range(2041, 2044)]
    return {
        "waiting": make.waiting(subcontract(), preview(needs=[NEED]), DANA.login, LINK, returned=False, unusual=WARNED[1:], stop=STOP),
        "returned": make.waiting(subcontract(), preview(), DANA.login, LINK, returned=True, unusual=WARNED[:1], stop=STOP),
        "vendor": make.waiting(vendor(), preview(effects=[], lines=[]), DANA.login, LINK, returned=False, stop=STOP),
        "rejected": make.rejected(subcontract(reason="Wrong amount: Retainage should be 10%."), "Dana Ortiz", stop=STOP),
        "several-waiting": make.several_waiting(ALL, DANA.login, LINKS, stop=STOP),
        "several-rejected": make.several(MailKind.REJECTED, wrong, wrong[0].sent_by, "Dana Ortiz", stop=STOP),
        "several-failed": make.several(MailKind.FAILED, [refused(), refused()], DANA.login, stop=STOP),
        "several-synced": make.several(MailKind.SYNCED, there, there[0].sent_by, stop=STOP),
        "failed": make.failed(refused(), "marco@example.com", stop=STOP),
        "differs": make.failed(
            subcontract(state=State.FAILED, problems=(differs,), intacct_id="Subcontract-SC-2041"), "marco@example.com", stop=STOP
        ),
        "unknown": make.failed(refused().model_copy(update={"problems": (unknown,)}), "marco@example.com", stop=STOP),
        "synced": make.synced(subcontract(state=State.SYNCED, intacct_id="Subcontract-SC-2041"), stop=STOP),
        "digest": make.digest(
            Digest(
                waiting=tuple(ALL),
                unusual={ALL[0].id: WARNED, ALL[1].id: ()},
                links=LINKS,
                told=((MailKind.SYNCED, there[0]), (MailKind.SYNCED, there[1]), (MailKind.REJECTED, wrong[0])),
            ),
            DANA.login,
            stop=STOP,
        ),
        "digest-of-a-sender": make.digest(Digest(told=((MailKind.FAILED, refused()),)), "marco@example.com", stop=STOP),
    }


@pytest.mark.parametrize("name", sorted(every()))
def test_each_letter_is_as_written_down(name: str) -> None:
    """``GOLDEN=write`` writes them anew; read the difference before you commit it."""
    letter = every()[name]
    shown = f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.txt").write_text(shown, encoding="utf-8")
        (GOLDEN / f"{name}.html").write_text(letter.html, encoding="utf-8")
    assert shown == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert letter.html == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(every()))
def test_a_letter_keeps_the_rules_of_mail(name: str) -> None:
    letter = every()[name]
    assert letter.subject.isprintable()
    assert all(len(text) <= COLUMNS or "https://" in text for text in letter.text.splitlines())
    assert len(letter.html.encode()) < 20_000
    for forbidden in ("<img", "<script", "url(", "src=", "<link"):
        assert forbidden not in letter.html
    assert letter.html.count(f'href="{STOP}"') == 1
    assert letter.unsubscribe == STOP
    assert letter.html.count('class="button"') == 1
    assert letter.thread == ("" if name.startswith(("several", "digest")) else "vendors:8821" if name == "vendor" else "commitments:4711")


class Words(HTMLParser):
    """The words of a page, and whether it is whole."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.mark.parametrize("name", sorted(every()))
def test_both_forms_say_the_same(name: str) -> None:
    letter = every()[name]
    page = Words()
    page.feed(letter.html)
    assert page.open == []
    said = " ".join(" ".join(page.said).split())
    for words in letter.text.split("\n"):
        for piece in filter(None, words.partition("https://")[0].removesuffix(": ").removeprefix("- ").split("  ")):
            assert piece.strip() in said


def test_amounts_stay_out_of_subjects_where_the_settings_say_so() -> None:
    make = letters(Configuration(amounts_in_subjects=False))
    sent = make.waiting(subcontract(), preview(), DANA.login, LINK, returned=False), make.synced(subcontract(intacct_id="X"))
    assert [letter.subject for letter in sent] == [
        "Approve: Commitment SC-2041, Harbor Steel LLC, Pier 9 Terminal",
        "In Intacct: SC-2041, Harbor Steel LLC",
    ]
    assert "$486,200.00" in sent[0].text


def test_the_letter_says_until_when_its_link_lives() -> None:
    letter = letters(Configuration(link_hours=24)).waiting(subcontract(), preview(), DANA.login, LINK, returned=False)
    assert "ends a day after this mail" in " ".join(letter.text.split())


def test_a_letter_about_hundreds_stays_whole() -> None:
    many = [subcontract(id=f"commitments:{number}") for number in range(500)]
    letter = letters().several_waiting(many, DANA.login, {item.id: f"{LINK}{'x' * 40}" for item in many[:20]}, stop=STOP)
    assert len(letter.html.encode()) < 20_000
    assert "480 more; the app shows all." in letter.text


def test_a_day_of_hundreds_stays_whole() -> None:
    many = tuple(subcontract(id=f"commitments:{number}", project_name=f"Project {number}") for number in range(500))
    told = tuple((kind, item) for kind in (MailKind.REJECTED, MailKind.FAILED, MailKind.SYNCED) for item in many)
    links = {item.id: f"{LINK}{'x' * 40}" for item in many[:20]}
    digest = Digest(waiting=many, unusual=dict.fromkeys(links, WARNED), links=links, told=told)
    letter = letters().digest(digest, DANA.login, stop=STOP)
    assert len(letter.html.encode()) < 35_000  # Gmail clips what is longer than 102 KB
    assert (letter.text.count("480 more; the app"), letter.text.count("495 more; the app")) == (1, 3)
    assert "Project         and 495 more" in letter.text


def test_a_letter_of_many_causes_stays_whole() -> None:
    problems = tuple(Problem(code=Code.COST_CODE_MISSING, field="", message=f"Line {number}: {'x' * 200}") for number in range(500))
    letter = letters().failed(subcontract(state=State.FAILED, problems=problems), "marco@example.com")
    assert len(letter.html.encode()) < 20_000
    assert "480 more; the item shows all." in letter.text


EVIL = "<img src=x onerror=alert(1)>\r\nBcc: all@example.com\u2028\x1b\"'&"


@pytest.mark.parametrize("name", ["title", "number", "party", "project_name", "sent_by_name", "reason", "intacct_id"])
def test_no_text_of_a_record_becomes_markup_or_a_header(name: str) -> None:
    item: Item = subcontract(**{name: EVIL})
    make = letters()
    need = {**NEED, "title": EVIL, "name": EVIL}
    shown = preview(needs=[need], effects=[{"label": EVIL, "before": "1", "after": "2"}])
    problem = Problem(code=Code.REFUSED_BY_INTACCT, field=EVIL, message=EVIL, their_words=EVIL)
    for letter in (
        make.waiting(item, shown, DANA.login, LINK, returned=True),
        make.rejected(item, EVIL),
        make.failed(item.model_copy(update={"problems": (problem,)}), item.sent_by),
        make.synced(item),
        make.several_waiting([item, item], DANA.login, {item.id: LINK}),
        make.several(MailKind.REJECTED, [item, item], DANA.login, EVIL),
        make.digest(Digest(waiting=(item,), unusual={item.id: (Unusual(what=What.REJECTED, of=EVIL),)}), DANA.login),
    ):
        assert "<img" not in letter.html
        assert "alert(1)>" not in letter.html
        assert letter.subject.isprintable()
        assert not any(text.startswith("Bcc:") for text in letter.text.splitlines())
