from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.core.connection import Checked, CheckStep, StepState, Wrong
from connector.core.errors import CATALOGUE, Code, Who


def test_what_is_not_said_otherwise_is_said_by_the_code() -> None:
    plain = Wrong.of(Code.SETTING_UNKNOWN, "unit", "There is no such unit.")
    assert (plain.do, plain.who) == (CATALOGUE[Code.SETTING_UNKNOWN].remedy, Who.ADMIN)
    own = Wrong.of(Code.SETTING_UNKNOWN, "unit", "There is no such unit.", "Name another.", who=Who.PROCORE_ADMIN)
    assert (own.do, own.who) == ("Name another.", Who.PROCORE_ADMIN)


def test_as_an_answer_the_remedy_of_the_code_is_not_said_twice() -> None:
    assert Wrong.of(Code.SETTING_UNKNOWN, "unit", "There is no such unit.").violation().message == "There is no such unit."
    own = Wrong.of(Code.SETTING_UNKNOWN, "unit", "There is no such unit.", "Name another.", their_words="no").violation()
    assert (own.message, own.field, own.their_words) == ("There is no such unit. Name another.", "unit", "no")


@pytest.mark.parametrize(
    ("states", "holds"),
    [
        ([StepState.HOLDS, StepState.HOLDS], True),
        ([StepState.HOLDS, StepState.WRONG], False),
        ([StepState.HOLDS, StepState.NOT_CHECKED], False),
    ],
)
def test_a_check_holds_where_every_step_was_seen_to_hold(states: list[StepState], *, holds: bool) -> None:
    steps = tuple(CheckStep(name=str(number), title="", state=state, found="") for number, state in enumerate(states))
    assert Checked(at=datetime(2026, 6, 1, tzinfo=UTC), steps=steps).holds is holds
