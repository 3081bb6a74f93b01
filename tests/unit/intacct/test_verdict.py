from __future__ import annotations

import pytest

from connector.adapters.intacct.answer import Error, Response, Result
from connector.adapters.intacct.faults import Replay
from connector.adapters.intacct.reader import Row
from connector.adapters.intacct.verdict import verdict_on
from connector.core.errors import Code
from connector.core.exchange import Function, Written

ONE = [Function(name="create_potransaction", body=(), controlid="a")]
TWO = [*ONE, Function(name="create", body=(), controlid="b")]

CLOSED = Error(errorno="BL01001973", text="The period is closed")
ROLLBACK = Error(errorno="XL03000009", text="The entire transaction in this operation has been rolled back due to an error.")
OFFLINE = Error(errorno="BL01001973", text="The Service is Temporarily Off-line")
REPLAYED = Error(errorno="XL03000011", text="The function was previously executed and completed.")


def _result(controlid: str, status: str, *errors: Error, key: str = "", rows: list[Row] | None = None) -> Result:
    return Result(controlid=controlid, status=status, errors=errors, key=key, rows=rows or [])


def _written(functions: list[Function], *results: Result) -> Written:
    response = Response(control="success", authentication="success", results=results)
    return verdict_on(functions, response, Replay()).written


def test_done_needs_the_success_of_every_function() -> None:
    assert _written(ONE, _result("a", "success")) is Written.DONE
    assert _written(TWO, _result("b", "success"), _result("a", "success")) is Written.DONE
    assert _written(TWO, _result("a", "success")) is Written.UNKNOWN
    assert _written(ONE, _result("z", "success")) is Written.UNKNOWN
    assert _written(ONE) is Written.UNKNOWN


def test_done_needs_the_success_of_the_whole_request() -> None:
    done = (_result("a", "success"),)
    assert verdict_on(ONE, Response(control="failure", results=done), Replay()).written is Written.UNKNOWN
    halfway = Response(control="success", authentication="failure", results=done)
    assert verdict_on(ONE, halfway, Replay()).written is Written.UNKNOWN


def test_keys_come_in_the_order_of_the_functions() -> None:
    created: list[Row] = [{"RECORDNO": "44", "VENDORID": "V-100"}]
    results = (_result("b", "success", rows=created), _result("a", "success", key="Subcontract-SC-1"))
    response = Response(control="success", authentication="success", results=results)
    assert verdict_on(TWO, response, Replay()).keys == ("Subcontract-SC-1", "44")


def test_a_function_without_a_key_has_an_empty_one() -> None:
    response = Response(control="success", authentication="success", results=(_result("a", "success"),))
    assert verdict_on(ONE, response, Replay()).keys == ("",)


@pytest.mark.parametrize("status", ["failure", "aborted"])
def test_a_reason_is_a_refusal_whichever_status_carries_it(status: str) -> None:
    assert _written(ONE, _result("a", status, CLOSED)) is Written.REFUSED
    assert _written(TWO, _result("a", status, CLOSED, ROLLBACK), _result("b", "aborted", ROLLBACK)) is Written.REFUSED
    assert _written(TWO, _result("a", "aborted", ROLLBACK), _result("b", status, ROLLBACK, CLOSED)) is Written.REFUSED
    assert _written(TWO, _result("a", status, CLOSED)) is Written.REFUSED


def test_a_refusal_names_the_function_that_was_refused() -> None:
    results = (_result("a", "aborted", ROLLBACK), _result("b", "failure", CLOSED, ROLLBACK))
    response = Response(control="success", authentication="success", results=results)
    (violation,) = verdict_on(TWO, response, Replay()).violations
    assert violation.code is Code.PERIOD_CLOSED
    assert violation.message == "Intacct refused create: The period is closed."
    assert violation.their_words == f"BL01001973: The period is closed; XL03000009: {ROLLBACK.text}"


@pytest.mark.parametrize(
    "results",
    [
        [_result("a", "aborted")],
        [_result("a", "aborted", ROLLBACK)],
        [_result("a", "failure")],
        [_result("a", "failure", OFFLINE)],
        [_result("a", "pending", CLOSED)],
        [_result("a", "", CLOSED)],
        [_result("a", "failure", CLOSED, rows=[{"RECORDNO": "44"}])],
    ],
)
def test_anything_else_is_unknown(results: list[Result]) -> None:
    assert _written(ONE, *results) is Written.UNKNOWN


def test_a_transaction_half_done_is_unknown() -> None:
    assert _written(TWO, _result("a", "success"), _result("b", "failure", CLOSED)) is Written.UNKNOWN


def test_what_a_rolled_back_transaction_lists_is_not_there() -> None:
    created: list[Row] = [{"RECORDNO": "44"}]
    assert _written(TWO, _result("a", "aborted", ROLLBACK, rows=created), _result("b", "failure", CLOSED)) is Written.REFUSED


def test_unknown_keeps_their_words() -> None:
    response = Response(control="success", authentication="success", results=(_result("a", "failure", OFFLINE),))
    (violation,) = verdict_on(ONE, response, Replay()).violations
    assert violation.code is Code.OUTCOME_UNKNOWN
    assert violation.their_words == f"BL01001973: {OFFLINE.text}"


def test_a_replay_is_no_failure() -> None:
    assert _written(ONE, _result("a", "failure", REPLAYED)) is Written.REPLAYED
    assert _written(TWO, _result("a", "failure", REPLAYED, ROLLBACK), _result("b", "aborted", ROLLBACK)) is Written.REPLAYED


def test_a_refusal_at_the_door_with_a_reason_means_that_nothing_ran() -> None:
    refused = Response(control="failure", control_errors=(Error(errorno="XL03000003", text="Parse error"),))
    verdict = verdict_on(ONE, refused, Replay())
    assert verdict.written is Written.REFUSED
    assert verdict.violations[0].message == "Intacct refused the request: Parse error."
    assert verdict_on(ONE, Response(control="failure"), Replay()).written is Written.UNKNOWN


def test_a_refusal_of_the_whole_operation_is_read_like_one_of_a_function() -> None:
    def written(error: Error) -> Written:
        refused = Response(control="success", authentication="success", operation_errors=(error,))
        return verdict_on(ONE, refused, Replay()).written

    assert written(Error(errorno="X", text="Too many functions")) is Written.REFUSED
    assert written(REPLAYED) is Written.REPLAYED
    assert written(OFFLINE) is Written.UNKNOWN
