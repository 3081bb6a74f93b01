"""A subcontract on the books, and what a test does to it: change orders, invoices, their bills."""

from __future__ import annotations

from tests.sandbox.intacct.bodies import document, line
from tests.sandbox.intacct.gateway_client import Gateway

SOURCE = "Subcontract-SC-1"
INVOICE = "Subcontract Invoice-SI-1"


class Books:
    """One subcontract of two lines, and what tests do to it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        retained = "<retainagepercentage>10</retainagepercentage><conversiontype>Price</conversiontype>"
        reverse = f"{retained}<reverseconversion>true</reverseconversion>"
        first = line("1000.00", where="<locationid>100</locationid><memo>one</memo>", tail=retained)
        second = line("500.00", where="<locationid>100</locationid><memo>two</memo>", tail=reverse)
        gateway.done(document(first, second))
        self.record = self.header("RECORDNO")["RECORDNO"]
        self.first, self.second = (row["RECORDNO"] for row in self.lines("RECORDNO"))

    def header(self, fields: str, name: str = SOURCE) -> dict[str, str]:
        return self.gateway.row("PODOCUMENT", fields, "DOCID", name)

    def lines(self, fields: str, name: str = SOURCE) -> list[dict[str, str]]:
        where = f"<equalto><field>DOCHDRID</field><value>{name}</value></equalto>"
        return self.gateway.rows("PODOCUMENTENTRY", fields, where, "LINE_NO")

    def change(self, price: str, link: str = "", *, number: str = "CO-1", state: str = "Pending", vendor: str = "V-1") -> str:
        related = f"<relateddockey>{self.record}</relateddockey>{link}<conversiontype>Price</conversiontype>"
        where = "<locationid>100</locationid><memo>change</memo>"
        return document(
            line(price, where=where, tail=related),
            kind="Subcontract Change Order",
            number=f"<documentno>{number}</documentno>",
            vendor_id=vendor,
            after=f"<state>{state}</state>",
        )

    def link(self, record: str) -> str:
        return f"<relateddoclinekey>{record}</relateddoclinekey>"

    def bill(
        self,
        *amounts: tuple[str, str],
        number: str = "SI-1",
        tail: str = "",
        state: str = "Pending",
        posted: str = "",
        vendor: str = "V-1",
        source: str = f"<createdfrom>{SOURCE}</createdfrom>",
        item: str = "SUBCONTRACT",
    ) -> str:
        items = [
            line(price, source=f"<sourcelinekey>{key}</sourcelinekey>", where="<locationid>100</locationid>", tail=tail, item=item)
            for key, price in amounts
        ]
        return document(
            *items,
            kind="Subcontract Invoice",
            number=f"<documentno>{number}</documentno>",
            source=source,
            posted=posted,
            vendor_id=vendor,
            after=f"<state>{state}</state>",
        )

    def the_bill(self, fields: str, name: str = INVOICE) -> dict[str, str]:
        return self.gateway.row("APBILL", fields, "RECORDNO", self.header("PRRECORDKEY", name)["PRRECORDKEY"])


def invoiced(books: Books) -> str:
    """The record of the bill of an invoice over a part of each line."""
    books.gateway.done(books.bill((books.first, "400.00"), (books.second, "100.00")))
    return books.header("PRRECORDKEY", INVOICE)["PRRECORDKEY"]
