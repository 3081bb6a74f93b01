"""query: what is selected, how it is filtered, ordered and paged, and in which form it comes."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sandbox.intacct.querying.engine import Finder
from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document, vendor
from tests.sandbox.intacct.gateway_client import Clock, Gateway


def _query(name: str, select: str, rest: str = "") -> str:
    fields = "".join(f"<field>{field}</field>" for field in select.split())
    return f"<query><object>{name}</object><select>{fields}</select>{rest}</query>"


def _where(operator: str, field: str, *values: str) -> str:
    listed = "".join(f"<value>{value}</value>" for value in values)
    return f"<{operator}><field>{field}</field>{listed}</{operator}>"


def _found(gateway: Gateway, condition: str, name: str = "VENDOR", field: str = "VENDORID") -> list[str]:
    return sorted(row[field] for row in gateway.rows(name, field, condition))


def test_the_answer_has_counts_and_upper_case_rows_with_the_fields_in_order(gateway: Gateway) -> None:
    data = gateway.done(_query("VENDOR", "NAME RECORDNO", "<pagesize>2</pagesize><offset>1</offset>")).data

    assert data.attrib == {"listtype": "VENDOR", "totalcount": "3", "offset": "1", "count": "2", "numremaining": "0"}
    assert [child.tag for child in data] == ["VENDOR", "VENDOR"]
    assert [child.tag for child in data[0]] == ["NAME", "RECORDNO"]


def test_an_empty_result_has_no_rows(gateway: Gateway) -> None:
    data = gateway.done(_query("VENDOR", "NAME", f"<filter>{_where('equalto', 'NAME', 'Nobody')}</filter>")).data

    assert (data.attrib["totalcount"], data.attrib["count"], len(data)) == ("0", "0", 0)


def test_children_come_in_any_order_and_may_be_empty(gateway: Gateway) -> None:
    answer = gateway.done(
        "<query><pagesize>100</pagesize><offset/><options/><filter/><orderby/><docparid/>"
        "<select><field>VENDORID</field></select><object>vendor</object></query>"
    )

    assert len(answer.rows) == 3


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (_query("VENDOR", "NAME NOSUCH"), "NOSUCH is not a field of VENDOR"),
        (_query("VENDOR", "*"), "* is not a field"),
        (_query("VENDOR", "name"), "name is not a field"),
        (_query("VENDOR", "NOSUCH.NAME"), "NOSUCH.NAME is not a field"),
        (_query("VENDOR", "DISPLAYCONTACT.NOSUCH"), "DISPLAYCONTACT.NOSUCH is not a field"),
        (_query("VENDOR", "DISPLAYCONTACT."), "is not a field"),
        (_query("PROJECT", "PROJECTID CFDA"), "CFDA is not a field"),
        ("<query><object>VENDOR</object><select/></query>", "at least one field"),
        ("<query><object>VENDOR</object></query>", "at least one field"),
        ("<query><object>VENDOR</object><select><most>NAME</most></select></query>", "most is not expected"),
        ("<query><object>VENDOR</object><select><sum>NAME</sum></select></query>", "NAME is not a number"),
        (_query("VENDOR", "NAME", "<pagesize>0</pagesize>"), "pagesize: 0"),
        (_query("VENDOR", "NAME", "<pagesize>2001</pagesize>"), "pagesize: 2001"),
        (_query("VENDOR", "NAME", "<pagesize>many</pagesize>"), "pagesize: many"),
        (_query("VENDOR", "NAME", "<offset>-1</offset>"), "offset: -1"),
        (_query("VENDOR", "NAME", "<fields/>"), "fields is not expected"),
        (_query("VENDOR", "NAME", "<offset/><offset/>"), "given twice"),
        (_query("VENDOR", "NAME", "<orderby><order><field>NOSUCH</field></order></orderby>"), "NOSUCH is not a field"),
        (_query("VENDOR", "NAME", "<orderby><field>NAME</field></orderby>"), "order with a field"),
        (_query("VENDOR", "NAME", "<options><returnformat>yaml</returnformat></options>"), "returnformat: yaml"),
        (_query("PODOCUMENT", "DOCID", "<docparid>Nothing</docparid>"), "no transaction definition Nothing"),
    ],
)
def test_a_query_with_a_mistake_is_refused(gateway: Gateway, body: str, detail: str) -> None:
    error = gateway.refused(body)

    assert (error.errorno, error.text) == ("DL02000001", "There was an error processing the request.")
    assert detail in error.correction


@pytest.mark.parametrize(
    ("condition", "detail"),
    [
        (_where("equalto", "NAME", "a") + _where("equalto", "NAME", "b"), "exactly one operator is allowed at the top, 2"),
        (f"<and>{_where('equalto', 'NAME', 'a')}</and>", "and: at least two conditions"),
        (f"<or>{_where('equalto', 'NAME', 'a')}</or>", "or: at least two conditions"),
        ("<and/>", "and: at least two"),
        (_where("same", "NAME", "a"), "same is not an operator"),
        (_where("equalto", "NAME"), "equalto: 1 values are expected, 0"),
        (_where("equalto", "NAME", "a", "b"), "equalto: 1 values are expected, 2"),
        (_where("between", "RECORDNO", "1"), "between: 2 values are expected, 1"),
        (_where("isnull", "NAME", "a"), "isnull: 0 values are expected, 1"),
        (_where("in", "NAME"), "in: 1 to 1000 values are allowed, 0"),
        (_where("in", "NAME", *["a"] * 1001), "in: 1 to 1000 values are allowed, 1001"),
        (_where("notin", "NAME", *["a"] * 1001), "notin: 1 to 1000"),
        ("<equalto><value>a</value></equalto>", "one field and its values"),
        ("<equalto><field>NAME</field><field>NAME</field><value>a</value></equalto>", "one field and its values"),
        ("<equalto><field>NAME</field><wert>a</wert></equalto>", "one field and its values"),
        (_where("equalto", "NOSUCH", "a"), "NOSUCH is not a field"),
        (_where("equalto", "RECORDNO", "abc"), "'abc' is not a number"),
        (_where("greaterthan", "WHENMODIFIED", "2026-11-23T00:00:00"), "not a timestamp in the format mm/dd/yyyy"),
        (_where("greaterthan", "WHENMODIFIED", "2026-11-23"), "not a timestamp in the format mm/dd/yyyy"),
        (_where("greaterthan", "WHENMODIFIED", "13/45/2026"), "is not a date"),
        (_where("equalto", "ONHOLD", "maybe"), "neither true nor false"),
    ],
)
def test_a_filter_with_a_mistake_is_refused(gateway: Gateway, condition: str, detail: str) -> None:
    error = gateway.refused(_query("VENDOR", "NAME", f"<filter>{condition}</filter>"))

    assert error.errorno == "DL02000001"
    assert detail in error.correction


def test_dates_in_filters_are_american_only(gateway: Gateway) -> None:
    error = gateway.refused(_query("PROJECT", "NAME", f"<filter>{_where('equalto', 'BEGINDATE', '2026-01-05')}</filter>"))
    assert "not a date in the format mm/dd/yyyy" in error.correction

    assert _found(gateway, _where("equalto", "BEGINDATE", "01/05/2026"), "PROJECT", "PROJECTID") == ["J1", "J1-A"]
    assert _found(gateway, _where("equalto", "BEGINDATE", "1/5/2026"), "PROJECT", "PROJECTID") == ["J1", "J1-A"]


@pytest.mark.parametrize(
    ("condition", "vendors"),
    [
        (_where("equalto", "VENDORID", "V-2"), "V-2"),
        (_where("equalto", "VENDORID", "v-2"), ""),
        (_where("notequalto", "VENDORID", "V-2"), "V-1 V-3"),
        (_where("lessthan", "VENDORID", "V-2"), "V-1"),
        (_where("lessthanorequalto", "VENDORID", "V-2"), "V-1 V-2"),
        (_where("greaterthan", "VENDORID", "V-2"), "V-3"),
        (_where("greaterthanorequalto", "VENDORID", "V-2"), "V-2 V-3"),
        (_where("between", "VENDORID", "V-2", "V-3"), "V-2 V-3"),
        (_where("between", "VENDORID", "V-3", "V-2"), ""),
        (_where("in", "VENDORID", "V-1", "V-3", "V-9"), "V-1 V-3"),
        (_where("notin", "VENDORID", "V-1", "V-3"), "V-2"),
        (_where("like", "NAME", "%St__l"), "V-2"),
        (_where("like", "NAME", "alpha%"), ""),
        (_where("notlike", "NAME", "%Roof%"), "V-1 V-2"),
        (_where("isnull", "VENDTYPE"), "V-2 V-3"),
        (_where("isnotnull", "VENDTYPE"), "V-1"),
        (_where("equalto", "STATUS", "inactive"), "V-3"),
        (_where("equalto", "STATUS", "F"), ""),
        (_where("equalto", "ONHOLD", "false"), "V-1 V-2 V-3"),
        (_where("greaterthan", "RECORDNO", "41"), "V-2 V-3"),
        (_where("between", "RECORDNO", "41", "42"), "V-1 V-2"),
        (_where("lessthan", "RECORDNO", "100"), "V-1 V-2 V-3"),
        (_where("lessthanorequalto", "RECORDNO", "42"), "V-1 V-2"),
        (f"<and>{_where('greaterthanorequalto', 'RECORDNO', '42')}{_where('lessthan', 'RECORDNO', '43')}</and>", "V-2"),
        (f"<or>{_where('equalto', 'VENDORID', 'V-1')}{_where('equalto', 'STATUS', 'inactive')}</or>", "V-1 V-3"),
        (
            (
                f"<and>{_where('isnull', 'VENDTYPE')}<or>{_where('equalto', 'VENDORID', 'V-1')}"
                f"{_where('equalto', 'VENDORID', 'V-2')}</or></and>"
            ),
            "V-2",
        ),
    ],
)
def test_operators(gateway: Gateway, condition: str, vendors: str) -> None:
    assert _found(gateway, condition) == vendors.split()


@pytest.mark.parametrize(
    "condition",
    [
        _where("notequalto", "VENDTYPE", "Other"),
        _where("notin", "VENDTYPE", "Other"),
        _where("notlike", "VENDTYPE", "Other"),
        _where("lessthan", "VENDTYPE", "Z"),
    ],
)
def test_nothing_compares_with_nothing(gateway: Gateway, condition: str) -> None:
    assert _found(gateway, condition) == ["V-1"]


def test_numbers_compare_as_numbers(gateway: Gateway) -> None:
    for number, limit in enumerate(("9", "10", "100.50"), 1):
        gateway.done(f"<update><VENDOR><VENDORID>V-{number}</VENDORID><CREDITLIMIT>{limit}</CREDITLIMIT></VENDOR></update>")

    assert _found(gateway, _where("greaterthan", "CREDITLIMIT", "9.5")) == ["V-2", "V-3"]
    assert _found(gateway, _where("equalto", "CREDITLIMIT", "100.5")) == ["V-3"]
    ordered = gateway.rows("VENDOR", "CREDITLIMIT", order="CREDITLIMIT")
    assert [row["CREDITLIMIT"] for row in ordered] == ["9", "10", "100.5"]


def test_case_can_be_ignored(gateway: Gateway) -> None:
    rest = "<filter>{}</filter><options><caseinsensitive>true</caseinsensitive></options>"
    for condition in (_where("equalto", "NAME", "ALPHA concrete"), _where("like", "NAME", "alpha%")):
        assert gateway.done(_query("VENDOR", "VENDORID", rest.format(condition))).rows == [{"VENDORID": "V-1"}]


def test_a_timestamp_is_read_and_written_in_the_users_offset(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done("<update><VENDOR><VENDORID>V-1</VENDORID><NAME>Alpha</NAME></VENDOR></update>")
    assert gateway.row("VENDOR", "WHENMODIFIED", "VENDORID", "V-1") == {"WHENMODIFIED": "11/23/2026 18:00:00"}

    simulator.settings.gmt_offset_minutes = -420
    assert gateway.row("VENDOR", "WHENMODIFIED", "VENDORID", "V-1") == {"WHENMODIFIED": "11/23/2026 11:00:00"}
    assert _found(gateway, _where("greaterthanorequalto", "WHENMODIFIED", "11/23/2026 11:00:00")) == ["V-1"]
    assert _found(gateway, _where("greaterthan", "WHENMODIFIED", "11/23/2026 11:00:00")) == []
    assert _found(gateway, _where("greaterthan", "WHENMODIFIED", "11/23/2026")) == ["V-1"]


def test_relations_are_followed_in_select_filter_and_order(gateway: Gateway) -> None:
    rows = gateway.rows(
        "TASK",
        "TASKID PROJECT.NAME PROJECT.CUSTOMER.CUSTOMERID PARENT.NAME",
        _where("equalto", "PROJECT.PARENTID", "J1"),
        "PARENT.TASKID",
    )

    assert [row["PROJECT.NAME"] for row in rows] == ["Hall"] * 4
    assert {row["PROJECT.CUSTOMER.CUSTOMERID"] for row in rows} == {"C-1001"}
    assert rows[-1] == {**rows[-1], "TASKID": "03-000", "PARENT.NAME": ""}
    assert _found(gateway, _where("equalto", "DISPLAYCONTACT.MAILADDRESS.ZIP", "89501")) == ["V-1", "V-2", "V-3"]


def test_a_hierarchy_is_gone_up_once_only(gateway: Gateway) -> None:
    assert gateway.row("PROJECT", "PARENT.NAME", "PROJECTID", "J1-A") == {"PARENT.NAME": "River School"}

    assert "PARENT.PARENT.NAME" in gateway.refused(_query("PROJECT", "PARENT.PARENT.NAME")).correction


def test_without_an_order_each_call_has_another(gateway: Gateway) -> None:
    for number in range(20):
        gateway.done(vendor(f"N-{number:02}"))
    query = _query("VENDOR", "VENDORID", "<pagesize>2000</pagesize>")

    orders = [tuple(row["VENDORID"] for row in gateway.done(query).rows) for _ in range(5)]

    assert len(set(orders)) == 5
    assert len({frozenset(order) for order in orders}) == 1


def test_an_undefined_order_may_be_stable_without_being_by_record_number(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.unordered_results = "stable"

    orders = {tuple(row["TASKID"] for row in gateway.rows("TASK", "TASKID", order="")) for _ in range(3)}
    (order,) = orders
    assert list(order) != sorted(order)
    by_query = "<readByQuery><object>TASK</object><fields>TASKID</fields><query/></readByQuery>"
    assert [row["TASKID"] for row in gateway.done(by_query).rows] == list(order)


def test_pages_by_offset_without_an_order_overlap_and_leave_gaps(gateway: Gateway) -> None:
    for number in range(40):
        gateway.done(vendor(f"N-{number:02}"))
    pages = [gateway.done(_query("VENDOR", "VENDORID", f"<pagesize>10</pagesize><offset>{offset}</offset>")) for offset in range(0, 43, 10)]

    read = [row["VENDORID"] for page in pages for row in page.rows]
    assert len(read) == 43
    assert len(set(read)) < 43


def test_keyset_pages_are_complete_and_in_order(gateway: Gateway) -> None:
    for number in range(25):
        gateway.done(vendor(f"N-{number:02}"))
    read: list[int] = []
    while True:
        rest = (
            f"<filter>{_where('greaterthan', 'RECORDNO', str(read[-1] if read else 0))}</filter>"
            "<orderby><order><field>RECORDNO</field><ascending/></order></orderby><pagesize>10</pagesize>"
        )
        answer = gateway.done(_query("VENDOR", "RECORDNO", rest))
        read += [int(row["RECORDNO"]) for row in answer.rows]
        if answer.data.attrib["numremaining"] == "0":
            break

    assert read == sorted(set(read))
    assert len(read) == 28


def test_order_descends_and_ties_are_in_no_order(gateway: Gateway) -> None:
    rest = "<orderby><order><field>{}</field><descending/></order></orderby>"
    assert [row["VENDORID"] for row in gateway.done(_query("VENDOR", "VENDORID", rest.format("NAME"))).rows] == [
        "V-3",
        "V-2",
        "V-1",
    ]
    records = [row["RECORDNO"] for row in gateway.done(_query("VENDOR", "RECORDNO", rest.format("RECORDNO"))).rows]
    assert records == ["43", "42", "41"]

    for number in range(20):
        gateway.done(vendor(f"N-{number:02}", "Same"))
    orders = {
        tuple(row["VENDORID"] for row in gateway.rows("VENDOR", "VENDORID", _where("equalto", "NAME", "Same"), "NAME")) for _ in range(3)
    }
    assert len(orders) == 3


def test_nothing_comes_last_in_ascending_order(gateway: Gateway) -> None:
    rows = gateway.rows("VENDOR", "VENDTYPE", order="VENDTYPE")

    assert [row["VENDTYPE"] for row in rows] == ["Subcontractor", "", ""]


def test_aggregates_group_by_the_plain_fields(gateway: Gateway) -> None:
    for vendor_id, limit in (("V-1", "100"), ("V-2", "50"), ("V-3", "25.5")):
        gateway.done(f"<update><VENDOR><VENDORID>{vendor_id}</VENDORID><CREDITLIMIT>{limit}</CREDITLIMIT></VENDOR></update>")
    select = "<field>STATUS</field><count>RECORDNO</count><sum>CREDITLIMIT</sum><avg>CREDITLIMIT</avg><min>CREDITLIMIT</min><max>NAME</max>"

    data = gateway.done(f"<query><object>VENDOR</object><select>{select}</select></query>")

    assert sorted(data.rows, key=lambda row: row["STATUS"]) == [
        {
            "STATUS": "active",
            "COUNT.RECORDNO": "2",
            "SUM.CREDITLIMIT": "150",
            "AVG.CREDITLIMIT": "75",
            "MIN.CREDITLIMIT": "50",
            "MAX.NAME": "Beta Steel",
        },
        {
            "STATUS": "inactive",
            "COUNT.RECORDNO": "1",
            "SUM.CREDITLIMIT": "25.5",
            "AVG.CREDITLIMIT": "25.5",
            "MIN.CREDITLIMIT": "25.5",
            "MAX.NAME": "Gone Roofing",
        },
    ]
    assert data.data.attrib["totalcount"] == "2"


def test_least_and_greatest_follow_the_type_of_the_field(gateway: Gateway) -> None:
    for vendor_id, limit in (("V-1", "9"), ("V-2", "10"), ("V-3", "100")):
        gateway.done(f"<update><VENDOR><VENDORID>{vendor_id}</VENDORID><CREDITLIMIT>{limit}</CREDITLIMIT></VENDOR></update>")
    names = ("CREDITLIMIT", "NAME", "WHENMODIFIED")
    select = "".join(f"<min>{name}</min><max>{name}</max>" for name in names)

    (row,) = gateway.done(f"<query><object>VENDOR</object><select>{select}</select></query>").rows

    assert (row["MIN.CREDITLIMIT"], row["MAX.CREDITLIMIT"]) == ("9", "100")
    assert (row["MIN.NAME"], row["MAX.NAME"]) == ("Alpha Concrete", "Gone Roofing")
    assert row["MIN.WHENMODIFIED"] == row["MAX.WHENMODIFIED"] == "11/23/2026 18:00:00"


def test_an_aggregate_alone_is_one_row_even_of_nothing(gateway: Gateway) -> None:
    query = "<query><object>{}</object><select><count>RECORDNO</count><sum>RECORDNO</sum></select></query>"

    assert gateway.done(query.format("VENDOR")).rows == [{"COUNT.RECORDNO": "3", "SUM.RECORDNO": "126"}]
    assert gateway.done(query.format("PODOCUMENT")).rows == [{"COUNT.RECORDNO": "0", "SUM.RECORDNO": ""}]


def test_json_and_csv_come_without_an_envelope_and_errors_as_xml(gateway: Gateway) -> None:
    gateway.done('<update><VENDOR><VENDORID>V-1</VENDORID><NAME>Alpha, "A" &amp; Co</NAME></VENDOR></update>')

    def post(form: str, fields: str = "VENDORID NAME ONHOLD") -> tuple[str, str]:
        rest = f"<filter>{_where('equalto', 'VENDORID', 'V-1')}</filter><options><returnformat>{form}</returnformat></options>"
        response = gateway.post(gateway.envelope(_query("VENDOR", fields, rest)))
        return response.headers["Content-Type"], response.get_data(as_text=True)

    kind, body = post("json")
    assert (kind, json.loads(body)) == (
        "application/json",
        [{"VENDORID": "V-1", "NAME": 'Alpha, "A" & Co', "ONHOLD": "false"}],
    )
    kind, body = post("csv")
    assert kind.startswith("text/csv")
    assert list(csv.reader(io.StringIO(body))) == [["VENDORID", "NAME", "ONHOLD"], ["V-1", 'Alpha, "A" & Co', "false"]]
    kind, body = post("json", "NOSUCH")
    assert kind.startswith("text/xml")
    assert "<errorno>DL02000001</errorno>" in body


def test_a_transaction_definition_narrows_a_query_of_documents(gateway: Gateway) -> None:
    gateway.done(document())
    gateway.done(document(kind="Purchase Order"))

    for name, expected in (("Subcontract", ["Subcontract-SC-1"]), ("Purchase Order", ["Purchase Order-SC-1"])):
        answer = gateway.done(_query("PODOCUMENT", "DOCID", f"<docparid>{name}</docparid>"))
        assert [row["DOCID"] for row in answer.rows] == expected


def test_an_unknown_object_and_a_forbidden_one(gateway: Gateway, simulator: IntacctSimulator) -> None:
    error = gateway.refused(_query("NOSUCH", "NAME"))
    assert (error.errorno, error.text) == ("Query Failed", "Object definition NOSUCH not found")

    simulator.settings.denied_objects = {"VENDOR", "AUDITHISTORY"}
    error = gateway.refused(_query("VENDOR", "NAME"))
    assert (error.errorno, error.text) == (
        "PL04000005",
        "You do not have permission for API operation QUERY on objects of type vendor",
    )
    error = gateway.refused(_query("AUDITHISTORY", "ID"))
    assert (error.errorno, error.text) == ("", "You do not have permission to view audit history.")
    assert gateway.done("<lookup><object>VENDOR</object></lookup>").status == "success"


def _both(*parts: str) -> str:
    return f"<and>{''.join(parts)}</and>"


@pytest.mark.parametrize(
    "condition",
    [
        _where("equalto", "STATUS", "active"),
        _where("in", "VENDORID", "V-2", "V-1", "V-1", "V-0"),
        _both(_where("equalto", "STATUS", "active"), _where("in", "VENDORID", "V-2", "V-3", "V-0")),
        _both(_where("notequalto", "NAME", "x"), _where("equalto", "STATUS", "active"), _where("greaterthan", "RECORDNO", "1")),
        f"<or>{_where('equalto', 'STATUS', 'active')}{_where('equalto', 'STATUS', 'inactive')}</or>",
        _where("equalto", "NAME", ""),
        _where("equalto", "RECORDNO", "0042"),
        _both(_where("equalto", "RECORDNO", "42.0"), _where("isnotnull", "NAME")),
        _where("equalto", "DISPLAYCONTACT.PRINTAS", "Alpha Concrete"),
        _where("equalto", "ONHOLD", "false"),
    ],
)
def test_an_index_finds_what_looking_through_all_rows_finds(
    gateway: Gateway, simulator: IntacctSimulator, monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    by_index = _found(gateway, condition)
    monkeypatch.setattr(Finder, "_narrowed", lambda *_: None)
    simulator.store.version += 1
    assert _found(gateway, condition) == by_index


def test_a_filter_sees_what_was_written_just_now(gateway: Gateway, clock: Clock) -> None:
    condition = _where("greaterthan", "WHENMODIFIED", "11/23/2026 18:00:00")
    assert _found(gateway, condition) == []
    clock.pass_(minutes=1)
    gateway.done(vendor("N-1"))

    assert _found(gateway, condition) == ["N-1"]


def test_rows_that_were_never_edited_have_no_stamp(gateway: Gateway) -> None:
    edited = _found(gateway, _where("greaterthan", "WHENMODIFIED", "01/01/2000"), "TASK", "RECORDNO")
    never = _found(gateway, _where("isnull", "WHENMODIFIED"), "TASK", "RECORDNO")

    assert never
    assert sorted(edited + never) == sorted(row["RECORDNO"] for row in gateway.rows("TASK", "RECORDNO"))
