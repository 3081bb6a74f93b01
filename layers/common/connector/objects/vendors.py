"""Vendors: companies of Procore's directory and vendors of Intacct, both ways, one to one.

Import: an active VENDOR of the types in the settings (and every one without a type) waits for a person, with the Procore company of
the same name as a suggestion, to be linked, added, or archived. Export: a company that others need in Intacct becomes a VENDOR with
its contact and postal address. After linking neither side's address is overwritten: in Intacct it is where the money goes. The link of a
company that was merged goes to the one that took it in.
Procore: ``PATCH /rest/v1.0/vendors/sync``, ``GET /rest/v1.0/vendors/{id}``. Intacct: VENDOR, with DISPLAYCONTACT in the same create.
Refused: an inactive company, an id or name that Intacct has no room for (nothing is shortened), an id or contact name that is taken, a
vendor type Intacct does not have. Tax ids and bank accounts are never read or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from connector.core.codecs import ID, JSON_BOOLEAN
from connector.core.errors import Code, Violation
from connector.core.exchange import Where
from connector.core.places import COUNTRY_CODE, COUNTRY_NAME, STATE, STATE_CODE
from connector.core.record import Choice, Record, intacct, limit, needed, procore, rule, setting
from connector.core.spec import (
    Export,
    Facts,
    IntacctHeld,
    IntacctWrite,
    Leg,
    ProcoreKind,
    ProcoreTarget,
    Reading,
    Summary,
    SyncObject,
    Twins,
    there_is,
)

LONGEST_ID: Final = 20
LONGEST_NAME: Final = 100


# fmt: off
class Vendor(Record):
    vendor_id: Annotated[str | None, "Vendor ID", intacct("VENDORID"), setting("PC- and Procore's id, or numbered by Intacct"), Choice("Vendor ID")] = None
    name: Annotated[str, "Name", procore("name"), intacct("NAME"), needed()]
    vendor_type: Annotated[str | None, "Vendor type", intacct("VENDTYPE"), rule("the approver's choice"), Choice("Vendor type")] = None
    status: Annotated[str | None, "Status", intacct("STATUS"), rule("active")] = None
    contact_name: Annotated[str | None, "Contact name", intacct("DISPLAYCONTACT.CONTACTNAME"), rule("the name and Procore's id")] = None
    print_as: Annotated[str | None, "Print as", intacct("DISPLAYCONTACT.PRINTAS"), rule("the name")] = None
    company_name: Annotated[str | None, "Company name", intacct("DISPLAYCONTACT.COMPANYNAME"), rule("the name")] = None
    phone: Annotated[str | None, "Phone", procore("business_phone"), intacct("DISPLAYCONTACT.PHONE1"), limit(30)] = None
    mobile: Annotated[str | None, "Mobile phone", procore("mobile_phone"), intacct("DISPLAYCONTACT.CELLPHONE"), limit(30)] = None
    fax: Annotated[str | None, "Fax", procore("fax_number"), intacct("DISPLAYCONTACT.FAX"), limit(30)] = None
    email: Annotated[str | None, "E-mail", procore("email_address"), intacct("DISPLAYCONTACT.EMAIL1"), limit(200)] = None
    website: Annotated[str | None, "Website", procore("website"), intacct("DISPLAYCONTACT.URL1"), limit(200)] = None
    address: Annotated[str | None, "Address", procore("address"), intacct("DISPLAYCONTACT.MAILADDRESS.ADDRESS1"), limit(80)] = None
    city: Annotated[str | None, "City", procore("city"), intacct("DISPLAYCONTACT.MAILADDRESS.CITY"), limit(80)] = None
    state: Annotated[str | None, "State", procore("state_code", STATE_CODE), intacct("DISPLAYCONTACT.MAILADDRESS.STATE", STATE), limit(40)] = None
    zip: Annotated[str | None, "Zip", procore("zip"), intacct("DISPLAYCONTACT.MAILADDRESS.ZIP"), limit(30)] = None
    country: Annotated[str | None, "Country", procore("country_code", COUNTRY_CODE), intacct("DISPLAYCONTACT.MAILADDRESS.COUNTRY", COUNTRY_NAME)] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID, write=None)] = None
    active: Annotated[bool | None, "Active in Procore", procore("is_active", JSON_BOOLEAN, write=None)] = None
    origin: Annotated[str | None, "Origin id", procore("origin_id", write=None)] = None
# fmt: on


def active_company(vendor: Vendor, _facts: Facts) -> Iterator[Violation]:
    if vendor.active is False:
        yield Violation(code=Code.INACTIVE_IN_PROCORE, field="active", message=f"{vendor.name} is inactive in Procore's directory.")


def fits(vendor: Vendor, _facts: Facts) -> Iterator[Violation]:
    """Instead of a plain limit on the two rows: here the message can offer what would fit."""
    too_long = "is {} characters too long for Intacct ({} allowed). Nothing is shortened for you:"
    if vendor.vendor_id and (over := len(vendor.vendor_id) - LONGEST_ID) > 0:
        said = f"Vendor ID {vendor.vendor_id} {too_long.format(over, LONGEST_ID)} {_own_id(vendor)} would fit, or choose another."
        yield Violation(code=Code.TOO_LONG, field="vendor_id", message=said)
    if (over := len(vendor.name) - LONGEST_NAME) > 0:
        offer = vendor.name[:LONGEST_NAME].rpartition(" ")[0] or vendor.name[:LONGEST_NAME]
        said = f"Name {vendor.name} {too_long.format(over, LONGEST_NAME)} in Procore, {offer!r} would fit."
        yield Violation(code=Code.TOO_LONG, field="name", message=said)


def id_free(vendor: Vendor, facts: Facts) -> Iterator[Violation]:
    if vendor.vendor_id in facts.known["ids"]:
        said = f"Intacct already has a vendor {vendor.vendor_id}: link {vendor.name} to it, or choose another id."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="vendor_id", message=said)


def contact_free(vendor: Vendor, facts: Facts) -> Iterator[Violation]:
    if vendor.contact_name in facts.known["contacts"]:
        said = f"Intacct already has a contact {vendor.contact_name!r}; vendors, customers and employees share one list of contacts."
        yield Violation(code=Code.CONTACT_NAME_TAKEN, field="contact_name", message=said)


def type_known(vendor: Vendor, facts: Facts) -> Iterator[Violation]:
    if vendor.vendor_type and vendor.vendor_type not in facts.known["types"]:
        said = f"Intacct has no vendor type {vendor.vendor_type!r}."
        yield Violation(code=Code.DIMENSION_UNKNOWN, field="vendor_type", message=said)


def complete(vendor: Vendor, facts: Facts) -> Vendor:
    """The contact is named after the company and Procore's id: unlike the name alone that is nobody else's, and it finds the vendor
    again where Intacct gives the id."""
    numbered = _own_id(vendor) if facts.config.vendor_ids == "from Procore" else None
    filled = {
        "vendor_id": vendor.vendor_id or numbered,
        "status": "active",
        "contact_name": f"{vendor.name} ({_own_id(vendor)})",
        "print_as": vendor.name,
        "company_name": vendor.name,
    }
    return vendor.model_copy(update=filled)


def _own_id(vendor: Vendor) -> str:
    return f"PC-{vendor.procore_id}"


def _named(vendor: Vendor, _facts: Facts) -> tuple[Where, ...]:
    if vendor.vendor_id:
        return (Where("VENDORID", "equalto", (vendor.vendor_id,)),)
    return (Where("DISPLAYCONTACT.CONTACTNAME", "equalto", (vendor.contact_name or "",)),)


def wanted(vendor: Vendor, facts: Facts) -> bool:
    types = facts.config.vendor_types
    return vendor.status == "active" and (not types or not vendor.vendor_type or vendor.vendor_type in types)


SYNC: Final = SyncObject(
    name="vendors",
    title="Vendor",
    record=Vendor,
    merged_in_procore=True,
    summary="Intacct's vendors and Procore's companies are linked one to one; what is missing on one side is added from the other.",
    export=Export(
        kinds=(
            ProcoreKind(
                name="Vendor",
                show="/rest/v1.0/vendors/{id}",
                params={"company_id": "{company}"},
                body="vendor",
                list="/rest/v1.0/vendors",
                list_params={"company_id": "{company}", "view": "extended"},
            ),
        ),
        write=IntacctWrite(function="create", object="VENDOR"),
        held=IntacctHeld(object="VENDOR", id_field="VENDORID", by_key="RECORDNO", find=_named),
        summary=lambda vendor: Summary(number=vendor.vendor_id or "", title=vendor.name),
        asks=(
            there_is("ids", "VENDOR", "VENDORID", lambda vendor: vendor.vendor_id),
            there_is("contacts", "CONTACT", "CONTACTNAME", lambda vendor: vendor.contact_name),
            there_is("types", "VENDTYPE", "NAME", lambda vendor: vendor.vendor_type),
        ),
        ready=(active_company,),
        rules=(active_company, fits, id_free, contact_free, type_known),
        complete=complete,
    ),
    imports=(
        Leg(
            name="company",
            record=Vendor,
            reads=Reading(object="VENDOR"),
            key="{RECORDNO}",
            natural_id="VENDORID",
            label="NAME",
            staged=True,
            wanted=wanted,
            active=lambda vendor: vendor.status == "active",
            twins=Twins[Vendor](
                ours=lambda vendor, _facts: (f"name:{vendor.name.casefold()}",),
                theirs=lambda row, _facts: (f"name:{str(row.get('name') or '').strip().casefold()}",),
            ),
            target=ProcoreTarget(
                sync="/rest/v1.0/vendors/sync",
                envelope={"company_id": "{company}"},
                existing="/rest/v1.0/vendors",
                existing_params={"company_id": "{company}", "view": "extended"},
                show="/rest/v1.0/vendors/{id}",
                show_params={"company_id": "{company}"},
                code="origin_code",
            ),
        ),
    ),
    sources=("Sage Intacct: vendors, contacts", "Procore: company vendors"),
)
