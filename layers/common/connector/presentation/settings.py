"""*Settings*: the sections, each with its settings in words, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from connector.core import mapping as tables
from connector.core.configuration import Stays
from connector.core.connection import Checked, StepState
from connector.core.deciders import Deciders
from connector.core.errors import Violation, Who
from connector.core.item import HistoryEntry, first_break
from connector.core.setting_kinds import Kind, kind_of
from connector.core.spec import Assignment, Leg, SyncObject
from connector.core.trial import Trial
from connector.core.usage import Report
from connector.presentation import settings_trial
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill
from connector.presentation.setting_words import SECTIONS, Section, label
from connector.presentation.settings_rights import Right, answer
from connector.presentation.usage import since, systems

_PILLS: Final = {
    StepState.HOLDS: Pill("check", "Holds", "ok"),
    StepState.WRONG: Pill("cross", "Wrong", "bad"),
    StepState.NOT_CHECKED: Pill("pause", "Not checked", "off"),
}
MOST_ENTRIES: Final = 100
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is to be said above a section: a note, or what is wrong; ``meanwhile`` is what somebody else changed. ``first`` is the page
    that a narrow screen shows only the list of."""

    first: bool = False
    note: str = ""
    wrong: tuple[Violation, ...] = ()
    meanwhile: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What all sections need."""

    frame: Frame
    formats: Formats
    section: Section
    look: Look
    checked: Checked | None = None
    nobody: bool = False
    unsaved: frozenset[str] = frozenset()
    """Paths, and rows of approvers (``approvers.0``), that are shown otherwise than they are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question who would decide, and the answer."""

    object: str = ""
    amount: str = ""
    project: str = ""
    wrong: bool = False
    found: Deciders | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    path: str
    label: str
    hint: str
    kind: Kind
    value: str
    wrong: tuple[str, ...] = ()
    stays: Stays | None = None
    lines: int = field(default=0)
    typed: bool = False


def _html(view: View, template: str, **values: Any) -> str:
    look = view.look
    return framed(
        f"settings/{template}.html",
        view.frame,
        section=view.section,
        sections=[(each.name, each.title, each.name == view.section.name, _state(view, each)) for each in SECTIONS],
        first=look.first,
        note=look.note,
        wrong=[(each, _anchor(view.section, each.field)) for each in look.wrong],
        meanwhile=[(label(path), said) for path, said in look.meanwhile],
        **values,
    )


def _state(view: View, section: Section) -> Pill | None:
    """Of those sections that can be right or wrong."""
    if section.name == "connection":
        if view.checked is None:
            return Pill("pause", "not checked", "off")
        return Pill("check", "holds", "ok") if view.checked.holds else Pill("cross", "to do", "bad")
    return Pill("warn", "nobody named", "warn") if section.name == "approvers" and view.nobody else None


def _anchor(section: Section, path: str) -> str:
    """The field of the page that this is about."""
    return next((each for each in section.paths if path == each or path.startswith(f"{each}.")), "")


def _fields(view: View, texts: Mapping[str, str], held_back: Mapping[str, Stays]) -> list[tuple[str, list[Field]]]:
    wrong = [(_anchor(view.section, each.field), each.message) for each in view.look.wrong]
    return [
        (
            heading,
            [
                Field(
                    path=words.path,
                    label=words.label,
                    hint=words.hint,
                    kind=kind_of(words.path),
                    value=texts[words.path],
                    wrong=tuple(said for path, said in wrong if path == words.path),
                    stays=held_back.get(words.path),
                    lines=min(8, max(2, texts[words.path].count("\n") + 2)),
                    typed=words.path in view.unsaved,
                )
                for words in group
            ],
        )
        for heading, group in view.section.groups
    ]


def fields(view: View, texts: Mapping[str, str], version: str) -> str:
    return _html(view, "fields", groups=_fields(view, texts, {}), version=version)


def mapping(
    view: View, texts: Mapping[str, str], held_back: Mapping[str, Stays], room: SyncObject[Any], *, objects: Sequence[str], version: str
) -> str:
    """``room`` is the object whose table is shown."""
    shown = [(f"{room.title}: Procore to Intacct", list(tables.lines(room.record)))] if room.export else []
    for leg in room.imports:
        if isinstance(leg, Leg):
            shown.append((f"{room.title}: Intacct to Procore, {leg.name.replace('_', ' ')}", list(tables.lines(leg.record))))
        elif isinstance(leg, Assignment):
            shown.append((f"{leg.name.replace('_', ' ').capitalize()}: joins what is linked; adds, never replaces", []))
    return _html(
        view,
        "mapping",
        groups=_fields(view, texts, held_back),
        version=version,
        objects=[(name, object_words(name), name == room.name) for name in objects],
        tables=[(title, [line for line in lines if line.procore or line.told or line.read]) for title, lines in shown],
        summary=room.summary,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The approvers, and what their rights can name."""

    rights: tuple[Right, ...]
    jobs: tuple[str, ...]
    objects: tuple[str, ...]


def approvers(view: View, texts: Mapping[str, str], table: Table, asked: Asked, version: str) -> str:
    logins = [right.login for right in table.rights]
    return _html(
        view,
        "approvers",
        groups=_fields(view, texts, {}),
        version=version,
        rights=[
            (number, right, _second(right, logins), f"approvers.{number}" in view.unsaved)
            for number, right in enumerate([*table.rights, Right()])
        ],
        wrong_rows=[each.message for each in view.look.wrong if each.field.startswith("approvers.")],
        objects=[(name, object_words(name)) for name in table.objects],
        jobs=table.jobs,
        asked=asked,
        answer=answer(asked.found) if asked.found else "",
    )


def _second(right: Right, logins: Sequence[str]) -> str:
    """Who decides what is above the limit of a row."""
    others = [each for each in dict.fromkeys(logins) if each != right.login]
    if not right.up_to:
        return ""
    named = " or ".join([*others[:_NAMED], *(["others"] if len(others) > _NAMED else [])])
    return f"Above it {named} decides too." if others else "Above it nobody could."


def schedules(view: View, every: Mapping[str, str]) -> str:
    """``every`` is how often each object is imported."""
    return _html(view, "schedules", rows=[(object_words(name), often) for name, often in sorted(every.items())])


def usage(view: View, found: Report, now: datetime) -> str:
    return _html(view, "usage", systems=systems(view.formats, found, now), since=since(view.formats, found))


def history(view: View, entries: Sequence[HistoryEntry]) -> str:
    broken = first_break(entries, head=entries[-1].hash if entries else "", count=len(entries))
    shown = [
        (view.formats.moment(entry.at), entry.who, [(label(path), *said.split(" → ", 1)) for path, said in sorted(entry.detail.items())])
        for entry in list(reversed(entries))[:MOST_ENTRIES]
    ]
    return _html(view, "history", entries=shown, broken=broken, count=len(entries))


def connection(view: View) -> str:
    checked = view.checked
    if checked is None:
        return _html(view, "connection", heading="Not checked yet.", at="", steps=[], copy="")
    return _html(
        view,
        "connection",
        heading="Ready." if checked.holds else _to_do(checked),
        at=view.formats.moment(checked.at),
        steps=[(number, step.title, _PILLS[step.state], step.found, step.wrong) for number, step in enumerate(checked.steps, start=1)],
        copy=_for_intacct(checked),
    )


def _to_do(checked: Checked) -> str:
    count = sum(len(step.wrong) for step in checked.steps)
    return f"{count} {'thing is' if count == 1 else 'things are'} to be done." if count else "Not everything could be looked at."


def _for_intacct(checked: Checked) -> str:
    """What an Intacct administrator is to do, as a text to send."""
    open_ones = [(step.title, each) for step in checked.steps for each in step.wrong if each.who is Who.INTACCT_ADMIN]
    lines = [f"- {title}: {each.found} {each.do}" for title, each in open_ones]
    return "\n".join(["For the connector of Procore and Sage Intacct, in Intacct:", *lines]) if lines else ""


def review(
    view: View, changed: Sequence[tuple[str, str, str]], given: Mapping[str, Sequence[str]], *, triable: bool, tried: Trial | None
) -> str:
    """What would change, before it is saved; ``given`` is sent along again. ``triable`` where it can be tried on last month's records,
    ``tried`` what came of it."""
    rows = [(label(path), then, now) for path, then, now in changed]
    sent = [(name, value) for name, values in given.items() for value in values]
    told = settings_trial.told(view.frame, view.formats, tried) if tried else None
    return _html(view, "review", rows=rows, given=sent, triable=triable, tried=told)
