"""The contracts with the owners, which are born in Intacct: one line per line of the prime contract."""

from __future__ import annotations

from decimal import Decimal

from sandbox.companies.model import Company, Line, PrimeContract
from sandbox.intacct.formats import decimal_text, money_text
from sandbox.intacct.schema import Row
from sandbox.intacct.seed.loader import Loader


def add_contracts(loader: Loader, company: Company, customers: dict[str, str]) -> None:
    jobs = {job.number: job for job in company.jobs if job.in_intacct}
    revenue = next((number for number, title in company.gl_accounts if "Revenue" in title), "")
    item = company.items[0][0] if company.items else ""
    for contract in company.prime_contracts:
        if contract.job not in jobs:
            continue
        project = loader.store.find("PROJECT", PROJECTID=contract.job)[0]
        header = _add_header(loader, contract, project, customers[contract.job])
        seen: set[str] = set()
        for number, line in enumerate(contract.lines, 1):
            _add_line(loader, header, project, f"{number * 10:03}", line, {"ACCOUNTNO": revenue, "ITEMID": item}, seen)


def _add_header(loader: Loader, contract: PrimeContract, project: Row, customer: str) -> Row:
    total = sum((line.amount for line in contract.lines), Decimal(0))
    return loader.add(
        "PROJECTCONTRACT",
        PROJECTCONTRACTID=contract.number,
        NAME=contract.title,
        PROJECTKEY=project["RECORDNO"],
        PROJECTID=project["PROJECTID"],
        PROJECTNAME=project["NAME"],
        LOCATIONID=project["LOCATIONID"],
        CUSTOMERID=customer,
        CONTRACTDATE=contract.contract_date.isoformat(),
        BILLABLE="true",
        RETAINAGEPERCENTAGE=decimal_text(contract.retainage_percent),
        **_prices(total),
    )


def _add_line(loader: Loader, header: Row, project: Row, line_id: str, line: Line, billing: dict[str, str], seen: set[str]) -> None:
    """A task stands on one line of a contract only; a second line of the same code goes without."""
    dimensions = {"PROJECTID": project["PROJECTID"], "PROJECTNAME": project["NAME"], "LOCATIONID": project["LOCATIONID"]}
    task = loader.store.first("TASK", PROJECTID=project["PROJECTID"], TASKID=line.cost_code or "")
    if task is not None and task["TASKID"] not in seen:
        seen.add(task["TASKID"])
        dimensions.update(TASKID=task["TASKID"], TASKKEY=task["RECORDNO"], TASKNAME=task["NAME"])
        kind = loader.store.first("COSTTYPE", PROJECTID=project["PROJECTID"], TASKID=task["TASKID"], COSTTYPEID=line.cost_type or "")
        if kind is not None:
            dimensions.update(COSTTYPEID=kind["COSTTYPEID"], COSTTYPEKEY=kind["RECORDNO"], COSTTYPENAME=kind["NAME"])
    row = loader.add(
        "PROJECTCONTRACTLINE",
        PROJECTCONTRACTKEY=header["RECORDNO"],
        PROJECTCONTRACTID=header["PROJECTCONTRACTID"],
        PROJECTCONTRACTLINEID=line_id,
        NAME=line.description[:100],
        CONTRACTLINEDATE=header["CONTRACTDATE"],
        BILLINGTYPE="Progress",
        MAXIMUMBILLING="Total revised price",
        RETAINAGEPERCENTAGE=header["RETAINAGEPERCENTAGE"],
        BILLABLE="true",
        **billing,
        **dimensions,
        **_prices(line.amount),
    )
    loader.add(
        "PROJECTCONTRACTLINEENTRY",
        PROJECTCONTRACTLINEKEY=row["RECORDNO"],
        PROJECTCONTRACTID=header["PROJECTCONTRACTID"],
        PROJECTCONTRACTLINEID=line_id,
        LINE_NO="1",
        WFTYPE="original",
        PRICEEFFECTIVEDATE=header["CONTRACTDATE"],
        PRICE=money_text(line.amount),
        LINEPRICE=money_text(line.amount),
        ITEMID=billing["ITEMID"],
        **dimensions,
    )


def _prices(amount: Decimal) -> dict[str, str]:
    nothing = ("REVISIONPRICE", "APPROVEDCHANGEPRICE", "PENDINGCHANGEPRICE", "FORECASTPRICE", "OTHERPRICE")
    return {
        **dict.fromkeys(nothing, "0"),
        "ORIGINALPRICE": money_text(amount),
        "TOTALREVISEDPRICE": money_text(amount),
    }
