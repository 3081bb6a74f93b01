"""Who is let in: a token that Procore knows, of a person of this company; with what the API then knows of them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from connector import bootstrap
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.people import Person
from connector.entrypoints import authorizer, callers
from tests.unit.entrypoints.office import COMPANY, DANA, MARCO, PRIYA, context

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/items/commitments%3A1"


class Identity:
    """Procore's word about tokens."""

    def __init__(self, **known: Person | Exception) -> None:
        self.known, self.asked = known, 0

    def who_is(self, access_token: str, company: str) -> Person:
        self.asked += 1
        assert company == COMPANY
        found = self.known.get(access_token, ConnectorError(Code.SIGN_IN_FAILED, "Procore does not know this token."))
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Identity:
    here = Identity(
        marco=MARCO,
        dana=DANA,
        outsider=ConnectorError(Code.NOT_ALLOWED, "You are not of this company."),
        busy=RetryLater(Code.UNAVAILABLE, "Procore does not answer.", seconds=3),
    )
    monkeypatch.setattr(bootstrap, "identity", lambda: here)
    monkeypatch.setattr("connector.entrypoints.authorizer.environment", lambda: SimpleNamespace(procore_company=COMPANY))
    return here


def ask(authorization: str | None, **headers: str) -> dict[str, Any]:
    given = headers if authorization is None else headers | {"authorization": authorization}
    return authorizer.lambda_handler({"type": "REQUEST", "methodArn": ARN, "headers": given}, context())


def statement(policy: dict[str, Any]) -> dict[str, str]:
    [only] = policy["policyDocument"]["Statement"]
    return dict(only)


@pytest.mark.usefixtures("identity")
class TestLettingIn:
    def test_a_known_person_may_call_the_stage_and_is_described(self) -> None:
        policy = ask("Bearer marco")
        assert statement(policy) == {
            "Action": "execute-api:Invoke",
            "Effect": "Allow",
            "Resource": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/*",
        }
        assert policy["principalId"] == MARCO.id
        assert all(isinstance(value, str | bool) for value in policy["context"].values())

    @pytest.mark.parametrize("person", [MARCO, DANA, PRIYA])
    def test_the_api_knows_the_person_again(self, person: Person) -> None:
        given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in authorizer.context_of(person).items()}
        assert callers.caller({"requestContext": {"authorizer": given}}, COMPANY) == person

    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer  ", "Basic marco", "marco", "Bearer nobody"])
    def test_no_token_or_an_unknown_one_is_401(self, authorization: str | None) -> None:
        with pytest.raises(authorizer.NotSignedIn, match=r"^Unauthorized$"):
            ask(authorization)

    def test_who_is_not_of_the_company_is_denied(self) -> None:
        policy = ask("Bearer outsider")
        assert (statement(policy)["Effect"], "context" in policy) == ("Deny", False)

    def test_no_other_company_is_served(self) -> None:
        assert statement(ask("Bearer marco", **{"Procore-Company-Id": "1"}))["Effect"] == "Deny"
        assert statement(ask("Bearer marco", **{"procore-company-id": COMPANY}))["Effect"] == "Allow"

    def test_while_procore_is_away_nobody_is_let_in(self) -> None:
        with pytest.raises(RetryLater):
            ask("Bearer busy")


def test_a_wrong_company_is_not_even_asked_for(identity: Identity) -> None:
    ask("Bearer marco", **{"Procore-Company-Id": "1"})
    assert identity.asked == 0


def test_more_projects_than_fit_are_asked_for_again(identity: Identity) -> None:
    many = MARCO.model_copy(update={"projects": frozenset(str(562949953400000 + number) for number in range(400))})
    identity.known["many"] = many
    given = ask("Bearer many")["context"]
    assert len(json.dumps(given)) < 5000
    event = {"headers": {"Authorization": "Bearer many"}, "requestContext": {"authorizer": given}}
    assert callers.caller(event, COMPANY) == many
    assert identity.asked == 2


@pytest.mark.parametrize("given", [None, {}, {"login": "x", "company": "1"}, {"company": COMPANY}])
def test_a_call_past_the_authorizer_is_nobodys(given: dict[str, str] | None) -> None:
    with pytest.raises(ConnectorError) as refused:
        callers.caller({"requestContext": {"authorizer": given}}, COMPANY)
    assert refused.value.code is Code.NOT_ALLOWED
