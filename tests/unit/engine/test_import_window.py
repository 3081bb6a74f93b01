"""Which rows an import reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.errors import SetupWrong
from connector.core.exchange import UserFormat, Where
from connector.core.spec import Reading
from connector.engine.window import later, offset_of, opened

NOW = datetime(2026, 6, 1, 12, 0, 30, 500, tzinfo=UTC)
READING = Reading(object="VENDOR", where=(Where("STATUS", "equalto", ("active",)),))


def test_the_first_window_reads_everything_without_a_stamp() -> None:
    window = opened("", NOW, -480, full=False)
    assert dict(window.filters(READING)) == {"all": READING.where}


def test_a_window_ends_two_minutes_ago_and_the_next_begins_five_minutes_before_that_end() -> None:
    first = opened("", NOW, 0, full=False)
    second = opened(first.watermark, NOW + timedelta(hours=1), 0, full=False)
    assert first.until == datetime(2026, 6, 1, 11, 58, 30, tzinfo=UTC)
    assert (second.since, second.until) == (first.until - timedelta(minutes=5), first.until + timedelta(hours=1))


def test_stamps_are_in_the_offset_of_the_user_and_rows_without_one_are_found_by_their_creation() -> None:
    window = opened(opened("", NOW, -480, full=False).watermark, NOW + timedelta(hours=1), -480, full=False)
    first, last = "06/01/2026 03:53:30", "06/01/2026 04:58:30"
    assert dict(window.filters(READING)) == {
        "stamped": (*READING.where, Where("WHENMODIFIED", "greaterthanorequalto", (first,)), Where("WHENMODIFIED", "lessthan", (last,))),
        "unstamped": (
            *READING.where,
            Where("WHENMODIFIED", "isnull"),
            Where("WHENCREATED", "greaterthanorequalto", (first,)),
            Where("WHENCREATED", "lessthan", (last,)),
        ),
    }


def test_after_a_change_of_the_offset_the_overlap_is_more_than_an_hour() -> None:
    window = opened(opened("", NOW, -480, full=False).watermark, NOW + timedelta(hours=1), -420, full=False)
    assert window.since == datetime(2026, 6, 1, 10, 53, 30, tzinfo=UTC)


def test_a_full_import_forgets_the_watermark() -> None:
    assert opened(opened("", NOW, 0, full=False).watermark, NOW, 0, full=True).since is None


def test_a_watermark_never_moves_back() -> None:
    early, late = (opened("", NOW + timedelta(hours=hours), 60, full=False).watermark for hours in (0, 1))
    assert later(early, late) == later(late, early) == late
    assert later("", early) == early


@pytest.mark.parametrize(
    "user",
    [
        UserFormat(date_format="/dmY", gmt_offset_minutes=0, clock_24h=True),
        UserFormat(date_format="/mdY", gmt_offset_minutes=0, clock_24h=False),
    ],
)
def test_another_way_to_write_dates_is_a_matter_of_set_up(user: UserFormat) -> None:
    with pytest.raises(SetupWrong, match="24 hours"):
        offset_of(user)
