"""Who holds an access token, as Procore says with that very token: ports.ProcoreIdentity.

Nothing is asked in the connector's own name, so a caller learns and may do no more than Procore lets them:

* ``/rest/v1.0/me?company_id`` [D]: user id, login, name; refuses who has no part in the company.
* ``/rest/v1.0/companies/{c}/me`` [X]: ``is_active``, ``is_employee``. Subcontractors' people stand in a builder's directory
  too; they are not of the company.
* ``/rest/v1.0/settings/permissions?company_id`` [S][N] (missing in [X]): the access level per company tool. Admin on the
  company's Directory is what Procore calls a company administrator; the tool's name there is an assumption [?].
* ``/rest/v1.0/companies/{c}/users?filters[search]`` [X]: ``erp_integrated_accountant``, the accounting approver. Who may not
  read the directory is not known as one; the connector's own settings can still name them.
* ``/rest/v1.0/projects`` [X]: what the person was added to; a company administrator sees all.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Final

import requests

from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.tokens import OneToken
from connector.core.errors import Code, ConnectorError
from connector.core.people import Person
from connector.ports import Clock, Json, Procore, RateMemory

_DIRECTORY: Final = frozenset({"directory", "company_directory"})
_ADMIN: Final = "admin"
_MOST_KEPT: Final = 1_000
_REFUSALS: Final = frozenset({Code.NOT_FOUND, Code.NO_PERMISSION, Code.REFUSED_BY_PROCORE})


class PersonLookup:
    """Asks Procore, and keeps each answer ``seconds`` long in this process, by a hash of the token. ``calls`` is how often it was asked."""

    def __init__(
        self,
        api_url: str,
        rate: RateMemory,
        clock: Clock,
        *,
        session: requests.Session,
        seconds: float = 60.0,
        patience: float = 5.0,
    ) -> None:
        self._api_url, self._rate, self._clock, self._session = api_url, rate, clock, session
        self._lifetime, self._patience = timedelta(seconds=seconds), patience
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Person, datetime]] = {}
        self.calls = 0

    def who_is(self, access_token: str, company: str) -> Person:
        """The person, active and of this company.

        Raises:
            ConnectorError: SIGN_IN_FAILED for a token that Procore refuses, NOT_ALLOWED for who is inactive or not of the
                company.
            RetryLater: Procore does not answer now.
        """
        key = hashlib.sha256(f"{company}\n{access_token}".encode()).hexdigest()
        now = self._clock.now()
        with self._lock:
            person, until = self._kept.get(key, (None, now))
        if person is None or until <= now:
            person = self._asked(access_token, company)
            self._keep(key, person, now)
        return person

    def _keep(self, key: str, person: Person, now: datetime) -> None:
        with self._lock:
            self._kept = {each: kept for each, kept in self._kept.items() if kept[1] > now}
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = person, now + self._lifetime

    def _asked(self, access_token: str, company: str) -> Person:
        procore = ProcoreClient(
            self._api_url,
            company,
            OneToken(access_token),
            self._rate,
            self._clock,
            session=self._session,
            patience=self._patience,
        )
        try:
            return _person(procore, company)
        finally:
            self.calls += procore.calls


def _person(procore: Procore, company: str) -> Person:
    me, user = _admitted(procore, company)
    admin = _is_admin(procore, company)
    return Person(
        id=str(me["id"]),
        login=str(me["login"]),
        name=str(me.get("name") or user.get("name") or me["login"]),
        company=company,
        admin_in_procore=admin,
        accounting_approver=_is_accounting_approver(procore, company, me, user),
        projects=None if admin else _projects(procore, company),
    )


def _admitted(procore: Procore, company: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """What ``/me`` and the company's directory say of the caller."""
    try:
        me = procore.get("/rest/v1.0/me", {"company_id": company})
        user = procore.get(f"/rest/v1.0/companies/{company}/me")
    except ConnectorError as error:
        if error.code not in _REFUSALS:
            raise
        raise ConnectorError(Code.NOT_ALLOWED, "You are not a user of this company in Procore.", their_words=error.their_words) from None
    if not (isinstance(me, dict) and me.get("id") and me.get("login") and isinstance(user, dict)):
        raise ConnectorError(Code.NOT_ALLOWED, "Procore does not say who you are.")
    if user.get("is_active") is not True:
        raise ConnectorError(Code.NOT_ALLOWED, "Your user is inactive in this company.")
    if user.get("is_employee") is not True:
        raise ConnectorError(Code.NOT_ALLOWED, "You are in this company's directory, but not one of its employees.")
    return me, user


def _is_admin(procore: Procore, company: str) -> bool:
    manifest = _if_allowed(procore, "/rest/v1.0/settings/permissions", {"company_id": company})
    tools = _records(manifest.get("tools")) if isinstance(manifest, dict) else []
    levels = [tool.get("user_access_level") for tool in tools if str(tool.get("name")).lower() in _DIRECTORY]
    return any(str(level.get("name")).lower() == _ADMIN for level in _records(levels))


def _is_accounting_approver(procore: Procore, company: str, me: dict[str, Json], user: dict[str, Json]) -> bool:
    search = {"filters[search]": str(user.get("email_address") or me["login"]), "per_page": "100"}
    users = _records(_if_allowed(procore, f"/rest/v1.0/companies/{company}/users", search))
    return any(each.get("erp_integrated_accountant") is True for each in users if each.get("id") == user.get("id"))


def _projects(procore: Procore, company: str) -> frozenset[str]:
    params = {"company_id": company, "filters[by_status]": "All", "serializer_view": "compact"}
    pages = procore.pages("/rest/v1.0/projects", params)
    return frozenset(str(project["id"]) for rows in pages for project in rows)


def _if_allowed(procore: Procore, path: str, params: dict[str, str]) -> Json:
    """The answer, or None where Procore does not let this person ask."""
    try:
        return procore.get(path, params)
    except ConnectorError as error:
        if error.code in _REFUSALS:
            return None
        raise


def _records(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
