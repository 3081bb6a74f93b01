"""What an administrator typed into a section of the settings, read as settings; nothing typed is lost where it cannot be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from pydantic import ValidationError

from connector.core import setting_kinds
from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.entrypoints.visits import Visit
from connector.presentation.setting_words import Section, label
from connector.presentation.settings_rights import Right

FIELD: Final = "s."
"""A form's field of this and a path is that setting."""
MOST_RIGHTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """``texts`` by path; ``rights`` are the rows of approvers, None where the section has none."""

    texts: Mapping[str, str] = field(default_factory=dict)
    rights: tuple[Right, ...] | None = None


def shown(config: Configuration, section: Section, projects: Mapping[str, str]) -> Typed:
    """The section as it is kept."""
    texts = {path: setting_kinds.write(path, setting_kinds.at(config, path)) for path in section.paths}
    rights = tuple(Right.of(right, projects) for right in config.approvers) if section.name == "approvers" else None
    return Typed(texts=texts, rights=rights)


def typed(visit: Visit, section: Section, config: Configuration, projects: Mapping[str, str]) -> Typed:
    """The section as it was sent; a setting that was not sent is as it is kept."""
    kept = shown(config, section, projects)
    texts = {path: visit.one(FIELD + path) if FIELD + path in visit.given else text for path, text in kept.texts.items()}
    return Typed(texts=texts, rights=tuple(_rights(visit)) if kept.rights is not None else None)


def unsaved(given: Typed, kept: Typed) -> frozenset[str]:
    """What is not as it is kept: paths, and the rows of approvers by their numbers (``approvers.0``)."""
    paths = {path for path, text in given.texts.items() if text.replace("\r\n", "\n").strip() != kept.texts[path].strip()}
    rows = enumerate(zip_longest(given.rights or (), kept.rights or ()))
    return frozenset(paths | {f"approvers.{number}" for number, (row, before) in rows if row != before})


def _rights(visit: Visit) -> Iterable[Right]:
    """The rows of the table; one without a login is none."""
    numbers = sorted(int(name.partition(".")[2]) for name in visit.given if name.startswith("login.") and name[6:].isdecimal())
    for number in numbers[:MOST_RIGHTS]:
        login = visit.one(f"login.{number}").strip()
        if login:
            yield Right(
                login=login,
                objects=tuple(visit.given.get(f"objects.{number}", ())),
                projects=visit.one(f"projects.{number}"),
                up_to=visit.one(f"up_to.{number}"),
            )


def read(given: Typed, config: Configuration, projects: Mapping[str, str]) -> tuple[Configuration, list[Violation]]:
    """The settings with this section in place of its own; or those of before, and everything that keeps it from being any."""
    tree: dict[str, Any] = config.model_dump(mode="json")
    for path, text in given.texts.items():
        *within, last = path.split(".")
        place = tree
        for name in within:
            place = place[name]
        place[last] = setting_kinds.read(path, text)
    wrong: list[Violation] = []
    if given.rights is not None:
        read_rows = [right.read(number, projects) for number, right in enumerate(given.rights)]
        tree["approvers"] = [row for row, _ in read_rows]
        wrong += [violation for _, violations in read_rows for violation in violations]
    try:
        return Configuration.model_validate(tree), wrong
    except ValidationError as problem:
        return config, [*wrong, *(_refusal(each) for each in problem.errors())]


def _refusal(error: Any) -> Violation:
    path = ".".join(map(str, error["loc"]))
    given = error["input"] if isinstance(error["input"], str) else ""
    said = f"{label(path)}{f' cannot be {given[:60]!r}' if given else ''}: {error['msg'].lower().removeprefix('input ')}."
    return Violation(code=Code.MALFORMED, field=path, message=said)


def version(config: Configuration, section: Section) -> str:
    """Of what the section holds: a change elsewhere does not touch it."""
    held: dict[str, Any] = {path: setting_kinds.write(path, setting_kinds.at(config, path)) for path in section.paths}
    if section.name == "approvers":
        held["approvers"] = [right.model_dump_json() for right in config.approvers]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]
