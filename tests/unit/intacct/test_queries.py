from __future__ import annotations

import pytest

from connector.adapters.intacct.envelope import render
from connector.adapters.intacct.queries import behind, function_of
from connector.core.exchange import Operator, Query, Where

GOLDEN = (
    "<object>APBILL</object><select><field>RECORDNO</field><field>VENDOR.NAME</field></select><docparid>Subcontract</docparid>"
    "<filter><and><greaterthanorequalto><field>WHENMODIFIED</field><value>11/22/2026 18:00:00</value></greaterthanorequalto>"
    "<between><field>WHENCREATED</field><value>01/01/2026</value><value>12/31/2026</value></between>"
    "<isnotnull><field>PROJECTID</field></isnotnull></and></filter>"
    "<orderby><order><field>RECORDNO</field><ascending/></order></orderby>"
    "<options><showprivate>true</showprivate></options><pagesize>2000</pagesize>"
)


def _body(query: Query) -> str:
    return render(function_of(query, "c", page_size=100).body)


def test_a_query_byte_for_byte() -> None:
    query = Query(
        object="APBILL",
        fields=("RECORDNO", "VENDOR.NAME"),
        where=(
            Where("WHENMODIFIED", "greaterthanorequalto", ("11/22/2026 18:00:00",)),
            Where("WHENCREATED", "between", ("01/01/2026", "12/31/2026")),
            Where("PROJECTID", "isnotnull"),
        ),
        docparid="Subcontract",
    )
    function = function_of(query, "read-1", page_size=2000, options=[("showprivate", "true")])
    assert (function.name, function.controlid) == ("query", "read-1")
    assert render(function.body) == GOLDEN


def test_no_condition_is_no_filter_and_one_stands_alone() -> None:
    assert "filter" not in _body(Query(object="VENDOR", fields=("NAME",)))
    one = _body(Query(object="VENDOR", fields=("NAME",), where=(Where("STATUS", "equalto", ("active",)),)))
    assert "<filter><equalto><field>STATUS</field><value>active</value></equalto></filter>" in one


def test_the_order_can_be_another() -> None:
    assert "<order><field>ACCESSTIME</field>" in _body(Query(object="A", fields=("ID",), order_by="ACCESSTIME"))


@pytest.mark.parametrize(
    ("operator", "count"),
    [("in", 0), ("in", 1001), ("notin", 0), ("between", 1), ("equalto", 0), ("like", 2), ("isnull", 1)],
)
def test_a_wrong_number_of_values_is_a_mistake(operator: Operator, count: int) -> None:
    with pytest.raises(ValueError, match=f"{operator} does not take {count} values"):
        _body(Query(object="A", fields=("B",), where=(Where("C", operator, ("1",) * count),)))


def test_in_takes_a_thousand() -> None:
    many = _body(Query(object="A", fields=("B",), where=(Where("C", "in", ("1",) * 1000),)))
    assert many.count("<value>1</value>") == 1000


def test_a_query_selects_something() -> None:
    with pytest.raises(ValueError, match="selects nothing"):
        _body(Query(object="A", fields=()))


def test_behind_a_key_the_rows_come_in_its_order() -> None:
    query = Query(object="A", fields=("B",), where=(Where("C", "equalto", ("1",)),), docparid="D")
    assert behind(query, "") == Query(object="A", fields=("RECORDNO", "B"), where=query.where, docparid="D")
    assert behind(query, "8812").where == (*query.where, Where("RECORDNO", "greaterthan", ("8812",)))
    assert behind(Query(object="A", fields=("B", "RECORDNO")), "").fields == ("B", "RECORDNO")
