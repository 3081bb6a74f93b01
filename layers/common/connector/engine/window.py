"""Which rows an import reads: a closed stretch of change stamps, overlapping the one before.

Intacct's stamps have no zone: they are in the format and GMT offset of the API's user, and so must a filter be; ISO 8601 is refused
[F]. The end lies a little in the past, because a record's stamp is older than the moment it can be seen; what is read twice changes
nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from connector.core.errors import Code, SetupWrong
from connector.core.exchange import UserFormat, Where
from connector.core.spec import Reading

OVERLAP: Final = timedelta(minutes=5)
HORIZON: Final = timedelta(minutes=2)
SHIFTED_OVERLAP: Final = timedelta(minutes=65)
"""After the user's GMT offset has changed (summer time), an hour may have been read under the wrong name."""
DATE_FORMAT: Final = "/mdY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """``since`` is None where everything is read. ``offset`` is in minutes from GMT."""

    since: datetime | None
    until: datetime
    offset: int

    @property
    def watermark(self) -> str:
        """What the next window begins from."""
        return f"{self.until.isoformat()} {self.offset}"

    def filters(self, reading: Reading) -> Iterator[tuple[str, tuple[Where, ...]]]:
        """The conditions of the queries that read it, each with a name. A row that was never changed may have no stamp: it is found by
        its creation."""
        if self.since is None:
            yield "all", reading.where
            return
        first, last = self._local(self.since), self._local(self.until)
        yield "stamped", (*reading.where, *_between(reading.stamp, first, last))
        yield "unstamped", (*reading.where, Where(reading.stamp, "isnull"), *_between(reading.created, first, last))

    def _local(self, moment: datetime) -> str:
        return f"{moment.astimezone(timezone(timedelta(minutes=self.offset))):%m/%d/%Y %H:%M:%S}"


def opened(watermark: str, now: datetime, offset: int, *, full: bool) -> Window:
    """The window that follows ``watermark`` (empty: nothing was read yet)."""
    until = (now - HORIZON).astimezone(UTC).replace(microsecond=0)
    if full or not watermark:
        return Window(since=None, until=until, offset=offset)
    end, before = _read(watermark)
    return Window(since=end - (OVERLAP if before == offset else SHIFTED_OVERLAP), until=until, offset=offset)


def later(one: str, other: str) -> str:
    """The later of two watermarks: runs of different scopes may end in another order than they began."""
    return max(one, other, key=lambda watermark: _read(watermark)[0].timestamp() if watermark else 0)


def offset_of(user: UserFormat) -> int:
    """Raises SetupWrong where the user writes dates in another way than ``mm/dd/yyyy`` with 24 hours."""
    if user.date_format != DATE_FORMAT or not user.clock_24h:
        said = f"{user.date_format!r} with {'24' if user.clock_24h else '12'} hours"
        raise SetupWrong(
            Code.VALUE_UNREADABLE, f"The connector's Intacct user writes dates as {said}; set its preferences to mm/dd/yyyy with 24 hours."
        )
    return user.gmt_offset_minutes


def _between(field: str, first: str, last: str) -> tuple[Where, ...]:
    return Where(field, "greaterthanorequalto", (first,)), Where(field, "lessthan", (last,))


def _read(watermark: str) -> tuple[datetime, int]:
    end, _, offset = watermark.partition(" ")
    return datetime.fromisoformat(end), int(offset)
