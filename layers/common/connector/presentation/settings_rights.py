"""The rows of *Approvers and limits*, and the answer to *who would decide*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.core.deciders import Deciders
from connector.core.errors import Code, Violation
from connector.core.money import typed
from connector.core.people import ApprovalRight


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One row, as it is typed. ``projects`` are job numbers, names or Procore ids, separated by commas."""

    login: str = ""
    objects: tuple[str, ...] = ()
    projects: str = ""
    up_to: str = ""

    @classmethod
    def of(cls, right: ApprovalRight, projects: Mapping[str, str]) -> Right:
        """``projects`` are the job numbers of linked projects by their Procore ids."""
        return cls(
            login=right.login,
            objects=tuple(sorted(right.objects)),
            projects=", ".join(sorted(projects.get(each, each) for each in right.projects)),
            up_to=f"{right.up_to:,f}" if right.up_to is not None else "",
        )

    def read(self, number: int, projects: Mapping[str, str]) -> tuple[dict[str, Any], list[Violation]]:
        """As settings hold it, and what is wrong with it."""
        path, wrong = f"approvers.{number}", list[Violation]()
        limit = amount_of(self.up_to)
        if self.up_to.strip() and limit is None:
            wrong.append(_no(f"{path}.up_to", f"{self.login}: {self.up_to.strip()[:40]!r} is no amount."))
        ids = {words.casefold(): key for key, words in projects.items()}
        named = [part.strip() for part in self.projects.split(",") if part.strip()]
        unknown = [each for each in named if each.casefold() not in ids and not each.isdecimal()]
        wrong += [_no(f"{path}.projects", f"{self.login}: no linked job has the number {each[:40]!r}.") for each in unknown]
        found = [ids.get(each.casefold(), each) for each in named]
        return {
            "login": self.login,
            "objects": list(self.objects),
            "projects": found,
            "up_to": str(limit) if limit is not None else None,
        }, wrong


def _no(field: str, message: str) -> Violation:
    return Violation(code=Code.MALFORMED, field=field, message=message)


def amount_of(text: str) -> Decimal | None:
    """``$250,000.00`` or the like; None for what is no amount, or below zero."""
    try:
        value = typed(text.strip())
    except ValueError:
        return None
    return value if value >= 0 else None


def answer(found: Deciders) -> str:
    """Who would decide, in a sentence."""
    said = [f"{_either(found.alone)}, alone."] if found.alone else []
    if found.first:
        others = [*found.alone, *found.first]
        after = "another approver" if len(others) == 1 else "another of these"
        said.append(f"{_either(found.first)} {'may begin' if found.alone else 'begins'}, then {after} decides too: it is above the limit.")
    if len([*found.alone, *found.first]) == 1 and found.first:
        said.append("Nobody else may decide it: it would wait.")
    if found.flagged:
        said.append("So may whoever has Procore's accounting-approver flag and is not named here.")
    return " ".join(said) or "Nobody: it would wait."


def _either(logins: Sequence[str]) -> str:
    return f"{', '.join(logins[:-1])} or {logins[-1]}" if len(logins) > 1 else logins[0]
