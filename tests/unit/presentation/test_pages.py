"""Amounts and dates, and what the page of an item shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connector.core.errors import Code, Violation
from connector.core.item import State
from connector.core.marks import What
from connector.core.unusual import Unusual
from connector.ports import Link
from connector.presentation import item_page, link_pages
from connector.presentation.formats import Formats, reader_locale
from connector.presentation.rendering import render
from tests.unit.presentation.samples import DANA, SENT, field, history, line, preview, subcontract, vendor

US = Formats()


class TestFormats:
    @pytest.mark.parametrize(
        ("amount", "signed", "shown"),
        [
            ("486200", False, "$486,200.00"),
            ("-4100.00", False, "\N{MINUS SIGN}$4,100.00"),
            ("0", True, "$0.00"),
            ("1.5", True, "+$1.50"),
            ("-1.5", True, "\N{MINUS SIGN}$1.50"),
            ("12480220.14", False, "$12,480,220.14"),
        ],
    )
    def test_money(self, amount: str, shown: str, *, signed: bool) -> None:
        assert US.money(Decimal(amount), signed=signed) == shown

    def test_another_locale_currency_and_zone(self) -> None:
        berlin = Formats(locale="de_DE", currency="EUR", zone="Europe/Berlin")
        assert berlin.money("1234.5") == "1.234,50 \N{EURO SIGN}"
        assert berlin.moment(datetime(2026, 7, 31, 22, 30, tzinfo=UTC)) == "01.08.2026, 00:30 MESZ"

    def test_days_and_moments_are_never_digits_only(self) -> None:
        assert US.day(date(2026, 11, 18)) == US.day("2026-11-18") == "Nov 18, 2026"
        assert Formats(zone="America/New_York").moment(SENT) == "Nov 20, 2026, 8:41 AM EST"
        assert Formats(zone="America/New_York").day(datetime(2026, 11, 20, 2, tzinfo=UTC)) == "Nov 19, 2026"

    @pytest.mark.parametrize(
        ("header", "locale"),
        [
            ("", "en_US"),
            ("de", "de"),
            ("fr-CA;q=0.3, de-AT", "de_AT"),
            ("xx-YY, en-GB;q=0.5", "en_GB"),
            ("*, ;;q=, de;q=0, <script>", "en_US"),
            ("zh-Hant-TW", "zh_Hant_TW"),
            (", ".join(["xx"] * 500), "en_US"),
        ],
    )
    def test_the_readers_locale(self, header: str, locale: str) -> None:
        assert reader_locale(header, "en_US") == locale


class TestAnItemsPage:
    def test_values_are_shown_to_the_letter_except_days_and_amounts(self) -> None:
        page = item_page.build(subcontract(), preview(), (), US)
        assert [field["value"] for field in page.fields] == ["2026-11-18", "Nov 18, 2026", "Dec 18, 2026", ""]
        assert [cell.value for cell in page.lines[0].cells] == ["Steel, part 1", "05-500", "SUB", "$243,100.00"]

    def test_units_are_columns_only_where_they_say_something(self) -> None:
        amounts = item_page.build(subcontract(), preview(), (), US)
        units = item_page.build(subcontract(), preview(lines=[line(1, "2"), line(2)]), (), US)
        assert [column.label for column in amounts.columns] == ["Description", "Cost code", "Item", "Amount"]
        assert [column.label for column in units.columns] == ["Description", "Cost code", "Item", "Quantity", "Unit", "Unit cost", "Amount"]
        assert {cell.label for cell in amounts.lines[0].rest} == {"Quantity", "Unit", "Unit cost", "Procore line"}

    def test_what_changes_is_now_this_and_after(self) -> None:
        assert item_page.build(subcontract(), preview(), (), US).effects == (
            ("For this vendor", "$112,400.00", "+$486,200.00", "$598,600.00"),
        )
        page = item_page.build(vendor(), preview(effects=[], lines=[]), (), US)
        assert (page.effects, page.new_record, page.approve_words) == ((), "A new vendor in Intacct.", "Approve Harbor Steel LLC")

    def test_history_is_newest_first_and_checked(self) -> None:
        item, entries = history(subcontract())
        page = item_page.build(item, preview(), entries, US)
        assert [(who, what, why) for _, who, what, why in page.history] == [
            ("Dana Ortiz", "rejected", "Retainage should be 10%."),
            ("Marco Reyes", "sent", ""),
        ]
        assert (page.broken, page.decidable) == (None, True)
        page = item_page.build(item, preview(), entries[:1], US)
        assert (page.broken, page.decidable) == (2, False)

    def test_it_says_when_it_was_sent_not_since_when_it_is_as_it_is(self) -> None:
        item, entries = history(subcontract())
        later = item.model_copy(update={"state": State.SYNCED, "since": SENT + timedelta(days=3)})
        assert item_page.build(later, preview(), entries, US).sent == "Sent by Marco Reyes, Nov 20, 2026, 1:41 PM UTC"

    @pytest.mark.parametrize(("state", "will"), [(State.WAITING, True), (State.FAILED, True), (State.SYNCED, False)])
    def test_what_is_in_intacct_is_told_of_as_done(self, state: State, *, will: bool) -> None:
        html = link_pages.item(item_page.build(subcontract(state=state), preview(), (), US), subcontract(), DANA)
        assert ("What changes" in html, "What will be created in Intacct" in html) == (will, will)
        assert ("What changed" in html, "What was created in Intacct" in html) == (not will, not will)
        assert (html.count(">Now<"), html.count(">Before<")) == ((1, 0) if will else (0, 1))

    def test_what_is_referred_to_is_shown_by_its_name_too(self) -> None:
        of_vendor = field("vendor", "Vendor", "V-10231") | {"name": "Harbor Steel LLC"}
        page = item_page.build(subcontract(), preview(fields=[of_vendor, field("number", "Number", "SC-2041")]), (), US)
        html = link_pages.item(page, subcontract(), DANA)
        assert 'V-10231 <span class="text-2">Harbor Steel LLC</span></td>' in html
        assert ">SC-2041</td>" in html

    def test_unusual_is_said_where_somebody_is_to_decide(self) -> None:
        found = (Unusual(what=What.NEGATIVE, amount=Decimal("-1.00")),)
        pages = [item_page.build(subcontract(), preview(), (), US, unusual=each) for each in (None, (), found)]
        nothing, usual, unusual = (link_pages.item(page, subcontract(), DANA) for page in pages)
        assert "nusual" not in nothing
        assert "Nothing unusual." in usual
        assert "<li>The amount is negative: \N{MINUS SIGN}$1.00.</li>" in unusual

    def test_a_broken_rule_takes_the_buttons_away(self) -> None:
        broken = Violation(code=Code.TOTALS_DISAGREE, field="total", message="The lines add up to 1.00.").as_dict()
        page = item_page.build(subcontract(), preview(checks=[broken]), (), US)
        assert not page.decidable
        html = link_pages.item(page, subcontract(), DANA)
        assert "The lines add up to 1.00." in html
        assert "<form" not in html

    def test_more_than_fifty_lines_are_folded_but_there(self) -> None:
        page = item_page.build(subcontract(), preview(lines=[line(number) for number in range(1, 313)]), (), US)
        html = link_pages.item(page, subcontract(), DANA)
        assert "The other 262 of 312 lines" in html
        assert "Steel, part 312" in html

    def test_attached_files_are_named_with_what_becomes_of_them(self) -> None:
        attached = {"files": ["SC-2041 <final>.pdf"], "words": "Carried along where Intacct takes them."}
        html = link_pages.item(item_page.build(subcontract(), preview(attachments=attached), (), US), subcontract(), DANA)
        assert "Attached files (1)" in html
        assert "SC-2041 &lt;final&gt;.pdf" in html
        assert "Carried along where Intacct takes them." in html
        assert "Attached files" not in link_pages.item(item_page.build(subcontract(), preview(), (), US), subcontract(), DANA)

    @pytest.mark.parametrize("state", list(State))
    def test_every_state_has_words(self, state: State) -> None:
        pill = item_page.pill(state)
        assert pill.words
        assert pill.role in {"wait", "run", "ok", "warn", "bad", "off"}


def _link(**change: object) -> Link:
    link = Link(item="commitments:4711", login="dana@example.com", name="Dana Ortiz", fingerprint="f" * 64, expires=SENT)
    return link.model_copy(update=change)


class TestEndings:
    def test_the_reader_is_named_with_their_address(self) -> None:
        page = item_page.build(subcontract(), preview(), (), US)
        assert "For Dana Ortiz (dana@example.com)." in link_pages.item(page, subcontract(), DANA)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (State.WAITING, "above your limit: a second approver decides"),
            (State.BLOCKED, "goes to Intacct after vendors:8821"),
            (State.APPROVED, "goes to Intacct now"),
            (State.EXPORTING, "is on its way to Intacct"),
            (State.SYNCED, "is in Intacct"),
            (State.FAILED, "did not arrive in Intacct"),
            (State.STALE, "did not arrive in Intacct"),
        ],
    )
    def test_an_approval_says_what_happens_next(self, state: State, words: str) -> None:
        ending = link_pages.done("approve", subcontract(state=state, waits_for="vendors:8821"), US)
        assert words in link_pages.ending(ending)

    def test_an_item_that_changed_after_the_approval_is_with_its_sender(self) -> None:
        item, entries = history(subcontract(state=State.STALE))
        assert "changed after the mail was sent" in link_pages.not_waiting(item, entries, US).heading


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        render("link/ending.html", style="")


def test_templates_escape_whatever_they_are_given() -> None:
    ending = link_pages.Ending(heading="<b>", words=("<i>",), code="<u>")
    html = link_pages.ending(ending)
    assert "&lt;b&gt;" in html
    assert not any(tag in html for tag in ("<b>", "<i>", "<u>"))
