"""Releasing retainage: each released amount becomes a bill of its own to the same vendor [?]."""

from __future__ import annotations

from sandbox.intacct.books.bills import complete_line, refresh_bill, settle_bill, withdraw_bill
from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text, number
from sandbox.intacct.problems import Refused, rule, unknown_reference
from sandbox.intacct.schema import Row


def check_release(context: Context, values: Row) -> None:
    """Refuse a release beyond what the bill line still holds, drafts of other releases left out."""
    bill = context.store.get("APBILL", values.get("RETAINAGEBILLKEY", ""))
    line = context.store.get("APBILLITEM", values.get("RETAINAGEBILLITEMKEY", ""))
    if bill is None or line is None or line["RECORDKEY"] != bill["RECORDNO"]:
        raise Refused(unknown_reference("Bill line", values.get("RETAINAGEBILLITEMKEY", ""), field="RETAINAGEBILLITEMKEY"))
    held = number(line["TRX_AMOUNTRETAINED"]) - number(line["TRX_AMOUNTRELEASED"])
    amount = number(values.get("TRX_AMOUNTRELEASED", ""))
    if not 0 < amount <= held:
        text = f"{decimal_text(amount)} cannot be released: {decimal_text(held)} is held on the line."
        raise Refused(rule("RET-0001", text, field="TRX_AMOUNTRELEASED"))


def release(context: Context, header: Row) -> None:
    """Once a release has the state Released, make its bills, one per original bill."""
    if header["STATE"] != "Released":
        return
    entries = context.store.find("APRETAINAGERELEASEENTRY", APRETAINAGERELEASEKEY=header["RECORDNO"])
    for key in {entry["RETAINAGEBILLKEY"]: None for entry in entries}:
        original = context.store.get("APBILL", key)
        if original is not None:
            _release_bill(context, header, original, [one for one in entries if one["RETAINAGEBILLKEY"] == key])


def withdraw_release(context: Context, header: Row) -> None:
    """Delete the bills of a release with it."""
    entries = context.store.find("APRETAINAGERELEASEENTRY", APRETAINAGERELEASEKEY=header["RECORDNO"])
    context.update("APRETAINAGERELEASE", header, {"STATE": "Draft"})
    for key in {entry["RELEASEBILLKEY"]: None for entry in entries if entry["RELEASEBILLKEY"]}:
        bill = context.store.get("APBILL", key)
        if bill is not None:
            withdraw_bill(context, bill)
            for line in context.store.find("APBILLITEM", RECORDKEY=key):
                context.delete("APBILLITEM", line)
            context.delete("APBILL", bill)
    for key in {entry["RETAINAGEBILLKEY"]: None for entry in entries}:
        bill = context.store.get("APBILL", key)
        if bill is not None:
            refresh_bill(context, bill)


def _release_bill(context: Context, header: Row, original: Row, entries: list[Row]) -> None:
    bill = context.insert(
        "APBILL",
        {
            **{name: original[name] for name in ("VENDORID", "TERMNAME", "BASECURR", "CURRENCY", "MEGAENTITYID")},
            "RECORDTYPE": "apbill",
            "RECORDID": f"{original['RECORDID'] or original['RECORDNO']}-R{header['RECORDNO']}",
            "DESCRIPTION": header["DESCRIPTION"],
            "STATE": "Posted",
            "WHENCREATED": header["RELEASEDATE"],
            "WHENPOSTED": header["GLPOSTINGDATE"],
            "WHENDUE": header["RELEASEDATE"],
            "MODULEKEY": original["MODULEKEY"],
            "RETAINAGERELEASED": "true",
        },
    )
    known = context.store.tables["APBILLITEM"].kind.by_name
    for number_, entry in enumerate(entries, 1):
        line = context.store.get("APBILLITEM", entry["RETAINAGEBILLITEMKEY"])
        if line is None:
            continue
        values = {**line, "TRX_AMOUNT": entry["TRX_AMOUNTRELEASED"], "RECORDKEY": bill["RECORDNO"]}
        for name in ("RETAINAGEPERCENTAGE", "TRX_AMOUNTRETAINED", "TRX_AMOUNTRELEASED", "TOTALPAID", "TRX_TOTALPAID"):
            values[name] = ""
        values.update(ACCOUNTNO=context.settings.retainage_account, LINE_NO=str(number_), RELEASETOPAY="true")
        del values["RECORDNO"]
        complete_line(context, values, bill)
        context.insert("APBILLITEM", {name: value for name, value in values.items() if name in known})
        context.update("APRETAINAGERELEASEENTRY", entry, {"RELEASEBILLKEY": bill["RECORDNO"]})
    settle_bill(context, bill)
    refresh_bill(context, original)
