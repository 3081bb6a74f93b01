"""What administrators decide: the company's settings, kept as one document in the state table and validated as a whole.

The environment (endpoints, table names) is :mod:`connector.settings`; this is about books and people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from connector.core.item import Item, Value
from connector.core.people import ApprovalRight, Person, Role


class Definitions(Value):
    """Names of Intacct's purchasing transaction definitions (PODOCUMENTPARAMS.DOCID), one per kind of document."""

    subcontract: str = "Subcontract"
    purchase_order: str = "Purchase Order"
    subcontract_change_order: str = "Subcontract Change Order"
    purchase_order_change_order: str = "Purchase Order Change Order"
    subcontract_invoice: str = "Subcontract Invoice"
    purchase_order_invoice: str = "Purchase Order Invoice"
    subcontract_adjustment: str = ""
    """For an invoice that asks money back, which is refused where none is named."""
    purchase_order_adjustment: str = ""


class AttachmentPolicy(Value):
    """Files attached to commitments and invoices in Procore. Sizes are in megabytes of a million bytes; in Intacct's request a file
    takes a third more, and all of them go in one."""

    files: Literal["carried along", "left in Procore"] = "carried along"
    """Whether they become an Intacct attachment that the document names. Where Intacct does not take it, the document goes without."""
    folder: Annotated[str, Field(min_length=1, max_length=80)] = "Procore"
    """Intacct's attachment folder; made where it is not there and the user may."""
    megabytes_per_file: Annotated[int, Field(ge=1, le=20)] = 5
    megabytes_per_record: Annotated[int, Field(ge=1, le=20)] = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A setting that stays as it is once a record of one of ``by`` stands in both systems, in the project or at all; ``by_project``
    is the setting that overrides it there. ``free`` are changes that may be made all the same, from and to."""

    setting: str
    by: tuple[str, ...]
    why: str
    by_project: str = ""
    free: tuple[tuple[str, str], ...] = ()

    def value(self, config: Configuration, project_id: str) -> str:
        overridden: Mapping[str, str] = getattr(config, self.by_project) if self.by_project else {}
        return overridden.get(project_id, str(getattr(config, self.setting)))


FROZEN: Final = (
    Frozen(
        setting="prime_change_orders",
        by_project="prime_change_orders_by_project",
        by=("prime_contract_change_orders",),
        why="The job's estimate holds the costs of all its change orders, or of none.",
    ),
    Frozen(
        setting="change_order_amounts",
        by=("commitment_change_orders",),
        why="What Intacct holds of a changed line would be read as the change, and as the value after it.",
    ),
    Frozen(
        setting="budget_feature",
        by=("budget_modifications",),
        why="Procore makes budget changes of a company's modifications, once and not back.",
        free=(("modifications", "changes"),),
    ),
    Frozen(
        setting="direct_costs_by",
        by=("direct_costs",),
        why="The costs that stand in Procore would be left empty beside new ones.",
    ),
    Frozen(
        setting="entity",
        by=("commitments", "budgets", "prime_contract_change_orders"),
        why="What was sent stands in the entity of before, where later records would not find it.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """A setting that records were sent under. ``firm`` is one that cannot be changed at all; of the others some changes are refused."""

    path: str
    why: str
    firm: bool


class Schedule(Value):
    """How often an object is imported by the clock."""

    every: Literal["off", "hour", "2 hours", "4 hours", "day"] = "hour"


class Configuration(Value):
    """All settings of one Procore company and its Intacct company."""

    entity: str = ""
    """Intacct entity whose session is used; empty is the top level."""
    location: str = ""
    """Location id for jobs and lines; a multi-entity company needs one."""
    location_by_project: dict[str, str] = Field(default_factory=dict)
    department: str = ""
    items: dict[str, str] = Field(default_factory=dict)
    """Intacct item id by cost type."""
    default_item: str = ""
    unit: str = "Each"
    """Unit of amount-based lines: must match the item's unit in Intacct to the letter."""
    definitions: Definitions = Definitions()
    change_order_amounts: Literal["delta", "new value"] = "delta"
    """Whether quantity and price of a change order's line are the change, or the line's value after it. The vendor's reference does not
    say; try it in a sandbox."""
    stored_materials: Literal["rolled in", "own line", "refused"] = "rolled in"
    """How an invoice carries the change in stored materials: together with the work of its line, on a line of its own, or not at all."""
    retainage_releases: Literal["with the invoice", "refused"] = "with the invoice"
    """Whether an invoice may give back more retainage than it holds back (as a negative amount retained), or retainage is released in
    Intacct only."""
    budget_feature: Literal["changes", "modifications"] = "changes"
    """Which of the two Procore's company uses; it answers 405 to writes of the other."""
    revision_type: Literal["revision", "approved change", "pending change", "forecast", "other"] = "revision"
    """Workflow type of estimate entries that come from budget modifications, unless the approver chooses another."""
    prime_change_orders: Literal["contract only", "contract and estimate"] = "contract only"
    """Whether change orders of the prime contract also raise the job's estimate. Where they do, a budget modification that does not net
    to zero is refused: it would count the same change twice. Stays as it is once a project has sent its first."""
    prime_change_orders_by_project: dict[str, Literal["contract only", "contract and estimate"]] = Field(default_factory=dict)
    change_request_status: str = "Approved"
    """Intacct's change request status that change orders of the prime contract take: one whose workflow type is ``approved change``."""
    contract_line_account: str = ""
    """Revenue account of contract lines that these change orders add; empty takes that of the contract's first line."""
    contract_line_item: str = ""
    """Item of these lines, likewise."""
    payment_bank: str = ""
    """Bank account (checking account id) that payments made through Procore Pay are booked against, unless the approver chooses another."""
    payment_method: str = "EFT"
    """Intacct's payment method of these payments: ``EFT`` records a transfer that was made elsewhere."""
    payment_currency: str = "USD"
    funded: frozenset[str] = frozenset({"funding complete", "funded", "settled", "paid", "completed"})
    """Statuses of a payment in Procore Pay that mean that its money is on the way; capitals and underscores do not count. The vendor
    names the moment ("Funding Complete"), not the word that the API uses."""
    automatic: frozenset[str] = frozenset({"payments"})
    """Objects whose records go without a click as soon as they may, of those that can."""
    estimate_type: str = ""
    """Project estimate type of exported budgets, which says what of them posts to the GL budget; empty is everything."""
    reverse_conversions: bool = False
    """Intacct's Purchasing option to enable conversion reversal is on: a line may be billed back."""
    default_terms: str = ""
    due_days: Annotated[int, Field(ge=0, le=365)] = 30
    project_category: str = "Contract"
    attachments: AttachmentPolicy = AttachmentPolicy()
    vendor_ids: Literal["from Procore", "by Intacct"] = "from Procore"
    """``from Procore``: the approver's choice, else ``PC-`` and Procore's id; ``by Intacct``: numbered by its document sequence."""
    vendor_types: frozenset[str] = frozenset()
    """Vendor types to import; empty is all. Vendors without a type always come along."""
    cost_code_delimiter: str = "-"
    direct_costs_by: Literal["account", "vendor", "document"] = "document"
    """What the ledger's entries of a job and month are put together by, as one direct cost with a line for each entry: their account,
    account and vendor, or account, vendor and document."""
    direct_cost_status: Literal["draft", "pending", "approved"] = "approved"
    """In which status costs from the ledger stand in Procore."""
    ledger_months: Annotated[int, Field(ge=1, le=24)] = 2
    """How many months, the current one among them, each import compares whatever changed: an entry that was taken back leaves no trace.
    As many as stay open in Intacct."""
    ledger_book: str = "ACCRUAL"
    """Intacct's book (GLDETAIL.BOOKID) whose entries are the costs."""

    approvers: tuple[ApprovalRight, ...] = ()
    senders: frozenset[str] = frozenset()
    """Logins that may send; empty means everybody who may see the project."""
    admins: frozenset[str] = frozenset()
    sender_may_approve: bool = False
    procore_admins_are_admins: bool = True
    accounting_flag_approves: bool = True
    """People with Procore's accounting-approver flag may approve everything unless they are listed among the approvers."""
    link_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 96
    link_without_sign_in_up_to: Annotated[Decimal, Field(ge=0)] | None = None
    """Up to this amount whoever holds an approver's mailed link may decide by it; above it, and at all where none is given, the link
    asks its person to sign in with Procore first."""
    amounts_in_subjects: bool = True
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 7
    """From this hour on, in each person's own time zone, the daily mail goes to who has chosen it."""

    schedules: dict[str, Schedule] = Field(default_factory=dict)
    reconciliations: Literal["off", "day"] = "day"
    """Whether every linked job is read in both systems each night, to show where they differ. People may ask for a reading at any time."""

    def roles(self, person: Person) -> frozenset[Role]:
        roles = set()
        if not self.senders or person.login in self.senders:
            roles.add(Role.SENDER)
        if self.rights(person):
            roles.add(Role.APPROVER)
        if person.login in self.admins or (self.procore_admins_are_admins and person.admin_in_procore):
            roles.add(Role.ADMIN)
        return frozenset(roles)

    def rights(self, person: Person) -> tuple[ApprovalRight, ...]:
        named = tuple(right for right in self.approvers if right.login == person.login)
        if named or not (self.accounting_flag_approves and person.accounting_approver):
            return named
        return (ApprovalRight(login=person.login),)

    def approvers_for(self, item: Item) -> tuple[ApprovalRight, ...]:
        """Those named in the settings whose rights cover this item, whatever its amount."""
        return tuple(right for right in self.approvers if right.covers(item.object, item.project_id))

    def may_approve(self, person: Person, item: Item) -> bool:
        return any(right.covers(item.object, item.project_id) for right in self.rights(person))

    def within_limit(self, logins: Iterable[str], item: Item) -> bool:
        """Whether one of these people may decide an item of this amount alone: by one of their rights, or as somebody to whom the
        settings give no right of their own (Procore's flag has no limit)."""
        rights = self.approvers_for(item)
        named = {right.login for right in rights}
        enough = {right.login for right in rights if right.up_to is None or abs(item.amount) <= right.up_to}
        return any(login in enough or login not in named for login in logins)

    def link_alone_decides(self, item: Item) -> bool:
        """Whether a mailed link is enough to see and decide this item."""
        most = self.link_without_sign_in_up_to
        return most is not None and abs(item.amount) <= most

    def location_of(self, project_id: str) -> str:
        return self.location_by_project.get(project_id, self.location)

    def prime_change_orders_of(self, project_id: str) -> Literal["contract only", "contract and estimate"]:
        return self.prime_change_orders_by_project.get(project_id, self.prime_change_orders)

    def item_for(self, cost_type: str) -> str:
        return self.items.get(cost_type, self.default_item)
