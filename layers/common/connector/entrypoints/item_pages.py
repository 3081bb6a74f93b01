"""One item: what will happen in the books, and what this person can do about it now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from connector.core.errors import Code, ConnectorError, Kind, Violation
from connector.core.item import SENDABLE, Item, State
from connector.core.people import ACCOUNTING, Role
from connector.core.waiting import DECIDABLE, Standing, Wanted, neighbours, standing
from connector.engine import elsewhere, submit, taking_back
from connector.engine import preview as previews
from connector.engine.choices import rechoose
from connector.engine.decide import Decided, Decision, decide, retry
from connector.engine.needs import as_of_now
from connector.engine.queue import waiting
from connector.engine.reset import JOBS
from connector.engine.resolve import offered
from connector.engine.submit import Sent
from connector.engine.unusual import look
from connector.engine.world import Source
from connector.entrypoints.approve_pages import after, reason_of
from connector.entrypoints.problems import status_of
from connector.entrypoints.views import HistoryAnswer
from connector.entrypoints.visits import Page, Route, Visit
from connector.ports import Json
from connector.presentation import app_item as pages
from connector.presentation import drift, item_page
from connector.presentation.app_item import NOWHERE, Action, Around, Place, Refusal, Ways

_NEEDS: Final = TypeAdapter(dict[str, str])
CHOICE: Final = "choice."
"""A form's field of this and a name is the approver's own value."""


def show(visit: Visit) -> Page:
    return _page(visit, submit.found(visit.world, visit.person, visit.id))


def _page(visit: Visit, item: Item, refusal: Refusal | None = None, *, status: HTTPStatus = HTTPStatus.OK) -> Page:
    item, history = submit.with_history(visit.world, item)
    stands = _standing(visit, item)
    preview = _preview(visit, item, item.fingerprint)
    preview = as_of_now(visit.world, item, preview) if item.state is State.WAITING else preview
    waits = item.state is State.WAITING
    unusual = look(visit.world, item, preview, visit.person.login, config=visit.config, history=history) if waits else None
    shown = item_page.build(item, preview, history, visit.formats, yours=stands in DECIDABLE, unusual=unusual)
    place = _place(visit, item, stands)
    frame = visit.frame("approve" if place.mine is not None else "", count=place.mine)
    around = Around(
        action=action_of(visit, item),
        place=place,
        after=after(visit),
        refusal=refusal,
        drift=_drift(visit, item, refusal),
    )
    html = pages.item(frame, shown, item, around, visit.formats)
    return Page(html=html, status=status)


def refused_page(visit: Visit, item: Item, refusal: Refusal) -> Page:
    """The item as it is, and why what was pressed did not happen."""
    return _page(visit, item, refusal, status=_status(refusal.violations[0]))


def _drift(visit: Visit, item: Item, refusal: Refusal | None) -> drift.Shown | None:
    """What differs of a synced record, for whoever has a part in what goes to accounting; the way to the reset of a linked job."""
    job = item.object == JOBS and Role.ADMIN in visit.roles and item.state in _LINKED
    reset = visit.address("jobs", item.procore_id, "reset") if job else ""
    if item.state is not State.SYNCED or not visit.roles:
        return drift.Shown(reset=reset, look=False) if reset else None
    finding, offers = offered(visit.world, item)
    who = ", ".join(right.login for right in visit.config.approvers_for(item)) or "an approver"
    decides = visit.config.may_approve(visit.person, item) and _not_own(visit, item)
    return drift.shown(
        item,
        finding,
        offers,
        visit.formats,
        why_not="" if decides else f"This is decided by {who}.",
        note=refusal.reason if refusal else "",
        reset=reset,
    )


def _standing(visit: Visit, item: Item) -> Standing:
    return standing(visit.config, visit.person, item) if item.state is State.WAITING else Standing.OTHERS


def _preview(visit: Visit, item: Item, fingerprint: str) -> Mapping[str, Json]:
    kept = visit.world.payloads.get(previews.name_of(item.id, fingerprint)) if fingerprint else None
    shown: Mapping[str, Json] = json.loads(kept) if kept else {}
    return {**pages.NOTHING_KEPT, **shown}


def _place(visit: Visit, item: Item, stands: Standing) -> Place:
    """Where the item is among those this person may decide, if it is."""
    if stands not in DECIDABLE or visit.frame().panel:
        return Place()
    queue = waiting(visit.world, visit.config, visit.person, Wanted(), visit.board)
    number, before, behind = neighbours(queue.rows, item.id)
    link = {name: visit.address("items", key) if key else "" for name, key in (("before", before), ("behind", behind))}
    return Place(number=number, mine=queue.mine, **link)


def action_of(visit: Visit, item: Item) -> Action:
    """The one thing this person can do about the item now, or why there is none."""
    if taking_back.may_take_back(visit.person, item):
        return Action(kind="take-back", approval=True, words=_APPROVED_BY_YOU[item.state])
    if item.state is State.WAITING:
        return _while_it_waits(visit, item)
    if item.state is State.FAILED and item.approvals and visit.config.may_approve(visit.person, item) and _not_own(visit, item):
        return Action(kind="retry", words="It goes again under its approval. What an earlier try left in Intacct is found first.")
    if item.state in SENDABLE and not item.may_be_there and Role.SENDER in visit.roles and _is_exported(visit, item):
        return Action(kind="send", words="When it is right in Procore, send it again.")
    words = f"It differs from what was exported. {drift.said(item)}" if item.drift is not None else _WORDS.get(item.state, "")
    return Action(words=words, ways=_ways(visit, item) if item.state is State.SYNCED else NOWHERE)


def _ways(visit: Visit, item: Item) -> Ways:
    """Into Intacct for those who work there; into Procore, unless its page is open beside."""
    pairs = visit.world.cross_references.by_procore(item.object, [item.procore_id]).values()
    looked = {} if visit.asked.panel else elsewhere.in_procore(visit.world, [*pairs], {item.id: item})
    there = looked.get((item.object, item.procore_id), "")
    accounting = bool(pairs) and bool(visit.roles & ACCOUNTING)
    return Ways(procore=there, intacct=visit.address("links", "intacct", object=item.object, id=item.procore_id) if accounting else "")


def _while_it_waits(visit: Visit, item: Item) -> Action:
    match _standing(visit, item):
        case Standing.YOURS | Standing.YOURS_AND_ANOTHERS:
            return Action(kind="decide")
        case _ if item.sent_by == visit.person.login:
            return Action(kind="take-back", words="You sent this item, so another approver decides.")
    who = ", ".join(right.login for right in visit.config.approvers_for(item)) or "an approver"
    return Action(words=f"It waits for {who}.")


def _not_own(visit: Visit, item: Item) -> bool:
    return item.sent_by != visit.person.login or visit.config.sender_may_approve


def _is_exported(visit: Visit, item: Item) -> bool:
    return item.object in visit.world.rooms and visit.world.rooms[item.object].export is not None and bool(item.procore_id)


_LINKED: Final = frozenset({State.SYNCED, State.LINKED, State.IMPORTED})
_APPROVED_BY_YOU: Final = {
    State.WAITING: "You approved it. It is above your limit: a second approver decides.",
    State.APPROVED: "You approved it. It goes to Intacct now.",
    State.BLOCKED: "You approved it. It goes when what it waits for is in Intacct.",
}
_WORDS: Final = {
    State.APPROVED: "It goes to Intacct now.",
    State.EXPORTING: "It is on its way to Intacct.",
    State.FAILED: "An approver can try it again.",
    State.STAGED: "An approver adds or links it.",
}


def decide_one(visit: Visit) -> Page:
    """Then the next one that waits; a decision that was not taken shows the item as it is now, and why."""
    verdict: Literal["approve", "reject"] = "reject" if visit.one("verdict") == "reject" else "approve"
    item, fingerprint = submit.found(visit.world, visit.person, visit.id), visit.one("fingerprint")
    decision = Decision(
        item=item.id,
        verdict=verdict,
        fingerprint=fingerprint,
        reason=reason_of(visit),
        with_needs=visit.one("with_needs") == "yes",
        needs=_needs(visit),
    )
    [result] = decide(visit.world, visit.person, [decision], via="app")
    if result.violation is not None:
        return _refused(visit, result, fingerprint)
    if visit.frame().panel:
        return Page.to(visit.address("items", item.id, **{"in": "panel"}))
    return Page.to(_onward(visit, item))


def _needs(visit: Visit) -> Mapping[str, str]:
    """What goes first, under the fingerprints that were shown."""
    try:
        return _NEEDS.validate_json(visit.one("needs") or "{}")
    except ValidationError:
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.") from None


def _onward(visit: Visit, item: Item) -> str:
    """To the one behind it, else to the first, else to the list. Read anew: what goes first was decided along."""
    ids = [(row.item.since, row.item.id) for row in waiting(visit.world, visit.config, visit.person, Wanted(), visit.board).rows]
    onward = next((key for since, key in ids if (since, key) > (item.since, item.id)), ids[0][1] if ids else "")
    return visit.address("items", onward, after=item.id) if onward else visit.address("approve", after=item.id)


def _refused(visit: Visit, result: Decided, fingerprint: str) -> Page:
    assert result.violation is not None  # noqa: S101 -- callers have checked
    item = submit.found(visit.world, visit.person, visit.id)
    changes: Sequence[tuple[str, str, str]] = ()
    if result.violation.code is Code.STALE_APPROVAL:
        changes = item_page.changes(_preview(visit, item, fingerprint), _preview(visit, item, item.fingerprint), visit.formats)
    refusal = Refusal(violations=(result.violation,), changes=tuple(changes), cause=visit.one("cause"), reason=visit.one("reason"))
    return _page(visit, item, refusal, status=_status(result.violation))


def _status(violation: Violation) -> HTTPStatus:
    return status_of(ConnectorError(violation.code, violation.message))


def choose(visit: Visit) -> Page:
    """The approver's own values; only those that differ from what was shown, else every value would count as theirs."""
    item, fingerprint = submit.found(visit.world, visit.person, visit.id), visit.one("fingerprint")
    shown = {choice["name"]: choice["value"] for choice in _preview(visit, item, fingerprint)["choices"]}
    given = {name: visit.one(f"{CHOICE}{name}").strip() for name in shown if f"{CHOICE}{name}" in visit.given}
    changed = {name: value for name, value in given.items() if value != shown[name]}
    if not changed:
        return Page.to(visit.address("items", item.id))
    return _sent(visit, rechoose(visit.world, visit.person, item.id, changed, fingerprint=fingerprint), given)


def _sent(visit: Visit, sent: Sent, given: Mapping[str, str]) -> Page:
    if sent.item is None:
        item = submit.found(visit.world, visit.person, visit.id)
        refusal = Refusal(violations=sent.violations, choices=given)
        return _page(visit, item, refusal, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return Page.to(visit.address("items", sent.item.id, **{"in": visit.query.get("in", "")}))


def send_again(visit: Visit) -> Page:
    """As Procore shows it now, under the values that were chosen before."""
    item = submit.found(visit.world, visit.person, visit.id)
    source = Source.of(item)
    return _sent(visit, submit.send(visit.world, visit.person, item.object, source, item.choices), {})


def take_back(visit: Visit) -> Page:
    """What the page offered to take back: the person's approval, or what they sent. What cannot be any more is shown as it is, and why."""
    try:
        item = taking_back.take_back(visit.world, visit.person, visit.id, approval=visit.one("approval") == "yes")
    except ConnectorError as problem:
        if problem.kind is not Kind.DECISION:
            raise
        return refused_page(visit, submit.found(visit.world, visit.person, visit.id), Refusal(violations=(problem.violation(),)))
    return Page.to(visit.address("items", item.id, **{"in": visit.query.get("in", "")}))


def try_again(visit: Visit) -> Page:
    [result] = retry(visit.world, visit.person, [visit.id])
    if result.violation is not None:
        return _refused(visit, result, "")
    return Page.to(visit.address("items", visit.id, **{"in": visit.query.get("in", "")}))


def proof(visit: Visit) -> Page:
    """The history as JSON, with the hash of each entry, for whoever wants to check the chain."""
    item = submit.found(visit.world, visit.person, visit.id)
    answer = HistoryAnswer.of(item, visit.world.state.history(item.id))
    headers = {"Content-Type": "application/json", "Content-Disposition": 'attachment; filename="history.json"'}
    return Page(html=answer.model_dump_json(indent=1), headers=headers)


ROUTES: Final = (
    Route("GET", "/app/items/{id}", show),
    Route("GET", "/app/items/{id}/proof", proof),
    Route("POST", "/app/items/{id}/decision", decide_one),
    Route("POST", "/app/items/{id}/choices", choose),
    Route("POST", "/app/items/{id}/send", send_again),
    Route("POST", "/app/items/{id}/take-back", take_back),
    Route("POST", "/app/items/{id}/retry", try_again),
)
