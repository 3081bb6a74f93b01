"""A page that shows what the simulated company holds: plain HTML, no script, readable on paper."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from sandbox.intacct.context import Tenant
from sandbox.intacct.formats import date_to_wire, number
from sandbox.intacct.schema import Row
from sandbox.intacct.store import Store

_ESTIMATED = frozenset({"original", "revision", "approved change"})
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c1e21;background:#fff}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}p.note{color:#555;margin:.25rem 0}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dfe1e5;vertical-align:top}
th{font-weight:600;background:#f4f5f7}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
article{margin:1.5rem 0}article h3{font-size:1rem;margin:0 0 .15rem}tfoot td{font-weight:600;border-top:2px solid #888}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#17181a}th{background:#24262a}
th,td{border-color:#3a3d42}p.note{color:#aaa}}
"""


def page(tenant: Tenant) -> str:
    """The page at ``/``."""
    store = tenant.store
    documents = store.all("PODOCUMENT")
    parts = [
        f"<h1>Sage Intacct simulator: company {escape(tenant.settings.company_id)}</h1>",
        f'<p class="note">Gateway {escape(tenant.endpoint)} · everything here is invented and in memory.</p>',
        "<h2>Jobs</h2>",
        _jobs(store),
        f"<h2>Purchasing documents ({len(documents)})</h2>",
        *(_document(store, document) for document in reversed(documents)),
        "" if documents else "<p>None yet.</p>",
        "<h2>Bills</h2>",
        _bills(store),
        "<h2>What it holds</h2>",
        _counts(store),
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Intacct simulator</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _jobs(store: Store) -> str:
    rows = []
    for project in store.all("PROJECT"):
        key = project["PROJECTID"]
        estimate = committed = billed = retained = Decimal(0)
        for entry in store.find("PJESTIMATEENTRY", PROJECTID=key):
            if entry["WFTYPE"] in _ESTIMATED:
                estimate += number(entry["AMOUNT"])
        for line in store.find("PODOCUMENTENTRY", PROJECTID=key):
            definition = store.first("PODOCUMENTPARAMS", DOCID=line["DOCPARID"])
            if definition and definition["ENABLEDOCCHANGE"] == "Enable Change":
                committed += number(line["REVISEDVALUE"])
        for line in store.find("APBILLITEM", PROJECTID=key):
            billed += number(line["TRX_AMOUNT"])
            retained += number(line["TRX_AMOUNTRETAINED"])
        name = f"{'— ' if project['PARENTID'] else ''}{project['NAME']}"
        rows.append([key, name, project["STATUS"], *map(_money, (estimate, committed, billed, retained))])
    heads = ["Job", "Name", "Status", "*Estimate", "*Committed", "*Billed", "*Retained"]
    return _table(heads, rows)


def _document(store: Store, document: Row) -> str:
    lines = sorted(store.find("PODOCUMENTENTRY", DOCHDRNO=document["RECORDNO"]), key=lambda line: int(line["LINE_NO"]))
    rows = [
        [
            str(int(line["LINE_NO"]) + 1),
            line["ITEMDESC"],
            f"{line['PROJECTID']} {line['TASKID']} {line['COSTTYPEID']}",
            f"{line['QUANTITY']} {line['UNIT']}",
            _money(number(line["PRICE"])),
            _money(number(line["TOTAL"])),
            _money(number(line["REVISEDVALUE"])),
            _money(number(line["TRX_AMOUNTRETAINED"])),
        ]
        for line in lines
    ]
    totals = [_money(number(document[name])) for name in ("TOTAL", "REVISEDTOTAL", "TRX_TOTALRETAINED")]
    heads = ["#", "Description", "Job, cost code, type", "*Quantity", "*Price", "*Amount", "*Revised", "*Retained"]
    facts = [
        f"{document['CUSTVENDNAME']} ({document['CUSTVENDID']})",
        document["STATE"],
        date_to_wire(document["WHENCREATED"]),
    ]
    if document["PRRECORDKEY"]:
        facts.append(f"bill {document['PRRECORDKEY']}")
    note = escape(" · ".join(facts))
    table = _table(heads, rows, ["", "", "", "", "Total", *totals])
    return f'<article><h3>{escape(document["DOCID"])}</h3><p class="note">{note}</p>{table}</article>'


def _bills(store: Store) -> str:
    bills = [store.tables["APBILL"].row(record) for record in store.tables["APBILL"].records()[-100:]]
    rows = [
        [
            bill["RECORDNO"],
            bill["RECORDID"],
            bill["VENDORNAME"],
            bill["DESCRIPTION2"],
            bill["STATE"],
            *(_money(number(bill[name])) for name in ("TOTALENTERED", "TRX_TOTALRETAINED", "TOTALPAID", "TOTALDUE")),
        ]
        for bill in reversed(bills)
    ]
    heads = ["Record", "Number", "Vendor", "Made by", "State", "*Entered", "*Retained", "*Paid", "*Due"]
    return _table(heads, rows) if rows else "<p>None yet.</p>"


def _counts(store: Store) -> str:
    rows = [[name, table.kind.label, f"{len(table):,}"] for name, table in sorted(store.tables.items()) if len(table)]
    return _table(["Object", "Called", "*Rows"], rows)


def _table(heads: list[str], rows: Iterable[list[str]], foot: list[str] | None = None) -> str:
    """A table; a head that begins with ``*`` is a column of numbers."""
    numeric = [head.startswith("*") for head in heads]

    def cells(tag: str, values: list[str]) -> str:
        marked = zip(values, numeric, strict=True)
        inside = "".join(f"<{tag}{' class=n' if right else ''}>{escape(value)}</{tag}>" for value, right in marked)
        return f"<tr>{inside}</tr>"

    body = "".join(cells("td", row) for row in rows)
    end = f"<tfoot>{cells('td', foot)}</tfoot>" if foot else ""
    head = cells("th", [head.removeprefix("*") for head in heads])
    return f"<table><thead>{head}</thead><tbody>{body}</tbody>{end}</table>"


def _money(value: Decimal) -> str:
    return f"{value:,.2f}" if value else "-"
