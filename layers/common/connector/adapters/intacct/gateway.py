"""The port :class:`connector.ports.Intacct` over Sage Intacct's XML gateway."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from typing import Final, Literal

from connector.adapters.intacct import envelope, queries, tenant
from connector.adapters.intacct.answer import SUCCESS, Result
from connector.adapters.intacct.envelope import Credentials, Request
from connector.adapters.intacct.faults import Replay, fault_of, turned_away
from connector.adapters.intacct.patience import NoAnswer, NotSent, Passing, Patience, TurnedAway
from connector.adapters.intacct.reader import Row, text_of
from connector.adapters.intacct.session import Sessions
from connector.adapters.intacct.transport import Transport
from connector.adapters.intacct.verdict import verdict_on
from connector.core.errors import Code, ConnectorError, Kind, RetryLater, Violation
from connector.core.exchange import Answer, FieldInfo, Function, Held, Query, Tree, UserFormat, Written
from connector.ports import Clock, Slots, Watch

MOST_FUNCTIONS: Final = 50
MOST_ROWS: Final = 50_000
"""Of one query that is read whole."""
"""In one request. The vendor names no limit; this is a cautious guess [?]."""

_log = logging.getLogger("connector.intacct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a tenant may need otherwise.

    ``page_format`` json makes pages quicker to read; such an answer states neither what remains nor the session's end.
    ``show_private`` shows a session at the top level the rows of private entities. ``timeout`` is seconds to connect, and
    between bytes; ``attempts`` and ``jitter`` (0 to 1) are those of reads.
    """

    page_size: int = queries.LARGEST_PAGE
    page_format: Literal["xml", "json"] = "xml"
    show_private: bool = True
    timeout: tuple[float, float] = (5.0, 120.0)
    attempts: int = 4
    replay: Replay = field(default_factory=Replay)
    jitter: Callable[[], float] = random.random


class IntacctGateway:
    """One company. Keep one per process: it holds the sessions and the connection.

    Raises:
        ValueError: an address or a page size that cannot be.
    """

    def __init__(
        self,
        url: str,
        company: str,
        credentials: Callable[[], Credentials],
        slots: Slots,
        clock: Clock,
        options: Options | None = None,
        *,
        watch: Watch | None = None,
    ) -> None:
        self._options = options or Options()
        if not 1 <= self._options.page_size <= queries.LARGEST_PAGE:
            raise ValueError(f"a page has 1 to {queries.LARGEST_PAGE} rows")
        self._credentials, self._watch = credentials, watch
        self._patience = Patience(clock, attempts=self._options.attempts, jitter=self._options.jitter)
        self.transport = Transport(slots, company, clock, timeout=self._options.timeout)
        self._sessions = Sessions(self.transport, url, company, credentials, clock, self._patience)

    def close(self) -> None:
        self.transport.close()

    @property
    def calls(self) -> int:
        """Requests made so far, sign-ins counted in."""
        return self.transport.calls

    @property
    def functions(self) -> int:
        """Functions sent so far: near to the API transactions that the customer's contract counts (:mod:`connector.core.usage`)."""
        return self._sessions.functions

    def write(self, functions: Sequence[Function], *, entity: str = "") -> Answer:
        """See :meth:`connector.ports.Intacct.write`; several functions are one transaction.

        Raises:
            RetryLater: Intacct could not be reached, or turned the request away unread.
            SetupWrong: Intacct does not let us in; nothing was written.
            ConnectorError: VALUE_UNREADABLE, before anything is sent.
        """
        if len(functions) > MOST_FUNCTIONS:
            raise ValueError(f"more than {MOST_FUNCTIONS} functions cannot be written together")
        request = Request(functions, unique=True)
        saved = request.saved(self._credentials())
        try:
            with self._heard():
                reply = self._sessions.send(request, entity=entity, keep=True)
        except (NotSent, TurnedAway) as passing:
            raise passing.later() from passing
        except NoAnswer as passing:
            violation = Violation(code=Code.OUTCOME_UNKNOWN, field="", message=passing.why)
            return Answer(written=Written.UNKNOWN, violations=(violation,), request=saved, response=passing.text)
        verdict = verdict_on(functions, reply.response, self._options.replay)
        _log.info("write of %d functions: %s", len(functions), verdict.written)
        return Answer(
            written=verdict.written,
            keys=verdict.keys,
            violations=verdict.violations,
            request=saved,
            response=reply.text,
        )

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held]]:
        """See :meth:`connector.ports.Intacct.read`.

        Raises:
            RetryLater, SetupWrong: as everywhere.
            ConnectorError: with Intacct's words for a refused query; TOO_LARGE where more rows match than fit a page and are wanted in
                another order than RECORDNO's, or more than 50,000 do.
        """
        answers: list[list[Held]] = []
        for together in batched(queries, MOST_FUNCTIONS, strict=False):
            functions = [self._query(query, f"read-{number}") for number, query in enumerate(together, 1)]
            for query, result in zip(together, self._ask(functions, entity), strict=True):
                answers.append(self._whole(query, result, entity) if self._more(result) else [*result.rows])
        return answers

    def _whole(self, query: Query, first: Result, entity: str) -> list[Held]:
        """Read anew from its beginning: rows without their RECORDNO do not say where to go on."""
        if query.order_by != queries.KEY:
            raise ConnectorError(Code.TOO_LARGE, _too_many(query, len(first.rows)).message)
        rows: list[Held] = []
        for page in self.pages(query, entity=entity):
            rows += page
            if len(rows) > MOST_ROWS:
                raise ConnectorError(Code.TOO_LARGE, _too_many(query, MOST_ROWS).message)
        return rows

    def read_each(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held] | Violation]:
        """See :meth:`connector.ports.Intacct.read_each`. Raises RetryLater, SetupWrong as everywhere."""
        answers: list[list[Held] | Violation] = []
        for together in batched(queries, MOST_FUNCTIONS, strict=False):
            functions = [self._query(query, f"read-{number}") for number, query in enumerate(together, 1)]
            for query, result in zip(together, self._results(functions, entity), strict=True):
                refusal = _refusal(result, f"the query of {query.object}") or (
                    _too_many(query, len(result.rows)) if self._more(result) else None
                )
                answers.append(refusal or [*result.rows])
        return answers

    def pages(self, query: Query, *, after: str = "", entity: str = "") -> Iterator[list[Held]]:
        """See :meth:`connector.ports.Intacct.pages`. Where Intacct states what remains, no empty page is asked for.

        Raises:
            RetryLater, SetupWrong, ConnectorError: as :meth:`read`; VALUE_UNREADABLE for rows that are not in order.
            ValueError: a query in another order than RECORDNO's.
        """
        if query.order_by != queries.KEY:
            raise ValueError(f"pages come in order of {queries.KEY}")
        page_format: Tree = [("returnformat", "json")] if self._options.page_format == "json" else []
        more = True
        while more:
            (page,) = self._ask([self._query(queries.behind(query, after), "page", page_format)], entity)
            after = _last_key(page.rows, after, query.object)
            if page.rows:
                yield [*page.rows]
            more = self._more(page)
            if more and not page.rows:
                raise ConnectorError(Code.VALUE_UNREADABLE, f"Intacct gives an empty page of {query.object} and says more remain.")

    def listed(self, object_name: str, field: str, value: str, *, entity: str = "") -> bool:
        """See :meth:`connector.ports.Intacct.listed`.

        Raises:
            RetryLater, SetupWrong, ConnectorError: as :meth:`read`.
        """
        (result,) = self._ask([queries.listing_of(object_name, field, value)], entity)
        return bool(result.rows)

    def lookup(self, object_names: Sequence[str]) -> dict[str, dict[str, FieldInfo] | Violation]:
        """See :meth:`connector.ports.Intacct.lookup`. Raises RetryLater, SetupWrong as everywhere."""
        found: dict[str, dict[str, FieldInfo] | Violation] = {}
        for together in batched(object_names, MOST_FUNCTIONS, strict=False):
            functions = [tenant.lookup_of(name, f"lookup-{number}") for number, name in enumerate(together, 1)]
            for name, result in zip(together, self._results(functions, ""), strict=True):
                found[name] = _refusal(result, f"the look-up of {name}") or tenant.fields_of(result.rows)
        return found

    def user_format(self) -> UserFormat:
        (user,) = self._ask([tenant.user_of(self._credentials().user_id)], "")
        (formatting,) = self._ask([tenant.formatting_of(user.rows)], "")
        return tenant.user_format_of(formatting.rows)

    def exact(self, functions: Sequence[Function]) -> str:
        return envelope.exact(functions)

    def _query(self, query: Query, controlid: str, more: Tree = ()) -> Function:
        private = [("showprivate", "true")] if self._options.show_private else []
        return queries.function_of(query, controlid, page_size=self._options.page_size, options=[*private, *more])

    def _more(self, result: Result) -> bool:
        if result.remaining is None:
            return len(result.rows) >= self._options.page_size
        return result.remaining > 0

    def _ask(self, functions: Sequence[Function], entity: str) -> list[Result]:
        """The functions' results, all successful."""
        results = self._results(functions, entity)
        for function, result in zip(functions, results, strict=True):
            if result.status != SUCCESS:
                fault = fault_of(result.errors)
                _log.warning("%s refused: %s as %s", function.name, fault.numbers, fault.code)
                raise fault.error(f"to {function.name}")
        return results

    def _results(self, functions: Sequence[Function], entity: str) -> list[Result]:
        """A result for each function; reads only, since it asks again where no answer came."""
        request = Request(functions, unique=False)
        with self._heard():
            results = self._patience(lambda: self._answers(request, entity))
            if any(fault_of(result.errors).worth_repeating for result in results if result.status != SUCCESS):
                results = self._patience(lambda: self._answers(request, entity))
        return results

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Tells the watch whether Intacct answered; that it is busy, or refuses, is an answer."""
        try:
            yield
        except (Passing, RetryLater) as problem:
            if self._watch is not None and problem.code is Code.UNAVAILABLE:
                self._watch.away()
            raise
        if self._watch is not None:
            self._watch.answered()

    def _answers(self, request: Request, entity: str) -> list[Result]:
        response = self._sessions.send(request, entity=entity).response
        if door := turned_away(response):
            raise door.error("the request")
        found = [response.result(controlid) for controlid in request.controlids]
        if len(found) == 1 and found[0] is None:
            found = [response.result("")]
        results = [result for result in found if result]
        if len(results) < len(found):
            raise NoAnswer("Intacct answered fewer functions than were asked.")
        for fault in (fault_of(result.errors) for result in results if result.status != SUCCESS):
            if fault.kind is Kind.LATER:
                raise TurnedAway("Intacct is busy or away.", code=fault.code, their_words=fault.their_words)
        return results


def _refusal(result: Result, what: str) -> Violation | None:
    return None if result.status == SUCCESS else fault_of(result.errors).violation(what)


def _too_many(query: Query, most: int) -> Violation:
    return Violation(code=Code.TOO_LARGE, field="", message=f"More than {most:,} rows of {query.object} match.")


def _last_key(rows: list[Row], last: str, object_name: str) -> str:
    """The RECORDNO of the last row, once all are known to come in order behind ``last``."""
    number = int(last) if last else -1
    for row in rows:
        key = text_of(row, queries.KEY)
        if not key.isdecimal() or int(key) <= number:
            raise ConnectorError(
                Code.VALUE_UNREADABLE, f"Intacct's {object_name} has RECORDNO {key!r} behind {number}: no order to page by."
            )
        number = int(key)
    return str(number) if rows else last
