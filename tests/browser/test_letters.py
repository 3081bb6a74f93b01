"""Every kind of mail as a mail program draws it, wide and narrow, light and dark."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.front import Front
from tests.browser.office import PagesOffice
from tests.browser.people import Reader
from tests.unit.presentation.test_letters import every

LETTERS = every()


def test_every_mail_reads_in_light_and_dark_and_fits_a_phone(chromium: Browser, office: PagesOffice, front: Front) -> None:
    reader = Reader(chromium, office, front)
    for name, letter in LETTERS.items():
        reader.page.set_content(letter.html)
        reader.looks(f"mail-{name}", at=reader.page.main_frame, widths=(375, 700))
    reader.close()
    assert reader.hosts == set()
