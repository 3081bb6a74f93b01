"""The way back: what accounting enters in Intacct comes to Procore and is accepted there: a new job, its codes, estimate and contract."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sandbox.story.books import Books
from sandbox.story.desk import Desk, dollars, expect
from sandbox.story.people import RUN_SECONDS, finished, until

NUMBER: Final = "26-040"
NAME: Final = "Orchard Street Dental Fit-Out"
VENDOR: Final = "Quillfeather Casework"
CODES: Final = {
    "01-000": ("General Requirements", {"01-110": ("Project Supervision", "L")}),
    "06-000": ("Wood, Plastics, and Composites", {"06-200": ("Finish Carpentry", "SUB"), "06-410": ("Architectural Casework", "M")}),
}
"""Divisions, their codes, and the cost type of each."""
ESTIMATE: Final = {"01-110": ("L", "48250.00"), "06-200": ("SUB", "131975.40"), "06-410": ("M", "86412.75")}
CONTRACT: Final = {"01-110": ("General conditions", "61900.00"), "06-200": ("Carpentry and casework", "262480.35")}

LEDGER: Final = (
    ("Payroll, second week", "11/13/2026", (
        ("5010", "24-107", "01-110", "L", "18422.40"), ("5010", "25-031", "01-110", "L", "9310.85"),
        ("5010", "26-012", "01-110", "L", "4120.75"), ("5010", NUMBER, "01-110", "L", "2604.50"),
    )),
    ("Payroll, correction", "11/16/2026", (("5010", "24-107", "01-110", "L", "-1150.10"),)),
    ("Permits", "11/18/2026", (("5050", "24-107", "01-410", "O", "3275.00"),)),
)  # fmt: skip
"""Journal entries: title, date, and account, job, cost code, cost type and amount of each line. A correction is an amount below zero."""


def entered(desk: Desk) -> None:
    """Priya opens a job in Intacct, with its cost codes, its estimate and the contract with the owner; and a vendor."""
    books = Books(desk.stage.intacct)
    books.enter("VENDOR", VENDORID="V-2044", NAME=VENDOR, DISPLAYCONTACT={"PRINTAS": VENDOR}, STATUS="active")
    books.enter(
        "PROJECT", PROJECTID=NUMBER, NAME=NAME, PROJECTCATEGORY="Contract", LOCATIONID="100", BEGINDATE="11/02/2026", ENDDATE="05/28/2027",
        CUSTOMERID="C-1001",
    )  # fmt: skip
    for division, (title, codes) in CODES.items():
        parent = books.enter("TASK", PROJECTID=NUMBER, TASKID=division, NAME=title, TASKSTATUS="In Progress")
        for code, (name, cost_type) in codes.items():
            books.enter("TASK", PROJECTID=NUMBER, TASKID=code, NAME=name, TASKSTATUS="In Progress", PARENTKEY=parent)
            books.enter("COSTTYPE", PROJECTID=NUMBER, TASKID=code, STANDARDCOSTTYPEID=cost_type, NAME=cost_type)
    entries: list[Any] = [
        {"TASKID": code, "COSTTYPEID": cost_type, "WFTYPE": "original", "AMOUNT": amount} for code, (cost_type, amount) in ESTIMATE.items()
    ]
    books.enter("PJESTIMATE", PJESTIMATEID=f"{NUMBER}-EST", PROJECTID=NUMBER, ENTRIES={"PJESTIMATEENTRY": entries})
    contract = f"{NUMBER}-PC"
    books.enter(
        "PROJECTCONTRACT",
        PROJECTCONTRACTID=contract,
        NAME=f"{NAME} contract",
        PROJECTID=NUMBER,
        CUSTOMERID="C-1001",
        CONTRACTDATE="11/02/2026",
    )
    for number, (code, (name, price)) in enumerate(CONTRACT.items(), start=1):
        entry = {"WFTYPE": "original", "PRICE": price, "PRICEEFFECTIVEDATE": "11/02/2026"}
        books.enter(
            "PROJECTCONTRACTLINE", PROJECTCONTRACTID=contract, PROJECTCONTRACTLINEID=f"{number * 10:03}", NAME=name,
            CONTRACTLINEDATE="11/02/2026", ACCOUNTNO="4010", BILLINGTYPE="Progress", MAXIMUMBILLING="Total revised price", PROJECTID=NUMBER,
            ITEMID="JOBCOST", TASKID=code, COSTTYPEID=ESTIMATE[code][0], PROJECTCONTRACTLINEENTRIES={"PROJECTCONTRACTLINEENTRY": entry},
        )  # fmt: skip
    for title, day, lines in LEDGER:
        debits: list[Any] = [
            {"ACCOUNTNO": account, "TRX_AMOUNT": amount.lstrip("-"), "TR_TYPE": "-1" if amount.startswith("-") else "1", "LOCATION": "100",
             "PROJECTID": job, "TASKID": code, "COSTTYPEID": cost_type, "DESCRIPTION": title}
            for account, job, code, cost_type, amount in lines
        ]  # fmt: skip
        sum_of = sum(Decimal(line[-1]) for line in lines)
        other = {"ACCOUNTNO": "2100", "TRX_AMOUNT": f"{abs(sum_of)}", "TR_TYPE": "-1" if sum_of > 0 else "1", "LOCATION": "100"}
        books.enter("GLBATCH", JOURNAL="GJ", BATCH_DATE=day, BATCH_TITLE=title, ENTRIES={"GLENTRY": [*debits, other]})
    total = dollars(sum(Decimal(amount) for _, amount in ESTIMATE.values()))
    desk.say(f"Priya opened job {NUMBER}, {NAME}, in Intacct: an estimate of {total}, a contract with the owner, and a vendor")


def transferred(desk: Desk, number: str) -> None:
    """Priya pays an invoice by transfer, in Intacct: what is due on its bill, what is retained aside."""
    books = Books(desk.stage.intacct)
    (document,) = books.rows("PODOCUMENT", "RECORDNO PRRECORDKEY CUSTVENDID", DOCNO=number)
    lines = books.rows("APBILLITEM", "RECORDNO RECORDKEY TRX_AMOUNT TRX_AMOUNTRETAINED TRX_TOTALPAID", RECORDKEY=document["PRRECORDKEY"])
    due = {line["RECORDNO"]: _due(line) for line in lines if _due(line)}
    details: list[Any] = [
        {"RECORDKEY": document["PRRECORDKEY"], "ENTRYKEY": line, "TRX_PAYMENTAMOUNT": f"{amount}"} for line, amount in due.items()
    ]
    books.enter(
        "APPYMT",
        FINANCIALENTITY="OPERATING",
        PAYMENTMETHOD="EFT",
        VENDORID=document["CUSTVENDID"],
        DOCNUMBER="20417",
        PAYMENTDATE="11/24/2026",
        CURRENCY="USD",
        APPYMTDETAILS={"APPYMTDETAIL": details},
    )
    desk.say(f"  Priya paid {number} in Intacct, by transfer 20417: {dollars(sum(due.values()))}")


def _due(line: Mapping[str, str]) -> Decimal:
    amount, retained, paid = (Decimal(line[name] or 0) for name in ("TRX_AMOUNT", "TRX_AMOUNTRETAINED", "TRX_TOTALPAID"))
    return amount - retained - paid


def payments(desk: Desk) -> None:
    """The transfer appears in Procore with the next import that may read so new a row."""

    def look() -> bool | None:
        run = desk.people["alex"].ask("POST", "/imports", {"objects": ["payments"]}, expect=202).body["run"]["id"]
        return bool(finished(desk.people["alex"], run)["counts"].get("written")) or None

    until(look, "the transfer is in Procore", RUN_SECONDS, every=15)
    desk.say("  Imported payments: the transfer is in Procore too; what went through Procore Pay did not come back")


def brought(desk: Desk) -> str:
    """Job and vendor are accepted into Procore, the codes go straight in, estimate and contract are accepted: by Alex, an administrator,
    because nobody else is on the new project yet. Returns the project's id."""

    def look() -> bool | None:
        found = desk.people["dana"].ask("GET", "/staged", object="projects", expect=200).body["items"]
        if not found:
            bring(desk, "projects", "vendors")
        return bool(found) or None

    until(look, "what Priya entered is old enough to be read", RUN_SECONDS, every=10)
    accepted(desk, "vendors", VENDOR)
    project = accepted(desk, "projects", NAME)
    bring(desk, "cost_codes", "cost_types")
    bring(desk, "budgets", "prime_contracts")
    accepted(desk, "budgets", f"{NUMBER}-EST", by="alex")
    accepted(desk, "prime_contracts", f"{NAME} contract", by="alex", accounting_method="amount")
    bring(desk, "direct_costs")
    return project


def bring(desk: Desk, *objects: str) -> None:
    run = desk.people["alex"].ask("POST", "/imports", {"objects": list(objects)}, expect=202).body["run"]["id"]
    counts = finished(desk.people["alex"], run)["counts"]
    if counts:
        desk.say(
            f"  Imported {' and '.join(objects).replace('_', ' ')}: {', '.join(f'{number} {what}' for what, number in counts.items())}"
        )


def accepted(desk: Desk, object_name: str, title: str, *, by: str = "dana", **options: str) -> str:
    """A staged record is added to Procore; its id there."""
    person = desk.people[by]
    staged = person.ask("GET", "/staged", object=object_name, expect=200).body["items"]
    fits = [item for item in staged if title in (item["title"], item["number"])]
    expect(len(fits) == 1, f"one staged {object_name} {title}: {[(item['number'], item['title']) for item in staged]}")
    decision = {"item": fits[0]["id"], "do": "accept", "options": options}
    (result,) = person.ask("POST", "/staged/decisions", {"decisions": [decision]}, expect=200).body["results"]
    expect(result["state"] == "imported", f"{title} is in Procore: {result}")
    desk.say(f"  {by.title()} accepted {object_name.replace('_', ' ').removesuffix('s')} “{title}”: it is in Procore")
    item: dict[str, Any] = person.item(fits[0]["id"])
    return str(item["procore_id"])
