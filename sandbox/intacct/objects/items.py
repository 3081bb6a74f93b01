"""Items and units of measure, as far as purchasing lines need them (inventory-control/items, units-of-measure)."""

from __future__ import annotations

from sandbox.intacct.schema import (
    RECORDNO,
    STATUS,
    ObjectType,
    Owned,
    Relation,
    audit,
    choice,
    decimal,
    integer,
    money,
    reference,
    shown,
    text,
)

UOM = ObjectType(
    "UOM",
    "Unit of measure group",
    (RECORDNO, text("NAME", 40, required=True), text("INVTYPE"), *shown(text("BASEUNIT")), STATUS, *audit()),
    key="NAME",
    owned=(Owned("UOMDETAILS", "UOMDETAIL", "GRPKEY", required=1),),
    audit_key="natural",
    used_by=(("ITEM", "UOMGRP"),),
)

UOMDETAIL = ObjectType(
    "UOMDETAIL",
    "Unit of measure",
    (
        RECORDNO,
        *shown(integer("GRPKEY"), integer("LINE_NO")),
        text("UNIT", 40, required=True),
        text("ABBREVIATION", 10),
        decimal("CONVFACTOR", default="1"),
        *audit(),
    ),
    indexes=(("GRPKEY",),),
    creatable=False,
    audit_key="none",
)

ITEM = ObjectType(
    "ITEM",
    "Item",
    (
        RECORDNO,
        text("ITEMID", 30, required=True, label="Item ID"),
        text("NAME", 100, required=True),
        text("EXTENDED_DESCRIPTION", 400),
        choice(
            "ITEMTYPE",
            ("Inventory", "Non-Inventory", "Non-Inventory (Purchase only)", "Non-Inventory (Sales only)"),
            codes=("I", "NI", "NP", "NS"),
            default="Non-Inventory",
        ),
        reference("UOMGRP", "UOM"),
        *shown(text("BASEUOM")),
        text("ITEMGLGROUP"),
        *(text(name) for name in ("MRR", "PRODUCTLINEID", "GLGROUP")),
        reference("EXPENSEGLACCOUNT", "GLACCOUNT"),
        money("STANDARD_COST"),
        STATUS,
        *audit(),
    ),
    key="ITEMID",
    relations=(Relation("UOM", "UOM", "UOMGRP", "NAME"),),
    audit_key="natural",
    used_by=(("PODOCUMENTENTRY", "ITEMID"),),
)

TYPES = (UOM, UOMDETAIL, ITEM)
