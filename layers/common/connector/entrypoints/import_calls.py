"""Imports, and what they staged for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.import_ import request
from connector.entrypoints.bodies import ImportBody, StagedDecision, StagedDecisionsBody, StagedQuery
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import DecidedAnswer, ItemsAnswer, ItemView, RunAnswer, RunView


def request_import(call: Call[ImportBody]) -> Reply:
    body = call.given
    objects = () if body.objects == "all" else body.objects
    run = request(call.world, call.person, objects=objects, project_id=body.project_id, full=body.full)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=True)), HTTPStatus.ACCEPTED)


def list_staged(call: Call[StagedQuery]) -> Reply:
    query = call.given
    page = staging.listing(call.world, call.person, state=query.state, object_name=query.object, cursor=query.cursor)
    return Reply(ItemsAnswer(items=tuple(map(ItemView.of, page.rows)), cursor=page.cursor))


def decide_staged(call: Call[StagedDecisionsBody]) -> Reply:
    """What is to be done the same way is done together, in few calls of Procore; the results come in the order of the decisions."""
    if call.given.link_all_suggested:
        return Reply(DecidedAnswer.of(staging.link_all_suggested(call.world, call.person, call.given.link_all_suggested)))
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
