"""Function bodies that tests build on, their elements in the documented order."""

from __future__ import annotations


def vendor(vendor_id: str = "N-1", name: str = "New Vendor", *, contact: str = "", more: str = "") -> str:
    """A create of a vendor."""
    return (
        f"<create><VENDOR><VENDORID>{vendor_id}</VENDORID><NAME>{name}</NAME>"
        f"<DISPLAYCONTACT><PRINTAS>{name}</PRINTAS>{contact}</DISPLAYCONTACT>{more}</VENDOR></create>"
    )


def day(tag: str, text: str) -> str:
    """A legacy date object from an ISO date."""
    year, month, number = text.split("-")
    return f"<{tag}><year>{year}</year><month>{month}</month><day>{number}</day></{tag}>"


def line(  # noqa: PLR0913  every part of a line can be the one a test is about
    price: str = "1000.00",
    *,
    item: str = "SUBCONTRACT",
    quantity: str = "1",
    unit: str = "<unit>Each</unit>",
    source: str = "",
    where: str = "<locationid>100</locationid><memo>token</memo>",
    job: str = "<projectid>J1</projectid><taskid>03-300</taskid><costtypeid>SUB</costtypeid>",
    tail: str = "<conversiontype>Price</conversiontype>",
) -> str:
    """A line of a purchasing document, its elements in order."""
    return (
        f"<potransitem><itemid>{item}</itemid><quantity>{quantity}</quantity>{unit}<price>{price}</price>{source}"
        f"{where}{job}{tail}</potransitem>"
    )


def document(  # noqa: PLR0913  every part of a document can be the one a test is about
    *lines: str,
    kind: str = "Subcontract",
    number: str = "<documentno>SC-1</documentno>",
    vendor_id: str = "V-1",
    created: str = "2026-11-20",
    posted: str = "",
    source: str = "",
    due: str = "<termname>Net 30</termname>",
    contacts: str = "<returnto><contactname/></returnto><payto><contactname/></payto>",
    after: str = "<state>Pending</state>",
) -> str:
    """A create_potransaction, its elements in order."""
    return (
        f"<create_potransaction><transactiontype>{kind}</transactiontype>{day('datecreated', created)}{posted}{source}"
        f"<vendorid>{vendor_id}</vendorid>{number}{due}{contacts}{after}"
        f"<potransitems>{''.join(lines) or line()}</potransitems></create_potransaction>"
    )
