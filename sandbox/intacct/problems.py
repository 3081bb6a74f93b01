"""What the gateway says when it refuses: error codes, texts, and the additional information behind them.

Codes and texts that were seen in the field or stand in the documentation are tagged [D], [S] or [F] as in the wire
notes; the others are this simulator's own words in the same manner. Of the ids of the additional information only
the pair of GL-0493 is documented; the rest name the simulator's own rules.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One ``error`` element. ``placeholders`` belong to ``messageid``, the identity of ``text``."""

    errorno: str
    text: str
    description: str = ""
    correction: str = ""
    errorid: str = ""
    category: str = ""
    messageid: str = ""
    placeholders: tuple[tuple[str, str], ...] = ()
    object: str = ""
    field: str = ""


class Refused(Exception):  # noqa: N818  a refusal is an answer of the gateway, not an error of the simulator
    """A function is refused with these problems, the specific one first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = problems


ROLLED_BACK = Problem(
    "XL03000009",
    "The entire transaction in this operation has been rolled back due to an error.",
    errorid="XMLGW-0009",
    messageid="IA.ENTIRE_TRANSACTION_ROLLED_BACK",
)
"""[S] intacct-sdk-php ResultTest."""

PROCESSING_ERROR = "There was an error processing the request."


def generic(text: str) -> Problem:
    """The closing line of most lists, such as ``Could not create Vendor record!`` [F]."""
    return Problem("BL01001973", text, errorid="GEN-0001", category="Unable to create record.")


def unprocessable(detail: str, *, object_name: str = "", field: str = "") -> Problem:
    """DL02000001: an unknown field, a value in a wrong format, and much else [F]."""
    return Problem(
        "DL02000001",
        PROCESSING_ERROR,
        description="Error",
        correction=detail,
        errorid="DL-0001",
        category="Invalid request",
        messageid="IA.ERROR_PROCESSING_REQUEST",
        object=object_name,
        field=field,
    )


def unknown_object(name: str) -> Problem:
    """[S] intacct-sdk-php ResultTest."""
    return Problem(
        "Query Failed",
        f"Object definition {name} not found",
        errorid="QRY-0001",
        messageid="IA.OBJECT_DEFINITION_NOT_FOUND",
        placeholders=(("OBJECT", name),),
    )


def no_permission(operation: str, object_name: str) -> Problem:
    """PL04000005 [F]."""
    return Problem(
        "PL04000005",
        f"You do not have permission for API operation {operation} on objects of type {object_name.lower()}",
        errorid="PL-0005",
        category="Invalid permission",
        messageid="IA.NO_PERMISSION_FOR_API_OPERATION",
        placeholders=(("OPERATION", operation), ("OBJECT", object_name)),
        object=object_name,
    )


def audit_denied() -> Problem:
    """Denials of AUDITHISTORY carry no errorno [F]."""
    return Problem("", "You do not have permission to view audit history.", category="Invalid permission")


def missing(label: str, *, field: str = "") -> Problem:
    """``Required field Date Due is missing`` [F]."""
    return Problem(
        "BL01001973",
        f"Required field {label} is missing",
        correction="Provide a value for the field, and try again.",
        errorid="VAL-0001",
        category="Missing value",
        messageid="IA.REQUIRED_FIELD_IS_MISSING",
        placeholders=(("FIELD", label),),
        field=field,
    )


def unknown_reference(label: str, value: str, *, field: str = "") -> Problem:
    """``Invalid Vendor 'V-1' specified.`` [F]."""
    return Problem(
        "BL01001973",
        f"Invalid {label} '{value}' specified.",
        correction=f"Provide a valid {label}, and try again.",
        errorid="VAL-0002",
        category="Invalid reference",
        messageid="IA.INVALID_REFERENCE_SPECIFIED",
        placeholders=(("LABEL", label), ("VALUE", value)),
        field=field,
    )


def inactive_vendor(vendor_id: str) -> Problem:
    """``Activate the vendor V-1, then try again.`` [F]."""
    return Problem(
        "BL01001973",
        f"The vendor {vendor_id} is inactive.",
        correction=f"Activate the vendor {vendor_id}, then try again.",
        errorid="VAL-0003",
        category="Inactive record",
        messageid="IA.VENDOR_IS_INACTIVE",
        placeholders=(("VENDORID", vendor_id),),
        field="VENDORID",
    )


def inactive(label: str, value: str, *, field: str = "") -> Problem:
    return Problem(
        "BL01001973",
        f"{label} '{value}' specified is not valid. It is inactive.",
        correction=f"Activate the {label}, or use another, and try again.",
        errorid="VAL-0004",
        category="Inactive record",
        messageid="IA.RECORD_IS_INACTIVE",
        placeholders=(("LABEL", label), ("VALUE", value)),
        field=field,
    )


def duplicate(label: str, value: str) -> tuple[Problem, ...]:
    """BL34000061 with its companions [F jfcote87/intacct execFuncError.xml]."""
    return (
        Problem(
            "BL34000061",
            f"Another {label} with the given value(s) {value}  already exists",
            correction="Use a unique value instead.",
            errorid="GEN-0061",
            category="Duplication Prevention",
            messageid="IA.ANOTHER_RECORD_ALREADY_EXISTS",
            placeholders=(("LABEL", label), ("VALUE", value)),
        ),
        generic(f"Could not create {label.lower()} record!"),
    )


def too_long(label: str, limit: int, *, field: str = "") -> Problem:
    return Problem(
        "BL03000018",
        f"The value of {label} is too long. The maximum length is {limit}.",
        errorid="VAL-0005",
        category="Invalid value",
        messageid="IA.VALUE_IS_TOO_LONG",
        placeholders=(("FIELD", label), ("LENGTH", str(limit))),
        field=field,
    )


def illegal(label: str, value: str, correction: str, *, field: str = "") -> Problem:
    """``Illegal format for Contactversion : Primary Email Address x.`` [F]."""
    return Problem(
        "BL03000018",
        f"Illegal format for {label} {value}.",
        correction=correction,
        errorid="VAL-0006",
        category="Invalid value",
        messageid="IA.ILLEGAL_FORMAT",
        placeholders=(("FIELD", label), ("VALUE", value)),
        field=field,
    )


def rule(errorid: str, text: str, correction: str = "", *, errorno: str = "BL01001973", field: str = "") -> Problem:
    """A rule of business of this one object."""
    name = "".join(letter if letter.isalnum() else "_" for letter in errorid)
    return Problem(
        errorno,
        text,
        correction=correction,
        errorid=errorid,
        category="Business rule",
        messageid=f"IA.{name}",
        field=field,
    )
