"""Who may call what: every route of the API times every kind of caller, declared once and called.

``yes`` is a success that shows or changes something, ``nothing`` a success that shows nothing, anything else the code of the refusal.
The settings name senders and approvers; whoever is not named has no such role. A refused call changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest

from connector.core.configuration import Configuration
from connector.core.item import Approval, Item, State, step
from connector.core.people import ApprovalRight, Person
from connector.engine import snapshot
from connector.engine.drift import look
from connector.engine.import_ import request
from connector.engine.prepare import prepare
from connector.engine.reset import listing
from connector.engine.world import Source
from connector.entrypoints import api
from connector.ports import CrossReference, Run
from tests.unit.entrypoints.jobs import keep, reading
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, MARCO, PIER_9, Office, call, context, subcontract

OTHER: Final = "99"
SENDER: Final = MARCO
IN_SCOPE = Person(id="2", login="dana@example.com", name="Dana Ortiz", company=COMPANY)
OUT_OF_SCOPE = Person(id="5", login="tom@example.com", name="Tom Wells", company=COMPANY)
ADMIN = Person(id="3", login="priya@example.com", name="Priya Shah", company=COMPANY, admin_in_procore=True)
ELSEWHERE = Person(id="4", login="sam@example.com", name="Sam Lee", company=COMPANY, projects=frozenset({OTHER}))
OUTSIDER = Person(id="6", login="eve@example.net", name="Eve", company="2")
WHO: Final[dict[str, Person | None]] = {
    "nobody": None,
    "outside the company": OUTSIDER,
    "staff of another project": ELSEWHERE,
    "sender": SENDER,
    "approver": IN_SCOPE,
    "approver elsewhere": OUT_OF_SCOPE,
    "administrator": ADMIN,
}
FAILED, STAGED, SYNCED, RUN = "commitments:4713", "staged:vendors:11", "commitments:4714", "import-1"
RECORD = {"object": "commitments", "procore_id": "4712", "project_id": PIER_9}

NO, UNSEEN, THEIRS = "NOT_ALLOWED", "NOT_FOUND", "NOT_YOUR_APPROVAL"
STRANGERS = (NO, NO)
#                       nobody, outside   other project  sender  approver  elsewhere  administrator
EXPECTED: Final[dict[str, tuple[str, ...]]] = {
    "sendItem":        (*STRANGERS,       NO,            "yes",  NO,       NO,        NO),
    "preview":         (*STRANGERS,       NO,            "yes",  "yes",    "yes",     "yes"),
    "listItems":       (*STRANGERS,       "nothing",     "yes",  "yes",    "yes",     "yes"),
    "getItem":         (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "getPreview":      (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "getHistory":      (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "takeBack":        (*STRANGERS,       UNSEEN,        "yes",  NO,       NO,        NO),
    "chooseValues":    (*STRANGERS,       UNSEEN,        THEIRS, "yes",    THEIRS,    THEIRS),
    "sendItems":       (*STRANGERS,       NO,            "yes",  NO,       NO,        NO),
    "listResults":     (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "listReady":       (*STRANGERS,       NO,            "yes",  "yes",    "yes",     "yes"),
    "decide":          (*STRANGERS,       UNSEEN,        THEIRS, "yes",    THEIRS,    THEIRS),
    "totalUp":         (*STRANGERS,       UNSEEN,        THEIRS, "yes",    THEIRS,    THEIRS),
    "retry":           (*STRANGERS,       UNSEEN,        THEIRS, "yes",    THEIRS,    THEIRS),
    "getRun":          (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "requestImport":   (*STRANGERS,       NO,            NO,     "yes",    "yes",     "yes"),
    "listImports":    (*STRANGERS,       NO,            NO,     "yes",    "yes",     "yes"),
    "listWatermarks": (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "moveWatermark":  (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "listStaged":      (*STRANGERS,       NO,            NO,     "yes",    "yes",     "yes"),
    "decideStaged":    (*STRANGERS,       UNSEEN,        NO,     "yes",    NO,        "yes"),
    "getSettings":     (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "putSettings":     (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "checkSettings":   (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "getUsage":        (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "trySettings":     (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "findLinks":       (*STRANGERS,       "nothing",     "yes",  "yes",    "yes",     "yes"),
    "listAdoptions":   (*STRANGERS,       NO,            NO,     "nothing", NO,       "nothing"),  # this Intacct has no document
    "adopt":           (*STRANGERS,       NO,            NO,     "yes",    NO,        "yes"),
    "listJobs":        (*STRANGERS,       "nothing",     "yes",  "yes",    "yes",     "yes"),
    "getJob":          (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "getJobSheet":     (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "readJob":         (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "showUnlink":      (*STRANGERS,       UNSEEN,        NO,     "yes",    NO,        "yes"),
    "unlink":          (*STRANGERS,       UNSEEN,        NO,     "yes",    NO,        "yes"),
    "getPreferences":  (*STRANGERS,       "yes",         "yes",  "yes",    "yes",     "yes"),
    "putPreferences":  (*STRANGERS,       "yes",         "yes",  "yes",    "yes",     "yes"),
    "getDrift":        (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "lookNow":         (*STRANGERS,       UNSEEN,        "yes",  "yes",    "yes",     "yes"),
    "resolveDrift":    (*STRANGERS,       UNSEEN,        THEIRS, "yes",    THEIRS,    THEIRS),
    "showReset":       (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
    "resetJob":        (*STRANGERS,       NO,            NO,     NO,       NO,        "yes"),
}  # fmt: skip


def _fingerprint(office: Office) -> str:
    return office.item().fingerprint


def _mark(office: Office) -> str:
    """Of what a look finds at the synced record, whose document this Intacct does not have."""
    drift = look(office.world, office.item(SYNCED)).drift
    assert drift is not None
    return drift.mark


def _settings(**changes: object) -> dict[str, Any]:
    answer = api.lambda_handler(call("GET", "/settings", ADMIN), context())
    read: dict[str, Any] = json.loads(answer["body"])
    return read | {"settings": read["settings"] | changes}


GIVEN: Final[dict[str, Callable[[Office], Any]]] = {
    "sendItem": lambda _: RECORD,
    "preview": lambda _: RECORD,
    "chooseValues": lambda office: {"fingerprint": _fingerprint(office), "choices": {}},
    "sendItems": lambda _: {"records": [RECORD]},
    "listItems": lambda _: {"object": "commitments", "project": PIER_9},
    "listReady": lambda _: {"object": "commitments", "project": PIER_9},
    "decide": lambda office: {
        "decisions": [{"item": COMMITMENT, "verdict": "reject", "reason": "No.", "fingerprint": _fingerprint(office)}]
    },
    "totalUp": lambda office: {"items": [{"item": COMMITMENT, "fingerprint": _fingerprint(office)}], "with_needs": False},
    "retry": lambda _: {"items": [FAILED]},
    "requestImport": lambda _: {"objects": ["vendors"]},
    "moveWatermark": lambda _: {"leg": "vendors:company", "to": None},
    "decideStaged": lambda _: {"decisions": [{"item": STAGED, "do": "archive"}]},
    "putSettings": lambda _: _settings(due_days=31),
    "checkSettings": lambda _: {},
    "trySettings": lambda _: {"settings": _settings(due_days=31)["settings"]},
    "findLinks": lambda _: {"object": "projects", "procore_id": PIER_9},
    "listAdoptions": lambda _: {"object": "commitments", "project": PIER_9},
    "adopt": lambda _: {
        "object": "commitments",
        "project_id": PIER_9,
        "pairs": [{"procore_id": "4712", "intacct_id": "Subcontract-SC-4712"}],
    },
    "showUnlink": lambda _: {"object": "projects", "procore_id": PIER_9},
    "unlink": lambda _: {"object": "commitments", "procore_id": "4714"},
    "putPreferences": lambda _: {"kinds": {"synced": "none"}},
    "resolveDrift": lambda office: {"choice": "accept", "note": "It is right so.", "seen": _mark(office)},
    "resetJob": lambda office: {"note": "Begun anew.", "seen": listing(office.world, ADMIN, PIER_9).fingerprint},
}
"""The body of a call, or the query of a GET; the others take none."""
IN_PATH: Final = {
    "getRun": RUN,
    "listResults": RUN,
    **dict.fromkeys(("getDrift", "lookNow", "resolveDrift"), SYNCED),
    **dict.fromkeys(("showReset", "resetJob", "getJob", "getJobSheet", "readJob"), PIER_9),
}


@pytest.fixture
def busy(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """One of everything: a record that waits, one that failed, one that could be sent, a staged one, a run; all of one project."""
    for number in (4712, 4713, 4714):
        record = subcontract() | {"id": number, "number": f"SC-{number}"}
        office.door.records["commitments", str(number)] = ("WorkOrderContract", record)
    rows = [[office.door.records["commitments", "4712"][1]]]
    monkeypatch.setattr(office.world.procore, "pages", lambda *_: iter(rows), raising=False)
    pier = frozenset({PIER_9})
    rights = ApprovalRight(login=IN_SCOPE.login, projects=pier), ApprovalRight(login=OUT_OF_SCOPE.login, projects=frozenset({OTHER}))
    office.set(Configuration(approvers=rights, senders=frozenset({SENDER.login, ELSEWHERE.login}), default_item="SUB"))
    office.send()
    waits = office.item()
    approval = Approval(fingerprint=waits.fingerprint, by=IN_SCOPE.login, by_name="Dana", at=office.clock.now(), via="app")
    for item in (
        waits.model_copy(update={"id": FAILED, "version": 0, "state": State.FAILED, "approvals": (approval,), "history_count": 0}),
        Item(id=STAGED, company=COMPANY, object="vendors", kind="company", project_id=PIER_9, state=State.STAGED,
             since=office.clock.now(), title="Acme", intacct_key="11", intacct_id="V-11"),
    ):  # fmt: skip
        office.state.save(*step(item, "made", who="the test", at=office.clock.now()))
    _synced(office, waits.model_copy(update={"approvals": (approval,)}))
    monkeypatch.setattr(office.door, "take_off", lambda *_, **__: None)
    pair = office.references.by_procore("projects", [PIER_9])[PIER_9]
    assert office.references.link([pair.model_copy(update={"project_id": PIER_9})]) == []
    run = Run(
        id=RUN, kind="import", state="running", started_at=office.clock.now(), started_by="x", project_id=PIER_9, waves=((COMMITMENT,),)
    )
    office.state.put_run(run)
    request(office.world, None, objects=["cost_types"])
    keep(office, reading())
    return office


def _synced(office: Office, like: Item) -> None:
    """A record that was exported, and is linked."""
    world, source = office.world, Source(procore_id="4714", project_id=PIER_9, kind=like.kind)
    item = like.model_copy(update={"id": SYNCED, "procore_id": "4714", "version": 0, "history_count": 0, "history_head": ""})
    item = item.model_copy(update={"state": State.SYNCED, "written_back": True, "intacct_key": "1", "intacct_id": "Subcontract-SC-4714"})
    snapshot.keep(world, item, prepare(world, world.room("commitments"), source, {}, ask=False))
    link = CrossReference(object="commitments", procore_id="4714", project_id=PIER_9, intacct_key="1", intacct_id=item.intacct_id)
    office.state.save(*step(item, "made", who="the test", at=office.clock.now()), link=link)


def outcome(answer: dict[str, Any]) -> str:
    if answer["multiValueHeaders"].get("Content-Type") == ["text/csv; charset=utf-8"]:
        return "yes"
    said = json.loads(answer["body"])
    if answer["statusCode"] >= 400:
        return str((said.get("error") or said["violations"][0])["code"])
    if "excepted" in said and not said["selected"]:
        return str(said["excepted"][0]["violation"]["code"])
    if len(said) <= 2 and (rows := next((value for value in said.values() if isinstance(value, list)), None)) is not None:
        violation = rows and rows[0].get("violation")
        return str(violation["code"]) if violation else "yes" if rows else "nothing"
    return "yes"


def everything(office: Office) -> object:
    """What a call could change."""
    items = {item.id: item.version for item in office.state}
    return items, dict(office.workflows.started), len(office.mail), office.state.configuration(), office.state.preferences()


@pytest.mark.parametrize(("name", "who"), [*product(EXPECTED, WHO)])
def test_each_caller_may_do_exactly_this(busy: Office, name: str, who: str) -> None:
    route = next(route for route in api.ROUTES if route.name == name)
    given = GIVEN[name](busy) if name in GIVEN else None
    query = (given or {}) if route.method == "GET" else {}
    path = route.path.replace("{id}", IN_PATH.get(name, COMMITMENT))
    before = everything(busy)
    answer = api.lambda_handler(call(route.method, path, WHO[who], None if query else given, **query), context())
    expected = EXPECTED[name][list(WHO).index(who)]
    assert outcome(answer) == expected, answer["body"]
    if expected != "yes":
        assert everything(busy) == before


def test_every_route_is_in_the_table() -> None:
    assert {route.name for route in api.ROUTES} == set(EXPECTED)
    assert {len(row) for row in EXPECTED.values()} == {len(WHO)}


def test_a_refusal_says_nothing_of_what_it_hides(busy: Office) -> None:
    """One who may not see an item learns no more than one who asks for an item that does not exist."""
    hidden, missing = (
        api.lambda_handler(call("GET", f"/items/{key}", ELSEWHERE), context())["body"] for key in (COMMITMENT, "commitments:1")
    )
    assert hidden.replace(COMMITMENT, "") == missing.replace("commitments:1", "")
    del busy
