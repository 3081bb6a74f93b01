"""Which rows an import reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.errors import SetupWrong
from connector.core.exchange import UserFormat, Where
from connector.core.spec import Reading
from connector.engine.window import Mark, end_of, moment_of, offset_of, opened

NOW = datetime(2026, 6, 1, 12, 0, 30, 500, tzinfo=UTC)
READING = Reading(object="VENDOR", where=(Where("STATUS", "equalto", ("active",)),))


END = end_of(NOW)
MARK = Mark(read=END, heard=END, offset=-480)


def test_the_first_window_reads_everything_without_a_stamp() -> None:
    assert dict(opened(None, END, -480).filters(READING)) == {"all": READING.where}


def test_a_window_ends_two_minutes_ago_and_the_next_begins_five_minutes_before_that_end() -> None:
    assert datetime(2026, 6, 1, 11, 58, 30, tzinfo=UTC) == END
    first = opened(None, END, -480)
    second = opened(first.mark, END + timedelta(hours=1), -480)
    assert (second.since, second.until) == (END - timedelta(minutes=5), END + timedelta(hours=1))


def test_stamps_are_in_the_offset_of_the_user_and_rows_without_one_are_found_by_their_creation() -> None:
    window = opened(MARK, END + timedelta(hours=1), -480)
    first, last = "06/01/2026 03:53:30", "06/01/2026 04:58:30"
    assert moment_of(last, -480) == window.until
    assert dict(window.filters(READING)) == {
        "stamped": (*READING.where, Where("WHENMODIFIED", "greaterthanorequalto", (first,)), Where("WHENMODIFIED", "lessthan", (last,))),
        "unstamped": (
            *READING.where,
            Where("WHENMODIFIED", "isnull"),
            Where("WHENCREATED", "greaterthanorequalto", (first,)),
            Where("WHENCREATED", "lessthan", (last,)),
        ),
    }


def test_after_a_change_of_the_offset_a_day_and_more_than_an_hour_are_read_again() -> None:
    assert opened(MARK, END, -420).since == END - timedelta(hours=25, minutes=5)


def test_a_quiet_hour_moves_what_was_heard_and_not_what_was_read() -> None:
    later = MARK.quiet_until(END + timedelta(hours=1))
    assert (later.read, later.heard) == (END, END + timedelta(hours=1))
    assert later.quiet_until(END) == later
    assert opened(later, END + timedelta(hours=1), -480).since == END - timedelta(minutes=5)


def test_a_mark_is_a_watermarks_text() -> None:
    assert Mark.of(str(MARK)) == MARK
    assert Mark.of("") is None


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
