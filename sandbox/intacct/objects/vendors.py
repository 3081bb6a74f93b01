"""Vendors, customers, and the contacts they share: one namespace of contact names for all (accounts-payable/vendors)."""

from __future__ import annotations

import re
from typing import override

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, duplicate, generic, illegal, missing, unknown_reference
from sandbox.intacct.schema import (
    RECORD_URL,
    RECORDNO,
    STATUS,
    ObjectType,
    Relation,
    Row,
    Rules,
    audit,
    boolean,
    choice,
    decimal,
    entity,
    integer,
    joined,
    money,
    reference,
    shown,
    text,
)
from sandbox.intacct.values import read_values

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ROLES = (("CONTACTINFO", "CONTACTKEY"), ("PAYTO", "PAYTOKEY"), ("RETURNTO", "RETURNTOKEY"))


class _ContactRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        self._check(values)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        self._check(changes)

    @staticmethod
    def _check(values: Row) -> None:
        for field, label in (("EMAIL1", "Primary Email Address"), ("EMAIL2", "Secondary Email Address")):
            value = values.get(field, "")
            if value and _EMAIL.fullmatch(value) is None:
                raise Refused(
                    illegal(f"Contactversion : {label}", value, "Provide a valid email address.", field=field),
                    generic("Validate contactversion record failed!"),
                )
        country = values.get("MAILADDRESS.COUNTRY", "")
        if country and (country.isupper() or len(country) == 2):  # noqa: PLR2004  "US": a code, not a name
            raise Refused(
                illegal("Country", country, "Provide the name of a country.", field="MAILADDRESS.COUNTRY"),
                generic("Validate contactversion record failed!"),
            )


CONTACT = ObjectType(
    "CONTACT",
    "Contact",
    (
        RECORDNO,
        text("CONTACTNAME", 200, required=True, label="Contact name"),
        text("COMPANYNAME", 100),
        text("PREFIX"),
        text("FIRSTNAME", 40),
        text("LASTNAME", 40),
        text("INITIAL", 40),
        text("PRINTAS", 200, required=True, label="Print as"),
        boolean("TAXABLE", default="true"),
        text("TAXGROUP"),
        text("TAXSCHEDULE"),
        text("TAXSOLUTIONID"),
        text("TAXID", 20),
        text("PHONE1", 30),
        text("PHONE2", 30),
        text("CELLPHONE", 30),
        text("PAGER", 30),
        text("FAX", 30),
        text("EMAIL1", 200),
        text("EMAIL2", 200),
        text("URL1", 200),
        text("URL2", 200),
        boolean("VISIBLE", default="true"),
        text("MAILADDRESS.ADDRESS1", 80),
        text("MAILADDRESS.ADDRESS2", 80),
        text("MAILADDRESS.ADDRESS3", 80),
        text("MAILADDRESS.CITY", 80),
        text("MAILADDRESS.STATE", 40),
        text("MAILADDRESS.ZIP", 30),
        text("MAILADDRESS.COUNTRY", 60),
        text("MAILADDRESS.COUNTRYCODE", 2),
        text("MAILADDRESS.ISOCOUNTRYCODE", 2),
        STATUS,
        *entity(),
        *audit(),
    ),
    key="CONTACTNAME",
    audit_key="natural",
    used_by=(("VENDOR", "DISPLAYCONTACT.CONTACTNAME"),),
    rules=_ContactRules(),
    first_record=301,
)


def contact_key(context: Context, name: str, field: str) -> str:
    """The record number of the contact of this name.

    Raises:
        Refused: there is no such contact.
    """
    contact = context.store.first("CONTACT", CONTACTNAME=name)
    if contact is None:
        raise Refused(unknown_reference("Contact", name, field=field))
    return contact["RECORDNO"]


class _PartnerRules(Rules):
    """Vendors and customers: their display contact is a contact of its own, made with them."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._id = f"{kind}ID"

    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        if not values.get(self._id) and context.settings.vendor_sequence:
            values[self._id] = f"{self._kind[0]}-{context.store.tables[self._kind].next_record:05}"
        display = node.child("DISPLAYCONTACT")
        if display is None or not display.children:
            raise Refused(missing("Contact info", field="DISPLAYCONTACT"))
        if not values.get(self._id) or not values.get("NAME"):
            return
        self._add_contact(context, values, display)
        for role, key in _ROLES:
            self._point(context, values, node, role, key)

    def _add_contact(self, context: Context, values: Row, display: Node) -> None:
        contact = read_values(context, CONTACT, display, updating=False)
        name = contact.get("CONTACTNAME") or f"{values['NAME']}({self._kind[0]}{values[self._id]})"
        contact["CONTACTNAME"] = name
        if not contact.get("PRINTAS"):
            raise Refused(missing("Print as", field="DISPLAYCONTACT.PRINTAS"))
        if context.store.first(self._kind, **{self._id: values[self._id]}):
            return
        if context.store.first("CONTACT", CONTACTNAME=name):
            raise Refused(*duplicate("Contact", name))
        CONTACT.rules.before_create(context, contact, display, None)
        row = context.insert("CONTACT", {**_contact_defaults(), **contact, **_entity_of(context)})
        values.update({"DISPLAYCONTACTKEY": row["RECORDNO"], "DISPLAYCONTACT.CONTACTNAME": name})
        for _, key in _ROLES:
            values[key] = row["RECORDNO"]

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        display = node.child("DISPLAYCONTACT")
        contact = context.store.get("CONTACT", row["DISPLAYCONTACTKEY"])
        if display is not None and contact is not None:
            given = read_values(context, CONTACT, display, updating=True)
            given.pop("CONTACTNAME", None)
            CONTACT.rules.before_update(context, contact, given, display)
            context.update("CONTACT", contact, given)
        for role, key in _ROLES:
            self._point(context, changes, node, role, key)

    @staticmethod
    def _point(context: Context, values: Row, node: Node, role: str, key: str) -> None:
        named = node.child(role)
        name = named.value("CONTACTNAME") if named is not None else ""
        if name:
            values[key] = contact_key(context, name, f"{role}.CONTACTNAME")


def _contact_defaults() -> Row:
    return {field.name: field.default for field in CONTACT.fields if field.default}


def _entity_of(context: Context) -> Row:
    return {"MEGAENTITYID": context.entity} if context.entity else {}


_PARTNER_RELATIONS = (
    Relation("DISPLAYCONTACT", "CONTACT", "DISPLAYCONTACTKEY", shown=True),
    Relation("CONTACTINFO", "CONTACT", "CONTACTKEY"),
    Relation("PAYTO", "CONTACT", "PAYTOKEY"),
    Relation("PAYTOCONTACT", "CONTACT", "PAYTOKEY"),
    Relation("RETURNTO", "CONTACT", "RETURNTOKEY"),
    Relation("RETURNTOCONTACT", "CONTACT", "RETURNTOKEY"),
)
_CONTACT_KEYS = shown(
    integer("DISPLAYCONTACTKEY"),
    text("DISPLAYCONTACT.CONTACTNAME"),
    integer("CONTACTKEY"),
    integer("PAYTOKEY"),
    integer("RETURNTOKEY"),
)
_NESTED = frozenset({"DISPLAYCONTACT", "CONTACTINFO", "PAYTO", "RETURNTO", "CONTACT_LIST_INFO", "VENDORCONTACTS"})

_RESTRICTION = choice("OBJECTRESTRICTION", ("Unrestricted", "RootOnly", "Restricted"), default="Unrestricted")

VENDOR = ObjectType(
    "VENDOR",
    "Vendor",
    (
        RECORDNO,
        text("VENDORID", 20, required=True, label="Vendor ID"),
        text("NAME", 100, required=True),
        text("NAME1099", 100),
        *_CONTACT_KEYS,
        reference("PARENTID", "VENDOR"),
        joined("PARENTKEY", "PARENT.RECORDNO"),
        joined("PARENTNAME", "PARENT.NAME"),
        reference("VENDTYPE", "VENDTYPE", label="Vendor type"),
        text("TAXID", 20),
        reference("TERMNAME", "APTERM"),
        text("ACCOUNTLABEL"),
        reference("APACCOUNT", "GLACCOUNT"),
        joined("APACCOUNTTITLE", "APGLACCOUNT.TITLE"),
        reference("OFFSETGLACCOUNTNO", "GLACCOUNT"),
        text("GLGROUP"),
        decimal("RETAINAGEPERCENTAGE"),
        money("CREDITLIMIT"),
        *shown(money("TOTALDUE")),
        text("CURRENCY", 3),
        boolean("ONHOLD"),
        boolean("DONOTCUTCHECK"),
        boolean("ONETIME"),
        boolean("HIDEDISPLAYCONTACT"),
        boolean("ISINDIVIDUAL"),
        text("PAYMETHODKEY"),
        text("PAYMENTPRIORITY"),
        text("VENDORACCOUNTNO", 30),
        text("FORM1099TYPE"),
        text("FORM1099BOX"),
        text("BILLINGTYPE"),
        text("COMMENTS", 500),
        reference("SUPDOCID", "SUPDOC"),
        _RESTRICTION,
        text("RESTRICTEDLOCATIONS"),
        text("RESTRICTEDDEPARTMENTS"),
        RECORD_URL,
        STATUS,
        *entity(),
        *audit(),
    ),
    key="VENDORID",
    relations=(
        *_PARTNER_RELATIONS,
        Relation("PARENT", "VENDOR", "PARENTID", "VENDORID"),
        Relation("TERM", "APTERM", "TERMNAME", "NAME"),
        Relation("APGLACCOUNT", "GLACCOUNT", "APACCOUNT", "ACCOUNTNO"),
    ),
    nested=_NESTED,
    audit_key="natural",
    used_by=(("PODOCUMENT", "CUSTVENDID"), ("APBILL", "VENDORID"), ("APPYMT", "VENDORID")),
    rules=_PartnerRules("VENDOR"),
    first_record=41,
)

VENDTYPE = ObjectType(
    "VENDTYPE",
    "Vendor type",
    (RECORDNO, text("NAME", 80, required=True), text("PARENT"), STATUS, *audit()),
    key="NAME",
    audit_key="natural",
    used_by=(("VENDOR", "VENDTYPE"),),
)

CUSTOMER = ObjectType(
    "CUSTOMER",
    "Customer",
    (
        RECORDNO,
        text("CUSTOMERID", 20, required=True, label="Customer ID"),
        text("NAME", 100, required=True),
        *_CONTACT_KEYS,
        *shown(text("ENTITY")),
        reference("PARENTID", "CUSTOMER"),
        joined("PARENTKEY", "PARENT.RECORDNO"),
        joined("PARENTNAME", "PARENT.NAME"),
        *(text(name) for name in ("CUSTREPNAME", "GLGRPKEY", "GLGROUP")),
        boolean("ONETIME"),
        _RESTRICTION,
        text("TERMNAME"),
        money("CREDITLIMIT"),
        *shown(money("TOTALDUE")),
        decimal("RETAINAGEPERCENTAGE"),
        boolean("ONHOLD"),
        text("COMMENTS", 500),
        STATUS,
        *entity(),
        *audit(),
    ),
    key="CUSTOMERID",
    relations=(*_PARTNER_RELATIONS, Relation("PARENT", "CUSTOMER", "PARENTID", "CUSTOMERID")),
    nested=_NESTED,
    audit_key="natural",
    used_by=(("PROJECT", "CUSTOMERID"), ("PROJECTCONTRACT", "CUSTOMERID")),
    rules=_PartnerRules("CUSTOMER"),
)

TYPES = (CONTACT, VENDTYPE, VENDOR, CUSTOMER)
