"""Imports, and what they staged for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING
from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.import_ import request, seen
from connector.engine.linking import AT_ONCE, request_links, suggestions
from connector.engine.marks import move_back, standings
from connector.engine.schedule import schedules
from connector.entrypoints.bodies import ImportBody, StagedDecision, StagedDecisionsBody, StagedQuery, WatermarkBody
from connector.entrypoints.boundary import logger
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.run_views import RunAnswer, RunsAnswer, RunView, StandingAnswer, StandingsAnswer, StandingView
from connector.entrypoints.views import DecidedAnswer, ItemsAnswer, ItemView


def request_import(call: Call[ImportBody]) -> Reply:
    body = call.given
    objects = () if body.objects == "all" else body.objects
    run = request(call.world, call.person, objects=objects, project_id=body.project_id, full=body.full, record=body.record)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=True)), HTTPStatus.ACCEPTED)


def list_imports(call: Call[None]) -> Reply:
    """The latest, those of other people's projects aside."""
    if not call.world.config().roles(call.person) & ACCOUNTING:
        raise ConnectorError(Code.NOT_ALLOWED, f"{call.person.name} may not see imports.")
    return Reply(RunsAnswer(runs=tuple(RunView.of(run, with_problems=True) for run in seen(call.world, call.person))))


def list_watermarks(call: Call[None]) -> Reply:
    shown = tuple(map(StandingView.of, standings(call.world, call.person)))
    return Reply(StandingsAnswer(watermarks=shown, schedules={**schedules(call.world)}))


def move_watermark(call: Call[WatermarkBody]) -> Reply:
    moved = move_back(call.world, call.person, call.given.leg, call.given.to)
    logger.info("watermark moved back", extra={"by": call.person.login, "leg": moved.leg})
    return Reply(StandingAnswer(watermark=StandingView.of(moved)))


def list_staged(call: Call[StagedQuery]) -> Reply:
    query = call.given
    page = staging.listing(call.world, call.person, state=query.state, object_name=query.object, cursor=query.cursor)
    return Reply(ItemsAnswer(items=tuple(map(ItemView.of, page.rows)), cursor=page.cursor))


def decide_staged(call: Call[StagedDecisionsBody]) -> Reply:
    """What is to be done the same way is done together, in few calls of Procore; the results come in the order of the decisions."""
    if name := call.given.link_all_suggested:
        if len(suggestions(call.world, name)) > AT_ONCE:
            return Reply(DecidedAnswer(results=(), run=request_links(call.world, call.person, name).id))
        return Reply(DecidedAnswer.of(staging.link_all_suggested(call.world, call.person, name)))
    decisions = call.given.decisions
    alike: dict[tuple[str, ...], list[StagedDecision]] = {}
    for each in decisions:
        alike.setdefault(_kind(each), []).append(each)
    results = {(kind, result.item): result for kind, group in alike.items() for result in _decided(call, group)}
    return Reply(DecidedAnswer.of([results[_kind(each), each.item] for each in decisions]))


def _kind(decision: StagedDecision) -> tuple[str, ...]:
    options = (text for pair in sorted(decision.options.items()) for text in pair)
    return decision.do, decision.procore_id, *options


def _decided(call: Call[StagedDecisionsBody], group: Sequence[StagedDecision]) -> list[Decided]:
    items, first = [each.item for each in group], group[0]
    match first.do:
        case "accept":
            return staging.accept(call.world, call.person, items, first.options)
        case "link":
            return [staging.link(call.world, call.person, item, first.procore_id) for item in items]
        case "archive":
            return staging.archive(call.world, call.person, items)
        case "restore":
            return staging.restore(call.world, call.person, items)
        case "retry":
            return staging.retry(call.world, call.person, items)


_TAKEN: Final = (HTTPStatus.ACCEPTED,)
ROUTES: Final = (
    Route("POST", "/imports", "requestImport", "Read from Intacct now", request_import, RunAnswer, ImportBody, _TAKEN),
    Route("GET", "/imports", "listImports", "The latest imports, running ones with where they stand", list_imports, RunsAnswer),
    Route("GET", "/imports/watermarks", "listWatermarks", "How far imports have come", list_watermarks, StandingsAnswer),
    Route(
        "POST",
        "/imports/watermarks",
        "moveWatermark",
        "Have rows read again by the next import",
        move_watermark,
        StandingAnswer,
        WatermarkBody,
    ),
    Route("GET", "/staged", "listStaged", "Records from Intacct that wait for a person", list_staged, ItemsAnswer, StagedQuery),
    Route(
        "POST",
        "/staged/decisions",
        "decideStaged",
        "Add, link, leave aside; one result each",
        decide_staged,
        DecidedAnswer,
        StagedDecisionsBody,
    ),
)
