"""Countries and states, as each system spells them."""

from __future__ import annotations

import pytest

from connector.core.places import COUNTRY_CODE, COUNTRY_NAME, STATE, STATE_CODE


@pytest.mark.parametrize("said", ["United States", "united states", "US", "us", "USA", "United States of America"])
def test_a_country_is_its_code_here_whatever_it_is_called_there(said: str) -> None:
    assert COUNTRY_NAME.read(said) == COUNTRY_CODE.read(said) == "US"


def test_procore_is_told_the_code_and_intacct_the_name() -> None:
    assert (COUNTRY_CODE.write("CA"), COUNTRY_NAME.write("CA")) == ("CA", "Canada")


def test_a_country_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="Elbonia"):
        COUNTRY_NAME.read("Elbonia")


@pytest.mark.parametrize(
    ("said", "code"), [("Washington", "WA"), ("wa", "WA"), ("British Columbia", "BC"), ("nsw", "NSW"), ("Bayern", "Bayern")]
)
def test_a_state_is_its_code_where_it_has_one(said: str, code: str) -> None:
    assert STATE.read(said) == code


def test_procore_is_told_no_state_that_has_no_code() -> None:
    assert (STATE_CODE.write("WA"), STATE_CODE.write("Bayern"), STATE.write("Bayern")) == ("WA", None, "Bayern")
