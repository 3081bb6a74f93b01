"""Procore's REST API of one company: ports.Procore.

What may be repeated is: a GET, a PATCH by id or with origin ids, a DELETE, and anything that Procore provably did not do
(a 429, a connection that never stood). A POST is repeated only where the caller says that twice is once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Literal

import requests

from connector.adapters.procore import sync
from connector.adapters.procore.downloads import Downloads
from connector.adapters.procore.limits import RANDOM, Pacer
from connector.adapters.procore.paging import Pages, unwrapped
from connector.adapters.procore.refusals import refusal, words
from connector.adapters.procore.tokens import Tokens
from connector.adapters.procore.transport import AnswerTooLargeError, Call, NoAnswerError, Reply, Transport, encoded
from connector.core.errors import Code, ConnectorError, OutcomeUnknown, RetryLater
from connector.core.exchange import Download, SyncAnswer
from connector.core.usage import Window
from connector.ports import Clock, Json, RateMemory, Watch

_ATTEMPTS: Final = 4
_PATH: Final = re.compile(r"/rest/v\d+\.\d+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")
_LONGEST_PAUSE: Final = 8.0
_LEAVE_ALONE_SECONDS: Final = 30.0


type _Body = Literal["required", "any", "unread"]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    document: Json


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why one attempt came to nothing. ``undone``: Procore provably did nothing of it. ``silent``: it gave no answer; that it is busy is
    one."""

    code: Code
    message: str
    undone: bool = False
    silent: bool = False
    their_words: str = ""


class ProcoreClient:
    """ports.Procore. One for each worker, company and bearer; ``session`` may serve several.

    ``patience`` bounds the seconds that one call may wait for limits and between attempts: what would take longer is
    RetryLater. ``chance`` gives the jitter. ``watch`` hears of each call whether an answer came; not of downloads, nor of signing in at
    Procore's login server.
    """

    def __init__(  # noqa: PLR0913 -- each is a thing of the world of its own
        self,
        api_url: str,
        company: str,
        tokens: Tokens,
        rate: RateMemory,
        clock: Clock,
        *,
        session: requests.Session,
        patience: float = 20.0,
        chance: Random = RANDOM,
        watch: Watch | None = None,
    ) -> None:
        self._transport = Transport(api_url, session)
        self._pacer = Pacer(rate, f"procore:{company}:{tokens.whose}", clock, chance)
        self._downloads = Downloads(api_url, session, tokens, self._pacer, patience=patience)
        self._company, self._tokens, self._clock, self._patience = company, tokens, clock, patience
        self._chance, self._watch = chance, watch

    @property
    def calls(self) -> int:
        """Requests made so far: what the hourly allowance counts."""
        return self._transport.calls + self._downloads.calls

    def windows(self) -> list[Window]:
        """How the limits of this bearer stand, as all workers last heard of them; asks Procore nothing."""
        return self._pacer.windows()

    def download(self, url: str, *, largest: int) -> Download:
        return self._downloads.fetch(url, largest=largest)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """One document, without the envelope of v2."""
        answer = self._ask(Call(method="GET", path=path, params=params or {}), repeatable=True)
        return unwrapped(path, answer.document)

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        """The pages of a list that have rows, as large as Procore gives them (1,000 rows, in v2 100)."""
        way = Pages(path, params or {})
        while way.params is not None:
            answer = self._ask(Call(method="GET", path=path, params=way.params), repeatable=True)
            rows = way.take(answer.document, answer.headers)
            if rows:
                yield rows

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json],
        params: Mapping[str, str] | None = None,
        *,
        guarded: bool = False,
        wants_answer: bool = True,
    ) -> Json:
        """A write. ``guarded`` says of a POST that doing it twice is doing it once. None where the answer has no body, or is not wanted."""
        call = Call(method=method, path=path, params=params or {}, body=encoded(body) if body else None)
        answer = self._ask(call, repeatable=guarded or method != "POST", body="any" if wants_answer else "unread")
        return unwrapped(path, answer.document)

    def sync(
        self,
        path: str,
        envelope: Mapping[str, Json],
        updates: Sequence[Mapping[str, Json]],
        params: Mapping[str, str] | None = None,
        *,
        method: str = "PATCH",
        under: str = "updates",
    ) -> list[SyncAnswer]:
        """A sync action. ``under`` is the name that the inputs go by: ``updates``, for WBS codes ``bulk``, for budget line
        items (a POST) ``budget_line_items``. Should one of several chunks fail on its way, those before it are done:
        repeat the whole, which is harmless where every input has an id or an origin id.
        """
        answers: list[SyncAnswer] = []
        for chunk in sync.chunks(updates):
            body = encoded({**envelope, under: list(chunk)})
            call = Call(method=method, path=path, params=params or {}, body=body)
            answer = self._ask(call, repeatable=sync.repeatable(chunk))
            answers += sync.answers(chunk, answer.document, first=len(answers))
        return answers

    def _ask(self, call: Call, *, repeatable: bool, body: _Body = "required") -> _Answer:
        if not _PATH.fullmatch(call.path):
            raise ConnectorError(Code.MALFORMED, f"{call.path!r} is not a path of Procore's API.")
        attempts, patience, renewed, unsure = 0, self._patience, False, False
        while True:
            patience -= self._pacer.wait_turn(patience)
            token = self._tokens.token()
            answer = self._once(call, token, body=body)
            if self._watch is not None and not (isinstance(answer, _Trouble) and answer.silent):
                self._watch.answered()
            if isinstance(answer, _Trouble):
                unsure = unsure or not answer.undone
                if unsure and not repeatable:
                    self._gave_up(answer)
                    raise OutcomeUnknown(answer.message, their_words=answer.their_words)
                attempts += 1
                patience -= self._pause(answer, attempts, patience)
            elif isinstance(answer, _Answer):
                return answer
            elif answer.status == 401 and not renewed:  # noqa: PLR2004
                renewed = True
                self._tokens.renew(token)
            elif answer.status == 404 and unsure and call.method == "DELETE":  # noqa: PLR2004
                return _Answer(answer.status, answer.headers, None)  # an earlier attempt has deleted it
            else:
                raise refusal(call, answer, hide=(token,))

    def _once(self, call: Call, token: str, *, body: _Body) -> _Answer | _Trouble | Reply:
        """One attempt: an answer, what stood in its way, or a reply that refuses."""
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": self._company}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            reply = self._transport.exchange(replace(call, headers=headers))
        except AnswerTooLargeError as error:
            return _Trouble(Code.TOO_LARGE, f"Procore's answer to {call} is too large: {error.why}.")
        except NoAnswerError as error:
            return _Trouble(Code.UNAVAILABLE, f"Procore does not answer {call} ({error.why}).", undone=not error.sent, silent=True)
        self._pacer.saw(reply.status, reply.headers)
        if reply.succeeded:
            return _read(call, reply, body=body, hide=(token,))
        return _passing(call, reply, hide=(token,)) or reply

    def _pause(self, trouble: _Trouble, attempts: int, patience: float) -> float:
        """Wait before the next attempt (for a limit, the pacer does). Returns the seconds waited.

        Raises:
            RetryLater: enough attempts, or no patience left.
            ConnectorError: TOO_LARGE.
        """
        if trouble.code is Code.TOO_LARGE:
            raise ConnectorError(trouble.code, trouble.message)
        limited = trouble.code is Code.RATE_LIMITED
        pause = 0.0 if limited else self._chance.uniform(0.0, min(_LONGEST_PAUSE, 0.5 * 2**attempts))
        if attempts >= _ATTEMPTS or pause > patience:
            self._gave_up(trouble)
            seconds = max(self._pacer.wait_needed(), 1.0 if limited else _LEAVE_ALONE_SECONDS)
            raise RetryLater(trouble.code, trouble.message, seconds=seconds, their_words=trouble.their_words)
        self._clock.sleep(pause)
        return pause

    def _gave_up(self, trouble: _Trouble) -> None:
        if trouble.silent and self._watch is not None:
            self._watch.away()


def _passing(call: Call, reply: Reply, *, hide: tuple[str, ...]) -> _Trouble | None:
    """What a later attempt may not meet; None for a refusal."""
    message = f"Procore answered {reply.status} to {call}."
    if reply.status == 429:  # noqa: PLR2004
        return _Trouble(Code.RATE_LIMITED, message, undone=True, their_words=words(reply, hide=hide))
    if reply.status == 409 and call.path.endswith("/sync"):  # noqa: PLR2004
        # Another sync of the project is under way ("does not support concurrent requests"): of this one nothing was done.
        return _Trouble(Code.UNAVAILABLE, message, undone=True, their_words=words(reply, hide=hide))
    if reply.status == 408 or reply.status >= 500:  # noqa: PLR2004
        return _Trouble(Code.UNAVAILABLE, message, silent=True, their_words=words(reply, hide=hide))
    return None


def _read(call: Call, reply: Reply, *, body: _Body, hide: tuple[str, ...]) -> _Answer | _Trouble:
    """A success in words only: a page of a balancer, or nothing where a document belongs, is no answer."""
    try:
        if body == "unread" and reply.looks_like_a_document:
            return _Answer(reply.status, reply.headers, None)
        return _Answer(reply.status, reply.headers, reply.document(required=body == "required"))
    except ValueError:
        message = f"Procore's answer to {call} cannot be read."
        return _Trouble(Code.UNAVAILABLE, message, silent=True, their_words=words(reply, hide=hide))
