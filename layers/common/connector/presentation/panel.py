"""The side panel of 400 px: one block, a state, a sentence, one button."""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.errors import Violation
from connector.core.item import Item, State
from connector.presentation.app_item import Action
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import pill
from connector.presentation.letters import noun

_BUTTONS = {"take-back": "Take back", "retry": "Try again", "send": "Send again"}
_GOING = frozenset({State.APPROVED, State.EXPORTING})


def waiting(frame: Frame) -> str:
    """Before Procore has said which record is open."""
    return framed("panel_words.html", frame, heading="Which record?", words="Procore has not said yet which record is open.", which=True)


def not_ours(frame: Frame) -> str:
    return framed(
        "panel_words.html", frame, heading="Not sent to Intacct", words="This kind of record does not go to Intacct.", which=False
    )


def unsent(
    frame: Frame, title: str, name: str, procore_id: str, project_id: str, *, may_send: bool, violations: Sequence[Violation] = ()
) -> str:
    return framed(
        "panel_unsent.html", frame, title=title, object=name, id=procore_id, project=project_id, may_send=may_send, violations=violations
    )


def item(frame: Frame, held: Item, formats: Formats, *, action: Action, address: str) -> str:
    """``address`` is that of the item's whole page in the panel."""
    return framed(
        "panel_item.html",
        frame,
        heading=f"{noun(held)} {held.number}",
        party=held.party or held.title,
        money=formats.money(held.amount) if held.amount else "",
        pill=pill(held.state, yours=action.kind == "decide", differs=held.drift is not None),
        intacct=held.intacct_id,
        words=action.words,
        since=formats.moment(held.since),
        sender=held.sent_by_name,
        reason=held.reason,
        problems=[problem.violation() for problem in held.problems],
        action=action.kind,
        approval=action.approval,
        ways=action.ways,
        button=_BUTTONS.get(action.kind, ""),
        item=address.partition("?")[0],
        address=address,
        every=4 if held.state in _GOING else 30,
        here=address.replace("/items/", "/panel/item/"),
    )
