"""Retainage releases: a bill of their own."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import payment_of
from tests.sandbox.intacct.books import INVOICE, Books, invoiced


def _release(record: str, entry: str, amount: str, state: str = "Released") -> str:
    return (
        f"<create><APRETAINAGERELEASE><DESCRIPTION>Release</DESCRIPTION><STATE>{state}</STATE><APRETAINAGERELEASEENTRIES>"
        f"<APRETAINAGERELEASEENTRY><RETAINAGEBILLKEY>{record}</RETAINAGEBILLKEY><RETAINAGEBILLITEMKEY>{entry}"
        f"</RETAINAGEBILLITEMKEY><TRX_AMOUNTRELEASED>{amount}</TRX_AMOUNTRELEASED></APRETAINAGERELEASEENTRY>"
        "</APRETAINAGERELEASEENTRIES></APRETAINAGERELEASE></create>"
    )


def test_retainage_is_released_into_a_bill_of_its_own(books: Books) -> None:
    record = invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]

    books.gateway.done(_release(record, entry, "30.00"))

    assert books.the_bill("TOTALRETAINED TRX_TOTALRELEASED TOTALDUE") == {
        "TOTALRETAINED": "50",
        "TRX_TOTALRELEASED": "30",
        "TOTALDUE": "450",
    }
    released = "<equalto><field>RETAINAGERELEASED</field><value>true</value></equalto>"
    (bill,) = books.gateway.rows("APBILL", "RECORDNO VENDORID TOTALENTERED TOTALDUE WHENCREATED STATE MODULEKEY", released)
    assert bill == {
        "RECORDNO": bill["RECORDNO"],
        "VENDORID": "V-1",
        "TOTALENTERED": "30",
        "TOTALDUE": "30",
        "WHENCREATED": "11/23/2026",
        "STATE": "Posted",
        "MODULEKEY": "9.PO",
    }
    payable = "<equalto><field>ACCOUNTNO</field><value>2050</value></equalto>"
    assert [row["AMOUNT"] for row in books.gateway.rows("GLDETAIL", "AMOUNT", payable)] == ["-40", "-10", "30"]
    assert "10 is held on the line" in books.gateway.refused(_release(record, entry, "10.01")).text
    books.gateway.done(payment_of(bill["RECORDNO"], "30.00"))


def test_a_release_counts_once_it_is_released_and_is_taken_back_with_it(books: Books) -> None:
    record = invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]
    gateway = books.gateway
    gateway.done(_release(record, entry, "30.00", "Draft"))
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "0"}
    header = gateway.rows("APRETAINAGERELEASE", "RECORDNO")[0]["RECORDNO"]
    change = f"<update><APRETAINAGERELEASE><RECORDNO>{header}</RECORDNO><STATE>Released</STATE></APRETAINAGERELEASE></update>"

    gateway.done(change)
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "30"}
    assert "cannot be changed once it is released" in gateway.refused(change).text
    assert "is being released" in gateway.refused(f'<delete_potransaction key="{INVOICE}"/>').text
    gateway.done(f"<delete><object>APRETAINAGERELEASE</object><keys>{header}</keys></delete>")
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "0"}
    assert len(gateway.rows("APBILL", "RECORDNO")) == 1


@pytest.mark.parametrize(
    ("record", "entry", "amount", "says"),
    [
        ("999", "{entry}", "1", "Invalid Bill line"),
        ("{record}", "999", "1", "Invalid Bill line '999' specified."),
        ("{record}", "{entry}", "0", "0 cannot be released: 40 is held on the line."),
        ("{record}", "{entry}", "-1", "cannot be released"),
        ("{record}", "{entry}", "40.01", "cannot be released"),
    ],
)
def test_refused_releases(books: Books, record: str, entry: str, amount: str, says: str) -> None:
    values = {"record": invoiced(books), "entry": books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]}

    assert says in books.gateway.refused(_release(record.format(**values), entry.format(**values), amount)).text


def test_a_release_in_a_closed_period(books: Books, simulator: IntacctSimulator) -> None:
    record = invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]
    simulator.settings.closed_until = date(2026, 11, 23)

    assert "Date must be on or after" in books.gateway.refused(_release(record, entry, "1")).text
