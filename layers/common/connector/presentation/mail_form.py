"""The form of a mail: one text and one HTML template for all of them. 72 columns, one link a line, no image, nothing fetched."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.ports import Letter

type Fact = tuple[str, str]

LABEL: Final = 16
COLUMNS: Final = 72
MOST: Final = 20
"""A letter names so many of a kind; larger ones are cut off by mail programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record in a list: ``SC-2041``, whose it is, its amount, what is unusual about it, what else there is to say, and its link."""

    number: str
    words: str = ""
    amount: str = ""
    warning: str = ""
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    lines: Sequence[Line]
    more: str = ""
    """Says that the list is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A mail before it has a form. A fact without a value is left out; a mail has one button or none; ``unusual`` is None where nobody
    decides, and empty where nothing is. ``small`` stands at the end, before ``also``, another way, and ``stop``, the address that stops
    mails of this kind."""

    kind: str
    to: str
    subject: str
    preheader: str
    headline: str
    thread: str = ""
    lead: str = ""
    facts: Sequence[Fact] = ()
    unusual: Sequence[str] | None = None
    sections: Sequence[Section] = ()
    way: Fact = ("", "")
    """The button and where it leads."""
    small: str = ""
    also: Fact = ("", "")
    stop: str = ""

    @property
    def button(self) -> str:
        return self.way[0]

    @property
    def link(self) -> str:
        return self.way[1]


def letter(content: Content) -> Letter:
    from connector.presentation.rendering import render  # noqa: PLC0415 -- templates are loaded with the first mail

    facts = [(label, value) for label, value in content.facts if value]
    return Letter(
        to=content.to,
        subject=_one_line(content.subject),
        text="\n".join(_text(content, facts)) + "\n",
        html=render("mail/letter.html", content=content, facts=facts),
        thread=content.thread,
        kind=content.kind,
        unsubscribe=content.stop,
    )


def _text(content: Content, facts: Sequence[Fact]) -> Iterator[str]:
    """The plain text: the fact, the reason, the remedy, the link."""
    yield from (*_wrapped(content.headline), *_wrapped(content.lead))
    unusual = [("" if number else "Unusual", words) for number, words in enumerate(content.unusual or ())]
    if facts or unusual:
        yield ""
    for label, value in [*facts, *unusual]:
        yield from _fact(label, value)
    if content.unusual is not None and not unusual:
        yield from ("", "Nothing unusual.")
    for section in content.sections:
        yield from ("", *_wrapped(section.title))
        for line in section.lines:
            yield from _line(line)
        yield from _wrapped(section.more)
    if content.link:
        yield from ("", f"{content.button}: {content.link}")
    if content.small:
        yield from ("", *_wrapped(content.small))
    if content.also[1]:
        yield from ("", f"{content.also[0]}: {content.also[1]}")
    if content.stop:
        yield from ("", f"Stop mails of this kind: {content.stop}")


def _fact(label: str, value: str) -> list[str]:
    fits = len(label) < LABEL
    return _wrapped(f"{label:<{LABEL}}{value}" if fits else f"{label}: {value}", indent=LABEL if fits else 2)


def _line(line: Line) -> Iterator[str]:
    yield from _wrapped("  ".join(filter(None, (f"- {line.number}", line.words, line.amount))), indent=2)
    for words in filter(None, (line.warning and f"! {line.warning}", line.note)):
        yield from _wrapped(f"  {words}", indent=2)
    if line.link:
        yield f"  {line.link}"


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text, COLUMNS, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _one_line(text: str) -> str:
    """A header takes one printable line; what a record's title smuggles in is left out."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
