"""The builder's 40 companies: most stand in both systems, some in one only. Every name and street is invented."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.companies.model import Address, Vendor


class _Row(NamedTuple):
    key: str
    name: str
    street: str
    city: str
    terms: str = "Net 30"


_PLACES = {
    "Port Ellery": ("WA", "98299"),
    "Tolvane": ("WA", "98499"),
    "Cedar Hollow": ("OR", "97599"),
    "Brackwater": ("OR", "97399"),
    "Marlow": ("ID", "83899"),
    "Stannick Falls": ("ID", "83699"),
}

_SUBCONTRACTORS = (
    _Row("concrete", "Quellbrook Concrete LLC", "18 Aggregate Way", "Port Ellery"),
    _Row("steel", "Harrowgate Ironworks, Inc.", "770 Foundry Street", "Tolvane", "Net 45"),
    _Row("fire", "Emberline Fire Protection", "52 Standpipe Court", "Port Ellery"),
    _Row("masonry", "Orrin Dale Masonry & Stone", "6 Kiln Road", "Cedar Hollow"),
    _Row("drywall", "Pellworth Interiors Co.", "1105 Gypsum Avenue", "Marlow"),
    _Row("piling", "Deepfield Pile & Marine", "3 Drydock Lane", "Port Ellery", "Net 45"),
    _Row("roofing", "Skarra Roofing Systems", "940 Parapet Drive", "Tolvane"),
    _Row("glazing", "Vitrane Glass & Curtain Wall", "221 Mullion Street", "Tolvane", "Net 45"),
    _Row("painting", "Two Ladders Painting", "87 Primrose Lane", "Brackwater", "Net 15"),
    _Row("plumbing", "Marrowick Plumbing & Piping", "4410 Copper Road", "Stannick Falls"),
    _Row("flooring", "Underfoot Commercial Floors", "60 Terrazzo Place", "Marlow"),
    _Row("elevator", "Liftwell Conveyance Corp.", "1 Hoistway Plaza", "Tolvane", "Net 60"),
    _Row("landscape", "Fernhollow Site & Landscape", "2750 Nursery Road", "Brackwater"),
    _Row("paving", "Blackmere Paving, Inc.", "33 Batch Plant Road", "Port Ellery"),
    _Row("demolition", "Ruddock & Sons Demolition", "14 Salvage Street", "Port Ellery", "Net 15"),
    _Row("insulation", "Northlea Insulation", "505 Batt Street", "Stannick Falls"),
)
_SUPPLIERS = (
    _Row("pilesteel", "Castellan Steel Supply", "2000 Rolling Mill Road", "Tolvane"),
    _Row("fenders", "Wexcombe Marine Products", "8 Bollard Street", "Port Ellery", "Net 45"),
    _Row("casework", "Alderbeck Casework Company", "315 Dovetail Drive", "Cedar Hollow"),
    _Row("readymix", "Gravelly Bend Ready Mix", "1 Pit Road", "Marlow", "Net 10"),
    _Row("lumber", "Timberlow Building Supply", "74 Sawmill Street", "Brackwater"),
    _Row("doors", "Latchford Door & Hardware", "9 Mortise Lane", "Stannick Falls"),
    _Row("lighting", "Candlewick Lighting Sales", "640 Lumen Way", "Tolvane"),
    _Row("tools", "Plumbline Tool & Fastener", "12 Anvil Street", "Port Ellery", "Net 10"),
    _Row("safety", "Hi-Vista Safety Supply", "81 Barricade Road", "Brackwater", "Net 15"),
)
_RENTALS = (
    _Row("cranes", "Longreach Crane & Rigging", "500 Outrigger Way", "Tolvane", "Net 15"),
    _Row("scaffold", "Upright Scaffold Rental", "29 Plank Street", "Marlow", "Net 15"),
    _Row("trailers", "Corner Lot Trailers", "7 Hitch Road", "Cedar Hollow", "Due on Receipt"),
)
_CONSULTANTS = (
    _Row("survey", "Meridian Oak Land Surveying", "44 Transit Street", "Marlow"),
    _Row("testing", "Corewell Materials Testing", "16 Cylinder Court", "Port Ellery"),
)
_UNTYPED = (_Row("cleaning", "Spotless Harbor Cleaning", "3 Broom Street", "Port Ellery", "Net 10"),)

_INTACCT_ONLY = (
    _Row("power", "Ellery Sound Light & Power", "100 Substation Road", "Port Ellery", "Due on Receipt"),
    _Row("insurance", "Bastion Mutual Surety", "1 Indemnity Square", "Tolvane"),
    _Row("rent", "Founders Row Properties", "88 Founders Row", "Tolvane", "Due on Receipt"),
    _Row("payroll", "Tallyhouse Payroll Services", "27 Ledger Lane", "Brackwater", "Due on Receipt"),
    _Row("oldrental", "Grindle Equipment Rental", "5 Backlot Road", "Stannick Falls", "Net 15"),
)
_PROCORE_ONLY = (
    _Row("electrical", "Brightmoor Electric, LLC", "410 Conduit Street", "Port Ellery"),
    _Row("sitework", "Stonecroft Excavating", "2 Haul Road", "Cedar Hollow"),
    _Row("mechanical", "Airedale Ridge Mechanical", "1900 Plenum Parkway", "Marlow", "Net 45"),
    _Row("signage", "Wayfarer Signs & Graphics", "36 Pylon Street", "Tolvane"),
)
_INACTIVE = {"demolition", "oldrental"}

_FIRST_VENDOR_ID = 10233
_VENDOR_ID_STEP = 7


def _typed() -> tuple[tuple[str | None, tuple[_Row, ...]], ...]:
    return (
        ("Subcontractor", _SUBCONTRACTORS),
        ("Supplier", _SUPPLIERS),
        ("Equipment Rental", _RENTALS),
        ("Consultant", _CONSULTANTS),
        (None, _UNTYPED),
        ("Overhead", _INTACCT_ONLY),
        ("Subcontractor", _PROCORE_ONLY),
    )


def _vendor(number: int, vendor_type: str | None, row: _Row) -> Vendor:
    state, zip_code = _PLACES[row.city]
    in_intacct = row not in _PROCORE_ONLY
    return Vendor(
        key=row.key,
        name=row.name,
        address=Address(row.street, row.city, state, zip_code),
        phone=f"(555) 555-{100 + number:04d}",
        email=f"office@{row.key}.example",
        vendor_type=vendor_type,
        terms=row.terms,
        vendor_id=f"V-{_FIRST_VENDOR_ID + _VENDOR_ID_STEP * number}" if in_intacct else None,
        in_procore=row not in _INTACCT_ONLY,
        active=row.key not in _INACTIVE,
    )


def vendors() -> tuple[Vendor, ...]:
    """All companies; ids are given in the order of the tables, as an office numbers them."""
    rows = [(vendor_type, row) for vendor_type, table in _typed() for row in table]
    return tuple(_vendor(number, vendor_type, row) for number, (vendor_type, row) in enumerate(rows))
