"""An office in which every text that somebody else wrote is the same text: titles, names, reasons, Intacct's words, settings."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.connection import Checked, CheckStep, StepState, Wrong
from connector.core.errors import Code, Who
from connector.core.item import Approval, Item, Problem, State, step
from connector.core.people import ApprovalRight, Person
from connector.engine.preview import name_of
from connector.ports import CrossReference, Run
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, DANA, MARCO, PIER_9, PRIYA, Office

PLAIN: Final = "Harbor Steel"
MARKUP: Final = "\"><img src=x onerror=alert(1)>'</td></script><script>alert(2)</script><!--&lt;b&gt;"
DANGEROUS: Final = ("javascript:alert(1)", "//evil.example/x", "data:text/html,x")
"""What would do harm as an address."""
STAGED: Final = {"intacct recordno": "1", "suggested id": "8821"}
ITEMS: Final = {state: f"commitments:{5000 + number}" for number, state in enumerate(State)}


def fill(office: Office, text: str) -> None:
    """Everything of ``office`` says ``text`` wherever it may."""
    rights = tuple(ApprovalRight(login=login, projects=frozenset({PIER_9})) for login in (DANA.login, PRIYA.login))
    rights += (ApprovalRight(login=text, objects=frozenset({text}), projects=frozenset({text})),)
    office.set(
        Configuration(
            approvers=rights, senders=frozenset({MARCO.login, text}), admins=frozenset({text}), default_item="SUB", location=text,
            department=text, unit=text, entity="", items={text: text}, location_by_project={"9": text},
        )
    )  # fmt: skip
    _, record = office.door.records["commitments", "4711"]
    record |= {"number": text[:45], "title": text, "description": text, "inclusions": text, "exclusions": text}
    record["vendor"]["company"] = record["project"]["name"] = text
    record["line_items"][0]["description"] = text
    office.door.records["vendors", "8821"][1]["name"] = text
    office.send(replace_name(MARCO, text))
    shown = json.loads(office.payloads.get(name_of(COMMITMENT, office.item().fingerprint)) or "{}")
    for state, key in ITEMS.items():
        _put(office, _item(office, key, state, text), shown, text)
    for number, state in enumerate((State.STAGED, State.INVALID, State.ARCHIVED, State.IMPORTED, State.LINKED), start=1):
        staged = _item(office, f"staged:vendors:{number}", state, text).model_copy(
            update={
                "object": "vendors",
                "kind": "company",
                "staged": STAGED | {"suggested name": text, "suggested because of the same": text, "name": text},
            }
        )
        _put(office, staged, shown, text)
    pair = CrossReference(
        object="vendors", procore_id="77", intacct_key=text, intacct_id=text, label=text, linked_by=text, detail={"note": text}, gone=text
    )
    assert office.references.link([pair]) == []
    for kind in ("export", "import", "send"):
        run = Run(
            id=f"{kind}-1", kind=kind, state="ended", started_at=office.clock.now(), started_by=text, ended_at=office.clock.now(),
            waves=(tuple(ITEMS.values()),), objects=("vendors",), project_id="", record=text, position={text: text}, problems=(text,),
        )  # fmt: skip
        office.state.put_run(run)


def replace_name(person: Person, text: str) -> Person:
    return person.model_copy(update={"name": text})


def _item(office: Office, key: str, state: State, text: str) -> Item:
    now = office.clock.now()
    problem = Problem(code=Code.REFUSED_BY_INTACCT, field=f"lines[1].{text}", message=text, their_words=text)
    approval = Approval(fingerprint="f" * 64, by=text, by_name=text, at=now, via=text)
    return Item(
        id=key, company=COMPANY, object="commitments", kind="WorkOrderContract", procore_id=key.rpartition(":")[2], project_id=PIER_9,
        project_name=text, state=state, since=now, title=text, number=text, party=text, series=text, sent_by=text, sent_by_name=text,
        fingerprint="f" * 64, choices={"number": text}, approvals=(approval,), problems=(problem,), waits_for=COMMITMENT, reason=text,
        intacct_id=text, intacct_key=text,
    )  # fmt: skip


def _put(office: Office, item: Item, shown: dict[str, Any], text: str) -> None:
    after, entry = step(
        item, "rejected", who=text, at=office.clock.now(), detail={"reason": text, "field": text, "files": text, text: text}
    )
    office.state.save(after, entry)
    preview = {
        **shown,
        "item": item.id,
        "attachments": {"files": [text], "words": text},
        "choices": [{"name": "number", "label": "Number", "value": text}],
        "effects": [{"label": text, "before": "1.00", "after": "2.00"}],
        "checks": [problem.violation().as_dict() for problem in item.problems],
        "request": f"<create><name>{text}</name></create>",
    }
    office.payloads.put(name_of(item.id, item.fingerprint), json.dumps(preview))


def checked(office: Office, text: str) -> Checked:
    wrong = Wrong(code=Code.NO_PERMISSION, field=text, found=text, do=text, who=Who.ADMIN, their_words=text)
    steps = [CheckStep(name="x", title=text, state=state, found=text, wrong=(wrong,)) for state in StepState]
    return Checked(at=office.clock.now(), steps=tuple(steps))


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, its texts, and every address in it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction", "poster", "data-poll"}]
        self.texts += [value or "" for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", (data,)))
