"""Every call of the API under what its description allows, and what it does not: no fault of ours, no hang, answers as described.

schemathesis makes the calls from the description; ids of what is really there are put into half of them, else all would end at
"there is no such item".
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from connector.entrypoints import api
from connector.entrypoints.problems import OUR_FAULT
from tests.numbers import record
from tests.security.api_front import DESCRIPTION, ApiFront
from tests.unit.entrypoints.office import COMMITMENT, PIER_9, VENDOR, Office
from tests.unit.entrypoints.test_permissions import FAILED, RUN, STAGED, WHO

load_all_checks()
CHECKS: Final = [content_type_conformance, response_schema_conformance, status_code_conformance]
SLOWEST: Final = 5.0
"""Seconds, on a machine that has other things to do."""
FEW: Final = 12
MANY: Final = 100
NAMES: Final = [route.name for route in api.ROUTES]
_BOTH: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def _known(office: Office) -> Mapping[str, Sequence[str]]:
    """What is really there, by the names of fields."""
    waits = office.item()
    items = [COMMITMENT, VENDOR, FAILED, STAGED]
    return {
        "id": [*items, RUN],
        "item": items,
        "items": items,
        "waits_for": items,
        "fingerprint": [waits.fingerprint],
        "seen": [waits.fingerprint],
        "object": list(office.world.rooms),
        "objects": list(office.world.rooms),
        "link_all_suggested": ["vendors", "projects"],
        "procore_id": ["4711", "4712", "8821", PIER_9],
        "project": [PIER_9, "99"],
        "project_id": [PIER_9, "99"],
        "intacct": ["24-107", "05-500"],
        "leg": ["vendors:company"],
        "record": ["V-11"],
    }


def _placed(value: Any, known: Mapping[str, Sequence[str]], draw: st.DrawFn, name: str = "") -> Any:
    """``value`` with known texts in about half of the places that have a name for them."""
    if isinstance(value, dict):
        return {each: _placed(inner, known, draw, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [_placed(inner, known, draw, name) for inner in value]
    if isinstance(value, str) and name in known and draw(st.booleans()):
        return draw(st.sampled_from(known[name]))
    return value


@st.composite
def _calls(draw: st.DrawFn, operation: Any, known: Mapping[str, Sequence[str]], modes: Sequence[GenerationMode]) -> Case[Any]:
    case: Case[Any] = draw(operation.as_strategy(draw(st.sampled_from(modes))))
    if draw(st.booleans()):
        case.body = _placed(case.body, known, draw)
        case.query = _placed(case.query, known, draw)
        case.path_parameters = _placed(case.path_parameters, known, draw)
    return case


FRONT: Final = ApiFront()


@cache
def _described() -> Any:
    return schemathesis.openapi.from_wsgi(DESCRIPTION, FRONT)


def _hammer(office: Office, name: str, examples: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    operation = _described().find_operation_by_id(name)
    open_to_any = not operation.body and not operation.query
    statuses: Counter[int] = Counter()

    @settings(max_examples=examples, phases=phases, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(_calls(operation, _known(office), _BOTH[:1] if open_to_any else _BOTH), st.sampled_from(list(WHO)))
    def holds(case: Case[Any], who: str) -> None:
        FRONT.person = WHO[who]
        began = time.perf_counter()
        answer: Response = case.call()
        took = time.perf_counter() - began
        statuses[answer.status_code] += 1
        assert answer.status_code != 500, answer.text
        assert OUR_FAULT not in answer.text
        assert took < SLOWEST, f"{took:.1f} s"
        case.validate_response(answer, checks=CHECKS)

    holds()
    record("security", **{"API calls fuzzed": statuses.total()})


@pytest.mark.parametrize("name", NAMES)
def test_no_call_of_the_api_ends_in_a_fault_of_ours(busy: Office, name: str) -> None:
    _hammer(busy, name, FEW)


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
def test_no_call_of_many_ends_in_a_fault_of_ours(busy: Office, name: str) -> None:
    _hammer(busy, name, MANY)


def test_the_fuzzing_can_fail(busy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault behind one call is found."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(busy.state, "on_shelf", broken)
    with pytest.raises(AssertionError, match=OUR_FAULT):
        _hammer(busy, "listItems", FEW, (Phase.generate,))
