"""Which rows an import reads: a closed stretch of change stamps, overlapping the one before.

Intacct's stamps have no zone: they are in the format and GMT offset of the API's user, and so must a filter be; ISO 8601 is refused
[F]. The end lies a little in the past, because a record's stamp is older than the moment it can be seen; what is read twice changes
nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Self

from connector.core.errors import Code, SetupWrong
from connector.core.exchange import UserFormat, Where
from connector.core.spec import Reading

OVERLAP: Final = timedelta(minutes=5)
HORIZON: Final = timedelta(minutes=2)
FORMAT_KEPT: Final = timedelta(days=1)
"""How long the user's format is believed before it is read again."""
SHIFTED_OVERLAP: Final = FORMAT_KEPT + timedelta(minutes=65)
"""After the user's GMT offset has changed (summer time): everything since the format was read last may have been read under the wrong
name, and so may an hour before."""
TRUSTED: Final = timedelta(days=1)
"""How long the audit trail alone is believed: once a day rows are read, whatever it says."""
DATE_FORMAT: Final = "/mdY"
STAMP: Final = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a leg has come: rows were ``read`` up to here, under this ``offset``; up to ``heard`` nothing changed in Intacct that was
    not taken in. As text it is the leg's watermark."""

    read: datetime
    heard: datetime
    offset: int

    @classmethod
    def of(cls, text: str) -> Self | None:
        """None where nothing was read yet."""
        if not text:
            return None
        read, offset, heard = text.split(" ")
        return cls(read=datetime.fromisoformat(read), heard=datetime.fromisoformat(heard), offset=int(offset))

    def __str__(self) -> str:
        return f"{self.read.isoformat()} {self.offset} {self.heard.isoformat()}"

    def overlap(self, offset: int) -> timedelta:
        return OVERLAP if offset == self.offset else SHIFTED_OVERLAP

    def quiet_until(self, until: datetime) -> Self:
        return replace(self, heard=max(until, self.heard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """``since`` is None where everything is read. ``offset`` is in minutes from GMT."""

    since: datetime | None
    until: datetime
    offset: int

    @property
    def mark(self) -> Mark:
        """Where the next window begins."""
        return Mark(read=self.until, heard=self.until, offset=self.offset)

    def filters(self, reading: Reading) -> Iterator[tuple[str, tuple[Where, ...]]]:
        """The conditions of the queries that read it, each with a name. A row that was never changed may have no stamp: it is found by
        its creation."""
        if self.since is None:
            yield "all", reading.where
            return
        first, last = self.local(self.since), self.local(self.until)
        yield "stamped", (*reading.where, *between(reading.stamp, first, last))
        yield "unstamped", (*reading.where, Where(reading.stamp, "isnull"), *between(reading.created, first, last))

    def local(self, moment: datetime) -> str:
        return f"{moment.astimezone(_zone(self.offset)):{STAMP}}"


def end_of(now: datetime) -> datetime:
    return (now - HORIZON).astimezone(UTC).replace(microsecond=0)


def opened(mark: Mark | None, until: datetime, offset: int) -> Window:
    """The window that follows ``mark`` (None: everything)."""
    return Window(since=mark.read - mark.overlap(offset) if mark else None, until=until, offset=offset)


def moment_of(stamp: str, offset: int) -> datetime:
    """What Intacct's ``06/01/2026 04:58:30`` is. Raises ValueError for another form."""
    return datetime.strptime(stamp, STAMP).replace(tzinfo=_zone(offset)).astimezone(UTC)


def offset_of(user: UserFormat) -> int:
    """Raises SetupWrong where the user writes dates in another way than ``mm/dd/yyyy`` with 24 hours."""
    if user.date_format != DATE_FORMAT or not user.clock_24h:
        said = f"{user.date_format!r} with {'24' if user.clock_24h else '12'} hours"
        raise SetupWrong(
            Code.VALUE_UNREADABLE, f"The connector's Intacct user writes dates as {said}; set its preferences to mm/dd/yyyy with 24 hours."
        )
    return user.gmt_offset_minutes


def between(field: str, first: str, last: str) -> tuple[Where, ...]:
    return Where(field, "greaterthanorequalto", (first,)), Where(field, "lessthan", (last,))


def _zone(offset: int) -> timezone:
    return timezone(timedelta(minutes=offset))
