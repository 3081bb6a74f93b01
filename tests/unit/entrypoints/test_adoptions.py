"""Adoptions over the API: what is asked reaches the engine, and what it found comes back in words and totals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connector.core.adoption import Compared, Suggested, Wish
from connector.core.compare import Difference
from connector.core.errors import Code, Violation
from connector.engine import adopt
from connector.entrypoints import api
from tests.unit.entrypoints.office import DANA, MARCO, PIER_9, Office, call, context


def ask(method: str, body: object = None, person: Any = DANA, **query: str) -> tuple[int, dict[str, Any]]:
    answer = api.lambda_handler(call(method, "/adoptions", person, body, **query), context())
    return answer["statusCode"], json.loads(answer["body"])


def test_suggestions_name_both_sides(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    del office
    one = Suggested(
        object="commitments",
        project_id=PIER_9,
        procore_id="7",
        intacct_id="Subcontract-SC-1",
        number="SC-1",
        title="Rebar",
        party="Halberd",
    )
    monkeypatch.setattr(
        adopt, "suggestions", lambda _world, _person, name, project: [one] if (name, project) == ("commitments", PIER_9) else []
    )
    status, said = ask("GET", object="commitments", project=PIER_9)
    assert (status, said["suggestions"][0]["intacct_id"], said["suggestions"][0]["party"]) == (200, "Subcontract-SC-1", "Halberd")


def test_a_pair_comes_back_with_its_differences_and_both_totals(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    del office
    asked: list[Any] = []

    def compared(_world: Any, _person: Any, name: str, project_id: str, wishes: list[Wish], *, link: bool) -> list[Compared]:
        asked.append((name, project_id, wishes, link))
        return [
            Compared(
                procore_id="7",
                intacct_id="Subcontract-SC-1",
                item="commitments:7",
                differences=(Difference("lines[1].amount", "Amount", "10.00", "11.00"),),
                violations=(Violation(code=Code.CONFLICT_IN_INTACCT, field="lines[1].amount", message="1 of 1 is not accepted."),),
                procore_total=Decimal("10.00"),
                intacct_total=Decimal("11.00"),
                fingerprint="ab",
            )
        ]

    monkeypatch.setattr(adopt, "adopt", compared)
    pair = {"procore_id": "7", "intacct_id": "Subcontract-SC-1", "accepted": ["lines[1].amount"], "reason": "Agreed", "seen": "ab"}
    status, said = ask("POST", {"object": "commitments", "project_id": PIER_9, "pairs": [pair], "do": "link"})
    wish = Wish(procore_id="7", intacct_id="Subcontract-SC-1", accepted=frozenset({"lines[1].amount"}), reason="Agreed", seen="ab")
    assert asked == [("commitments", PIER_9, [wish], True)]
    (found,) = said["pairs"]
    assert (status, found["procore_total"], found["intacct_total"], found["difference"]) == (200, "10.00", "11.00", "-1.00")
    assert found["differences"] == [{"field": "lines[1].amount", "label": "Amount", "procore": "10.00", "intacct": "11.00"}]
    assert (found["problems"][0]["code"], found["linked"]) == ("CONFLICT_IN_INTACCT", False)


def test_comparing_is_what_happens_unless_linking_is_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    del office
    links: list[bool] = []

    def compared(*_given: Any, link: bool) -> list[Compared]:
        links.append(link)
        return []

    monkeypatch.setattr(adopt, "adopt", compared)
    ask("POST", {"object": "commitments", "project_id": PIER_9, "pairs": [{"procore_id": "7", "intacct_id": "Subcontract-SC-1"}]})
    assert links == [False]


def test_who_does_not_decide_may_not_look(office: Office) -> None:
    del office
    assert ask("GET", person=MARCO, object="commitments", project=PIER_9)[0] == 403
