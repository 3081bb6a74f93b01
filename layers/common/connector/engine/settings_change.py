"""What speaks against a change of the settings. Only what changed is judged: by itself, by what was sent under the old value, and by what
Intacct has of it. What needs no look can be saved while Intacct is away; what does is not saved unseen (ADR 12)."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.configuration import FROZEN, Configuration, Frozen
from connector.core.connection import Wrong
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.flaws import flaws, values
from connector.core.item import State
from connector.engine import connection_intacct
from connector.engine.settings_looks import LOOKS
from connector.engine.world import World


def refusals(world: World, before: Configuration, after: Configuration) -> tuple[Violation, ...]:
    """Every reason, with the path of the setting. Raises RetryLater and SetupWrong where Intacct cannot be asked and would have to be."""
    imported = [name for name, room in world.rooms.items() if room.imports]
    objects = tuple(world.rooms)
    old = {(flaw.field, flaw.message) for flaw in flaws(before, objects, imported)}
    found = [flaw for flaw in flaws(after, objects, imported) if (flaw.field, flaw.message) not in old]
    found += [violation for frozen in FROZEN for violation in _frozen(world, frozen, before, after)]
    return tuple(found) or tuple(_seen_in_intacct(world, before, after))


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
