"""*Your mails*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connector.core.notices import FOR_APPROVERS, How, MailKind, Preferences
from connector.presentation.frame import Frame, framed

_KINDS: Final = {
    MailKind.WAITING: ("Something waits for your decision", "Each record, as it is sent to you."),
    MailKind.RETURNED: ("Something comes back after a rejection", "With what was changed."),
    MailKind.REJECTED: ("What you sent was rejected", "With the reason, and what to correct."),
    MailKind.FAILED: ("What you sent did not reach Intacct", "With the cause, and who can mend it."),
    MailKind.SYNCED: ("What you sent is in Intacct", "With both ids."),
}
_HOWS: Final = ((How.AT_ONCE, "at once"), (How.DIGEST, "in the daily mail"), (How.NONE, "not at all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``zone`` is what stands in the field; ``hour`` is from when on the daily mail goes."""

    chosen: Preferences
    zone: str
    login: str
    hour: int
    approver: bool
    saved: bool = False
    wrong: str = ""


def page(frame: Frame, choice: Choice) -> str:
    kinds = [kind for kind in MailKind if choice.approver or kind not in FOR_APPROVERS]
    return framed(
        "preferences.html",
        frame,
        choice=choice,
        hour=f"{choice.hour}:00",
        kinds=[(kind.value, *_KINDS[kind], [(how.value, words, choice.chosen.how(kind) is how) for how, words in _HOWS]) for kind in kinds],
    )
