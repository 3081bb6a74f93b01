"""Every error code of the product's table is produced by something: by a rule's rejecting example, or here, through the whole export.

What counts as produced is not written down but run: the rejecting examples (``tests/golden/<object>/refused.json``) are each provoked by
``tests/contract/rooms/test_rooms.py::test_a_rule_refuses_its_example``, and each story here by the test below, which asserts what a
person reads. A code of the table that has neither, and no reason why not, makes this red.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from connector.core.errors import CATALOGUE, Code, Kind, Violation
from connector.core.item import Item, State
from connector.engine.decide import Decision, decide
from connector.engine.export import export_item
from connector.engine.unlink import unlink
from connector.rooms import Rooms
from tests.integration.rooms.contracts import CONCRETE, Contract, open_office
from tests.integration.rooms.office import Office
from tests.proof.stage import DANA, MARCO, PRIYA

ROOT: Final = Path(__file__).parents[3]

TABLE: Final[Mapping[str, str]] = {
    "a record it needs is not there yet": "PROJECT_NOT_SYNCED PARENT_NOT_SYNCED VENDOR_NOT_LINKED COMMITMENT_NOT_SYNCED INVOICE_NOT_SYNCED",
    "coding of a line": ("COST_CODE_MISSING COST_TYPE_MISSING COST_CODE_IS_DIVISION COST_CODE_INACTIVE COST_CODE_FORMAT CUSTOM_SEGMENT"),
    "content": (
        "NOT_APPROVED_IN_PROCORE BUDGET_NOT_LOCKED DATE_MISSING TERMS_UNKNOWN ITEM_NOT_MAPPED TOO_LONG DUPLICATE_NUMBER ZERO_AMOUNT "
        "OVERBILLED TOTALS_DISAGREE"
    ),
    "links": "STILL_IN_INTACCT LINKED_ELSEWHERE ORIGIN_NOT_OURS",
    "decisions": "STALE_APPROVAL NOT_YOUR_APPROVAL SENDER_IS_APPROVER LINK_EXPIRED LINK_USED",
    "Intacct refuses": "PERIOD_CLOSED INACTIVE_VENDOR INACTIVE_TASK DIMENSION_MISSING DIMENSION_UNKNOWN NO_PERMISSION",
    "the way there": "SIGN_IN_FAILED RATE_LIMITED UNAVAILABLE OUTCOME_UNKNOWN",
}
"""The product's table of errors, by what they are about."""
NOT_OF_AN_EXPORT: Final[Mapping[str, str]] = {
    "COST_CODE_FORMAT": "cost codes are imported only",
}
ELSEWHERE: Final[Mapping[str, str]] = {
    "LINK_EXPIRED": "tests/unit/entrypoints/test_link.py::test_an_expired_link_says_when_it_ended_and_shows_no_item",
    "LINK_USED": "tests/unit/entrypoints/test_link.py::test_a_rejected_item_that_returns_needs_its_new_link",
}
"""What is shown on the page behind an e-mailed link, past the engine: the test that opens it, which names the code."""


class Desk:
    """The concrete subcontract, ready to be sent; everything it refers to is linked."""

    def __init__(self, office: Office) -> None:
        open_office(office)
        self.office, self.concrete = office, Contract(office, CONCRETE)

    def sent(self) -> Item:
        item = self.office.send("commitments", self.concrete.id, self.concrete.project).item
        assert item is not None
        return item

    def approved(self) -> Item:
        item = self.sent()
        assert self.decided(item).violation is None
        return item

    def decided(self, item: Item, by: Any = DANA) -> Any:
        (decided,) = decide(self.office.world, by, [Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint)], via="app")
        return decided

    def after_one_try(self, item: Item) -> Violation:
        """What the item says after one attempt."""
        export_item(self.office.world, item.id, "worker")
        return self.told(item)

    def exported(self) -> Violation:
        item = self.approved()
        self.office.machine.play()
        assert self.office.item(item.id).state is State.FAILED
        return self.told(item)

    def told(self, item: Item) -> Violation:
        (problem,) = self.office.item(item.id).problems
        return problem.violation()

    def changed(self, table: str, values: Mapping[str, str], **where: str) -> None:
        """What somebody changes in Intacct."""
        for row in self.office.intacct.store.find(table, **where):
            self.office.intacct.store.update(table, row, dict(values))

    @property
    def vendor(self) -> str:
        company = str(self.concrete.shown["vendor"]["id"])
        return self.office.references.by_procore("vendors", [company])[company].intacct_id


def period_closed(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.intacct.settings.closed_until = date(2030, 12, 31)
    return desk.after_one_try(item)


def inactive_vendor(desk: Desk) -> Violation:
    desk.changed("VENDOR", {"STATUS": "inactive"}, VENDORID=desk.vendor)
    return desk.exported()


def inactive_task(desk: Desk) -> Violation:
    """Made inactive after the codes were imported."""
    code = desk.concrete.line(0)["cost_code"]["full_code"]
    desk.changed("TASK", {"STATUS": "inactive"}, TASKID=code)
    return desk.exported()


def dimension_missing(desk: Desk) -> Violation:
    """The account of the bill wants a department, and no setting gives one."""
    desk.concrete.synced()
    for account in desk.office.intacct.store.all("GLACCOUNT"):
        desk.changed("GLACCOUNT", {"REQUIREDEPT": "true"}, ACCOUNTNO=account["ACCOUNTNO"])
    for order in desk.office.procore.store["commitment_change_orders"].rows(contract_id=int(desk.concrete.id)):
        desk.office.export("commitment_change_orders", str(order["id"]), desk.concrete.project)
    invoice = desk.office.id("requisitions", invoice_number=f"{CONCRETE}-01")
    return desk.told(desk.office.export("subcontractor_invoices", invoice, desk.concrete.project))


def dimension_unknown(desk: Desk) -> Violation:
    desk.office.configure(items={}, default_item="NOSUCH")
    return desk.exported()


def no_permission(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.intacct.settings.denied_objects = {"PODOCUMENT"}
    return desk.after_one_try(item)


def sign_in_failed(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.intacct.settings.user_password = "another"
    desk.office.intacct.expire_sessions()
    return desk.after_one_try(item)


def rate_limited(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.intacct.faults.plan({"fault": "status", "status": 429, "match": "<create_potransaction>"})
    return desk.after_one_try(item)


def unavailable(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.procore.faults.plan({"fault": "status", "status": 503, "times": 100})
    return desk.after_one_try(item)


def outcome_unknown(desk: Desk) -> Violation:
    item = desk.approved()
    desk.office.intacct.faults.plan({"fault": "cut_before", "match": "<create_potransaction>"})
    return desk.after_one_try(item)


def linked_elsewhere(desk: Desk) -> Violation:
    """The vendor's mark was copied to another company, which is then sent."""
    company = str(desk.concrete.shown["vendor"]["id"])
    pair = desk.office.references.by_procore("vendors", [company])[company]
    vendor = {"name": "A copy", "origin_id": f"intacct:VENDOR:{pair.intacct_key}"}
    copy = desk.office.api.send("POST", "/rest/v1.0/vendors", {"company_id": int(desk.office.world.company), "vendor": vendor})
    (violation,) = desk.office.send("vendors", str(copy["id"]), "").violations
    return violation


def stale_approval(desk: Desk) -> Violation:
    item = desk.approved()
    body = {"project_id": int(desk.concrete.project), "work_order_contract": {"title": "Another scope"}}
    desk.office.api.send("PATCH", f"/rest/v1.0/{desk.concrete.path}/{desk.concrete.id}", body)
    return desk.after_one_try(item)


def not_your_approval(desk: Desk) -> Violation:
    decided = desk.decided(desk.sent(), PRIYA)
    assert isinstance(decided.violation, Violation)
    return decided.violation


def sender_is_approver(desk: Desk) -> Violation:
    desk.office.configure(approvers=[{"login": MARCO.login}, {"login": DANA.login}])
    decided = desk.decided(desk.sent(), MARCO)
    assert isinstance(decided.violation, Violation)
    return decided.violation


def still_in_intacct(desk: Desk) -> Violation:
    """Unlinking what nobody has voided."""
    desk.concrete.synced()
    hold = unlink(desk.office.world, DANA, "commitments", desk.concrete.id).hold
    assert hold is not None
    (violation,) = hold.violations
    return violation


STORIES: Final[Mapping[Callable[[Desk], Violation], tuple[str, str, str]]] = {
    period_closed: ("period", "Choose a date in an open period, or ask for the period to be opened.", "an Intacct administrator"),
    inactive_vendor: ("is inactive", "Make the vendor active in Intacct.", "an Intacct administrator"),
    inactive_task: ("It is inactive", "Make it active in Intacct, or choose another code.", "an Intacct administrator"),
    dimension_missing: (
        *("missing the Department dimension", "Add the dimension to the mapping, or change the account in Intacct."),
        "an administrator of this connector",
    ),
    dimension_unknown: ("'NOSUCH'", "Import the codes again; check the settings.", "an administrator of this connector"),
    no_permission: ("permission", "Give the role this right, then try again.", "an Intacct administrator"),
    sign_in_failed: ("did not let", "Check the credentials in Secrets Manager.", "an administrator of this connector"),
    rate_limited: ("slow down", "Nothing: it is tried again by itself.", "nobody: it goes on by itself"),
    unavailable: ("503", "Nothing: it is tried again by itself.", "nobody: it goes on by itself"),
    outcome_unknown: (CONCRETE, "Do not enter it by hand: it is looked up by its key and finished.", "nobody: it goes on by itself"),
    linked_elsewhere: ("carries the mark of", "Unlink the other pair first, or choose another record.", "an accounting approver"),
    still_in_intacct: (CONCRETE, "Void it there first, then look again.", "an Intacct administrator"),
    stale_approval: (CONCRETE, "Look at the new preview and decide again.", "an accounting approver"),
    not_your_approval: (PRIYA.name, "Ask an approver for this kind of record, project and amount.", "an administrator of this connector"),
    sender_is_approver: (DANA.login, "Another approver decides.", "an accounting approver"),
}
"""A story is named after its code; then what the message holds, what to do, and who can."""


def code_of(story: Callable[[Desk], Violation]) -> Code:
    return Code(story.__name__.upper())


def by_examples() -> set[str]:
    """The codes of the rejecting examples of exported rooms, each of which the contract suite provokes."""
    names = [name for name, room in Rooms().items() if room.export is not None]
    return {example["code"] for name in names for example in json.loads((ROOT / f"tests/golden/{name}/refused.json").read_text("utf-8"))}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_a_person_reads(office: Office, story: Callable[[Desk], Violation]) -> None:
    words, remedy, who = STORIES[story]
    said = story(Desk(office)).as_dict()
    assert said["code"] == code_of(story)
    assert words in said["message"]
    assert said["message"].endswith((".", ")"))
    assert (said["remedy"], said["who"], said["meaning"]) == (remedy, who, CATALOGUE[code_of(story)].meaning)


def test_every_code_of_the_table_is_one_of_ours() -> None:
    names = [name for names in TABLE.values() for name in names.split()]
    assert len(names) == len(set(names)) == 39
    assert [name for name in names if name not in Code.__members__] == []


def test_every_code_of_an_export_is_produced() -> None:
    produced = by_examples() | {code_of(story).value for story in STORIES} | set(ELSEWHERE)
    missing = {name for names in TABLE.values() for name in names.split()} - produced
    assert missing == set(NOT_OF_AN_EXPORT)


def test_what_has_a_reason_not_to_be_produced_is_not_used_by_exports() -> None:
    """When it is, it needs a story and no reason."""
    exports = [ROOT / "layers/common/connector/engine" / f"{name}.py" for name in ("submit", "prepare", "decide", "export", "finish")]
    text = "".join(path.read_text("utf-8") for path in exports)
    assert [name for name in NOT_OF_AN_EXPORT if name in text] == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_shown_elsewhere_is_named_there(name: str) -> None:
    path, _, test = ELSEWHERE[name].partition("::")
    body = re.search(rf"def {test}\(.*?(?=\n    def |\ndef |\Z)", (ROOT / path).read_text("utf-8"), re.DOTALL)
    assert body is not None
    assert name in body.group()


def test_what_only_takes_time_is_done_in_the_end(office: Office) -> None:
    """The same item, after each of the three that nobody has to do anything about."""
    desk = Desk(office)
    assert CATALOGUE[code_of(rate_limited)].kind is Kind.LATER
    violation = rate_limited(desk)
    office.machine.play()
    item = office.item(f"commitments:{desk.concrete.id}")
    assert (violation.code, item.state, item.problems) == (Code.RATE_LIMITED, State.SYNCED, ())
