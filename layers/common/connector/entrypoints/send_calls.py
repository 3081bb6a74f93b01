"""Many records at once: what could be sent, sending them, and what became of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.engine import sends
from connector.engine.ready import ready
from connector.engine.submit import exported
from connector.entrypoints.bodies import Paged, ReadyQuery, RecordBody, SendsBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.decision_calls import run_of
from connector.entrypoints.item_calls import source_of
from connector.entrypoints.run_views import RunAnswer, RunView
from connector.entrypoints.views import ReadyAnswer, ReadyView, ResultsAnswer


def send_all(call: Call[SendsBody]) -> Reply:
    run = sends.request(call.world, call.person, [_record(call, number, body) for number, body in enumerate(call.given.records)])
    return Reply(RunAnswer(run=RunView.of(run, with_problems=True)), HTTPStatus.ACCEPTED)


def _record(call: Call[SendsBody], number: int, body: RecordBody) -> sends.Record:
    try:
        source = source_of(exported(call.world, body.object), body)
    except ConnectorError as problem:
        raise ConnectorError(problem.code, f"records.{number}: {problem.message}") from None
    return sends.Record(
        object=body.object, procore_id=source.procore_id, project_id=source.project_id, kind=body.kind, choices=body.choices
    )


def list_results(call: Call[Paged]) -> Reply:
    cursor = call.given.cursor or "0"
    if not (cursor.isascii() and cursor.isdigit()):
        raise ConnectorError(Code.MALFORMED, "The cursor is not one of ours.")
    return Reply(ResultsAnswer.of(sends.results(call.world, call.person, run_of(call), limit=call.given.limit, after=int(cursor))))


def list_ready(call: Call[ReadyQuery]) -> Reply:
    query = call.given
    records, cursor = ready(
        call.world, call.person, object_name=query.object, project_id=query.project, limit=query.limit, cursor=query.cursor
    )
    return Reply(ReadyAnswer(records=tuple(map(ReadyView.of, records)), cursor=cursor))


_TAKEN: Final = (HTTPStatus.ACCEPTED,)
ROUTES: Final = (
    Route("POST", "/sends", "sendItems", "Send many records to accounting: a run", send_all, RunAnswer, SendsBody, _TAKEN),
    Route("GET", "/runs/{id}/results", "listResults", "What became of each record of a run", list_results, ResultsAnswer, Paged),
    Route("GET", "/ready", "listReady", "What could be sent and was not", list_ready, ReadyAnswer, ReadyQuery),
)
