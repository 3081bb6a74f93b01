"""A seed company in Intacct's terms: entities, accounts, items, cost codes, vendors, jobs with their tasks and cost types.

What a company does with these (commitments, invoices, budgets) is not here: that is what clients write.
"""

from __future__ import annotations

from sandbox.companies.model import Address, Company, Job, Vendor
from sandbox.intacct.schema import Row
from sandbox.intacct.seed.contracts import add_contracts
from sandbox.intacct.seed.loader import Loader
from sandbox.intacct.seed.setup import UNIT_GROUP, add_setup
from sandbox.intacct.settings import Settings

_COUNTRIES = {"US": "United States", "CA": "Canada"}


def fill(loader: Loader, settings: Settings, company: Company) -> None:
    """Add everything of ``company`` that stands in Intacct."""
    add_setup(loader, settings, company)
    _add_items(loader, company)
    customers = _add_customers(loader, company)
    vendors = (vendor for vendor in company.vendors if vendor.vendor_id is not None)
    for type_name in sorted({vendor.vendor_type for vendor in company.vendors if vendor.vendor_type}):
        loader.add("VENDTYPE", NAME=type_name)
    for vendor in vendors:
        _add_vendor(loader, vendor)
    standard = _add_standard_codes(loader, company)
    for job in company.jobs:
        if job.in_intacct:
            _add_job(loader, company, job, customers.get(job.number, ""), standard)
    add_contracts(loader, company, customers)


def _add_items(loader: Loader, company: Company) -> None:
    for item_id, name in company.items:
        accounts = (number for number, title in company.gl_accounts if _stem(item_id) in title.lower())
        loader.add(
            "ITEM",
            ITEMID=item_id,
            NAME=name,
            ITEMTYPE="Non-Inventory",
            UOMGRP=UNIT_GROUP,
            BASEUOM="Each",
            EXPENSEGLACCOUNT=next(accounts, ""),
        )


def _stem(item_id: str) -> str:
    return f"job cost - {item_id.lower()}"


def _add_customers(loader: Loader, company: Company) -> dict[str, str]:
    """Job number -> id of the customer of its prime contract."""
    customers: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for contract in company.prime_contracts:
        if contract.customer not in by_name:
            customer_id = by_name[contract.customer] = f"C-{1001 + len(by_name)}"
            contact = _add_contact(loader, f"{contract.customer}(C{customer_id})", contract.customer, None)
            loader.add("CUSTOMER", CUSTOMERID=customer_id, NAME=contract.customer, **_contact_keys(contact))
        customers[contract.job] = by_name[contract.customer]
    return customers


def _add_vendor(loader: Loader, vendor: Vendor) -> None:
    name = f"{vendor.name}(V{vendor.vendor_id})"
    contact = _add_contact(loader, name, vendor.name, vendor.address, phone=vendor.phone, email=vendor.email)
    loader.add(
        "VENDOR",
        VENDORID=vendor.vendor_id or "",
        NAME=vendor.name,
        VENDTYPE=vendor.vendor_type or "",
        TERMNAME=vendor.terms,
        STATUS="active" if vendor.active else "inactive",
        **_contact_keys(contact),
    )


def _add_contact(loader: Loader, name: str, print_as: str, address: Address | None, *, phone: str = "", email: str = "") -> Row:
    place = {}
    if address is not None:
        place = {
            "MAILADDRESS__ADDRESS1": address.street,
            "MAILADDRESS__CITY": address.city,
            "MAILADDRESS__STATE": address.state,
            "MAILADDRESS__ZIP": address.zip,
            "MAILADDRESS__COUNTRY": _COUNTRIES.get(address.country, address.country),
        }
    return loader.add("CONTACT", CONTACTNAME=name, PRINTAS=print_as, COMPANYNAME=print_as, PHONE1=phone, EMAIL1=email, **place)


def _contact_keys(contact: Row) -> dict[str, str]:
    keys = ("DISPLAYCONTACTKEY", "CONTACTKEY", "PAYTOKEY", "RETURNTOKEY")
    return {**dict.fromkeys(keys, contact["RECORDNO"]), "DISPLAYCONTACT__CONTACTNAME": contact["CONTACTNAME"]}


def _add_standard_codes(loader: Loader, company: Company) -> dict[str, Row]:
    """The standard cost codes by id; divisions come before their codes."""
    rows: dict[str, Row] = {}
    for code in sorted(company.cost_codes, key=lambda code: code.parent is not None):
        parent = rows.get(code.parent or "")
        row = rows[code.code] = loader.add(
            "STANDARDTASK",
            STANDARDTASKID=code.code,
            NAME=code.name,
            PARENTKEY=parent["RECORDNO"] if parent else "",
            PARENTID=parent["STANDARDTASKID"] if parent else "",
            STATUS="active" if code.active else "inactive",
        )
        for line, cost_type in enumerate(code.cost_types, 1):
            loader.add(
                "STANDARDTASKSTANDARDCOSTTYPE",
                STANDARDTASKKEY=row["RECORDNO"],
                STANDARDCOSTTYPEID=cost_type,
                LINE_NO=str(line),
            )
    return rows


def _add_job(loader: Loader, company: Company, job: Job, customer: str, standard: dict[str, Row]) -> None:
    contact = _add_contact(loader, f"{job.name} site", job.name, job.address)
    common = {
        "PROJECTCATEGORY": job.category,
        "CUSTOMERID": customer,
        "LOCATIONID": job.location,
        "BEGINDATE": job.start.isoformat(),
        "ENDDATE": job.completion.isoformat(),
        "SCHEDULEDSTARTDATE": job.start.isoformat(),
        "SCHEDULEDCOMPLETIONDATE": job.completion.isoformat(),
        "CURRENCY": "USD",
        "CONTACTINFO__CONTACTNAME": contact["CONTACTNAME"],
        "SHIPTO__CONTACTNAME": contact["CONTACTNAME"],
    }
    parent = loader.add("PROJECT", PROJECTID=job.number, NAME=job.name, **common)
    _add_tasks(loader, company, job, parent, standard)
    for sub_job in job.sub_jobs:
        row = loader.add(
            "PROJECT",
            PROJECTID=sub_job.code,
            NAME=sub_job.name,
            PARENTID=job.number,
            **common,
        )
        _add_tasks(loader, company, job, row, standard)


def _add_tasks(loader: Loader, company: Company, job: Job, project: Row, standard: dict[str, Row]) -> None:
    types = {cost_type.code: cost_type for cost_type in company.cost_types}
    codes = {code.code: code for code in company.cost_codes}
    wanted = dict.fromkeys(job.cost_codes)
    divisions = dict.fromkeys(codes[code].parent for code in wanted)
    tasks: dict[str, Row] = {}
    for code_id in [*(division for division in divisions if division and division not in wanted), *wanted]:
        code = codes[code_id]
        parent = tasks.get(code.parent or "")
        task = tasks[code_id] = loader.add(
            "TASK",
            TASKID=code_id,
            NAME=code.name,
            PROJECTKEY=project["RECORDNO"],
            PROJECTID=project["PROJECTID"],
            PROJECTNAME=project["NAME"],
            STANDARDTASKID=standard[code_id]["STANDARDTASKID"],
            PARENTKEY=parent["RECORDNO"] if parent else "",
            ROOTPARENTKEY=(parent["ROOTPARENTKEY"] or parent["RECORDNO"]) if parent else "",
            TASKSTATUS="In Progress",
            PBEGINDATE=project["BEGINDATE"],
            PENDDATE=project["ENDDATE"],
            STATUS="active" if code.active else "inactive",
        )
        for type_id in code.cost_types:
            loader.add(
                "COSTTYPE",
                COSTTYPEID=type_id,
                STANDARDCOSTTYPEID=type_id,
                NAME=types[type_id].name,
                ACCUMULATIONTYPENAME=types[type_id].name,
                ACCOUNTNO=types[type_id].account,
                PROJECTKEY=project["RECORDNO"],
                PROJECTID=project["PROJECTID"],
                PROJECTNAME=project["NAME"],
                TASKKEY=task["RECORDNO"],
                TASKID=code_id,
                TASKNAME=code.name,
                STATUS="active" if code.active else "inactive",
            )
