"""One story for each place at which something can happen, each in a company of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, count
from typing import Final

import pytest

from tests.proof.judge import verdict
from tests.proof.stage import Addresses, Stage, Subject, stage
from tests.proof.watch import Place, Side, changes

NEVER: Final = -1
"""Minutes that Intacct remembers a controlid: so few that it never does, and nothing may rely on it."""


def cases(every: Iterable[object], at_each_merge: Collection[object]) -> list[object]:
    """All of them for `make proof`; `make test` plays those that differ most."""
    return [pytest.param(each, id=str(each), marks=() if each in at_each_merge else pytest.mark.proof) for each in every]


def stories(
    addresses: Addresses,
    subject: Subject,
    act: Callable[[Stage], Callable[[], object]],
    counts: Callable[[str], bool] = changes,
    sides: tuple[Side, ...] = ("before", "behind"),
) -> Iterator[Stage]:
    """The stage of each story, armed, to be played by the test; ends with the first story that ends before its place comes."""
    for number in count():
        for side in sides:
            with stage(addresses, subject) as here:
                here.intacct.settings.replay_minutes = NEVER
                here.watch.arm(Place(number, side), act(here), counts)
                yield here
                if not here.watch.struck:
                    return


def found_wrong(played: Iterator[tuple[str, list[str]]], *, at_least: int) -> list[str]:
    """What is wrong, with where it happened; the matrix must have had so many places."""
    seen = [(where, wrong) for where, wrong in played]
    assert len(seen) > at_least, f"only {len(seen)} places"
    return list(chain.from_iterable((f"{where}: {each}" for each in wrong) for where, wrong in seen))


def played(told: Iterator[Stage]) -> Iterator[tuple[str, list[str]]]:
    """Each story played to its end and judged."""
    for here in told:
        here.play()
        yield here.watch.struck or "undisturbed", verdict(here)
