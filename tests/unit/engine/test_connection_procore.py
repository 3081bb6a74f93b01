from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from connector.core.connection import CheckStep, StepState
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong, Who
from connector.engine.connection_procore import steps
from connector.ports import Json, Procore
from tests.unit.engine.stage import Stage

ME = {"id": 9, "login": "service@example.com"}
COMPANIES = [{"id": 7, "name": "Another"}, {"id": 1, "name": "Tarrowby"}]


class Account:
    """ports.Procore of one service account; ``refusal`` is raised by the call to its path."""

    def __init__(self, levels: Mapping[str, str], **refusals: Exception) -> None:
        self.levels, self.refusals = levels, refusals
        self.companies = COMPANIES

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        assert params == {"company_id": "1"}
        name = path.rpartition("/")[2]
        if name in self.refusals:
            raise self.refusals[name]
        tools = [{"name": tool, "user_access_level": {"id": 4, "name": level}} for tool, level in self.levels.items()]
        return ME if name == "me" else {"tools": tools}

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        assert (path, params) == ("/rest/v1.0/companies", None)
        yield from ([company] for company in self.companies)


ADMIN = {"directory": "Admin", "erp_integrations": "Admin", "reports": "None"}


def asked(account: Account) -> list[CheckStep]:
    return list(steps(replace(Stage().world, procore=cast("Procore", account))))


def test_an_account_with_both_rights_holds_and_says_who_it_is_and_where() -> None:
    found = asked(Account(ADMIN))
    assert [step.state for step in found] == [StepState.HOLDS, StepState.HOLDS]
    assert found[0].found == "Signed in as service@example.com in Tarrowby (1)."


@pytest.mark.parametrize("tool", ["directory", "erp_integrations"])
def test_a_missing_permission_names_the_tool_and_what_to_do(tool: str) -> None:
    (_, step) = asked(Account({**ADMIN, tool: "Standard"}))
    (wrong,) = step.wrong
    assert (step.state, wrong.code, wrong.who) == (StepState.WRONG, Code.NO_PERMISSION, Who.PROCORE_ADMIN)
    assert "is Standard; it needs Admin" in wrong.found
    assert tool.partition("_")[0] in wrong.do.casefold()


def test_both_missing_permissions_are_named() -> None:
    (_, step) = asked(Account({"Company Directory": "None", "ERP Integrations": "Read Only"}))
    assert len(step.wrong) == 2


def test_a_tool_that_procore_does_not_list_was_not_checked() -> None:
    (_, step) = asked(Account({"directory": "Admin"}))
    assert (step.state, step.wrong) == (StepState.NOT_CHECKED, ())
    assert "ERP Integrations" in step.found


def test_an_app_that_is_not_in_the_company_is_told_so() -> None:
    account = Account(ADMIN)
    account.companies = COMPANIES[:1]
    (sign_in, _) = asked(account)
    assert [(wrong.code, wrong.who) for wrong in sign_in.wrong] == [(Code.NO_PERMISSION, Who.PROCORE_ADMIN)]
    assert "does not belong to company 1" in sign_in.found


@pytest.mark.parametrize(
    ("problem", "who"),
    [
        (SetupWrong(Code.SIGN_IN_FAILED, "Procore refuses."), Who.ADMIN),
        (ConnectorError(Code.NO_PERMISSION, "App is not connected to this company."), Who.PROCORE_ADMIN),
        (RetryLater(Code.UNAVAILABLE, "Procore is away.", seconds=5), Who.NOBODY),
    ],
)
def test_without_a_sign_in_permissions_are_not_checked(problem: ConnectorError, who: Who) -> None:
    sign_in, permissions = asked(Account(ADMIN, me=problem))
    assert [(wrong.code, wrong.who) for wrong in sign_in.wrong] == [(problem.code, who)]
    assert permissions.state is StepState.NOT_CHECKED


def test_permissions_that_cannot_be_asked_are_wrong() -> None:
    refusals: dict[str, Any] = {"permissions": ConnectorError(Code.REFUSED_BY_PROCORE, "Procore refuses.", their_words="no")}
    _, permissions = asked(Account(ADMIN, **refusals))
    assert [(wrong.code, wrong.their_words) for wrong in permissions.wrong] == [(Code.REFUSED_BY_PROCORE, "no")]
