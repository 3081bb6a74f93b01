"""Drift of a synced record: looked at, shown, decided about; and the reset of a job."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from connector.core.item import Item
from connector.engine import reset, resolve
from connector.engine.submit import found
from connector.entrypoints.bodies import DriftBody, ResetBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.drift_views import DriftView, ResetAnswer, ResolvedAnswer
from connector.entrypoints.views import ItemView, Reason

TIME: Final = timedelta(seconds=18)
"""For a reset: API Gateway gives up after 29 seconds, and the link at hand is finished."""


def show(call: Call[None]) -> Reply:
    return _shown(call, found(call.world, call.person, call.id))


def look(call: Call[None]) -> Reply:
    return _shown(call, resolve.look_now(call.world, call.person, call.id))


def _shown(call: Call[None], item: Item) -> Reply:
    return Reply(DriftView.of(item, *resolve.offered(call.world, item)))


def decide(call: Call[DriftBody]) -> Reply:
    given = call.given
    done = resolve.resolve(call.world, call.person, call.id, given.choice, note=given.note, seen=given.seen)
    violations = tuple(map(Reason.of, done.violations))
    return Reply(ResolvedAnswer(item=ItemView.of(done.item), violations=violations, steps=done.steps))


def show_reset(call: Call[None]) -> Reply:
    return Reply(ResetAnswer.of(reset.listing(call.world, call.person, call.id)))


def do_reset(call: Call[ResetBody]) -> Reply:
    until = call.world.clock.now() + TIME
    return Reply(ResetAnswer.of(reset.reset(call.world, call.person, call.id, note=call.given.note, seen=call.given.seen, until=until)))


ROUTES: Final = (
    Route("GET", "/items/{id}/drift", "getDrift", "What the last look found to differ, and what can be done about it", show, DriftView),
    Route("POST", "/items/{id}/look", "lookNow", "Both systems compared with what was exported, now", look, DriftView),
    Route("POST", "/items/{id}/drift", "resolveDrift", "Accept it, push again, or compensate", decide, ResolvedAnswer, DriftBody),
    Route(
        "GET",
        "/jobs/{id}/reset",
        "showReset",
        "Everything that a reset of this project's job touches",
        show_reset,
        ResetAnswer,
    ),
    Route("POST", "/jobs/{id}/reset", "resetJob", "Unlink the job and what is under it, each with proof", do_reset, ResetAnswer, ResetBody),
)
