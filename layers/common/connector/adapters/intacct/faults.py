"""The error table: Intacct's refusals in our own codes.

How an error is looked up, first hit wins:

1. its ``errorid``, ``messageid`` or ``errorno`` where that means one thing only (:data:`IDENTITIES`);
2. the words of its ``messageid`` (``IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS`` says *the account number already exists*)
   against the phrases of :data:`TABLE`: message ids stay English where a tenant has renamed *Project* to *Job* and
   *Task* to *Cost Code* in everything a person reads;
3. its text against the same phrases. Where the phrase is about a kind of record, it does not ask for the noun, or knows
   the renamed one too;
4. its ``errorno`` alone (:data:`NUMBERS`). That comes last because most numbers stand for many things: BL01001973 is
   a duplicate, an unknown job, a missing dimension and a bare "could not create".

Of several errors the first one classifies (the vendor puts the specific one first) and all are kept in ``their_words``.
XL03000009 only says that the rest of a transaction was rolled back, so it classifies nothing.

Marks: [D] vendor's reference, [S] vendor's SDK or its tests, [F] seen against a live tenant, [?] our reading of the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from connector.adapters.intacct.answer import SUCCESS, Error, Response
from connector.core.errors import CATALOGUE, Code, ConnectorError, Kind, SetupWrong, Violation

ROLLED_BACK: Final = "XL03000009"
FIRST_TIME: Final = "DL02000001"
"""Stands for wrong fields and dates, but also for a lost connection inside Intacct: worth asking a second time [F]."""

IDENTITIES: Final = MappingProxyType(
    {
        "GW-0010": Code.RATE_LIMITED,  # [D] too many requests
        "GW-0011": Code.REFUSED_BY_INTACCT,  # [D] invalid request: our mistake
        "XL03000003": Code.REFUSED_BY_INTACCT,  # [D,F] XML or schema error, with the position: our mistake
        "XMLGW_JPP0002": Code.SIGN_IN_FAILED,  # [S] with HTTP 401
        "PL04000055": Code.SIGN_IN_FAILED,  # [S] the demo company has expired
        "PL04000005": Code.NO_PERMISSION,  # [F] per object and operation
        "GL-0493": Code.DUPLICATE_NUMBER,  # [D] category "Duplication Prevention"
    }
)

NUMBERS: Final = MappingProxyType(
    {
        "XL03000006": Code.SIGN_IN_FAILED,  # [S,F] of the sender at control level, of the user or session below it
        "BL34000061": Code.DUPLICATE_NUMBER,  # [F]
        "PL05000104": Code.DUPLICATE_NUMBER,  # [F]
        "BL03002128": Code.VALUE_MISSING,  # [F] bill number, where no numbering sequence gives one
        "PL01000127": Code.VALUE_MISSING,  # [F] document number, likewise
        "BL03000018": Code.VALUE_UNREADABLE,  # [F] a contact's e-mail, a unit
    }
)


@dataclass(frozen=True, slots=True)
class Says:
    """A phrase (regular expression, any case) and what it means."""

    phrase: str
    code: Code

    def matches(self, text: str) -> bool:
        return re.search(self.phrase, text, re.IGNORECASE) is not None


TABLE: Final = (
    # Intacct is busy or away. These can come with HTTP 200.
    Says(r"rate limit exceeded|too many requests", Code.RATE_LIMITED),  # [F]
    Says(r"temporarily (off-?line|unavailable)|please try again later|connection failure", Code.UNAVAILABLE),  # [F]
    # Who we are, and what we may do.
    Says(r"sign-in information is incorrect|invalid session|session (has )?(expired|timed out)", Code.SIGN_IN_FAILED),  # [S,F]
    Says(r"partner id or password|not authorized to make web services", Code.SIGN_IN_FAILED),  # [S]
    Says(r"(do|does) not have permission|not authorized to", Code.NO_PERMISSION),  # [F]
    # The books.
    Says(r"period\b.*\bclosed|closed\b.*\bperiod|books are closed|date must be on or after", Code.PERIOD_CLOSED),  # [F]
    # Inactive records.
    Says(r"activate the (vendor|supplier)|(vendor|supplier)\b.*\b(inactive|not active)", Code.INACTIVE_VENDOR),  # [F]
    Says(r"(task|cost code)\b.*\b(inactive|not active)|activate the (task|cost code)", Code.INACTIVE_TASK),  # [?]
    # Dimensions. "Restricted" comes before "not valid": the record exists, the combination is what is refused.
    Says(r"is restricted by|is associated to the", Code.REFUSED_BY_INTACCT),  # [F]
    Says(r"missing (the )?'?[\w ]+'? dimension|account number '[^']*' requires an? ", Code.DIMENSION_MISSING),  # [F]
    Says(r"(location|department|job|project|cost code|task|cost type|item|class) is required", Code.DIMENSION_MISSING),  # [?]
    Says(r"(invalid|unknown) (payment )?terms?\b|\bterms? ('[^']*' )?(specified )?(is|are) (not valid|invalid)", Code.TERMS_UNKNOWN),  # [?]
    # Duplicates.
    Says(r"another (record|[\w ]+) with the (given )?value|already exists|^duplicate ", Code.DUPLICATE_NUMBER),  # [D,F]
    # Values.
    Says(r"illegal format|invalid (date|format)", Code.VALUE_UNREADABLE),  # [F]
    Says(r"(exceeds|longer than) the maximum (length|number of characters)|is too long", Code.TOO_LONG),  # [?]
    Says(r"missing unit|missing a value|required field\b.*\bmissing|(field|value|number) is (required|missing)", Code.VALUE_MISSING),  # [F]
    # A record that Intacct does not know, whatever it is called there.
    Says(r"invalid [\w ]+ '?[^']+'? (specified|selected)|specified is not valid", Code.DIMENSION_UNKNOWN),  # [F]
    Says(r"the (specified )?[\w ]+ '[^']*' is (invalid|not valid)|^[\w ]+ '?[\w-]+'? is not valid", Code.DIMENSION_UNKNOWN),  # [F]
)


CONTACT: Final = Says(r"another contact\b|contact name\b.*\balready (exists|in use)", Code.CONTACT_NAME_TAKEN)  # [?]
"""Comes before the table: contacts share one space of names with customers and employees, so one can fail a new vendor, and the message
id of a duplicate need not say of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How Intacct words "this controlid was completed before". No source gives it [?], so each part is a setting."""

    errornos: frozenset[str] = frozenset()
    messageid: str = r"CONTROL_?ID.*(DUPLICATE|ALREADY|UNIQUE)|DUPLICATE.*CONTROL_?ID|PREVIOUSLY_(EXECUTED|COMPLETED)"
    text: str = r"previously (executed|completed)|control ?id\b.*\b(already|duplicate|not unique)|duplicate control ?id"

    def recognises(self, error: Error) -> bool:
        return (
            error.errorno in self.errornos
            or any(re.search(self.messageid, messageid, re.IGNORECASE) for messageid in error.messageids)
            or re.search(self.text, error.text, re.IGNORECASE) is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a refusal comes to. ``reason`` is the error that classified, None where Intacct gave none."""

    code: Code
    reason: Error | None
    errors: tuple[Error, ...] = field(repr=False)

    @property
    def kind(self) -> Kind:
        return CATALOGUE[self.code].kind

    @property
    def their_words(self) -> str:
        return "; ".join(filter(None, (_spoken(error) for error in self.errors)))

    @property
    def numbers(self) -> str:
        """Error numbers, ids and support ids: what may be logged."""
        named = (part for error in self.errors for part in (error.errorno, error.errorid, *error.support_ids))
        return " ".join(filter(None, named)) or "none"

    @property
    def worth_repeating(self) -> bool:
        return self.reason is not None and self.reason.errorno == FIRST_TIME

    def violation(self, what: str) -> Violation:
        return Violation(code=self.code, field="", message=self._message(what), their_words=self.their_words)

    def error(self, what: str) -> ConnectorError:
        kind = SetupWrong if self.kind is Kind.SETUP else ConnectorError
        return kind(self.code, self._message(what), their_words=self.their_words)

    def _message(self, what: str) -> str:
        text = self.reason.text if self.reason and self.reason.text else "no reason given"
        return f"Intacct refused {what}: {text}{'' if text.endswith(('.', '!', '?')) else '.'}"


def fault_of(errors: Sequence[Error]) -> Fault:
    reason = next((error for error in errors if not _is_companion(error)), None)
    code = Code.REFUSED_BY_INTACCT if reason is None else code_of(reason)
    return Fault(code=code, reason=reason, errors=tuple(errors))


def code_of(error: Error) -> Code:
    for identity in (error.errorid, *error.messageids, error.errorno):
        if identity in IDENTITIES:
            return IDENTITIES[identity]
    said = (*(_words(messageid) for messageid in error.messageids), error.text)
    if any(CONTACT.matches(text) for text in said):
        return CONTACT.code
    for text in said:
        for row in TABLE:
            if row.matches(text):
                return row.code
    return NUMBERS.get(error.errorno, Code.REFUSED_BY_INTACCT)


def turned_away(response: Response) -> Fault | None:
    """The fault of a request that was refused before any function ran: at control, authentication or operation level."""
    if response.control != SUCCESS:
        return fault_of(response.control_errors)
    fault = fault_of(response.operation_errors)
    if response.authentication != SUCCESS:
        code = fault.code if fault.kind is Kind.LATER else Code.SIGN_IN_FAILED
        return Fault(code=code, reason=fault.reason, errors=fault.errors)
    return fault if fault.errors and not response.results else None


def _is_companion(error: Error) -> bool:
    return error.errorno == ROLLED_BACK and (not error.text or "rolled back" in error.text.lower())


def _words(messageid: str) -> str:
    return messageid.removeprefix("IA.").replace("_", " ").lower()


def _spoken(error: Error) -> str:
    return ": ".join(filter(None, (error.errorno, error.text)))
