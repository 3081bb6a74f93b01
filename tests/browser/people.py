"""Somebody with a browser: opens the app inside Procore, signs in through the popup, reads and presses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser.front import Front
from tests.browser.office import PagesOffice

SHOTS = Path(__file__).parents[2] / ".run" / "screenshots"
WIDTHS = (400, 1280)
NARROW, WIDE = 360, 1280
SERIOUS = {"serious", "critical"}
_ALL = {"resultTypes": ["violations"]}
_COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
_REPORTS = """
window.__reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.__reports.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Reader:
    shoots = False
    """Whether screenshots are wanted (``make screenshots``)."""

    def __init__(self, chromium: Browser, office: PagesOffice, front: Front, **options: Any) -> None:
        self.office, self.front = office, front
        chosen = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", "timezone_id": "America/New_York"} | options
        self.context = chromium.new_context(**chosen)
        self.context.add_init_script(_REPORTS)
        self.context.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.context.on("console", lambda message: self._heard(message.type, message.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", lambda request: self.hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
        self.page: Page = self.context.new_page()

    def _heard(self, kind: str, text: str) -> None:
        # The browser itself notes each answer that is no success; those are asserted where they matter.
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.complaints.append(text)

    def close(self) -> None:
        reports = [report for page in self.context.pages for frame in page.frames for report in frame.evaluate("window.__reports ?? []")]
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)
        assert not reports, "\n".join(reports)
        assert self.hosts <= {self.front.origin, self.office.host}

    # ----------------------------------------------------------------------------------------- where to look

    def in_procore(self, path: str = "/app/approve") -> None:
        """The app full screen inside Procore, which is another site."""
        self.page.goto(f"{self.office.host}/host/full?{urlencode({'app': self.office.app + path})}")

    def in_panel(self, record: str, tool: str = "commitments") -> None:
        app = f"{self.office.app}/app/panel?in=panel"
        self.page.goto(f"{self.office.host}/host/panel?{urlencode({'app': app, 'tool': tool, 'id': record})}")

    @property
    def app(self) -> Frame:
        """The frame that the app stands in."""
        self.page.wait_for_selector("iframe")
        frame = next(each for each in self.page.frames if each.parent_frame is not None)
        frame.wait_for_load_state()
        return frame

    def sign_in(self, name: str) -> None:
        """Through the popup, as one of the company's people."""
        with self.context.expect_page() as opened:
            self.app.get_by_role("link", name=re.compile("^Sign in")).click()
        popup = opened.value
        with popup.expect_event("close"):
            popup.get_by_role("button", name=name).click()
        expect(self.app.locator("#signin")).to_have_count(0)

    def in_procore_as(self, name: str) -> Frame:
        """The app full screen inside Procore, once this person has signed in."""
        self.in_procore()
        self.sign_in(name)
        return self.app

    def heading(self) -> Locator:
        return self.app.get_by_role("heading", level=1)

    # ------------------------------------------------------------------------------------------- what it is like

    def shot(self, name: str) -> None:
        """A screenshot for people to look at, as it is."""
        if self.shoots:
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SHOTS / f"{name}.png")

    def looks(self, name: str, *, height: int = 900, at: Frame | None = None, widths: tuple[int, ...] = WIDTHS) -> None:
        """What axe finds in the app, or ``at`` another frame, in light and dark; that nothing sticks out at 360 px; and, where they are
        wanted, screenshots for people to look at."""
        frame = at or self.app
        self._see(frame, NARROW, height, "dark")
        out = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert out <= 0, f"{name}: {out} px stick out at {NARROW} px"
        self._axe(frame, name, _COLOURS)  # only colours differ between the two
        self._see(frame, WIDE, height, "light")
        self._axe(frame, name, _ALL)
        for width in widths if self.shoots else ():
            for scheme in ("dark", "light"):
                self._see(frame, width, height, scheme)
                self.shot(f"{name}-{width}-{scheme}")
        self._see(frame, WIDE, 900, "light")

    def _see(self, frame: Frame, width: int, height: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
        frame.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    def _axe(self, frame: Frame, name: str, options: dict[str, Any]) -> None:
        if not frame.evaluate("Boolean(window.axe)"):
            frame.evaluate(Axe().axe_script)
        found = frame.evaluate("options => axe.run(options)", options)
        nodes = [(each, node) for each in found["violations"] if each["impact"] in SERIOUS for node in each["nodes"]]
        assert not nodes, "\n".join(f"{name}: {each['id']}: {node['html'][:200]}" for each, node in nodes)
