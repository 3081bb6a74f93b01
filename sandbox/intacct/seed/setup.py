"""What an administrator sets up before anybody works: entities, accounts, terms, definitions, statuses, users."""

from __future__ import annotations

from sandbox.companies.model import Company
from sandbox.intacct.seed.loader import Loader
from sandbox.intacct.settings import Settings

UNIT_GROUP = "Job units"
_DEFINITIONS = (
    # name, class, reporting category, change, converts from
    ("Subcontract", "Order", "Subcontracts", "Enable Change", ""),
    ("Purchase Order", "Order", "Purchase Orders", "Enable Change", ""),
    ("Subcontract Change Order", "Order", "Subcontract Change Orders", "Change Order", ""),
    ("Purchase Order Change Order", "Order", "Purchase Order Change Orders", "Change Order", ""),
    ("Subcontract Invoice", "Invoice", "Subcontract Invoices", "No Change", "Subcontract"),
    ("Purchase Order Invoice", "Invoice", "Purchase Order Invoices", "No Change", "Purchase Order"),
)
_JOURNALS = (
    ("GJ", "General Journal"),
    ("APJ", "Accounts Payable Journal"),
    ("CDJ", "Cash Disbursements Journal"),
    ("PYRJ", "Payroll Journal"),
)
_CHANGE_STATUSES = (("Approved", "approved change"), ("Pending", "pending change"), ("Internal", "none"))
_ESTIMATE_TYPES = (
    ("Budget", "original#~#revision#~#approved change"),
    ("Original budget", "original"),
    ("Forecast", "forecast"),
)


def add_setup(loader: Loader, settings: Settings, company: Company) -> None:
    """Add the setup of ``company``, and name its accounts in ``settings``."""
    loader.add("USERINFO", LOGINID="admin", DESCRIPTION="Administrator", USERTYPE="business user", ADMIN="true")
    loader.add("USERINFO", LOGINID=settings.user_id, DESCRIPTION="Web services", USERTYPE="web services user")
    for location, name in _locations(company).items():
        loader.add("LOCATIONENTITY", LOCATIONID=location, NAME=name)
        loader.add("LOCATION", LOCATIONID=location, NAME=name, ENTITY=location)
    loader.add("DEPARTMENT", DEPARTMENTID="10", TITLE="Construction")
    loader.add("DEPARTMENT", DEPARTMENTID="90", TITLE="Office")
    loader.add("EMPLOYEE", EMPLOYEEID="E-100", TITLE="Project manager")
    for term, days in company.terms.items():
        loader.add("APTERM", NAME=term, DUEDATE=str(days))
    _add_accounts(loader, settings, company)
    for symbol, title in _JOURNALS:
        loader.add("JOURNAL", SYMBOL=symbol, TITLE=title)
    loader.add("CHECKINGACCOUNT", BANKACCOUNTID="OPERATING", BANKNAME="Operating", GLACCOUNTNO=settings.cash_account)
    _add_units(loader, company)
    for cost_type in company.cost_types:
        loader.add("ACCUMULATIONTYPE", NAME=cost_type.name)
        loader.add(
            "STANDARDCOSTTYPE",
            STANDARDCOSTTYPEID=cost_type.code,
            NAME=cost_type.name,
            ACCUMULATIONTYPENAME=cost_type.name,
            ACCOUNTNO=cost_type.account,
        )
    for name, doc_class, category, change, recalls in _DEFINITIONS:
        loader.add(
            "PODOCUMENTPARAMS",
            DOCID=name,
            DESCRIPTION=name,
            DOCCLASS=doc_class,
            REPORTINGCATEGORY=category,
            ENABLEDOCCHANGE=change,
            ENABLE_RETAINAGE="true",
            PRIMARYDOC="true" if change == "Enable Change" else "false",
            RECALLS__RECALL__RECDOCPAR=recalls,
            CONVTYPE="Leave Transaction Open",
            EDITTYPE="All",
            DELTYPE="All",
            UPDGL="AP posting" if doc_class == "Invoice" else "No posting",
        )
    for name, workflow in _CHANGE_STATUSES:
        loader.add("CHANGEREQUESTSTATUS", NAME=name, WFTYPE=workflow)
    loader.add("CHANGEREQUESTTYPE", NAME="Owner change")
    for name, workflow in _ESTIMATE_TYPES:
        loader.add("PJESTIMATETYPE", NAME=name, SELECTEDWFTYPES=workflow)
    loader.add("SUPDOCFOLDER", FOLDERNAME="Job documents", DESCRIPTION="Contracts, invoices and the like")


def _locations(company: Company) -> dict[str, str]:
    """Every location of the company and its jobs, each called after the town of its first job."""
    towns = {job.location: job.address.city for job in reversed(company.jobs)}
    return {company.location: towns.get(company.location, company.name), **towns}


def _add_accounts(loader: Loader, settings: Settings, company: Company) -> None:
    for number, title in company.gl_accounts:
        balance = number < "4"
        credit = number[:1] in {"2", "3", "4"}
        loader.add(
            "GLACCOUNT",
            ACCOUNTNO=number,
            TITLE=title,
            ACCOUNTTYPE="balancesheet" if balance else "incomestatement",
            NORMALBALANCE="credit" if credit else "debit",
            PC_ACCOUNT_TYPE=_account_type(title),
            PC_COST_TYPES=_cost_type(title),
        )
        for name, setting in (
            ("Accounts Payable", "payable_account"),
            ("Retainage Payable", "retainage_account"),
            ("Operating Cash", "cash_account"),
            ("Job Cost - Other", "default_expense_account"),
        ):
            if title == name:
                setattr(settings, setting, number)


def _account_type(title: str) -> str:
    if title.endswith("Cash"):
        return "Cash"
    return _cost_type(title)


def _cost_type(title: str) -> str:
    if not title.startswith("Job Cost"):
        return ""
    return "Payroll" if title.endswith("Labor") else "Expense"


def _add_units(loader: Loader, company: Company) -> None:
    group = loader.add("UOM", NAME=UNIT_GROUP, INVTYPE="Count", BASEUNIT="Each")
    units = sorted({line.unit for commitment in company.commitments for line in commitment.lines if line.unit})
    for number, unit in enumerate(["Each", *units], 1):
        loader.add("UOMDETAIL", GRPKEY=group["RECORDNO"], LINE_NO=str(number), UNIT=unit, ABBREVIATION=unit[:4], CONVFACTOR="1")
