"""What speaks against a change of the settings. Only what changed is judged: by itself, by what was sent under the old value, and by what
Intacct has of it. What needs no look can be saved while Intacct is away; what does is not saved unseen (ADR 12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from connector.core.changes import differences
from connector.core.configuration import FROZEN, Configuration, Frozen, Stays
from connector.core.connection import Wrong
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.flaws import flaws, values
from connector.core.item import HistoryEntry, State
from connector.core.people import Person
from connector.engine import connection_intacct
from connector.engine.settings_looks import LOOKS
from connector.engine.world import World
from connector.ports import Contention

SETTINGS: Final = "settings"
"""What the entries of the settings' history are of."""


def refusals(world: World, before: Configuration, after: Configuration) -> tuple[Violation, ...]:
    """Every reason, with the path of the setting. Raises RetryLater and SetupWrong where Intacct cannot be asked and would have to be."""
    imported = [name for name, room in world.rooms.items() if room.imports]
    objects = tuple(world.rooms)
    old = {(flaw.field, flaw.message) for flaw in flaws(before, objects, imported)}
    found = [flaw for flaw in flaws(after, objects, imported) if (flaw.field, flaw.message) not in old]
    found += [violation for frozen in FROZEN for violation in _frozen(world, frozen, before, after)]
    return tuple(found) or tuple(_seen_in_intacct(world, before, after))


@dataclass(frozen=True, slots=True)
class Held:
    """The settings as they were read, with the text they were kept in."""

    text: str
    config: Configuration


def held(world: World) -> Held:
    text = world.state.configuration()
    return Held(text, Configuration.model_validate_json(text) if text else Configuration())


def version_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changes(world: World, before: Configuration, after: Configuration) -> list[tuple[str, str, str]]:
    """Path, then, now; jobs by their numbers."""
    ids = {project for config in (before, after) for right in config.approvers for project in right.projects}
    pairs = world.cross_references.by_procore("projects", ids)
    return differences(before, after, {key: pair.intacct_id for key, pair in pairs.items()})


def save(world: World, person: Person, before: Held, after: Configuration) -> None:
    """Over what was read, with an entry of the settings' history: who, when, each setting then and now. The whole of both is kept beside
    it, before the change holds. Raises Contention where somebody else was faster; nothing is changed then, or where nothing differs."""
    changed = changes(world, before.config, after)
    if not changed:
        return
    now, history = world.clock.now(), world.state.configuration_history()
    entry = HistoryEntry(
        item=SETTINGS,
        number=len(history) + 1,
        at=now,
        who=person.name,
        what="settings changed",
        detail={path: f"{then} → {now_}" for path, then, now_ in changed},
        before=history[-1].hash if history else "",
    ).sealed()
    whole = {
        "who": person.login,
        "at": now.isoformat(),
        "before": before.config.model_dump(mode="json"),
        "after": after.model_dump(mode="json"),
    }
    text = after.model_dump_json()
    world.payloads.put(f"settings/{now.isoformat()}-{version_of(text)}.json", json.dumps(whole, ensure_ascii=False))
    world.state.save_configuration(text, over=before.text, entry=entry)


def replaced(world: World, person: Person, version: str, after: Configuration) -> tuple[Violation, ...]:
    """Saves the whole of the settings over those of ``version``; or says what speaks against it, and nothing is changed. Raises
    ConnectorError(STALE_APPROVAL) where they are not those any more, and what :func:`refusals` raises."""
    before = held(world)
    if version_of(before.text) != version:
        raise _changed()
    if refused := refusals(world, before.config, after):
        return refused
    try:
        save(world, person, before, after)
    except Contention:
        raise _changed() from None
    return ()


def _changed() -> ConnectorError:
    return ConnectorError(Code.STALE_APPROVAL, "The settings changed after you read them. Your change was not taken.")


def stays(world: World, config: Configuration) -> Iterator[Stays]:
    for frozen in FROZEN:
        value = frozen.value(config, "")
        sent = [*(_sent(world, frozen) if frozen.by_project else islice(_sent(world, frozen), 1))]
        if sent and frozen.by_project:
            projects = ", ".join(sorted({project for project, _ in sent}))
            why = f"It stays as it is in project {projects}, where records were sent under it. {frozen.why}"
            yield from (Stays(path=path, why=why, firm=False) for path in (frozen.setting, frozen.by_project))
        elif sent:
            why = f"It stays {value or 'the top level'} since {sent[0][1]} was sent under it. {frozen.why}"
            yield Stays(path=frozen.setting, why=why, firm=all(value != free for free, _ in frozen.free))


def _frozen(world: World, frozen: Frozen, before: Configuration, after: Configuration) -> Iterator[Violation]:
    """One for each project whose value changes, or for the company."""
    names = (frozen.setting, *((frozen.by_project,) if frozen.by_project else ()))
    if all(getattr(before, name) == getattr(after, name) for name in names):
        return
    told: set[str] = set()
    for project, number in _sent(world, frozen):
        old, new = frozen.value(before, project), frozen.value(after, project)
        place = project if frozen.by_project else ""
        if old == new or (old, new) in frozen.free or place in told:
            continue
        told.add(place)
        own = place and place in {**getattr(before, frozen.by_project), **getattr(after, frozen.by_project)}
        field = f"{frozen.by_project}.{place}" if own else frozen.setting
        where = f" in project {place}" if place else ""
        said = f"{frozen.setting} stays {old or 'the top level'!r}{where} since {number} was sent under it. {frozen.why}"
        yield Violation(code=Code.SETTING_IN_USE, field=field, message=said)


def _sent(world: World, frozen: Frozen) -> Iterator[tuple[str, str]]:
    """Project and number of what was sent: what is linked, and what may be in Intacct by now."""
    for name in frozen.by:
        for pair in world.cross_references.of_object(name):
            yield pair.project_id, pair.intacct_id
        for shelf in (State.EXPORTING, State.FAILED):
            cursor, more = "", True
            while more:
                page = world.state.on_shelf(shelf.value, cursor=cursor, object_name=name)
                yield from ((item.project_id, item.number) for item in page.rows if item.intent is not None)
                cursor = page.cursor
                more = bool(cursor)


def _seen_in_intacct(world: World, before: Configuration, after: Configuration) -> Iterator[Violation]:
    looks = [look for look in LOOKS if any(getattr(before, name) != getattr(after, name) for name in look.settings)]
    if not any(look.asks(after) or look.objects for look in looks):
        return
    try:
        answers = connection_intacct.ask(world, after, looks, {})
    except ConnectorError as problem:
        if problem.code is not Code.SIGN_IN_FAILED or after.entity in {"", before.entity}:
            raise
        yield Wrong.by(problem, "entity", connection_intacct.DO_ENTITY).violation()
        return
    old = dict(values(before))
    changed = {path for path, text in values(after) if text and old.get(path) != text}
    for look in looks:
        refusal = connection_intacct.refusal(look, after, answers)
        if refusal is not None:
            yield refusal.violation()
        else:
            judged = connection_intacct.judge(look, after, answers)
            yield from (wrong.violation() for wrong in judged.wrong if wrong.field in changed)
