"""One Chromium for all of these tests; for each a company of its own, the real pages over it, and a watch on what the browser reports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from connector import bootstrap
from connector.adapters.procore.identity import PersonLookup
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.transport import new_session
from connector.entrypoints import approval_link, embedded_app
from tests.browser.front import Front
from tests.browser.office import PagesOffice
from tests.browser.people import Reader
from tests.doubles import MemoryRates, MemorySecrets, MemorySessions
from tests.proof.stage import COMPANY, Address, Addresses
from tools.bootstrap import BROWSERS

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Browser]:
    Reader.shoots = bool(pytestconfig.getoption("--screenshots"))
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "There is no Chromium; `make` installs it, or `apt install chromium`."
    expect.set_options(timeout=30_000)  # a machine that does other things besides is slow, not wrong
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    both = Addresses(Address(), Address())
    yield both
    both.procore.close()
    both.intacct.close()


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    here = Front(_deployed)
    yield here
    here.close()


def _deployed(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Two functions stand behind the one address, as in the template."""
    mailed = event["path"].startswith(("/link/", "/unsubscribe/"))
    answer: dict[str, Any] = (approval_link if mailed else embedded_app).lambda_handler(event, context)
    return answer


@pytest.fixture
def office(addresses: Addresses, front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[PagesOffice]:
    """The terminal job of the seed company, everything linked; Marco sends, Dana and Priya approve."""
    here = PagesOffice(addresses, front.url)
    http, sessions, rates = new_session(), MemorySessions(), MemoryRates(here.clock)
    secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
    callback = f"{front.url}/app/signin/callback"
    login = Login(addresses.procore.url, http, secrets, "procore", here.clock, redirect_uri=callback)
    monkeypatch.setattr(bootstrap, "world", lambda: here.world)
    monkeypatch.setattr(bootstrap, "sessions", lambda: sessions)
    monkeypatch.setattr(bootstrap, "sign_in", lambda: login)
    identity = PersonLookup(addresses.procore.url, rates, here.clock, session=http)
    monkeypatch.setattr(bootstrap, "identity", lambda: identity)
    monkeypatch.setattr(bootstrap, "usage", lambda: here.usage)
    monkeypatch.setattr(bootstrap, "procore_windows", here.api.windows)
    monkeypatch.setattr(embedded_app, "environment", lambda: SimpleNamespace(procore_frames=addresses.procore.url, procore_company=COMPANY))
    front.requests.clear()
    yield here
    http.close()
    here.close()


@pytest.fixture
def reader(chromium: Browser, office: PagesOffice, front: Front) -> Iterator[Reader]:
    """A browser of its own for one person; at its end nothing may have gone against the policy, or to another host."""
    here = Reader(chromium, office, front)
    yield here
    here.close()
