"""The people of the story, each with a Procore login and nothing but the public API and their mail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

SECONDS = 90.0
RUN_SECONDS = 300.0
"""A run of many records, on a machine that has other things to do."""


class Unexpected(RuntimeError):  # noqa: N818 -- what happened
    """The story took another turn; the message says where."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Person:
    """Somebody of the seed company, signed in to Procore."""

    def __init__(self, key: str, procore: str, app: str, company: str) -> None:
        self._app = app
        token = requests.post(f"{procore}/_sandbox/tokens", json={"user": key}, timeout=SECONDS).json()["access_token"]
        self._http = requests.Session()
        self._http.headers.update({"Authorization": f"Bearer {token}", "Procore-Company-Id": company})
        self.procore = procore

    @property
    def headers(self) -> dict[str, str]:
        """What tells the connector who is calling."""
        return {name: str(value) for name, value in self._http.headers.items() if name in {"Authorization", "Procore-Company-Id"}}

    def ask(self, method: str, path: str, body: Any = None, expect: int | None = None, **params: str) -> Answer:
        """One call of the connector's API. Raises Unexpected when another status was ``expect``-ed."""
        answer = self._http.request(method, self._app + path, json=body, params=params, timeout=SECONDS)
        said = answer.json() if answer.content else None
        if expect is not None and answer.status_code != expect:
            raise Unexpected(f"{method} {path} answered {answer.status_code}, not {expect}: {answer.text[:1500]}")
        return Answer(answer.status_code, said)

    def in_procore(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """One call of Procore's own API, as this person."""
        answer = self._http.request(method, self.procore + path, json=body, params=params, timeout=SECONDS)
        if not answer.ok:
            raise Unexpected(f"Procore: {method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    def item(self, key: str) -> dict[str, Any]:
        item: dict[str, Any] = self.ask("GET", f"/items/{quote(key, safe='')}", expect=200).body
        return item


def until[T](look: Callable[[], T | None], what: str, seconds: float = SECONDS, *, every: float = 0.3) -> T:
    """What ``look`` finds, asked again ``every`` so many seconds. Raises Unexpected after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > end:
            raise Unexpected(f"It did not happen within {seconds:.0f} s: {what}")
        time.sleep(every)


def finished(person: Person, run: str) -> Mapping[str, Any]:
    """The run, once it is over."""

    def look() -> Mapping[str, Any] | None:
        said: Mapping[str, Any] = person.ask("GET", f"/runs/{run}", expect=200).body["run"]
        return said if said["state"] in {"ended", "stopped", "failed"} else None

    return until(look, f"{run} ends", RUN_SECONDS)
