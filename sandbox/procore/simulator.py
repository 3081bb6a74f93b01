"""Procore on loopback: :func:`start` puts the parts together and serves them."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from sandbox.companies import builder
from sandbox.companies.model import Company
from sandbox.faults import Faults
from sandbox.procore import control, downloads, host, merging, oauth, pages, signin
from sandbox.procore.app import Application, Exchange
from sandbox.procore.limits import Limits
from sandbox.procore.objects import ROUTES
from sandbox.procore.seed import seed
from sandbox.procore.settings import Clock, Settings, system_clock
from sandbox.procore.state import state
from sandbox.procore.store import Store
from sandbox.procore.webhooks.deliveries import Deliveries
from sandbox.procore.world import World
from sandbox.serving import RunningServer, serve


class ProcoreSimulator:
    """A served company. ``url`` is the API host and the login host in one; leave the ``with`` block to end it.

    ``settings`` may be changed while it runs; ``store`` holds the rows (take ``world.lock`` to read several).
    """

    def __init__(self, company: Company, clock: Clock, settings: Settings, faults: Faults) -> None:
        self.faults = faults
        self.settings = settings
        self.world = World(clock, settings)
        self.webhooks = Deliveries(self.world, faults)
        self.tokens = oauth.Tokens(self.world)
        seed(self.world, company)
        self.application = Application(
            self.world,
            self.tokens,
            Limits(clock, settings),
            faults,
            ROUTES,
            {
                "/": lambda _: pages.overview(self.world),
                "/files/": lambda request: downloads.send_on(self.tokens, request),
                "/storage/": lambda request: downloads.give(self.world, request),
                "/host/": lambda request: host.answer(self.world, request),
                "/oauth/token": lambda request: oauth.answer_token(self.tokens, request),
                "/oauth/token/info": lambda request: oauth.answer_info(self.tokens, request),
                "/oauth/revoke": lambda request: oauth.answer_revoke(self.tokens, request),
                "/oauth/authorize": lambda request: signin.answer_authorize(self.tokens, request),
                "/_sandbox/": lambda request: control.answer(self.tokens, faults, self.application.traffic, request),
            },
        )
        self._server: RunningServer | None = None

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def requests(self) -> list[Exchange]:
        """Every request so far, except those to ``/_sandbox/``."""
        return self.application.traffic.log

    @property
    def max_in_flight(self) -> int:
        return self.application.traffic.max_in_flight

    def state(self) -> dict[str, Any]:
        """What ``GET /_sandbox/state`` answers."""
        with self.world.lock:
            return state(self.world)

    def token(self, user: str | None = None) -> str:
        """An access token without the sign-in: of a seed user by key, or of the service account."""
        return control.token(self.tokens, user).access

    def merge(self, user: str, primary: int, *merged: int) -> None:
        """What a person does in the directory; see :mod:`sandbox.procore.merging`."""
        merging.merge(self.world, user, primary, *merged)

    def serve(self, port: int = 0) -> Self:
        self.webhooks.start()
        self._server = serve(self.application, port=port)
        self.world.served_at = self._server.url
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.webhooks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def start(
    port: int = 0,
    company: Company | None = None,
    clock: Clock = system_clock,
    settings: Settings | None = None,
    faults: Faults | None = None,
) -> ProcoreSimulator:
    """Serve a company (by default the builder's) on loopback; port 0 takes a free one."""
    simulator = ProcoreSimulator(company or builder(), clock, settings or Settings(), faults or Faults())
    return simulator.serve(port)
