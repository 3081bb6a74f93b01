"""The steps of the connection check that ask Intacct. Besides signing in and two requests for the user's format it is one request for what
objects look like, and one for everything else; a second of these only where a field over a relation is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.core.configuration import Configuration
from connector.core.connection import CheckStep, StepState, Wrong
from connector.core.definitions import DEFINITION, FIELDS
from connector.core.errors import Code, ConnectorError, Kind, Violation
from connector.core.exchange import FieldInfo, Held, Query, UserFormat
from connector.core.tenant import Tenant
from connector.engine import tenant_fields
from connector.engine.settings_looks import LOOKS, Look, Seen
from connector.engine.tenant_fields import Judged, Need
from connector.engine.window import DATE_FORMAT
from connector.engine.world import World

_LOCALE: Final = "en_US"
_SIGN_IN: Final = ("intacct_sign_in", "Sign-in to Intacct")
_FORMAT: Final = ("intacct_user", "Formats of the Intacct user")
_OBJECTS: Final = ("intacct_objects", "Objects and fields of Intacct")
_DO_SIGN_IN: Final = "Correct sender, user and passwords in the Intacct secret, and authorise the sender in Company > Security."
DO_ENTITY: Final = "Name an entity that the connector's Intacct user may sign in to, or leave it empty for the top level (entity)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What Intacct said: fields by object, and rows by query, or a refusal in their place."""

    lookups: Mapping[str, Mapping[str, FieldInfo] | Violation]
    rows: Mapping[Query, Sequence[Held] | Violation]

    def fitted(self, query: Query) -> Query:
        """The query of those fields that the company has."""
        fields = self.lookups[query.object]
        if isinstance(fields, Violation):
            return query
        keys = {query.fields[0], *(where.field for where in query.where)}
        kept = tuple(name for name in query.fields if name in fields or name in keys)
        return Query(object=query.object, fields=kept, where=query.where)


def steps(world: World, config: Configuration) -> Iterator[CheckStep]:
    rest = (_OBJECTS, *((look.name, look.title) for look in LOOKS))
    try:
        user = world.intacct.user_format()
    except ConnectorError as problem:
        if problem.code is Code.SIGN_IN_FAILED or problem.kind is Kind.LATER:
            yield _wrong(_SIGN_IN, Wrong.by(problem, do=_DO_SIGN_IN if problem.code is Code.SIGN_IN_FAILED else ""))
            yield from (_not_checked(step, "The connector is not signed in to Intacct.") for step in (_FORMAT, *rest))
            return
        yield _holds(_SIGN_IN, "Signed in.")
        yield _wrong(_FORMAT, Wrong.by(problem))
    else:
        yield _holds(_SIGN_IN, "Signed in.")
        yield _format(user)
    wanted = _wanted(world)
    try:
        answers = ask(world, config, LOOKS, wanted)
        judged = _judged(world, config, wanted, answers)
    except ConnectorError as problem:
        entity = bool(config.entity) and problem.code is Code.SIGN_IN_FAILED
        why = f"The connector is not signed in to the entity {config.entity}." if entity else problem.message
        wrong = Wrong.by(problem, "entity", DO_ENTITY) if entity else Wrong.by(problem)
        place = next(step for step in rest if step[0] == "entity") if entity else _OBJECTS
        yield from (_wrong(step, wrong) if step == place else _not_checked(step, why) for step in rest)
        return
    _keep(world, judged, answers)
    yield _objects(wanted, judged)
    yield from (judge(look, config, answers) for look in LOOKS)


def ask(world: World, config: Configuration, looks: Sequence[Look], probes: Mapping[str, Sequence[Need]]) -> Answers:
    """What these looks ask, and whether the objects of ``probes`` can be read. Raises RetryLater, SetupWrong as every read."""
    questions = [query for look in looks for query in look.asks(config).values()]
    names = {query.object for query in questions} | {name for look in looks for name in look.objects} | probes.keys()
    shapes = Answers(lookups=world.intacct.lookup(sorted(names)) if names else {}, rows={})
    queries = [shapes.fitted(query) for query in questions]
    queries += [
        tenant_fields.probe(name, needs, fields)
        for name, needs in probes.items()
        if not isinstance(fields := shapes.lookups[name], Violation)
    ]
    return Answers(lookups=shapes.lookups, rows=_read(world, config, queries))


def refusal(look: Look, config: Configuration, answers: Answers) -> Wrong | None:
    """Why Intacct does not answer what the look asks."""
    asked = [answers.rows[answers.fitted(query)] for query in look.asks(config).values()]
    refused = [answer for answer in (*asked, *(answers.lookups[name] for name in look.objects)) if isinstance(answer, Violation)]
    if not refused:
        return None
    do = "Give the connector's role the rights List and View for it (Company > Roles)." if refused[0].code is Code.NO_PERMISSION else ""
    return Wrong.by(refused[0], look.settings[0] if look.settings else "", do)


def judge(look: Look, config: Configuration, answers: Answers) -> CheckStep:
    place = (look.name, look.title)
    refused = refusal(look, config, answers)
    if refused is not None:
        return _wrong(place, refused)
    asked = {name: answers.rows[answers.fitted(query)] for name, query in look.asks(config).items()}
    rows = {name: answer for name, answer in asked.items() if not isinstance(answer, Violation)}
    fields = {name: fields for name, fields in answers.lookups.items() if not isinstance(fields, Violation)}
    verdict = look.judge(config, Seen(rows=rows, fields=fields))
    if verdict.unseen and not verdict.wrong:
        return _not_checked(place, verdict.found)
    state = StepState.WRONG if verdict.wrong else StepState.HOLDS
    return CheckStep(name=look.name, title=look.title, state=state, found=verdict.found, wrong=verdict.wrong)


def _read(world: World, config: Configuration, queries: Sequence[Query]) -> dict[Query, Sequence[Held] | Violation]:
    """Each question once, however many looks ask it."""
    each = list(dict.fromkeys(queries))
    return dict(zip(each, world.intacct.read_each(each, entity=config.entity) if each else (), strict=True))


def _wanted(world: World) -> dict[str, list[Need]]:
    found: dict[str, list[Need]] = defaultdict(list)
    for need in tenant_fields.needs(world.rooms.values()):
        found[need.object].append(need)
    found[DEFINITION] = [Need(object=DEFINITION, field=name, words="transaction definition", essential=name == "DOCID") for name in FIELDS]
    return dict(found)


def _judged(world: World, config: Configuration, wanted: Mapping[str, Sequence[Need]], answers: Answers) -> Judged:
    """Where a probe was refused, the fields that ``lookup`` does not list are asked for one by one."""
    known = {name: fields for name in wanted if not isinstance(fields := answers.lookups[name], Violation)}
    probed = {name: answers.rows[tenant_fields.probe(name, wanted[name], fields)] for name, fields in known.items()}
    again = {
        name: tenant_fields.doubts(name, wanted[name], fields)
        for name, fields in known.items()
        if isinstance(answer := probed[name], Violation) and answer.code is not Code.NO_PERMISSION
    }
    read = _read(world, config, [query for queries in again.values() for query in queries.values()])
    doubted = {name: {field: read[query] for field, query in queries.items()} for name, queries in again.items()}
    return tenant_fields.judge(wanted, answers.lookups, probed, doubted)


def _keep(world: World, judged: Judged, answers: Answers) -> None:
    """Of objects that could not be looked up, what was known before stays."""
    before = world.tenant()
    unknown = {name: before.lacks(name) for name, fields in answers.lookups.items() if isinstance(fields, Violation) and before.lacks(name)}
    tenant = Tenant(checked_at=world.clock.now(), lacking={**unknown, **judged.lacking})
    world.state.save_tenant(tenant.model_dump_json())


def _objects(wanted: Mapping[str, Sequence[Need]], judged: Judged) -> CheckStep:
    found = f"{len(wanted)} objects with {sum(map(len, wanted.values()))} fields are read."
    if judged.left_out:
        found += f" This company does not have, so they are not compared: {', '.join(sorted(judged.left_out))}."
    state = StepState.WRONG if judged.wrong else StepState.HOLDS
    return CheckStep(name=_OBJECTS[0], title=_OBJECTS[1], state=state, found=found, wrong=judged.wrong)


def _format(user: UserFormat) -> CheckStep:
    clock = "24" if user.clock_24h else "12"
    hours, minutes = divmod(abs(user.gmt_offset_minutes), 60)
    zone = f"GMT{'-' if user.gmt_offset_minutes < 0 else '+'}{hours:02}:{minutes:02}"
    found = f"Locale {user.locale or 'not told'}, dates {user.date_format}, {clock} hours, {zone}."
    if user.date_format == DATE_FORMAT and user.clock_24h and user.locale in {"", _LOCALE}:
        return _holds(_FORMAT, found)
    return _wrong(_FORMAT, Wrong.of(Code.USER_FORMAT, "", found))


def _holds(place: tuple[str, str], found: str) -> CheckStep:
    return CheckStep(name=place[0], title=place[1], state=StepState.HOLDS, found=found)


def _wrong(place: tuple[str, str], wrong: Wrong) -> CheckStep:
    return CheckStep(name=place[0], title=place[1], state=StepState.WRONG, found=wrong.found, wrong=(wrong,))


def _not_checked(place: tuple[str, str], why: str) -> CheckStep:
    return CheckStep(name=place[0], title=place[1], state=StepState.NOT_CHECKED, found=why)
