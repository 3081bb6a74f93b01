"""What people see around the sign-in: the frame before it, and the last page of the popup."""

from __future__ import annotations

from dataclasses import dataclass

from connector.presentation.frame import Frame, framed


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Why a sign-in did not succeed. ``again`` offers to start it anew."""

    heading: str
    words: str
    again: bool = True


def signed_out(base: str, locale: str, *, ended: bool = False, signed_out: bool = False, here: str = "", panel: bool = False) -> str:
    """In the frame: ``ended`` after a session has ended, ``signed_out`` after its button. ``here`` is where a tab of its own leads."""
    frame = Frame(base=base, locale=locale, panel=panel)
    return framed("signed_out.html", frame, ended=ended, signed_out=signed_out, here=here)


def signed_in(base: str, ticket: str) -> str:
    """In the popup: hands the ticket to the page that opened it, and closes."""
    return framed("signed_in.html", Frame(base=base, locale="en_US"), ticket=ticket)


def refused(base: str, end: End) -> str:
    return framed("refused.html", Frame(base=base, locale="en_US"), end=end)


def elsewhere() -> End:
    return End(heading="This sign-in was started somewhere else.", words="Start again here.")


def declined() -> End:
    return End(heading="Procore did not sign you in.", words="Start again, and choose to allow it.")


def not_of_the_company(why: str) -> End:
    return End(
        heading="Procore signed you in, but not into this connector.", words=f"{why} Ask an administrator of this connector.", again=False
    )


def away() -> End:
    return End(heading="Procore does not answer just now.", words="Nothing was lost. Start again in a minute.")
