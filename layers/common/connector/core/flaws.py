"""What is wrong with settings by themselves, whatever the two systems hold. Asked before they are saved, and not when they are read: what
an earlier version let pass must not keep the connector from running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import combinations

from connector.core.configuration import Configuration
from connector.core.definitions import USES
from connector.core.errors import Code, Violation
from connector.core.money import exact

_NEEDED = ("unit", "project_category", "change_request_status", *(f"definitions.{name}" for name in USES if "adjustment" not in name))


def flaws(config: Configuration, objects: Collection[str], imported: Collection[str]) -> Iterator[Violation]:
    """``objects`` are all there are, ``imported`` those that a schedule may name. Fields are paths (``approvers.0.up_to``)."""
    for path, said in (
        *_texts(config),
        *_approvers(config, objects),
        *_nobody(config),
        *_schedules(config, imported),
        *_definitions(config),
        *_delimiter(config),
    ):
        yield Violation(code=Code.MALFORMED, field=path, message=said)


def values(config: Configuration) -> Iterator[tuple[str, str]]:
    """Every text of the settings with its path."""
    yield from _flat("", config.model_dump(mode="json"))


def _flat(path: str, tree: object) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for name, inner in tree.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(tree, list):
        for number, inner in enumerate(tree):
            yield from _flat(f"{path}.{number}", inner)


def _texts(config: Configuration) -> Iterator[tuple[str, str]]:
    for path, text in values(config):
        if text != text.strip():
            yield path, f"{text!r} begins or ends with a space, which Intacct would look for."
        elif not text and (path in _NEEDED or path.partition(".")[0] in {"items", "location_by_project", "admins", "senders"}):
            yield path, "This cannot be empty."


def _approvers(config: Configuration, objects: Collection[str]) -> Iterator[tuple[str, str]]:
    seen: Counter[tuple[object, ...]] = Counter()
    for number, right in enumerate(config.approvers):
        path = f"approvers.{number}"
        same = (right.login.casefold(), right.objects, right.projects)
        seen[same] += 1
        if not right.login:
            yield f"{path}.login", "An approver is named by the login in Procore."
        elif seen[same] > 1:
            yield path, f"{right.login} has this right already: one line for one person, objects and projects."
        if right.up_to is not None and right.up_to < 0:
            yield f"{path}.up_to", f"A limit is not below zero; {right.up_to:.10g} would let nothing pass."
        elif right.up_to is not None and not _is_money(right.up_to):
            yield f"{path}.up_to", f"A limit is an amount of money; {right.up_to:.10g} is none."
        unknown = sorted(right.objects - frozenset(objects))
        if unknown:
            yield f"{path}.objects", f"There is no object {', '.join(unknown)}; there are {', '.join(objects)}."


def _is_money(amount: Decimal) -> bool:
    try:
        exact(amount, 2)
    except ValueError:
        return False
    return True


def _nobody(config: Configuration) -> Iterator[tuple[str, str]]:
    if not config.admins and not config.procore_admins_are_admins:
        yield "admins", "Nobody could change the settings any more: name administrators, or let Procore's be."
    if not config.approvers and not config.accounting_flag_approves:
        yield "approvers", "Nobody could approve anything: name approvers, or let Procore's accounting approvers be."


def _schedules(config: Configuration, imported: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in config.schedules:
        if name not in imported:
            yield f"schedules.{name}", f"{name} is not imported; these are: {', '.join(imported)}."


def _definitions(config: Configuration) -> Iterator[tuple[str, str]]:
    """Two uses that ask contrary things of one definition."""
    for one, other in combinations(USES, 2):
        name = getattr(config.definitions, one)
        contrary = (USES[one].doc_class, USES[one].changes) != (USES[other].doc_class, USES[other].changes)
        if name and contrary and name == getattr(config.definitions, other):
            yield f"definitions.{other}", f"{name} stands for {one.replace('_', ' ')} already, and cannot be both."


def _delimiter(config: Configuration) -> Iterator[tuple[str, str]]:
    delimiter = config.cost_code_delimiter
    if not delimiter or any(character.isalnum() for character in delimiter):
        yield "cost_code_delimiter", "A delimiter is a character that cost codes do not have otherwise, such as - or a dot."
