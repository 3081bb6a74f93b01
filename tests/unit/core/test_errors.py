from __future__ import annotations

import pytest

from connector.core.errors import CATALOGUE, Code, ConnectorError, Kind, OutcomeUnknown, RetryLater, SetupWrong, Violation, Who
from connector.core.origin import is_ours, key_of, origin_id
from connector.core.outcome import Outcome, Result


def test_the_catalogue_is_complete() -> None:
    assert set(CATALOGUE) == set(Code)


@pytest.mark.parametrize("code", list(Code))
def test_a_code_is_its_own_name_and_says_what_to_do(code: Code) -> None:
    why = CATALOGUE[code]
    assert code.value == code.name
    for text in (why.meaning, why.remedy):
        assert text.endswith(".")
        assert text[0].isupper()
        assert text == text.strip()
        assert len(text) > 10
    assert why.meaning != why.remedy


def test_no_two_codes_mean_the_same() -> None:
    meanings = [why.meaning for code, why in CATALOGUE.items() if code is not Code.INACTIVE_TASK]
    assert len(set(meanings)) == len(meanings)


def test_what_passes_by_itself_is_nobodys_work() -> None:
    for why in CATALOGUE.values():
        assert (why.kind is Kind.LATER) == (why.who is Who.NOBODY)


def test_a_violation_tells_everything_at_once() -> None:
    violation = Violation(code=Code.TOO_LONG, field="lines[2].description", message="Line 2: Description is 3 characters too long.")
    assert violation.as_dict() == {
        "code": "TOO_LONG",
        "field": "lines[2].description",
        "message": "Line 2: Description is 3 characters too long.",
        "meaning": CATALOGUE[Code.TOO_LONG].meaning,
        "remedy": CATALOGUE[Code.TOO_LONG].remedy,
        "who": "project staff, in Procore",
    }


def test_the_other_systems_words_stand_beside_ours() -> None:
    violation = ConnectorError(Code.REFUSED_BY_INTACCT, "Intacct refused it.", their_words="BL01001973").violation("terms")
    assert (violation.field, violation.as_dict()["their_words"]) == ("terms", "BL01001973")


def test_an_error_is_known_by_its_code_and_its_kind() -> None:
    assert str(ConnectorError(Code.NOT_FOUND, "There is none.")) == "NOT_FOUND: There is none."
    assert ConnectorError(Code.NOT_FOUND, "x").kind is Kind.DATA
    assert SetupWrong(Code.SIGN_IN_FAILED, "x").kind is Kind.SETUP
    later = RetryLater(Code.RATE_LIMITED, "x", seconds=7)
    assert (later.kind, later.seconds) == (Kind.LATER, 7)
    assert OutcomeUnknown("x").code is Code.OUTCOME_UNKNOWN


def test_an_outcome_is_told_in_few_words() -> None:
    violation = Violation(code=Code.PERIOD_CLOSED, field="", message="Closed.")
    assert Outcome(item="a:1", result=Result.DONE, intacct_id="V-1").as_dict() == {"item": "a:1", "result": "done", "intacct_id": "V-1"}
    assert Outcome(item="a:1", result=Result.LATER, seconds=5).as_dict() == {"item": "a:1", "result": "later", "seconds": 5}
    assert Outcome(item="a:1", result=Result.BLOCKED, waits_for="b:2").as_dict() == {"item": "a:1", "result": "blocked", "waits_for": "b:2"}
    refused = Outcome(item="a:1", result=Result.REFUSED, violations=(violation, violation)).as_dict()
    assert refused == {"item": "a:1", "result": "refused", "code": "PERIOD_CLOSED"}


@pytest.mark.parametrize(("origin", "ours"), [(None, True), ("", True), ("intacct:VENDOR:41", True), ("sage:41", False), ("41", False)])
def test_an_origin_id_is_ours_by_its_beginning(origin: str | None, *, ours: bool) -> None:
    assert is_ours(origin) is ours
    assert is_ours(origin_id("VENDOR", "41"))


def test_the_key_in_a_mark_is_told_only_for_its_object() -> None:
    assert key_of(origin_id("VENDOR", "31"), "VENDOR") == "31"
    for other in (None, "", "V-31", "intacct:VENDOR:", "intacct:PROJECT:31", "sage300:VENDOR:31"):
        assert key_of(other, "VENDOR") == ""
