"""What to do when Intacct gives no usable answer: ask again a few times, then let the caller come back later.

Only for what may be repeated: reads and sign-in. A write is asked once, and its outcome is then known or unknown.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from connector.core.errors import Code, RetryLater
from connector.ports import Clock

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0


class Passing(Exception):  # noqa: N818 -- a condition that passes; it becomes RetryLater or an unknown outcome
    """No usable answer. ``again`` says whether to ask again at once; ``seconds`` is what the other side asks for."""

    def __init__(
        self,
        why: str,
        *,
        code: Code = Code.UNAVAILABLE,
        seconds: float | None = None,
        again: bool = True,
        their_words: str = "",
        text: str = "",
    ) -> None:
        super().__init__(why)
        self.why, self.code, self.seconds, self.again = why, code, seconds, again
        self.their_words, self.text = their_words, text

    def later(self) -> RetryLater:
        seconds = LONGEST_WAIT if self.seconds is None else self.seconds
        return RetryLater(self.code, self.why, seconds=seconds, their_words=self.their_words)


class NotSent(Passing):
    """No connection came about: Intacct has seen nothing of the request."""


class TurnedAway(Passing):
    """Intacct answered that it would not look at the request now: nothing of it was done."""


class NoAnswer(Passing):
    """The request left and no readable answer came back. ``text`` is what did come, without secrets."""


class Patience:
    """Calls again after 1, 2, 4 … seconds, each shortened at random by up to half so that workers do not march in step."""

    def __init__(self, clock: Clock, *, attempts: int = 4, jitter: Callable[[], float] = random.random) -> None:
        self._clock, self._attempts, self._jitter = clock, attempts, jitter

    def __call__[T](self, ask: Callable[[], T]) -> T:
        """Raises RetryLater when the attempts are used up, or at once where the other side names a time to come back."""
        for attempt in range(1, self._attempts):
            try:
                return ask()
            except Passing as passing:
                if passing.seconds is not None or not passing.again:
                    raise passing.later() from passing
                wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1))
                self._clock.sleep(wait * (1 - self._jitter() / 2))
        try:
            return ask()
        except Passing as passing:
            raise passing.later() from passing
