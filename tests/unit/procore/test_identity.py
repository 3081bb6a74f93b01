from __future__ import annotations

from typing import Any

import pytest
import requests

from connector.adapters.procore.identity import PersonLookup
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.people import Person
from connector.ports import ProcoreIdentity
from tests.doubles import ManualClock, MemoryRates
from tests.unit.procore.stub import API, COMPANY, TOKEN, Asked, Server, cut, said

ME = "/rest/v1.0/me"
OWN = f"/rest/v1.0/companies/{COMPANY}/me"
PERMISSIONS = "/rest/v1.0/settings/permissions"
USERS = f"/rest/v1.0/companies/{COMPANY}/users"
PROJECTS = "/rest/v1.0/projects"


def manifest(level: str, name: str = "directory") -> dict[str, Any]:
    return {
        "tools": [
            {"name": "documents", "user_access_level": {"id": 4, "name": "Admin"}},
            {"name": name, "user_access_level": {"name": level}},
        ]
    }


class People:
    """Procore, as one person sees it; ``answers`` may be replaced path by path."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            ME: {"id": 77, "login": "dana@tarrowby.example", "name": "Dana Ortiz"},
            OWN: {"id": 77, "email_address": "dana@tarrowby.example", "is_active": True, "is_employee": True},
            PERMISSIONS: manifest("Read Only"),
            USERS: [{"id": 78, "erp_integrated_accountant": True}, {"id": 77, "erp_integrated_accountant": False}],
            PROJECTS: [{"id": 1}, {"id": 2}],
        }
        self.clock = ManualClock()
        self.server = Server(always=self.answer)
        self.lookup = PersonLookup(API, MemoryRates(self.clock), self.clock, session=self.server.session(), seconds=60)

    def answer(self, asked: Asked) -> requests.Response | Exception:
        answer = self.answers[asked.path]
        if isinstance(answer, int):
            return said(answer, {"message": f"says {answer}"})
        return answer if isinstance(answer, Exception) else said(body=answer)

    def who(self, token: str = TOKEN, company: str = COMPANY) -> Person:
        lookup: ProcoreIdentity = self.lookup
        return lookup.who_is(token, company)

    def refusal(self) -> ConnectorError:
        with pytest.raises(ConnectorError) as failure:
            self.who()
        return failure.value

    def asked(self, path: str) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == path]


@pytest.fixture
def people() -> People:
    return People()


def test_a_person_is_what_procore_says_of_the_token(people: People) -> None:
    assert people.who() == Person(
        id="77", login="dana@tarrowby.example", name="Dana Ortiz", company=COMPANY, projects=frozenset({"1", "2"})
    )
    assert {asked.headers["Authorization"] for asked in people.server.asked} == {f"Bearer {TOKEN}"}
    assert people.asked(ME)[0].query == {"company_id": COMPANY}
    assert people.asked(PERMISSIONS)[0].query == {"company_id": COMPANY}
    assert people.asked(USERS)[0].query["filters[search]"] == "dana@tarrowby.example"
    assert people.asked(PROJECTS)[0].query["filters[by_status]"] == "All"


def test_what_it_asks_is_counted_also_where_procore_refuses(people: People) -> None:
    people.who()
    people.who()
    assert people.lookup.calls == len(people.server.asked) == 5
    people.answers[ME] = 403
    with pytest.raises(ConnectorError):
        people.who("another")
    assert people.lookup.calls == len(people.server.asked) == 6


def test_an_accounting_approver_is_known_by_their_own_row_of_the_directory(people: People) -> None:
    people.answers[USERS] = [{"id": 78, "erp_integrated_accountant": False}, {"id": 77, "erp_integrated_accountant": True}]
    assert people.who().accounting_approver is True


@pytest.mark.parametrize("name", ["directory", "Company_Directory"])
def test_a_company_administrator_sees_every_project(people: People, name: str) -> None:
    people.answers[PERMISSIONS] = manifest("Admin", name)
    person = people.who()
    assert (person.admin_in_procore, person.projects) == (True, None)
    assert people.asked(PROJECTS) == []


@pytest.mark.parametrize("answer", [manifest("Standard"), manifest("Admin", "reports"), {"tools": None}, [], 404, 403])
def test_nobody_else_is_an_administrator(people: People, answer: object) -> None:
    people.answers[PERMISSIONS] = answer
    assert people.who().admin_in_procore is False


@pytest.mark.parametrize("answer", [403, 404, {}, []])
def test_who_may_not_read_the_directory_is_no_accounting_approver(people: People, answer: object) -> None:
    people.answers[USERS] = answer
    assert people.who().accounting_approver is False


@pytest.mark.parametrize("path", [ME, OWN])
@pytest.mark.parametrize("status", [403, 404])
def test_a_person_outside_the_company_is_not_allowed(people: People, path: str, status: int) -> None:
    people.answers[path] = status
    error = people.refusal()
    assert (error.code, error.their_words) == (Code.NOT_ALLOWED, f"says {status}")


@pytest.mark.parametrize("lack", [{"is_active": False}, {"is_active": None}, {"is_employee": False}, {"is_employee": None}])
def test_who_is_inactive_or_of_another_firm_is_not_allowed(people: People, lack: dict[str, object]) -> None:
    people.answers[OWN] |= lack
    assert people.refusal().code is Code.NOT_ALLOWED


@pytest.mark.parametrize("answer", [[], {"id": 77}, {"login": "x"}])
def test_an_answer_that_names_nobody_is_not_allowed(people: People, answer: object) -> None:
    people.answers[ME] = answer
    assert people.refusal().code is Code.NOT_ALLOWED


@pytest.mark.parametrize("path", [ME, OWN, PERMISSIONS, USERS, PROJECTS])
def test_a_token_procore_refuses_is_a_failed_sign_in(people: People, path: str) -> None:
    people.answers[path] = 401
    error = people.refusal()
    assert error.code is Code.SIGN_IN_FAILED
    assert TOKEN not in str(error)


@pytest.mark.parametrize("path", [ME, PERMISSIONS, USERS, PROJECTS])
def test_what_procore_does_not_answer_is_never_guessed(people: People, path: str) -> None:
    people.answers[path] = cut()
    with pytest.raises(RetryLater):
        people.who()


def test_an_answer_is_kept_for_a_short_time(people: People) -> None:
    people.who()
    asked = len(people.server.asked)
    people.clock.move(59)
    people.who()
    assert len(people.server.asked) == asked
    people.clock.move(1)
    people.who()
    assert len(people.server.asked) == 2 * asked


def test_a_deactivated_person_is_out_when_that_time_is_over(people: People) -> None:
    people.who()
    people.answers[OWN]["is_active"] = False
    people.clock.move(60)
    assert people.refusal().code is Code.NOT_ALLOWED


def test_answers_are_kept_apart_by_token_and_company(people: People) -> None:
    people.who()
    people.answers[ME] = {"id": 5, "login": "lee@tarrowby.example", "name": "Lee"}
    assert people.who("another-token").login == "lee@tarrowby.example"
    assert people.who().login == "dana@tarrowby.example"
    people.answers |= {path.replace(COMPANY, "9"): answer for path, answer in people.answers.items()}
    assert people.who(company="9").company == "9"


def test_one_persons_limit_holds_up_nobody_else(people: People) -> None:
    answers = people.answers
    people.answers = dict.fromkeys(answers, 429)
    with pytest.raises(RetryLater):
        people.who("hasty")
    people.answers = answers
    assert people.who("patient").id == "77"
    with pytest.raises(RetryLater):
        people.who("hasty")


def test_refusals_are_not_kept(people: People) -> None:
    people.answers[ME] = 404
    people.refusal()
    people.answers[ME] = {"id": 77, "login": "dana@tarrowby.example"}
    assert people.who().name == "dana@tarrowby.example"


def test_no_token_is_kept(people: People) -> None:
    people.who()
    assert TOKEN not in repr(vars(people.lookup))


def test_what_is_kept_is_bounded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.adapters.procore.identity._MOST_KEPT", 2)
    for number in range(3):
        people.who(f"token-{number}")
    asked = len(people.server.asked)
    people.who("token-2")
    assert len(people.server.asked) == asked
    people.who("token-0")
    assert len(people.server.asked) > asked
