"""*Adopt existing*: what stands in both systems, side by side with a tie-out for each pair, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from connector.core.adoption import Compared
from connector.core.errors import Violation
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill

_AGREES: Final = Pill("check", "Agrees", "ok")
_DIFFERS: Final = Pill("differs", "Differs", "warn")
_STANDS_IN_THE_WAY: Final = Pill("cross", "Cannot be linked", "bad")
_LINKED: Final = Pill("link", "Linked", "ok")
_NOT_LINKED: Final = Pill("cross", "Not linked", "bad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is looked for, and what could be: ``projects`` by Procore's id."""

    objects: Sequence[str]
    projects: Mapping[str, str]
    object: str
    project: str

    @property
    def object_choices(self) -> list[tuple[str, str, bool]]:
        return [(name, object_words(name), name == self.object) for name in self.objects]

    @property
    def project_choices(self) -> list[tuple[str, str, bool]]:
        ordered = sorted(self.projects.items(), key=lambda each: each[1].casefold())
        return [(key, name, key == self.project) for key, name in ordered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``difference`` is what Procore's lines come to less what Intacct's do, in words; ``accept`` are the fields that differ."""

    value: str
    number: str
    title: str
    intacct_id: str
    procore_total: str
    intacct_total: str
    difference: str
    pill: Pill
    differences: tuple[tuple[str, str, str], ...]
    accept: tuple[str, ...]
    problems: tuple[Violation, ...]


def page(frame: Frame, place: Place) -> str:
    return framed("adopt.html", frame, place=place, found=None)


def matches(
    frame: Frame, formats: Formats, place: Place, compared: Sequence[Compared], *, left: Sequence[str], away: Violation | None
) -> str:
    """``left`` are the pairs that this look did not come to, as a form names them."""
    rows = [_row(pair, formats) for pair in compared]
    agreeing = [row for row in rows if row.pill is _AGREES]
    differing = sum(row.pill is _DIFFERS for row in rows)
    return framed(
        "adopt.html",
        frame,
        place=place,
        found=rows,
        agreeing=agreeing,
        differing=differing,
        said=_said(rows, len(agreeing), len(left)),
        left=left,
        away=away,
    )


def _said(rows: Sequence[Row], agreeing: int, left: int) -> str:
    if not rows and not left:
        return "Nothing stands in both that is not linked."
    compared = f"{len(rows)} {'pair' if len(rows) == 1 else 'pairs'} compared, {agreeing} {'agrees' if agreeing == 1 else 'agree'}."
    return f"{compared} {left} not compared yet." if left else compared


def _row(pair: Compared, formats: Formats) -> Row:
    shown = pair.fingerprint != ""
    difference = pair.procore_total - pair.intacct_total
    return Row(
        value=" ".join(quote(part, safe="") for part in (pair.procore_id, pair.intacct_id, *([pair.fingerprint] if shown else []))),
        number=pair.number or pair.procore_id,
        title=pair.title,
        intacct_id=pair.intacct_id,
        procore_total=formats.money(pair.procore_total) if shown else "not read",
        intacct_total=formats.money(pair.intacct_total) if shown else "not read",
        difference="" if not shown else formats.money(difference, signed=True) if difference else "equal",
        pill=_LINKED if pair.linked else _STANDS_IN_THE_WAY if pair.violations else _DIFFERS if pair.differences else _AGREES,
        differences=tuple((each.label, each.ours or "nothing", each.theirs or "nothing") for each in pair.differences),
        accept=tuple(each.field for each in pair.differences),
        problems=pair.violations,
    )


def results(
    frame: Frame,
    formats: Formats,
    place: Place,
    done: Sequence[Compared],
    *,
    left: Sequence[tuple[str, Sequence[str]]],
    reason: str,
    away: Violation | None,
) -> str:
    """What was not linked first. ``left`` was not come to: each pair as a form names it, with the fields accepted for it."""
    rows = [
        replace(_row(pair, formats), pill=_LINKED if pair.linked else _NOT_LINKED) for pair in sorted(done, key=lambda pair: pair.linked)
    ]
    linked = sum(pair.linked for pair in done)
    refused, asked = len(done) - linked, len(done) + len(left)
    said = f"{linked} linked." if linked == asked else f"{linked} of {asked} linked."
    said += f" {refused} {'was' if refused == 1 else 'were'} not." if refused else ""
    said += f" {len(left)} {'is' if len(left) == 1 else 'are'} still to do." if left else ""
    return framed("adopted.html", frame, place=place, rows=rows, said=said, left=left, reason=reason, away=away)
