"""Every error this product can show a person: a stable code, what it means, what to do, who can do it.

``docs/errors.md`` is generated from :data:`CATALOGUE`. A code never changes its meaning; a new meaning is a new code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What happens next, the only thing the engine decides by."""

    DATA = "fix the data"
    """This record is refused; the others of the batch go on."""
    SETUP = "fix the set-up"
    """The run stops and an administrator is told: the next record would fail the same way."""
    LATER = "retry later"
    """Nothing is wrong with the record; the machine waits and asks again."""
    DECISION = "decide again"
    """A person's decision could not be taken."""


class Who(StrEnum):
    STAFF = "project staff, in Procore"
    ACCOUNTING = "an accounting approver"
    ADMIN = "an administrator of this connector"
    INTACCT_ADMIN = "an Intacct administrator"
    PROCORE_ADMIN = "a Procore administrator"
    NOBODY = "nobody: it goes on by itself"


class Code(StrEnum):
    # A record it needs is not there yet.
    PROJECT_NOT_SYNCED = "PROJECT_NOT_SYNCED"
    PARENT_NOT_SYNCED = "PARENT_NOT_SYNCED"
    VENDOR_NOT_LINKED = "VENDOR_NOT_LINKED"
    COMMITMENT_NOT_SYNCED = "COMMITMENT_NOT_SYNCED"
    INVOICE_NOT_SYNCED = "INVOICE_NOT_SYNCED"
    # Coding of a line.
    COST_CODE_MISSING = "COST_CODE_MISSING"
    COST_TYPE_MISSING = "COST_TYPE_MISSING"
    COST_CODE_IS_DIVISION = "COST_CODE_IS_DIVISION"
    COST_CODE_INACTIVE = "COST_CODE_INACTIVE"
    COST_CODE_FORMAT = "COST_CODE_FORMAT"
    CUSTOM_SEGMENT = "CUSTOM_SEGMENT"
    ACCOUNT_NOT_MAPPED = "ACCOUNT_NOT_MAPPED"
    # Content.
    NOT_APPROVED_IN_PROCORE = "NOT_APPROVED_IN_PROCORE"
    BUDGET_NOT_LOCKED = "BUDGET_NOT_LOCKED"
    BUDGET_LOCKED = "BUDGET_LOCKED"
    EXPORTED_FROM_PROCORE = "EXPORTED_FROM_PROCORE"
    DATE_MISSING = "DATE_MISSING"
    TERMS_UNKNOWN = "TERMS_UNKNOWN"
    ITEM_NOT_MAPPED = "ITEM_NOT_MAPPED"
    TOO_LONG = "TOO_LONG"
    DUPLICATE_NUMBER = "DUPLICATE_NUMBER"
    DUPLICATE_NAME = "DUPLICATE_NAME"
    CONTACT_NAME_TAKEN = "CONTACT_NAME_TAKEN"
    ZERO_AMOUNT = "ZERO_AMOUNT"
    OVERBILLED = "OVERBILLED"
    TOTALS_DISAGREE = "TOTALS_DISAGREE"
    VALUE_MISSING = "VALUE_MISSING"
    VALUE_UNREADABLE = "VALUE_UNREADABLE"
    NO_LINES = "NO_LINES"
    INACTIVE_IN_PROCORE = "INACTIVE_IN_PROCORE"
    SETTINGS_FORBID = "SETTINGS_FORBID"
    COMES_FROM_INTACCT = "COMES_FROM_INTACCT"
    NOT_FUNDED = "NOT_FUNDED"
    OVERPAID = "OVERPAID"
    BANK_UNKNOWN = "BANK_UNKNOWN"
    # Links.
    STILL_IN_INTACCT = "STILL_IN_INTACCT"
    STILL_REFERRED_TO = "STILL_REFERRED_TO"
    GONE_IN_INTACCT = "GONE_IN_INTACCT"
    VOIDED_IN_INTACCT = "VOIDED_IN_INTACCT"
    LINKED_ELSEWHERE = "LINKED_ELSEWHERE"
    GONE_IN_PROCORE = "GONE_IN_PROCORE"
    ORIGIN_NOT_OURS = "ORIGIN_NOT_OURS"
    READ_BACK_DIFFERS = "READ_BACK_DIFFERS"
    CONFLICT_IN_INTACCT = "CONFLICT_IN_INTACCT"
    LINES_DIFFER = "LINES_DIFFER"
    # Decisions.
    STALE_APPROVAL = "STALE_APPROVAL"
    NOT_YOUR_APPROVAL = "NOT_YOUR_APPROVAL"
    SENDER_IS_APPROVER = "SENDER_IS_APPROVER"
    NOT_WAITING = "NOT_WAITING"
    REASON_MISSING = "REASON_MISSING"
    BY_HAND = "BY_HAND"
    LINK_EXPIRED = "LINK_EXPIRED"
    LINK_USED = "LINK_USED"
    LINK_UNKNOWN = "LINK_UNKNOWN"
    # Intacct refuses.
    PERIOD_CLOSED = "PERIOD_CLOSED"
    INACTIVE_VENDOR = "INACTIVE_VENDOR"
    INACTIVE_TASK = "INACTIVE_TASK"
    DIMENSION_MISSING = "DIMENSION_MISSING"
    DIMENSION_UNKNOWN = "DIMENSION_UNKNOWN"
    NO_PERMISSION = "NO_PERMISSION"
    REFUSED_BY_INTACCT = "REFUSED_BY_INTACCT"
    REFUSED_BY_PROCORE = "REFUSED_BY_PROCORE"
    # The set-up.
    DEFINITION_UNSUITABLE = "DEFINITION_UNSUITABLE"
    SETTING_UNKNOWN = "SETTING_UNKNOWN"
    SETTING_IN_USE = "SETTING_IN_USE"
    FIELD_MISSING = "FIELD_MISSING"
    USER_FORMAT = "USER_FORMAT"
    # The way there.
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    RATE_LIMITED = "RATE_LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    # Calls to this connector.
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    MALFORMED = "MALFORMED"
    TOO_LARGE = "TOO_LARGE"
    WRONG_SECRET = "WRONG_SECRET"  # noqa: S105 -- the name of an error, not a secret


@dataclass(frozen=True, slots=True)
class Explanation:
    kind: Kind
    meaning: str
    remedy: str
    who: Who


_DATA, _SETUP, _LATER, _DECISION = Kind.DATA, Kind.SETUP, Kind.LATER, Kind.DECISION

# One code, one line.
# fmt: off
CATALOGUE: Final = MappingProxyType({
    Code.PROJECT_NOT_SYNCED: Explanation(_DATA, "The project is not linked to an Intacct job.", "Import and link the job, or send the project first.", Who.ACCOUNTING),
    Code.PARENT_NOT_SYNCED: Explanation(_DATA, "The parent record is not linked yet.", "Send or import the parent first; this record then goes by itself.", Who.ACCOUNTING),
    Code.VENDOR_NOT_LINKED: Explanation(_DATA, "The company is not linked to an Intacct vendor.", "Link it to an existing vendor, or approve the new vendor together with this record.", Who.ACCOUNTING),
    Code.COMMITMENT_NOT_SYNCED: Explanation(_DATA, "The commitment is not in Intacct yet.", "Send the commitment first.", Who.STAFF),
    Code.INVOICE_NOT_SYNCED: Explanation(_DATA, "The invoice is not in Intacct yet.", "Send the invoice first.", Who.STAFF),
    Code.COST_CODE_MISSING: Explanation(_DATA, "The line has no cost code that Intacct knows.", "Choose a cost code of this job in Procore, or import the cost codes.", Who.STAFF),
    Code.COST_TYPE_MISSING: Explanation(_DATA, "The line has no cost type that Intacct knows for this cost code.", "Choose a cost type in Procore; then send again.", Who.STAFF),
    Code.COST_CODE_IS_DIVISION: Explanation(_DATA, "The line is coded to a division, which only groups cost codes.", "Choose a cost code below the division.", Who.STAFF),
    Code.COST_CODE_INACTIVE: Explanation(_DATA, "The cost code is inactive.", "Choose another code, or make it active in Intacct and import again.", Who.INTACCT_ADMIN),
    Code.COST_CODE_FORMAT: Explanation(_DATA, "The cost code does not fit Procore's form of codes.", "Give it a delimiter, the same everywhere, and make sure its parent exists in Intacct.", Who.INTACCT_ADMIN),
    Code.CUSTOM_SEGMENT: Explanation(_DATA, "The line uses a custom segment of the work breakdown structure, which Intacct has no place for.", "Code the line with cost code and cost type only.", Who.STAFF),
    Code.ACCOUNT_NOT_MAPPED: Explanation(_DATA, "The account has costs of a job, and nothing says how they go to Procore.", "Fill in PC Account Type and PC Cost Types of the GL account in Intacct; or leave this aside, where they are no direct costs.", Who.INTACCT_ADMIN),
    Code.NOT_APPROVED_IN_PROCORE: Explanation(_DATA, "Procore does not show the record as approved.", "Approve it in Procore, then send it.", Who.STAFF),
    Code.BUDGET_NOT_LOCKED: Explanation(_DATA, "The budget is not locked in Procore.", "Lock the budget, then send it.", Who.STAFF),
    Code.BUDGET_LOCKED: Explanation(_DATA, "The budget is locked in Procore.", "Unlock the budget (keeping its modifications), then accept the estimate again.", Who.STAFF),
    Code.EXPORTED_FROM_PROCORE: Explanation(_DATA, "The record was made of Procore's by this connector: its import is off.", "Nothing is to be done; change it in Procore and send the change.", Who.STAFF),
    Code.DATE_MISSING: Explanation(_DATA, "A date is missing that Intacct needs.", "Enter the date in Procore.", Who.STAFF),
    Code.TERMS_UNKNOWN: Explanation(_DATA, "The payment terms are not in Intacct's list.", "Choose terms that Intacct knows, or add them in Intacct.", Who.ACCOUNTING),
    Code.ITEM_NOT_MAPPED: Explanation(_DATA, "No Intacct item is set for this cost type, and there is no default item.", "Map the cost type to an item in the settings.", Who.ADMIN),
    Code.TOO_LONG: Explanation(_DATA, "The value is longer than Intacct allows. Nothing is shortened for you.", "Shorten it in Procore, or let the approver choose another value.", Who.STAFF),
    Code.DUPLICATE_NUMBER: Explanation(_DATA, "Intacct already has a record of this number.", "Choose another number, or link to the existing record.", Who.ACCOUNTING),
    Code.DUPLICATE_NAME: Explanation(_DATA, "Two records have the same name (capital letters do not count).", "Rename one of them.", Who.INTACCT_ADMIN),
    Code.CONTACT_NAME_TAKEN: Explanation(_DATA, "Intacct already has a contact of this name. Vendors, customers and employees share one list of contacts, so the name is taken even if no vendor has it.", "If the contact is the same company's, link the company to that vendor; else rename that contact in Intacct, then send again.", Who.INTACCT_ADMIN),
    Code.ZERO_AMOUNT: Explanation(_DATA, "The amount is zero.", "Nothing is to be sent; correct the amount if that is wrong.", Who.STAFF),
    Code.OVERBILLED: Explanation(_DATA, "More would be billed than the commitment holds.", "Correct the invoice, or send the change order first.", Who.STAFF),
    Code.TOTALS_DISAGREE: Explanation(_DATA, "The lines do not add up to the total.", "Correct the lines in Procore until they add up to the cent.", Who.STAFF),
    Code.VALUE_MISSING: Explanation(_DATA, "A value is missing that Intacct needs.", "Fill it in.", Who.STAFF),
    Code.VALUE_UNREADABLE: Explanation(_DATA, "A value has a form this connector does not know.", "Correct it; if it looks right, tell an administrator.", Who.STAFF),
    Code.NO_LINES: Explanation(_DATA, "The record has no line.", "Add at least one line in Procore.", Who.STAFF),
    Code.INACTIVE_IN_PROCORE: Explanation(_DATA, "The record is inactive in Procore.", "Make it active in Procore, or leave it out.", Who.STAFF),
    Code.SETTINGS_FORBID: Explanation(_DATA, "The settings of this connector do not let this go.", "Change the setting that is named, or correct the record in Procore.", Who.ADMIN),
    Code.COMES_FROM_INTACCT: Explanation(_DATA, "Records like this one come from Intacct.", "Enter it in Intacct; it is imported from there.", Who.ACCOUNTING),
    Code.NOT_FUNDED: Explanation(_DATA, "The money of this payment is not on its way yet.", "Look in Procore's Payments tool how far it is; it goes when its funding is complete.", Who.STAFF),
    Code.OVERPAID: Explanation(_DATA, "More would be paid than is due on the bill.", "Look for another payment of the bill in Intacct; correct the one that is wrong.", Who.ACCOUNTING),
    Code.BANK_UNKNOWN: Explanation(_DATA, "Intacct has no active bank account of this id.", "Choose the bank account that was paid from, or correct payment_bank in the settings.", Who.ACCOUNTING),
    Code.STILL_IN_INTACCT: Explanation(_DATA, "The record still exists in Intacct.", "Void it there first, then look again.", Who.INTACCT_ADMIN),
    Code.STILL_REFERRED_TO: Explanation(_DATA, "Other linked records belong to this one.", "Unlink those that are named first; each of them must be gone or void in Intacct.", Who.ACCOUNTING),
    Code.GONE_IN_INTACCT: Explanation(_DATA, "The linked record was deleted in Intacct, or is not in use there any more. Nothing was changed in Procore.", "Make it active in Intacct again, or make Procore's record inactive by hand; then leave this aside.", Who.ACCOUNTING),
    Code.VOIDED_IN_INTACCT: Explanation(_DATA, "A payment that stood in both systems was voided in Intacct.", "Look at what is said of Procore's payment, then leave this aside; a new payment comes by itself.", Who.ACCOUNTING),
    Code.LINKED_ELSEWHERE: Explanation(_DATA, "One of the two records is already linked to another one.", "Unlink the other pair first, or choose another record.", Who.ACCOUNTING),
    Code.GONE_IN_PROCORE: Explanation(_DATA, "The linked Procore record is gone. Companies that are merged there leave one behind.", "Link the Intacct record to the one it was merged into. Where that is linked to another one, decide in Intacct which of the two goes on.", Who.ACCOUNTING),
    Code.ORIGIN_NOT_OURS: Explanation(_DATA, "Another integration owns the origin id of this Procore record.", "Remove the other integration's link in Procore first.", Who.ADMIN),
    Code.READ_BACK_DIFFERS: Explanation(_DATA, "Intacct holds another value than the one approved.", "Compare the field in both systems; correct it in Intacct, then look again.", Who.ACCOUNTING),
    Code.CONFLICT_IN_INTACCT: Explanation(_DATA, "Intacct holds another record under the same number.", "Decide whether it is the same: link it, or choose another number.", Who.ACCOUNTING),
    Code.LINES_DIFFER: Explanation(_DATA, "The record in Procore has other lines than the one in Intacct.", "Compare the lines that are named and correct the side that is wrong, then link again; or add Intacct's record to Procore.", Who.ACCOUNTING),
    Code.STALE_APPROVAL: Explanation(_DECISION, "The record changed after it was shown. The decision was not taken.", "Look at the new preview and decide again.", Who.ACCOUNTING),
    Code.NOT_YOUR_APPROVAL: Explanation(_DECISION, "This decision is outside your approval rights.", "Ask an approver for this kind of record, project and amount.", Who.ADMIN),
    Code.SENDER_IS_APPROVER: Explanation(_DECISION, "Who sent the record may not approve it.", "Another approver decides.", Who.ACCOUNTING),
    Code.NOT_WAITING: Explanation(_DECISION, "The record does not wait for a decision.", "Look at its state; nothing was changed.", Who.ACCOUNTING),
    Code.REASON_MISSING: Explanation(_DECISION, "This decision needs a reason.", "Say why, or what should be corrected.", Who.ACCOUNTING),
    Code.BY_HAND: Explanation(_DECISION, "The connector does not do this: it never writes over what stands in Intacct.", "Take the steps that are named, then look again.", Who.ACCOUNTING),
    Code.LINK_EXPIRED: Explanation(_DECISION, "This link has expired.", "Open the item in the app instead.", Who.ACCOUNTING),
    Code.LINK_USED: Explanation(_DECISION, "This link has been used.", "Open the item in the app to see what was decided.", Who.ACCOUNTING),
    Code.LINK_UNKNOWN: Explanation(_DECISION, "This link is not one of ours.", "Open the link from the mail as it is, or open the item in the app.", Who.ACCOUNTING),
    Code.PERIOD_CLOSED: Explanation(_DATA, "The accounting period is closed in Intacct.", "Choose a date in an open period, or ask for the period to be opened.", Who.INTACCT_ADMIN),
    Code.INACTIVE_VENDOR: Explanation(_DATA, "The vendor is inactive in Intacct.", "Make the vendor active in Intacct.", Who.INTACCT_ADMIN),
    Code.INACTIVE_TASK: Explanation(_DATA, "The cost code is inactive in Intacct for this job.", "Make it active in Intacct, or choose another code.", Who.INTACCT_ADMIN),
    Code.DIMENSION_MISSING: Explanation(_DATA, "Intacct wants a dimension that the line does not have.", "Add the dimension to the mapping, or change the account in Intacct.", Who.ADMIN),
    Code.DIMENSION_UNKNOWN: Explanation(_DATA, "Intacct does not know a job, cost code, cost type, location or item of the line.", "Import the codes again; check the settings.", Who.ADMIN),
    Code.NO_PERMISSION: Explanation(_SETUP, "The connector's user may not do this in the other system.", "Give the role this right, then try again.", Who.INTACCT_ADMIN),
    Code.REFUSED_BY_INTACCT: Explanation(_DATA, "Intacct refused the record; its own words are beside this.", "Read Intacct's words; correct the record or the set-up.", Who.ACCOUNTING),
    Code.REFUSED_BY_PROCORE: Explanation(_DATA, "Procore refused the record; its own words are beside this.", "Read Procore's words; correct the record or the set-up.", Who.STAFF),
    Code.DEFINITION_UNSUITABLE: Explanation(_SETUP, "The purchasing transaction definition that the settings name cannot carry this document.", "Change the definition in Intacct, or name another one in the settings.", Who.INTACCT_ADMIN),
    Code.SETTING_UNKNOWN: Explanation(_SETUP, "A setting names something that Intacct does not have, or that is inactive there.", "Name what Intacct has, or add it there.", Who.ADMIN),
    Code.SETTING_IN_USE: Explanation(_SETUP, "The setting stays as it is: what was sent under it would no longer agree with what comes.", "Leave it as it is.", Who.ADMIN),
    Code.FIELD_MISSING: Explanation(_SETUP, "This Intacct company has no such object or field, and the connector cannot do without it.", "Subscribe to the application, or enable the feature that brings it.", Who.INTACCT_ADMIN),
    Code.USER_FORMAT: Explanation(_SETUP, "The connector's Intacct user reads and writes dates in another form than the connector.", "Set its preferences to English (US), mm/dd/yyyy and 24 hours.", Who.INTACCT_ADMIN),
    Code.SIGN_IN_FAILED: Explanation(_SETUP, "The other system refused the connector's credentials.", "Check the credentials in Secrets Manager.", Who.ADMIN),
    Code.RATE_LIMITED: Explanation(_LATER, "The other system asks to slow down.", "Nothing: it is tried again by itself.", Who.NOBODY),
    Code.UNAVAILABLE: Explanation(_LATER, "The other system does not answer.", "Nothing: it is tried again by itself.", Who.NOBODY),
    Code.OUTCOME_UNKNOWN: Explanation(_LATER, "The connection broke while the record was being sent. It may or may not be in Intacct.", "Do not enter it by hand: it is looked up by its key and finished.", Who.NOBODY),
    Code.NOT_FOUND: Explanation(_DATA, "There is no such record, or you may not see it.", "Check the object and the id.", Who.STAFF),
    Code.NOT_ALLOWED: Explanation(_DECISION, "Your role does not allow this.", "Ask an administrator of this connector.", Who.ADMIN),
    Code.MALFORMED: Explanation(_DATA, "The request is not of the form this call takes.", "Correct the field that is named.", Who.STAFF),
    Code.TOO_LARGE: Explanation(_DATA, "The request is larger than this call takes.", "Send less at a time.", Who.STAFF),
    Code.WRONG_SECRET: Explanation(_DECISION, "The caller did not show the secret of this webhook.", "Set the hook's Authorization header to the secret in Secrets Manager.", Who.ADMIN),
})
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One reason why a record cannot go. ``message`` says what happened to which record; ``field`` is a path in our own
    names, lines counted from 1 (``lines[2].cost_type``); ``their_words`` are the other system's own."""

    code: Code
    field: str
    message: str
    their_words: str = ""

    @property
    def explanation(self) -> Explanation:
        return CATALOGUE[self.code]

    def as_dict(self) -> dict[str, str]:
        why = self.explanation
        said = {
            "code": self.code.value,
            "field": self.field,
            "message": self.message,
            "meaning": why.meaning,
            "remedy": why.remedy,
            "who": why.who.value,
        }
        return said | ({"their_words": self.their_words} if self.their_words else {})


class ConnectorError(Exception):
    """A failure that ends the work at hand. Record-level results are values (:mod:`connector.core.outcome`), never this."""

    def __init__(self, code: Code, message: str, *, their_words: str = "") -> None:
        super().__init__(f"{code.value}: {message}")
        self.code, self.message, self.their_words = code, message, their_words

    @property
    def kind(self) -> Kind:
        return CATALOGUE[self.code].kind

    def violation(self, field: str = "") -> Violation:
        return Violation(code=self.code, field=field, message=self.message, their_words=self.their_words)


class RetryLater(ConnectorError):  # noqa: N818 -- says what to do
    """The other system is busy or away; ``seconds`` is how long it, or we, think it should be left alone."""

    def __init__(self, code: Code, message: str, *, seconds: float, their_words: str = "") -> None:
        super().__init__(code, message, their_words=their_words)
        self.seconds = seconds


class OutcomeUnknown(ConnectorError):  # noqa: N818 -- says what is known
    """A write left this process and no readable answer came back: it may or may not have happened."""

    def __init__(self, message: str, *, their_words: str = "") -> None:
        super().__init__(Code.OUTCOME_UNKNOWN, message, their_words=their_words)


class SetupWrong(ConnectorError):  # noqa: N818 -- says what is wrong
    """Nothing of this kind can work until an administrator changes the set-up."""
