"""What became of one record. Values, so that one record's failure never stops a batch and no worker dies of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from connector.core.errors import Violation


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Its approval does not stand any more: it was taken back before its turn came."""
    STALE = "stale"
    BLOCKED = "blocked"
    LATER = "later"
    STOPPED = "stopped"
    """The set-up is wrong: the run should not try the next record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    item: str
    result: Result
    violations: tuple[Violation, ...] = ()
    waits_for: str = ""
    seconds: int = 0
    intacct_id: str = ""
    detail: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """What the state machine sees: small, text only, no rows."""
        said: dict[str, object] = {"item": self.item, "result": self.result.value}
        if self.violations:
            said["code"] = self.violations[0].code.value
        if self.result is Result.LATER:
            said["seconds"] = self.seconds
        if self.waits_for:
            said["waits_for"] = self.waits_for
        if self.intacct_id:
            said["intacct_id"] = self.intacct_id
        return said
