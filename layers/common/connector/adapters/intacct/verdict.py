"""What became of a write. Only an answer that says so in so many words counts: ``success`` of every function is done, a
reason from Intacct is refused, and everything else is unknown.

``aborted`` is what a transaction's rolled-back functions carry; the failing one itself may be ``failure`` or ``aborted``
[S,F]. A function can fail although some of its objects were created: it then lists them (``data count="1"``) [S].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.adapters.intacct.answer import FAILURE, SUCCESS, Response, Result
from connector.adapters.intacct.faults import Replay, fault_of, turned_away
from connector.adapters.intacct.queries import KEY
from connector.adapters.intacct.reader import text_of
from connector.core.errors import Code, Kind, Violation
from connector.core.exchange import Function, Written

NOT_DONE: Final = frozenset({FAILURE, "aborted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    written: Written
    keys: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()


def verdict_on(functions: Sequence[Function], response: Response, replay: Replay) -> Verdict:
    door = turned_away(response)
    results = [response.result(function.controlid) for function in functions]
    done = [result for result in results if result and result.status == SUCCESS]
    if door is None and len(done) == len(functions):
        return Verdict(written=Written.DONE, keys=tuple(_key(result) for result in done))
    answered = [(function.name, result) for function, result in zip(functions, results, strict=True) if result]
    faults = [("the request", door)] if door else [(name, fault_of(result.errors)) for name, result in answered]
    if any(replay.recognises(error) for _, fault in faults for error in fault.errors):
        return Verdict(written=Written.REPLAYED)
    reasons = [(name, fault) for name, fault in faults if fault.reason]
    rolled_back = all(result.status in NOT_DONE for _, result in answered)
    left_something = len(functions) == 1 and any(result.rows for _, result in answered)
    if reasons and rolled_back and not left_something and all(fault.kind is not Kind.LATER for _, fault in reasons):
        violations = tuple(fault.violation(what) for what, fault in reasons)
        return Verdict(written=Written.REFUSED, violations=violations)
    words = "; ".join(filter(None, (fault.their_words for _, fault in faults)))
    message = "Intacct's answer does not say whether the record was written."
    unknown = Violation(code=Code.OUTCOME_UNKNOWN, field="", message=message, their_words=words)
    return Verdict(written=Written.UNKNOWN, violations=(unknown,))


def _key(result: Result) -> str:
    """``key`` of a legacy function (a document's id, a bill's RECORDNO); RECORDNO of what a generic one created."""
    return result.key or (text_of(result.rows[0], KEY) if result.rows else "")
