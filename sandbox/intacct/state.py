"""What the company holds, as JSON for tests and for people's tables: amounts are texts, as everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.intacct.schema import Row
from sandbox.intacct.store import Store

_GENERATED_LIMIT = 2000
_DOCUMENT = {
    "record": "RECORDNO",
    "id": "DOCID",
    "number": "DOCNO",
    "definition": "DOCPARID",
    "state": "STATE",
    "vendor": "CUSTVENDID",
    "vendor_name": "CUSTVENDNAME",
    "date": "WHENCREATED",
    "due": "WHENDUE",
    "project": "PROJECT",
    "reference": "PONUMBER",
    "external_id": "EXTERNALID",
    "created_from": "CREATEDFROM",
    "total": "TOTAL",
    "posted_changes": "POSTEDCHANGETOTAL",
    "revised_total": "REVISEDTOTAL",
    "retained": "TRX_TOTALRETAINED",
    "bill": "PRRECORDKEY",
    "attachment": "SUPDOCID",
}
_LINE = {
    "record": "RECORDNO",
    "line": "LINE_NO",
    "item": "ITEMID",
    "description": "ITEMDESC",
    "memo": "MEMO",
    "quantity": "QUANTITY",
    "unit": "UNIT",
    "price": "PRICE",
    "amount": "TOTAL",
    "revised": "REVISEDVALUE",
    "converted": "PRICE_CONVERTED",
    "retainage_percent": "RETAINAGEPERCENTAGE",
    "retained": "TRX_AMOUNTRETAINED",
    "project": "PROJECTID",
    "task": "TASKID",
    "cost_type": "COSTTYPEID",
    "location": "LOCATIONID",
    "source_line": "SOURCE_DOCLINEKEY",
    "related_line": "RELATEDDOCLINEKEY",
}
_VENDOR = {"record": "RECORDNO", "id": "VENDORID", "name": "NAME", "status": "STATUS", "type": "VENDTYPE", "terms": "TERMNAME"}
_PROJECT = {
    "record": "RECORDNO",
    "id": "PROJECTID",
    "name": "NAME",
    "parent": "PARENTID",
    "category": "PROJECTCATEGORY",
    "location": "LOCATIONID",
    "status": "STATUS",
}
_BILL = {
    "record": "RECORDNO",
    "number": "RECORDID",
    "vendor": "VENDORID",
    "state": "STATE",
    "document": "DESCRIPTION2",
    "module": "MODULEKEY",
    "entered": "TOTALENTERED",
    "retained": "TRX_TOTALRETAINED",
    "released": "TRX_TOTALRELEASED",
    "paid": "TOTALPAID",
    "due": "TOTALDUE",
}
_BILL_LINE = {
    "record": "RECORDNO",
    "project": "PROJECTID",
    "task": "TASKID",
    "cost_type": "COSTTYPEID",
    "amount": "TRX_AMOUNT",
    "retained": "TRX_AMOUNTRETAINED",
    "released": "TRX_AMOUNTRELEASED",
    "paid": "TRX_TOTALPAID",
    "release": "RELEASETOPAY",
}
_ESTIMATE = {"record": "RECORDNO", "id": "PJESTIMATEID", "project": "PROJECTID", "primary": "ISPRIMARY", "total": "TOTALAMOUNT"}
_ESTIMATE_ENTRY = {
    "record": "RECORDNO",
    "type": "WFTYPE",
    "amount": "AMOUNT",
    "project": "PROJECTID",
    "task": "TASKID",
    "cost_type": "COSTTYPEID",
    "memo": "MEMO",
}
_CONTRACT = {
    "record": "RECORDNO",
    "id": "PROJECTCONTRACTID",
    "project": "PROJECTID",
    "original": "ORIGINALPRICE",
    "approved_changes": "APPROVEDCHANGEPRICE",
    "revised": "TOTALREVISEDPRICE",
}
_JOURNAL = {"record": "RECORDNO", "title": "BATCH_TITLE", "date": "BATCH_DATE", "journal": "JOURNAL", "module": "MODULE"}
_JOURNAL_LINE = {
    "record": "RECORDNO",
    "type": "TR_TYPE",
    "amount": "TRX_AMOUNT",
    "account": "ACCOUNTNO",
    "project": "PROJECTID",
    "task": "TASKID",
    "cost_type": "COSTTYPEID",
}
_PAYMENT = {
    "record": "RECORDNO",
    "vendor": "VENDORID",
    "state": "STATE",
    "method": "PAYMENTMETHOD",
    "number": "DOCNUMBER",
    "date": "PAYMENTDATE",
    "amount": "PAYMENTAMOUNT",
}


def state(store: Store) -> dict[str, object]:
    """Counts of every object, and the records that people compare: documents with lines, bills, estimates and so on."""
    return {
        "counts": {name: len(table) for name, table in store.tables.items()},
        "documents": _nested(store, "PODOCUMENT", _DOCUMENT, "PODOCUMENTENTRY", "DOCHDRNO", _LINE),
        "bills": _nested(store, "APBILL", _BILL, "APBILLITEM", "RECORDKEY", _BILL_LINE),
        "payments": _each(_rows(store, "APPYMT"), _PAYMENT),
        "journals": _nested(store, "GLBATCH", _JOURNAL, "GLENTRY", "BATCHNO", _JOURNAL_LINE),
        "estimates": _nested(store, "PJESTIMATE", _ESTIMATE, "PJESTIMATEENTRY", "PJESTIMATEKEY", _ESTIMATE_ENTRY),
        "contracts": _each(_rows(store, "PROJECTCONTRACT"), _CONTRACT),
        "vendors": _each(_rows(store, "VENDOR"), _VENDOR),
        "projects": _each(_rows(store, "PROJECT"), _PROJECT),
    }


def _rows(store: Store, name: str) -> list[Row]:
    """The rows of an object; of generated ones no more than a page."""
    table = store.tables[name]
    return [table.row(record) for record in table.records()[: len(table.rows) + _GENERATED_LIMIT]]


def _each(rows: Iterable[Row], names: dict[str, str]) -> list[dict[str, object]]:
    return [{name: row[field] for name, field in names.items()} for row in rows]


def _nested(store: Store, header: str, names: dict[str, str], line: str, by: str, line_names: dict[str, str]) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    for row in _rows(store, header):
        lines = sorted(store.find(line, **{by: row["RECORDNO"]}), key=lambda one: int(one["LINE_NO"] or 0))
        shown.append({**{name: row[field] for name, field in names.items()}, "lines": _each(lines, line_names)})
    return shown
