from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import requests

from connector import ports
from connector.adapters.intacct import IntacctGateway, Options
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong, Violation
from connector.core.exchange import FieldInfo, Held, Query, UserFormat, Where
from tests.doubles.clock import ManualClock
from tests.unit.intacct.stub import (
    CREDENTIALS,
    URL,
    Bench,
    Canned,
    CountingSlots,
    answered,
    bare_refusal,
    bench,
    errors,
    refused_connection,
    result,
    rows,
)

VENDORS = Query(object="VENDOR", fields=("VENDORID",), where=(Where("STATUS", "equalto", ("active",)),))
SMALL = Options(page_size=3, jitter=lambda: 0.0)


def _page(*keys: int, remaining: int | str = "") -> Canned:
    return answered(result("page", rows("VENDOR", *({"RECORDNO": str(key)} for key in keys), remaining=remaining)))


def _json_page(*keys: int) -> Canned:
    return Canned(json.dumps([{"RECORDNO": str(key)} for key in keys]), 200, "application/json; charset=UTF-8")


def _keys(pages: list[list[Held]]) -> list[list[str]]:
    return [[str(row["RECORDNO"]) for row in page] for page in pages]


def _refused(controlid: str, *errors_: tuple[str, str]) -> Canned:
    return answered(result(controlid, errors(*errors_), status="failure"))


def test_it_is_the_port() -> None:
    on = bench()
    port: ports.Intacct = on.gateway
    assert port is on.gateway


def test_several_queries_go_in_one_request_and_are_matched_by_controlid() -> None:
    on = bench()
    on.answer(
        answered(
            result("read-2", rows("PROJECT", {"PROJECTID": "24-017"})),
            result("read-1", rows("VENDOR", {"VENDORID": "V-1"}, {"VENDORID": "V-2"})),
        )
    )
    found = on.gateway.read([VENDORS, Query(object="PROJECT", fields=("PROJECTID",))])
    assert found == [[{"VENDORID": "V-1"}, {"VENDORID": "V-2"}], [{"PROJECTID": "24-017"}]]
    (body,) = on.bodies
    assert "<uniqueid>false</uniqueid>" in body
    assert "<operation>" in body
    assert re.findall(r'controlid="([^"]*)"', body) == ["read-1", "read-2"]
    assert body.count("<pagesize>2000</pagesize>") == body.count("<showprivate>true</showprivate>") == 2


def test_no_query_is_no_request() -> None:
    on = bench()
    assert on.gateway.read([]) == []
    assert on.wire.sent == []


def test_more_than_fifty_queries_go_in_two_requests() -> None:
    on = bench()
    on.answer(*(lambda body: answered(*(result(c, rows("A")) for c in re.findall(r'function controlid="([^"]*)"', body))) for _ in "12"))
    assert len(on.gateway.read([VENDORS] * 60)) == 60
    assert [body.count("<function ") for body in on.bodies] == [50, 10]


@pytest.mark.parametrize("remaining", [2, ""])
def test_more_rows_than_a_page_are_read_to_their_end(remaining: int | str) -> None:
    on = bench(Options(page_size=1))
    first, second = ({"RECORDNO": str(number), "VENDORID": f"V-{number}"} for number in (1, 2))
    on.answer(
        answered(
            result(
                "read-1",
                rows("VENDOR", {"VENDORID": "V-1"}, remaining=remaining),
            )
        )
    )
    on.answer(answered(result("page", rows("VENDOR", first, remaining=1))), answered(result("page", rows("VENDOR", second, remaining=0))))
    (held,) = on.gateway.read([VENDORS])
    assert [row["VENDORID"] for row in held] == ["V-1", "V-2"]


def test_more_rows_than_a_page_in_another_order_are_refused() -> None:
    on = bench(Options(page_size=1))
    on.answer(answered(result("read-1", rows("VENDOR", {"VENDORID": "V-1"}, remaining=1))))
    with pytest.raises(ConnectorError, match="More than 1 rows of VENDOR match"):
        on.gateway.read([replace(VENDORS, order_by="NAME")])


def test_more_rows_than_anybody_can_use_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.adapters.intacct.gateway.MOST_ROWS", 1)
    on = bench(Options(page_size=1))
    on.answer(answered(result("read-1", rows("VENDOR", {"VENDORID": "V-1"}, remaining=3))))
    on.answer(*(answered(result("page", rows("VENDOR", {"RECORDNO": each, "VENDORID": each}, remaining=9))) for each in "12"))
    with pytest.raises(ConnectorError, match="More than 1 rows of VENDOR match"):
        on.gateway.read([VENDORS])


def test_a_refused_query_raises_with_their_words() -> None:
    on = bench()
    on.answer(_refused("read-1", ("Query Failed", "Object definition VENDOR9 not found")))
    with pytest.raises(ConnectorError) as refused:
        on.gateway.read([VENDORS])
    assert refused.value.their_words == "Query Failed: Object definition VENDOR9 not found"
    assert len(on.wire.sent) == 1


def test_a_missing_permission_is_a_matter_of_set_up() -> None:
    on = bench()
    on.answer(_refused("read-1", ("PL04000005", "You do not have permission for API operation READ")))
    with pytest.raises(SetupWrong) as wrong:
        on.gateway.read([VENDORS])
    assert wrong.value.code is Code.NO_PERMISSION


def test_a_processing_error_is_asked_a_second_time_only() -> None:
    on = bench()
    failing = _refused("read-1", ("DL02000001", "There was an error processing the request."))
    on.answer(failing, answered(result("read-1", rows("VENDOR"))), failing, failing)
    assert on.gateway.read([VENDORS]) == [[]]
    with pytest.raises(ConnectorError):
        on.gateway.read([VENDORS])
    assert len(on.wire.sent) == 4


@pytest.mark.parametrize(
    "passing",
    [
        requests.ReadTimeout(),
        requests.ConnectionError("Connection aborted."),
        refused_connection(),
        Canned("<html>Down</html>", 200, "text/html"),
        Canned(""),
        Canned("", 502),
        Canned("", 503),
        Canned("<response><control>"),
        Canned("", 429),
        bare_refusal("GW-0010", "Slow down", status=200),
        _refused("read-1", ("BL01001973", "The Service is Temporarily Off-line")),
        answered(),
    ],
)
def test_a_read_is_asked_again_with_growing_waits_and_then_left_for_later(passing: Canned | Exception) -> None:
    on = bench()
    on.answer(passing, passing, passing, answered(result("read-1", rows("VENDOR"))))
    assert on.gateway.read([VENDORS]) == [[]]
    assert on.clock.slept == [1.0, 2.0, 4.0]
    on.answer(*[passing] * 4)
    with pytest.raises(RetryLater) as later:
        on.gateway.read([VENDORS])
    assert later.value.seconds == 30.0
    assert len(on.wire.sent) == 8


def test_waits_are_shortened_at_random_and_never_long() -> None:
    on = bench(Options(attempts=8, jitter=lambda: 1.0))
    on.answer(*[Canned("", 503)] * 8)
    with pytest.raises(RetryLater):
        on.gateway.read([VENDORS])
    assert on.clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


@pytest.mark.parametrize(
    ("passing", "seconds"),
    [
        (Canned("", 429, headers={"Retry-After": "17"}), 17.0),
        (Canned("", 503, headers={"Retry-After": "5"}), 5.0),
        (Canned("", 524), 30.0),
        (Canned("<html>challenge</html>", 403, "text/html"), 30.0),
        (Canned("<html>no such page</html>", 404, "text/html"), 30.0),
    ],
)
def test_where_asking_again_does_not_help_it_is_left_for_later_at_once(passing: Canned, seconds: float) -> None:
    on = bench()
    on.answer(passing)
    with pytest.raises(RetryLater) as later:
        on.gateway.read([VENDORS])
    assert later.value.seconds == seconds
    assert on.clock.slept == []


def test_no_slot_is_held_while_waiting() -> None:
    on = bench()
    on.answer(Canned("", 503), answered(result("read-1", rows("VENDOR"))))
    on.gateway.read([VENDORS])
    assert on.slots.taken == ["ACME"] * 3
    assert on.slots.held == 0


def test_a_request_refused_for_its_form_is_not_repeated() -> None:
    on = bench()
    on.answer(bare_refusal("GW-0011", "Invalid request"))
    with pytest.raises(ConnectorError, match="Intacct refused the request: Invalid request"):
        on.gateway.read([VENDORS])


def _conditions(on: Bench) -> list[list[str]]:
    return [re.findall(r"<greaterthan><field>RECORDNO</field><value>(\d+)</value>", body) for body in on.bodies]


def test_pages_go_on_behind_the_last_key() -> None:
    on = bench(SMALL)
    on.answer(_page(2, 5, 9), _page(10, 20, 30), _page(31))
    assert _keys(list(on.gateway.pages(VENDORS))) == [["2", "5", "9"], ["10", "20", "30"], ["31"]]
    assert _conditions(on) == [[], ["9"], ["30"]]
    first, second, _ = on.bodies
    assert "<field>RECORDNO</field><field>VENDORID</field>" in first
    assert "<filter><equalto><field>STATUS</field>" in first
    assert "<filter><and><equalto><field>STATUS</field>" in second
    assert all("<field>RECORDNO</field><ascending/>" in body for body in on.bodies)
    assert all("<pagesize>3</pagesize>" in body for body in on.bodies)
    assert all("<offset>" not in body for body in on.bodies)


def test_pages_start_behind_a_key() -> None:
    on = bench(SMALL)
    on.answer(_page(8813))
    assert _keys(list(on.gateway.pages(VENDORS, after="8812"))) == [["8813"]]
    assert _conditions(on) == [["8812"]]


def test_a_full_last_page_costs_no_further_call_where_intacct_says_so() -> None:
    on = bench(SMALL)
    on.answer(_page(1, 2, 3, remaining=1), _page(4, 5, 6, remaining=0))
    assert len(list(on.gateway.pages(VENDORS))) == 2
    assert len(on.wire.sent) == 2


def test_a_page_cut_shorter_than_asked_for_is_not_the_end() -> None:
    on = bench(SMALL)
    on.answer(_page(1, 2, remaining=1), _page(3, remaining=0))
    assert _keys(list(on.gateway.pages(VENDORS))) == [["1", "2"], ["3"]]


def test_nothing_found_is_no_page() -> None:
    on = bench(SMALL)
    on.answer(_page(remaining=0), _page())
    assert list(on.gateway.pages(VENDORS)) == []
    assert list(on.gateway.pages(VENDORS)) == []


@pytest.mark.parametrize(
    "page", [_page(3, 2), _page(4, 4), _page(7), answered(result("page", rows("VENDOR", {"NAME": "x"}))), _page(remaining=2)]
)
def test_pages_without_order_are_refused(page: Canned) -> None:
    on = bench(SMALL)
    on.answer(page)
    with pytest.raises(ConnectorError) as refused:
        list(on.gateway.pages(VENDORS, after="7"))
    assert refused.value.code is Code.VALUE_UNREADABLE


def test_pages_in_another_order_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="in order of RECORDNO"):
        list(bench().gateway.pages(Query(object="A", fields=("B",), order_by="C")))


def test_a_page_that_fails_is_asked_again_from_where_it_was() -> None:
    on = bench(SMALL)
    on.answer(_page(1, 2, 3), requests.ReadTimeout(), _page(4))
    assert _keys(list(on.gateway.pages(VENDORS))) == [["1", "2", "3"], ["4"]]
    assert _conditions(on) == [[], ["3"], ["3"]]


def test_pages_in_json_switch_on_the_content_type() -> None:
    on = bench(Options(page_size=2, page_format="json"))
    on.answer(_json_page(1, 2), _json_page(3))
    assert _keys(list(on.gateway.pages(VENDORS))) == [["1", "2"], ["3"]]
    assert all("<returnformat>json</returnformat>" in body for body in on.bodies)
    on.answer(_json_page(1, 2), _refused("page", ("PL04000005", "You do not have permission")))
    with pytest.raises(SetupWrong):
        list(on.gateway.pages(VENDORS))


def test_json_that_is_no_success_is_no_page() -> None:
    on = bench(Options(page_format="json", attempts=1))
    on.answer(Canned("[]", 400, "application/json"))
    with pytest.raises(RetryLater):
        list(on.gateway.pages(VENDORS))


def test_only_pages_are_asked_for_in_json() -> None:
    on = bench(Options(page_format="json"))
    on.answer(answered(result("read-1", rows("VENDOR"))))
    on.gateway.read([VENDORS])
    assert "returnformat" not in on.bodies[0]


def test_private_entities_can_be_left_out() -> None:
    on = bench(Options(show_private=False))
    on.answer(answered(result("read-1", rows("VENDOR"))))
    on.gateway.read([VENDORS])
    assert "<options>" not in on.bodies[0]


@pytest.mark.parametrize("size", [0, 2001])
def test_a_page_size_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a page has 1 to 2000 rows"):
        IntacctGateway(URL, "ACME", lambda: CREDENTIALS, CountingSlots(), ManualClock(), Options(page_size=size))


LOOKUP = """<data><Type Name="APBILL" DocumentType=""><Fields>
<Field><ID>RECORDNO</ID><LABEL>Record number</LABEL><DESCRIPTION/><REQUIRED>false</REQUIRED><READONLY>true</READONLY>
<DATATYPE>INTEGER</DATATYPE><ISCUSTOM>false</ISCUSTOM></Field>
<Field><ID>STATE</ID><LABEL>State</LABEL><DESCRIPTION/><REQUIRED>true</REQUIRED><READONLY>false</READONLY>
<DATATYPE>ENUM</DATATYPE><VALIDVALUES><VALIDVALUE>Draft</VALIDVALUE><VALIDVALUE>Posted</VALIDVALUE></VALIDVALUES>
<ISCUSTOM>true</ISCUSTOM></Field></Fields>
<Relationships><Relationship><OBJECTPATH>VENDOR</OBJECTPATH></Relationship></Relationships></Type></data>"""


def _info(name: str, **more: object) -> FieldInfo:
    plain = {"label": "", "data_type": "TEXT", "required": False, "read_only": False, "custom": False}
    return FieldInfo(name=name, **{**plain, **more})  # type: ignore[arg-type]


def test_lookup_lists_the_fields_of_several_objects_in_one_request() -> None:
    on = bench()
    on.answer(
        answered(
            result("lookup-1", LOOKUP, function="lookup"),
            result("lookup-2", errors(("Query Failed", "object definition NOTHING not found")), status="failure"),
        )
    )
    fields = on.gateway.lookup(["APBILL", "NOTHING"])
    assert fields["APBILL"] == {
        "RECORDNO": _info("RECORDNO", label="Record number", data_type="INTEGER", read_only=True),
        "STATE": _info("STATE", label="State", data_type="ENUM", required=True, custom=True, valid_values=("Draft", "Posted")),
    }
    refusal = fields["NOTHING"]
    assert isinstance(refusal, Violation)
    assert "object definition NOTHING not found" in refusal.their_words
    (body,) = on.bodies
    assert "<lookup><object>APBILL</object></lookup>" in body
    assert "<lookup><object>NOTHING</object></lookup>" in body


def test_lookup_is_asked_anew_each_time() -> None:
    on = bench()
    on.answer(answered(result("lookup-1", LOOKUP)), answered(result("lookup-1", LOOKUP.replace("STATE", "STATUS"))))
    assert "STATE" in on.gateway.lookup(["APBILL"])["APBILL"]  # type: ignore[operator]
    assert "STATUS" in on.gateway.lookup(["APBILL"])["APBILL"]  # type: ignore[operator]


def test_lookup_of_a_single_field() -> None:
    on = bench()
    only = "<data><Type><Fields><Field><ID>a</ID><VALIDVALUES><VALIDVALUE>x</VALIDVALUE></VALIDVALUES></Field></Fields></Type></data>"
    on.answer(answered(result("lookup-1", only)))
    assert on.gateway.lookup(["A"]) == {"A": {"A": _info("A", data_type="", valid_values=("x",))}}


def test_of_queries_read_each_by_itself_one_that_is_refused_spoils_no_other() -> None:
    on = bench()
    denied = errors(("PL04000005", "You do not have permission for API operation READ_BY_QUERY on objects of type apterm"))
    on.answer(answered(result("read-1", denied, status="failure"), result("read-2", rows("ITEM", {"NAME": "Net 30"}))))
    refused, held = on.gateway.read_each([Query(object="APTERM", fields=("NAME",)), Query(object="ITEM", fields=("NAME",))])
    assert isinstance(refused, Violation)
    assert refused.code is Code.NO_PERMISSION
    assert held == [{"NAME": "Net 30"}]
    assert len(on.bodies) == 1


def _formatting(offset: str, clock: str = "24") -> Canned:
    data = (
        "<data><userformatting><recordno>48</recordno><locale>en_US</locale><dateformat>/mdY</dateformat>"
        f"<gmtoffset>{offset}</gmtoffset><clock>{clock}</clock></userformatting></data>"
    )
    return answered(result("formatting", data))


USER = answered(result("user", "<data><userinfo><RECORDNO>48</RECORDNO></userinfo></data>"))


@pytest.mark.parametrize(("offset", "minutes"), [("+09:30", 570), ("-08:00", -480), ("+00:00", 0), ("-0330", -210), ("GMT-08:00", -480)])
def test_the_users_format_is_read_by_the_users_key(offset: str, minutes: int) -> None:
    on = bench()
    on.answer(USER, _formatting(offset))
    assert on.gateway.user_format() == UserFormat(date_format="/mdY", gmt_offset_minutes=minutes, clock_24h=True, locale="en_US")
    first, second = on.bodies
    assert "<readByName><object>USERINFO</object><keys>connector</keys><fields>RECORDNO</fields></readByName>" in first
    assert "<readUserFormatting><key>48</key></readUserFormatting>" in second


def test_a_twelve_hour_clock_is_told() -> None:
    on = bench()
    on.answer(USER, _formatting("+00:00", "12"))
    assert not on.gateway.user_format().clock_24h


def test_a_format_that_cannot_be_known_is_an_error() -> None:
    on = bench()
    on.answer(answered(result("user", "<data/>")), USER, _formatting("PST"))
    with pytest.raises(ConnectorError, match="no RECORDNO of the connector's user"):
        on.gateway.user_format()
    with pytest.raises(ConnectorError, match="GMT offset 'PST'"):
        on.gateway.user_format()


def test_closing_the_gateway_closes_its_connections() -> None:
    closed: list[bool] = []
    on = bench()
    on.wire.close = lambda: closed.append(True)  # type: ignore[method-assign]
    on.gateway.close()
    assert closed == [True]


def test_more_rows_than_fit_a_page_are_a_refusal_of_their_query_alone() -> None:
    on = bench(SMALL)
    full = rows("ITEM", *({"NAME": str(number)} for number in range(3)), remaining=4)
    on.answer(answered(result("read-1", full), result("read-2", rows("ITEM"))))
    refused, held = on.gateway.read_each([Query(object="ITEM", fields=("NAME",)), Query(object="ITEM", fields=("ITEMID",))])
    assert isinstance(refused, Violation)
    assert (refused.code, held) == (Code.TOO_LARGE, [])
