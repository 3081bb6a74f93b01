"""What accounting does in Intacct to a contract with the owner, and how it stands in Procore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from connector.core.errors import OutcomeUnknown
from connector.core.item import Item
from connector.engine.world import World
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import by_hand
from tests.integration.rooms.office import Office
from tests.proof.watch import Watch, watched

NUMBER: Final = "24-107-PC"
NAME: Final = "prime_contracts"


def staged(office: Office, number: str = NUMBER) -> Item:
    (held,) = office.held("PROJECTCONTRACT", ("NAME",), PROJECTCONTRACTID=number)
    return office.item(f"staged:{NAME}:{held['RECORDNO']}")


def contract(office: Office, number: str = NUMBER) -> dict[str, Any]:
    shown: dict[str, Any] = office.api.get(
        f"/rest/v1.0/prime_contract/{office.id(NAME, number=number)}", {"project_id": office.project(TERMINAL)}
    )
    return shown


def without_one(office: Office) -> Office:
    """Procore has no prime contract yet."""
    tables = office.procore.store
    for name in (NAME, "change_orders"):
        for row in list(tables[name].live()):
            tables[name].update(row, {"deleted_at": office.clock.now(), "number": "gone"})
    return office


def watched_world(office: Office) -> tuple[World, Watch]:
    watch, world = Watch(), office.world
    procore, state = watched(watch, "procore", world.procore), watched(watch, "state", world.state)
    return replace(world, procore=procore, state=state), watch


def lost() -> None:
    raise OutcomeUnknown("The line was cut.")


type Entered = tuple[str, str, str, str, str]
"""A line of a contract: its cost code; by ``QTY`` (quantity, price, unit) or ``PRICE`` (amount)."""


def enter_contract(office: Office, number: str, *lines: Entered) -> None:
    """Somebody makes a contract of another job's codes in Intacct; the codes of the seed's stand on its lines already."""
    for row in office.held("PROJECTCONTRACTLINE", ("TASKID",), PROJECTCONTRACTID=NUMBER):
        if row["TASKID"]:
            office.intacct.store.update(
                "PROJECTCONTRACTLINE", office.intacct.store.find("PROJECTCONTRACTLINE", RECORDNO=str(row["RECORDNO"]))[0], {"TASKID": ""}
            )
    office.enter(
        "PROJECTCONTRACT",
        PROJECTCONTRACTID=number,
        NAME=f"Contract {number}",
        PROJECTID=TERMINAL,
        CUSTOMERID="C-1001",
        CONTRACTDATE="11/01/2026",
    )
    for place, line in enumerate(lines, start=1):
        enter_line(office, number, str(place), line)


def enter_line(office: Office, number: str, line_id: str, line: Entered) -> None:
    code, by, first, price, unit = line
    amounts = f"<QTY>{first}</QTY><UNITPRICE>{price}</UNITPRICE><EUOM>{unit}</EUOM>" if by == "QTY" else f"<PRICE>{first}</PRICE>"
    by_hand(
        office,
        f"""<create><PROJECTCONTRACTLINE><PROJECTCONTRACTID>{number}</PROJECTCONTRACTID><PROJECTCONTRACTLINEID>{line_id}</PROJECTCONTRACTLINEID>
        <NAME>Line {line_id}</NAME><CONTRACTLINEDATE>11/01/2026</CONTRACTLINEDATE><ACCOUNTNO>{account(office)}</ACCOUNTNO>
        <BILLINGTYPE>Progress</BILLINGTYPE>
        <MAXIMUMBILLING>Total revised price</MAXIMUMBILLING><PROJECTID>{TERMINAL}</PROJECTID><ITEMID>JOBCOST</ITEMID><TASKID>{code}</TASKID>
        <PROJECTCONTRACTLINEENTRIES><PROJECTCONTRACTLINEENTRY><WFTYPE>original</WFTYPE><PRICEEFFECTIVEDATE>11/01/2026</PRICEEFFECTIVEDATE>{amounts}
        </PROJECTCONTRACTLINEENTRY></PROJECTCONTRACTLINEENTRIES></PROJECTCONTRACTLINE></create>""",
    )


def revise(office: Office, line: str, amount: str) -> None:
    """An entry of type revision is added to a line."""
    by_hand(
        office,
        f"""<update><PROJECTCONTRACTLINE><RECORDNO>{line}</RECORDNO><PROJECTCONTRACTLINEENTRIES><PROJECTCONTRACTLINEENTRY>
        <WFTYPE>revision</WFTYPE><PRICEEFFECTIVEDATE>11/20/2026</PRICEEFFECTIVEDATE><PRICE>{amount}</PRICE>
        </PROJECTCONTRACTLINEENTRY></PROJECTCONTRACTLINEENTRIES></PROJECTCONTRACTLINE></update>""",
    )


def account(office: Office) -> str:
    return str(office.held("PROJECTCONTRACTLINE", ("ACCOUNTNO",), PROJECTCONTRACTID=NUMBER)[0]["ACCOUNTNO"])


def line_key(office: Office, line_id: str) -> str:
    (row,) = office.held("PROJECTCONTRACTLINE", ("NAME",), PROJECTCONTRACTID=NUMBER, PROJECTCONTRACTLINEID=line_id)
    return str(row["RECORDNO"])


def whole(office: Office) -> list[str]:
    """What is wrong with the contract in Procore: nothing, where it stands there once, with every line once, linked and marked."""
    (held,) = office.held("PROJECTCONTRACT", ("NAME",), PROJECTCONTRACTID=NUMBER)
    rows = [row for row in office.procore.store[NAME].live() if row["origin_id"] == f"intacct:PROJECTCONTRACT:{held['RECORDNO']}"]
    if len(rows) != 1 or len(office.procore.store[NAME].live()) != 1:
        return [f"{len(rows)} contracts"]
    pair = office.references.by_intacct(NAME, [str(held["RECORDNO"])]).get(str(held["RECORDNO"]))
    if pair is None or pair.procore_id != str(rows[0]["id"]):
        return ["not linked"]
    lines = contract(office)["line_items"]
    wanted = {str(row["RECORDNO"]) for row in office.held("PROJECTCONTRACTLINE", ("NAME",))}
    marked = {line["origin_id"].rpartition(":")[2] for line in lines if line["origin_id"]}
    told = {key for name, key in pair.detail.items() if name.startswith("line:")}
    same = len(lines) == len(wanted) and wanted == marked == told
    return [] if same else [f"{len(lines)} lines, {len(marked)} marked, {len(told)} told"]
