"""The way back: what accounting enters in Intacct comes to Procore and is accepted there: a new job, its codes, estimate and contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sandbox.story.books import Books
from sandbox.story.desk import Desk, dollars, expect
from sandbox.story.people import finished

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
    total = dollars(sum(Decimal(amount) for _, amount in ESTIMATE.values()))
    desk.say(f"Priya opened job {NUMBER}, {NAME}, in Intacct: an estimate of {total}, a contract with the owner, and a vendor")


def brought(desk: Desk) -> str:
    """Job and vendor are accepted into Procore, the codes go straight in, estimate and contract are accepted. Returns the project's id."""
    bring(desk, "projects", "vendors")
    accepted(desk, "vendors", VENDOR)
    project = accepted(desk, "projects", NAME)
    bring(desk, "cost_codes", "cost_types")
    bring(desk, "budgets", "prime_contracts")
    accepted(desk, "budgets", f"{NUMBER}-EST")
    accepted(desk, "prime_contracts", f"{NAME} contract", accounting_method="amount")
    return project


def bring(desk: Desk, *objects: str) -> None:
    run = desk.people["alex"].ask("POST", "/imports", {"objects": list(objects)}, expect=202).body["run"]["id"]
    counts = finished(desk.people["alex"], run)["counts"]
    desk.say(f"  Imported {' and '.join(objects).replace('_', ' ')}: {', '.join(f'{number} {what}' for what, number in counts.items())}")


def accepted(desk: Desk, object_name: str, title: str, **options: str) -> str:
    """Dana adds a staged record to Procore; its id there."""
    dana = desk.people["dana"]
    staged = dana.ask("GET", "/staged", object=object_name, expect=200).body["items"]
    fits = [item for item in staged if title in (item["title"], item["number"])]
    expect(len(fits) == 1, f"one staged {object_name} {title}: {[(item['number'], item['title']) for item in staged]}")
    decision = {"item": fits[0]["id"], "do": "accept", "options": options}
    (result,) = dana.ask("POST", "/staged/decisions", {"decisions": [decision]}, expect=200).body["results"]
    expect(result["state"] == "imported", f"{title} is in Procore: {result}")
    desk.say(f"  Dana accepted {object_name.replace('_', ' ').removesuffix('s')} “{title}”: it is in Procore")
    item: dict[str, Any] = dana.item(fits[0]["id"])
    return str(item["procore_id"])
