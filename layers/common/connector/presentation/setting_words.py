"""What each setting is called on the pages, and what is said under it. Which kind of value it has its declaration says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """``path`` is that of the setting (``definitions.subcontract``)."""

    path: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    groups: tuple[tuple[str, tuple[Words, ...]], ...] = ()
    """Headings, and the settings under each."""

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(words.path for _, group in self.groups for words in group)


_PAIRS: Final = "One a line, as "
SECTIONS: Final = (
    Section("connection", "Connection"),
    Section(
        "mapping",
        "Mapping",
        (
            (
                "Where records go in Intacct",
                (
                    Words("entity", "Entity", "Whose session is used; empty is the top level."),
                    Words("location", "Location", "Of jobs and lines; a company with several entities needs one."),
                    Words("location_by_project", "Location by project", f"{_PAIRS}Procore's project id = location."),
                    Words("department", "Department", "Of every line; empty is none."),
                    Words("project_category", "Project category", "Of jobs that are added to Intacct."),
                ),
            ),
            (
                "Vendors",
                (
                    Words("vendor_ids", "Vendor ids", "From Procore: the approver's choice, else PC- and Procore's id."),
                    Words("vendor_types", "Vendor types to import", "One a line; empty is all."),
                ),
            ),
            (
                "Change orders and invoices",
                (
                    Words(
                        "change_order_amounts",
                        "Amounts of a changed line",
                        "The change, or the value after it. Try it in a sandbox.",
                    ),
                    Words("stored_materials", "Stored materials", "How an invoice carries them."),
                    Words("retainage_releases", "Releases of retainage"),
                    Words("reverse_conversions", "A line may be billed back", "Intacct's option to enable conversion reversal is on."),
                    Words("prime_change_orders", "Change orders of the prime contract", "Whether they raise the job's estimate too."),
                    Words("prime_change_orders_by_project", "The same by project", f"{_PAIRS}Procore's project id = what it is there."),
                    Words("change_request_status", "Status of change requests", "One whose workflow type is approved change."),
                    Words("contract_line_account", "Revenue account of contract lines", "Empty takes that of the contract's first line."),
                    Words("contract_line_item", "Item of contract lines", "Likewise."),
                ),
            ),
            (
                "Budgets",
                (
                    Words("budget_feature", "Budget changes in Procore are", "Which of the two the company uses."),
                    Words("revision_type", "Revision type", "Workflow type of estimate entries, unless the approver chooses another."),
                    Words("estimate_type", "Estimate type", "Says what posts to the GL budget; empty is everything."),
                ),
            ),
            (
                "Codes and ledger costs",
                (
                    Words("cost_code_delimiter", "Delimiter of cost codes"),
                    Words("direct_costs_by", "Ledger costs are put together by"),
                    Words("direct_cost_status", "Their status in Procore"),
                    Words("ledger_months", "Months that are compared", "As many as stay open in Intacct."),
                    Words("ledger_book", "Book of the ledger"),
                ),
            ),
            (
                "Reconciliation",
                (Words("reconciliations", "Both systems are compared", "Each night, or only when somebody asks."),),
            ),
            (
                "Attachments",
                (
                    Words("attachments.files", "Files are"),
                    Words("attachments.folder", "Folder in Intacct"),
                    Words("attachments.megabytes_per_file", "Megabytes of a file, at most"),
                    Words("attachments.megabytes_per_record", "Megabytes of a record, at most"),
                ),
            ),
        ),
    ),
    Section(
        "items",
        "Items and terms",
        (
            (
                "Items",
                (
                    Words("items", "Item by cost type", f"{_PAIRS}cost type = item."),
                    Words("default_item", "Default item", "Where no cost type says otherwise."),
                    Words("unit", "Unit of lines by amount", "As the item has it in Intacct, to the letter."),
                ),
            ),
            (
                "Transaction definitions",
                (
                    Words("definitions.subcontract", "Subcontract"),
                    Words("definitions.purchase_order", "Purchase order"),
                    Words("definitions.subcontract_change_order", "Subcontract change order"),
                    Words("definitions.purchase_order_change_order", "Purchase order change order"),
                    Words("definitions.subcontract_invoice", "Subcontract invoice"),
                    Words("definitions.purchase_order_invoice", "Purchase order invoice"),
                    Words(
                        "definitions.subcontract_adjustment",
                        "Subcontract invoice that asks money back",
                        "Empty: it is refused.",
                    ),
                    Words("definitions.purchase_order_adjustment", "The same for purchase orders"),
                ),
            ),
            (
                "Terms",
                (
                    Words("default_terms", "Default terms"),
                    Words("due_days", "Days until due", "Where an invoice says no date."),
                ),
            ),
            (
                "Payments of Procore Pay",
                (
                    Words("payment_bank", "Bank account", "Checking account id in Intacct."),
                    Words("payment_method", "Payment method"),
                    Words("payment_currency", "Currency"),
                    Words("funded", "Statuses that mean money is on the way", "One a line."),
                    Words("automatic", "Objects that go without a click", "One a line, of those that can."),
                ),
            ),
        ),
    ),
    Section(
        "approvers",
        "Approvers and limits",
        (
            (
                "Who may do what",
                (
                    Words("accounting_flag_approves", "Procore's accounting approvers approve everything", "Unless named above."),
                    Words("sender_may_approve", "Who sent a record may approve it"),
                    Words("senders", "Who may send", "Logins, one a line; empty is everybody who sees the project."),
                    Words("admins", "Administrators of this connector", "Logins, one a line."),
                    Words("procore_admins_are_admins", "Procore's company administrators are administrators here"),
                ),
            ),
        ),
    ),
    Section("schedules", "Schedules"),
    Section(
        "mail",
        "Mail",
        (
            (
                "Mails to everybody",
                (
                    Words("digest_hour", "Hour of the daily mail", "From 0 to 23, in each person's own time zone."),
                    Words("amounts_in_subjects", "Amounts stand in subjects"),
                    Words("link_hours", "Hours a link in a mail works"),
                    Words(
                        "link_without_sign_in_up_to",
                        "A link decides without a sign-in up to",
                        "An amount; empty: its person always signs in.",
                    ),
                ),
            ),
        ),
    ),
    Section("usage", "Usage"),
    Section("history", "History"),
)
BY_NAME: Final = {section.name: section for section in SECTIONS}
_LABELS: Final = {words.path: words.label for section in SECTIONS for _, group in section.groups for words in group}


def label(path: str) -> str:
    """What a setting is called, or one value of it: ``Item by cost type, Labor``."""
    if path in _LABELS:
        return _LABELS[path]
    name, _, key = path.removesuffix(".every").partition(".")
    known = {"approvers": "Approver", "schedules": "Schedule"} | _LABELS
    return f"{known[name]}, {key}" if name in known and key else name.replace("_", " ").capitalize()
