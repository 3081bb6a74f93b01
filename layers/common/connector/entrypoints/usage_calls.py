"""How much is asked of both systems, for administrators."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Final, Self

from connector import bootstrap
from connector.core.usage import Counted, Purpose, Report, Stretch
from connector.engine.usage import report
from connector.engine.world import World
from connector.entrypoints.admin_calls import administrators_only
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import View


class UsageCounts(View):
    """By what it was for. ``exports`` have the checks of what is sent by the hundreds with them, ``imports`` reconciliations, ``watch`` is
    sweeps, drift and webhooks, ``people`` pages, sign-ins and this API."""

    exports: int
    imports: int
    watch: int
    people: int
    total: int

    @classmethod
    def of(cls, stretch: Stretch, counted: Counted) -> Self:
        return cls(total=stretch.of(counted), **{purpose.value: stretch.of(counted, purpose) for purpose in Purpose})


class UsageView(View):
    """A day or a month in UTC, that begins at ``first``: calls to Procore, requests to Intacct, sign-ins with them, and the functions in
    these, which come near to the API transactions that Intacct's contracts count."""

    first: date
    procore: UsageCounts
    intacct: UsageCounts
    functions: UsageCounts

    @classmethod
    def of(cls, stretch: Stretch) -> Self:
        counts = partial(UsageCounts.of, stretch)
        return cls(first=stretch.first, procore=counts("procore"), intacct=counts("intacct"), functions=counts("functions"))


class BusiestHour(View):
    begins: datetime
    calls: int


class OpenWindow(View):
    """One of Procore's limits of the connector's own account, as it was last heard of some seconds ago."""

    limit: int
    remaining: int
    resets_at: datetime


class UsageAnswer(View):
    """The last 31 ``days`` and 12 ``months``, newest first, without those in which nothing was asked. ``since`` is the first day that is
    known of, null before the first; ``busiest_hour`` that of these days in which the connector called Procore most."""

    since: date | None
    days: tuple[UsageView, ...]
    months: tuple[UsageView, ...]
    busiest_hour: BusiestHour | None
    windows: tuple[OpenWindow, ...]

    @classmethod
    def of(cls, found: Report) -> Self:
        return cls(
            since=found.since,
            days=tuple(map(UsageView.of, found.days)),
            months=tuple(map(UsageView.of, found.months)),
            busiest_hour=BusiestHour.like(found.busiest) if found.busiest else None,
            windows=tuple(OpenWindow.like(each, resets_at=each.reset) for each in found.windows),
        )


def as_kept(world: World) -> Report:
    return report(bootstrap.usage(), bootstrap.procore_windows(), world.clock.now())


def show_usage(call: Call[None]) -> Reply:
    administrators_only(call.world, call.person)
    return Reply(UsageAnswer.of(as_kept(call.world)))


ROUTES: Final = (Route("GET", "/usage", "getUsage", "How much is asked of both systems, by day and by month", show_usage, UsageAnswer),)
