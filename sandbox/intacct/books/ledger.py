"""Posting to the general ledger: journal entries that balance, and the detail view kept beside them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.context import Context
from sandbox.intacct.formats import money_text, number
from sandbox.intacct.problems import Refused, inactive, missing, rule
from sandbox.intacct.schema import Row

POSTED = "Posted"
_DIMENSIONS = (
    *("PROJECTDIMKEY", "PROJECTID", "PROJECTNAME", "TASKKEY", "TASKID", "TASKNAME"),
    *("COSTTYPEKEY", "COSTTYPEID", "COSTTYPENAME", "CUSTOMERID", "CUSTOMERNAME"),
    *("VENDORID", "VENDORNAME", "EMPLOYEEID", "ITEMID", "ITEMNAME", "CLASSID", "CONTRACTID"),
)
_REQUIRED = (
    ("REQUIREDEPT", "DEPARTMENT", "Department"),
    ("REQUIRELOC", "LOCATION", "Location"),
    ("REQUIREPROJECT", "PROJECTID", "Project"),
    ("REQUIRETASK", "TASKID", "Task"),
    ("REQUIRECOSTTYPE", "COSTTYPEID", "Cost type"),
)


@dataclass(frozen=True)
class Posting:
    """One line to post: ``amount`` is a debit when positive. ``row`` has the dimensions, LOCATIONID and DEPARTMENTID."""

    account: str
    amount: Decimal
    row: Row
    description: str = ""


@dataclass(frozen=True)
class Source:
    """What a posting stems from; ``record`` is the RECORDNO of the bill or payment, ``number`` what people call it."""

    journal: str
    module: str
    day: str
    title: str
    reference: str = ""
    record: str = ""
    number: str = ""


def post(context: Context, source: Source, postings: list[Posting]) -> Row | None:
    """Post what another module has decided; lines of nothing are left out. Returns the journal entry, if any."""
    real = [posting for posting in postings if posting.amount]
    if not real:
        return None
    batch = context.insert(
        "GLBATCH",
        {
            "BATCHNO": str(context.store.tables["GLBATCH"].next_record),
            "JOURNAL": source.journal,
            "BATCH_DATE": source.day,
            "BATCH_TITLE": source.title[:80],
            "REFERENCENO": source.reference,
            "STATE": POSTED,
            "MODULE": source.module,
            "USERID": context.settings.user_id,
            "PRRECORDKEY": source.record,
        },
    )
    for line, posting in enumerate(real, 1):
        dimensions = {name: posting.row.get(name, "") for name in _DIMENSIONS}
        amount = money_text(abs(posting.amount))
        known = context.store.tables["GLENTRY"].kind.by_name
        values = {
            "BATCHNO": batch["RECORDNO"],
            "LINE_NO": str(line),
            "TR_TYPE": "1" if posting.amount > 0 else "-1",
            "ENTRY_DATE": source.day,
            "AMOUNT": amount,
            "TRX_AMOUNT": amount,
            "ACCOUNTNO": posting.account,
            "LOCATION": posting.row.get("LOCATIONID", ""),
            "DEPARTMENT": posting.row.get("DEPARTMENTID", ""),
            "DOCUMENT": source.number[:30],
            "DESCRIPTION": posting.description,
            "BASECURR": "USD",
            "CURRENCY": "USD",
            "STATE": POSTED,
            **dimensions,
        }
        context.insert("GLENTRY", {name: value for name, value in values.items() if name in known})
    rebuild_details(context, batch, source)
    return batch


def unpost(context: Context, record: str, journal: str) -> None:
    """Take back the journal entries made for a bill or payment."""
    for batch in context.store.find("GLBATCH", PRRECORDKEY=record, JOURNAL=journal):
        forget_details(context, batch)
        for entry in context.store.find("GLENTRY", BATCHNO=batch["RECORDNO"]):
            context.delete("GLENTRY", entry)
        context.delete("GLBATCH", batch)


def check_entry(context: Context, values: Row, batch: Row) -> None:
    """Complete and check one line of a journal entry that a client wrote."""
    amount = values.get("TRX_AMOUNT") or values.get("AMOUNT", "")
    if not amount:
        raise Refused(missing("Amount", field="TRX_AMOUNT"))
    values.update(AMOUNT=amount, TRX_AMOUNT=amount, STATE=batch["STATE"])
    values["ENTRY_DATE"] = values.get("ENTRY_DATE") or batch["BATCH_DATE"]
    check_dimensions(context, values, location="LOCATION", department="DEPARTMENT")
    account = context.store.first("GLACCOUNT", ACCOUNTNO=values.get("ACCOUNTNO", ""))
    if account is None:
        return
    check_account(context, account, values)
    values["ACCOUNTKEY"] = account["RECORDNO"]


def check_account(context: Context, account: Row, values: Row) -> None:
    """Refuse an inactive account, or a line without a dimension that its account requires."""
    if account["STATUS"] != "active":
        raise Refused(inactive("Account", account["ACCOUNTNO"], field="ACCOUNTNO"))
    for required, field, term in _REQUIRED:
        given = values.get(field) or values.get(f"{field}ID")
        if account[required] == "true" and not given:
            word = context.tenant.term(term)
            text = f"This transaction is missing the {word} dimension for the Account {account['ACCOUNTNO']}"
            raise Refused(rule("GL-0951", text, f"Provide the {word} dimension, and try again.", field=field))


def check_balance(context: Context, batch: Row) -> None:
    entries = context.store.find("GLENTRY", BATCHNO=batch["RECORDNO"])
    balance = sum((number(entry["TR_TYPE"]) * number(entry["AMOUNT"]) for entry in entries), Decimal(0))
    if balance:
        raise Refused(rule("GL-0312", f"The journal entry does not balance: debits exceed credits by {balance}."))


def rebuild_details(context: Context, batch: Row, source: Source | None = None) -> None:
    """Make the detail rows of a journal entry anew."""
    forget_details(context, batch)
    known = context.store.tables["GLDETAIL"].kind.by_name
    for entry in context.store.find("GLENTRY", BATCHNO=batch["RECORDNO"]):
        account = context.store.first("GLACCOUNT", ACCOUNTNO=entry["ACCOUNTNO"])
        location = context.store.first("LOCATION", LOCATIONID=entry["LOCATION"])
        department = context.store.first("DEPARTMENT", DEPARTMENTID=entry["DEPARTMENT"])
        amount, debit = entry["AMOUNT"], entry["TR_TYPE"] == "1"
        signed = money_text(number(entry["TR_TYPE"]) * number(amount))
        values = {
            **{name: entry.get(name, "") for name in _DIMENSIONS},
            **{name: entry[name] for name in ("LINE_NO", "ENTRY_DATE", "TR_TYPE", "ACCOUNTNO", "DOCUMENT", "DESCRIPTION")},
            "BOOKID": "ACCRUAL",
            "SYMBOL": batch["JOURNAL"],
            "BATCHKEY": batch["RECORDNO"],
            "BATCH_NO": batch["BATCHNO"],
            "BATCH_DATE": batch["BATCH_DATE"],
            "BATCH_TITLE": batch["BATCH_TITLE"],
            "BATCH_STATE": batch["STATE"],
            "MODULEKEY": batch["MODULE"],
            "REFERENCENO": batch["REFERENCENO"],
            "ACCOUNTKEY": account["RECORDNO"] if account else "",
            "ACCOUNTTITLE": account["TITLE"] if account else "",
            "DEPARTMENTID": entry["DEPARTMENT"],
            "DEPARTMENTTITLE": department["TITLE"] if department else "",
            "LOCATIONID": entry["LOCATION"],
            "LOCATIONNAME": location["NAME"] if location else "",
            "ADJ": "false",
            "AMOUNT": signed,
            "TRX_AMOUNT": signed,
            "DEBITAMOUNT": amount if debit else "0",
            "TRX_DEBITAMOUNT": amount if debit else "0",
            "CREDITAMOUNT": "0" if debit else amount,
            "TRX_CREDITAMOUNT": "0" if debit else amount,
            "CURRENCY": entry["CURRENCY"],
            "BASECURR": entry["BASECURR"],
            "RECORDKEY": batch["PRRECORDKEY"],
            "RECORDID": source.number if source else "",
            "DOCNUMBER": source.reference if source else "",
            "STATISTICAL": "F",
            "MODIFIED": context.store.now(),
        }
        context.insert("GLDETAIL", {name: value for name, value in values.items() if name in known})


def forget_details(context: Context, batch: Row) -> None:
    for detail in context.store.find("GLDETAIL", BATCHKEY=batch["RECORDNO"]):
        context.delete("GLDETAIL", detail)
