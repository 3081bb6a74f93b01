"""Resetting a job: everything that is linked under it is listed, and then unlinked, what stands on others first and the job last.

Each link comes off under the rules for one (:mod:`connector.engine.unlink`): only where Intacct's record is gone or void, and nothing that
is linked stands on it. What stays says why, row by row. A reset may be repeated: what is off is not listed any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Held
from connector.core.fingerprint import digest
from connector.core.item import Item, State, step
from connector.core.people import Person, Role
from connector.engine.children import among, children
from connector.engine.plan import ranks
from connector.engine.unlink import Hold, in_the_way, proofs, take_off
from connector.engine.whereabouts import item_of, room_of
from connector.engine.world import World
from connector.ports import Contention, CrossReference

JOBS: Final = "projects"

type Fate = Literal["comes off", "stays", "taken off", "not reached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A link under the job, or the job's own: what is known of it, and what becomes, or became, of it. ``hold.violations`` say why it
    stays."""

    hold: Hold
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """``rows`` in the order in which links come off, the job's own last; ``fingerprint`` is of what was shown."""

    job: CrossReference
    rows: tuple[Touched, ...]
    fingerprint: str


def listing(world: World, person: Person, project_id: str) -> Listing:
    """Everything that a reset of the job touches; nothing is changed. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED), RetryLater."""
    if Role.ADMIN not in world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not reset a job.")
    job = world.cross_references.by_procore(JOBS, [project_id]).get(project_id)
    if job is None or not person.may_see(project_id):
        raise ConnectorError(Code.NOT_FOUND, f"Project {project_id} is not linked, or you may not see it.")
    world, order = world.reading_once(), ranks(world)
    every = {(each.object, each.procore_id): each for each in children(world, job)}
    under = sorted(every.values(), key=lambda each: (-order[room_of(world, each.object).name], each.object, each.intacct_id))
    rows: list[Touched] = []
    staying: list[CrossReference] = []
    for pair, item, exported, held, proof in _looked_up(world, [*under, job]):
        # Whatever comes before it and stays is all that can still stand on it.
        below = tuple(among(world, pair, staying))
        why = tuple(in_the_way(pair, held, proof, below))
        if why:
            staying.append(pair)
        hold = Hold(pair=pair, item=item, exported=exported, proof=proof, children=below, violations=why)
        rows.append(Touched(hold=hold, fate="stays" if why else "comes off"))
    shown = [[row.hold.pair.object, row.hold.pair.procore_id, row.hold.pair.intacct_key, row.hold.proof] for row in rows]
    return Listing(job=job, rows=tuple(rows), fingerprint=digest(shown))


def reset(world: World, person: Person, project_id: str, *, note: str, seen: str, until: datetime) -> Listing:
    """Takes off what can come off, as far as there is time. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED, REASON_MISSING, STALE_APPROVAL),
    RetryLater."""
    before = listing(world, person, project_id)
    if not note.strip():
        raise ConnectorError(Code.REASON_MISSING, "Say why the job is reset: the note stays in its history.")
    if seen != before.fingerprint:
        raise ConnectorError(Code.STALE_APPROVAL, "What a reset touches is not what was shown. Look at it again; nothing was changed.")
    after = replace(before, rows=tuple(_taken_off(world, person, before, until)))
    _told(world, person, after, note.strip())
    return after


def _taken_off(world: World, person: Person, before: Listing, until: datetime) -> Iterator[Touched]:
    left: list[CrossReference] = []
    for row in before.rows:
        after = row if row.fate == "stays" else _come_off(world, person, row, left, until)
        if after.fate != "taken off":
            left.append(row.hold.pair)
        yield after


def _come_off(world: World, person: Person, row: Touched, left: list[CrossReference], until: datetime) -> Touched:
    hold = row.hold
    if world.clock.now() >= until:
        return replace(row, fate="not reached")
    if below := tuple(among(world, hold.pair, left)):
        why = tuple(in_the_way(hold.pair, None, hold.proof, below))
        return Touched(hold=replace(hold, children=below, violations=why), fate="stays")
    try:
        return Touched(hold=replace(hold, item=take_off(world, person, hold)), fate="taken off")
    except Contention:
        said = f"{hold.pair.intacct_id} changed at this very moment; look again."
        return Touched(hold=replace(hold, violations=(Violation(code=Code.STALE_APPROVAL, field="", message=said),)), fate="stays")


def _looked_up(world: World, pairs: list[CrossReference]) -> Iterator[tuple[CrossReference, Item, bool, Held | None, str]]:
    """Each with its item, whether it was exported, what Intacct holds and the proof that it does not count."""
    known = [(pair, room, *item_of(world, room, pair)) for pair in pairs for room in [room_of(world, pair.object)]]
    looked = proofs(world, [(room, pair, item if exported else None) for pair, room, item, exported in known])
    for (pair, _, item, exported), (held, proof) in zip(known, looked, strict=True):
        yield pair, item, exported, held, proof


def _told(world: World, person: Person, after: Listing, note: str) -> None:
    """In the history of the job's own item; a link that an import made by itself gets one."""
    own = after.rows[-1].hold.item
    item = world.state.get(own.id) or own.model_copy(update={"state": State.LINKED})
    counts = {fate: sum(row.fate == fate for row in after.rows) for fate in ("taken off", "stays", "not reached")}
    detail = {"note": note} | {fate: str(number) for fate, number in counts.items()}
    world.state.save(*step(item, "reset", who=person.name, at=world.clock.now(), detail=detail))
