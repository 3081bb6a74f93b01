"""What differs between two settings, as people read it: which setting, what it was, what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.people import ApprovalRight

NOTHING: Final = "none"


def differences(before: Configuration, after: Configuration, jobs: Mapping[str, str] = MappingProxyType({})) -> list[tuple[str, str, str]]:
    """Path, then, now. A mapping is compared by its keys, approvers by their logins; what is not there is ``none``. ``jobs`` are the job
    numbers of projects by their Procore ids."""
    old, new = dict(_told(before, jobs)), dict(_told(after, jobs))
    paths = [*old, *(path for path in new if path not in old)]
    return [(path, then, now) for path in paths if (then := old.get(path, NOTHING)) != (now := new.get(path, NOTHING))]


def _told(config: Configuration, jobs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in config.model_dump(mode="json", exclude={"approvers"}).items():
        yield from _flat(name, value)
    rights: dict[str, list[str]] = {}
    for right in config.approvers:
        rights.setdefault(right.login, []).append(right_words(right, jobs))
    yield from ((f"approvers.{login}", "; ".join(each)) for login, each in rights.items())


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    else:
        yield path, words(value)


def words(value: Any) -> str:
    """A setting's value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | frozenset):
        return ", ".join(sorted(map(str, value))) or NOTHING
    return str(value) if value not in ("", None) else NOTHING


def right_words(right: ApprovalRight, jobs: Mapping[str, str]) -> str:
    """``all objects, job 24-107, up to 25,000.00``."""
    objects = ", ".join(sorted(right.objects)).replace("_", " ") or "all objects"
    projects = f"job {', '.join(sorted(jobs.get(each, each) for each in right.projects))}" if right.projects else "all jobs"
    return f"{objects}, {projects}, {limit_words(right.up_to)}"


def limit_words(limit: Decimal | None) -> str:
    return "without limit" if limit is None else f"up to {limit:,.2f}"
