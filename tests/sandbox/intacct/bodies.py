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


def create(name: str, inside: str) -> str:
    """A create of one record."""
    return f"<create><{name}>{inside}</{name}></create>"


def update(name: str, inside: str) -> str:
    """An update of one record."""
    return f"<update><{name}>{inside}</{name}></update>"


def fields(**values: str) -> str:
    """The elements of a record; an empty one is not given to a create and clears the field in an update."""
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def project(project_id: str = "J9", **more: str) -> str:
    values = {"NAME": "New job", "PROJECTCATEGORY": "Contract", "LOCATIONID": "100", **more}
    return create("PROJECT", fields(PROJECTID=project_id, **values))


def task(**more: str) -> str:
    values = {"PROJECTID": "J1", "TASKID": "99-100", "NAME": "New", "TASKSTATUS": "Planned", **more}
    return create("TASK", fields(**values))


def estimate_entry(amount: str = "<AMOUNT>1000.00</AMOUNT>", kind: str = "original", task: str = "03-300", more: str = "") -> str:
    coding = f"<TASKID>{task}</TASKID><COSTTYPEID>SUB</COSTTYPEID>" if task else ""
    workflow = f"<WFTYPE>{kind}</WFTYPE>" if kind else ""
    return f"<PJESTIMATEENTRY>{coding}{workflow}{amount}{more}</PJESTIMATEENTRY>"


def estimate(*entries: str, estimate_id: str = "E1", project: str = "J1", more: str = "") -> str:
    header = fields(PJESTIMATEID=estimate_id, PROJECTID=project)
    return f"<create><PJESTIMATE>{header}{more}<ENTRIES>{''.join(entries)}</ENTRIES></PJESTIMATE></create>"


def contract(**more: str) -> str:
    values = {
        "PROJECTCONTRACTID": "C1",
        "NAME": "Contract",
        "PROJECTID": "J1",
        "CUSTOMERID": "C-1001",
        "CONTRACTDATE": "11/01/2026",
        **more,
    }
    return f"<create><PROJECTCONTRACT>{fields(**values)}</PROJECTCONTRACT></create>"


def contract_line(entries: str = "", **more: str) -> str:
    values = {
        "PROJECTCONTRACTID": "C1",
        "PROJECTCONTRACTLINEID": "010",
        "NAME": "Line",
        "CONTRACTLINEDATE": "11/01/2026",
        "ACCOUNTNO": "4010",
        "BILLINGTYPE": "Progress",
        "MAXIMUMBILLING": "Total revised price",
        "PROJECTID": "J1-A",
        "ITEMID": "JOBCOST",
        "TASKID": "03-100",
        **more,
    }
    inside = f"<PROJECTCONTRACTLINEENTRIES>{entries}</PROJECTCONTRACTLINEENTRIES>"
    return f"<create><PROJECTCONTRACTLINE>{fields(**values)}{inside}</PROJECTCONTRACTLINE></create>"


def entry_price(price: str = "150000", kind: str = "original", **more: str) -> str:
    values = {"WFTYPE": kind, "PRICE": price, "PRICEEFFECTIVEDATE": "11/01/2026", **more}
    return f"<PROJECTCONTRACTLINEENTRY>{fields(**values)}</PROJECTCONTRACTLINEENTRY>"


def change_request_entry(**more: str) -> str:
    values = {"PROJECTID": "J1", "TASKID": "03-300", "COSTTYPEID": "SUB", "COST": "4000", "PRICE": "5000", **more}
    return f"<CHANGEREQUESTENTRY>{fields(**values)}</CHANGEREQUESTENTRY>"


def change_request(*entries: str, **more: str) -> str:
    values = {
        "CHANGEREQUESTID": "CR1",
        "PROJECTID": "J1",
        "CHANGEREQUESTDATE": "11/20/2026",
        "CHANGEREQUESTSTATE": "Posted",
        "CHANGEREQUESTSTATUSNAME": "Approved",
        **more,
    }
    inside = f"<CHANGEREQUESTENTRIES>{''.join(entries or (change_request_entry(),))}</CHANGEREQUESTENTRIES>"
    return f"<create><CHANGEREQUEST>{fields(**values)}{inside}</CHANGEREQUEST></create>"


def payment_of(record: str, amount: str, detail: str = "", **more: str) -> str:
    values = {
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTMETHOD": "Printed Check",
        "VENDORID": "V-1",
        "PAYMENTDATE": "11/22/2026",
        "CURRENCY": "USD",
        "DOCNUMBER": "1001",
        **more,
    }
    inside = f"<RECORDKEY>{record}</RECORDKEY>{detail}<TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT>"
    details = f"<APPYMTDETAILS><APPYMTDETAIL>{inside}</APPYMTDETAIL></APPYMTDETAILS>"
    return create("APPYMT", fields(**values) + details)
