"""Signing in, sessions, entities, the user's formats."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.gateway_client import LOGIN, Clock, Gateway, parsed

READ = "<readByName><object>USERINFO</object><keys>connector</keys><fields>RECORDNO</fields></readByName>"


def _session(gateway: Gateway, inside: str = "", auth: str = "") -> tuple[str, str]:
    data = gateway.ask(f"<getAPISession>{inside}</getAPISession>", auth=auth).data
    return data.findtext("api/sessionid", ""), data.findtext("api/locationid", "?")


def _auth(session: str) -> str:
    return f"<sessionid>{session}</sessionid>"


def test_a_session_works_for_later_requests_and_names_the_simulators_own_address(gateway: Gateway) -> None:
    data = gateway.ask("<getAPISession/>").data
    session = data.findtext("api/sessionid", "")

    assert data.findtext("api/endpoint") == "http://localhost/ia/xml/xmlgw.phtml"
    assert data.find("api/locationid") is not None
    assert gateway.ask(READ, auth=_auth(session)).status == "success"


def test_using_a_session_keeps_it_alive(gateway: Gateway, clock: Clock) -> None:
    session, _ = _session(gateway)
    for until in ("19:59", "20:58", "21:57"):
        clock.pass_(minutes=59)
        answer = parsed(gateway.ask(READ, auth=_auth(session)).response.get_data())
        assert answer.findtext(".//sessiontimeout") == f"2026-11-23T{until}:00+00:00"

    clock.pass_(minutes=60)
    assert gateway.post(gateway.envelope(READ, auth=_auth(session))).status_code == 401


def test_the_length_of_a_session_is_a_setting(gateway: Gateway, clock: Clock, simulator: IntacctSimulator) -> None:
    simulator.settings.session_minutes = 8
    session, _ = _session(gateway)
    clock.pass_(minutes=8)

    assert gateway.post(gateway.envelope(READ, auth=_auth(session))).status_code == 401


def test_all_sessions_can_be_ended_at_once(gateway: Gateway, simulator: IntacctSimulator) -> None:
    session, _ = _session(gateway)

    assert simulator.expire_sessions() == 1
    assert gateway.post(gateway.envelope(READ, auth=_auth(session))).status_code == 401


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<userid>connector", "<userid>nobody"),
        ("<companyid>demo", "<companyid>other"),
        ("<password>sandbox</password><locationid>", "<password>wrong</password><locationid>"),
        ("<locationid></locationid>", "<locationid>999</locationid>"),
    ],
)
def test_a_wrong_login_is_a_401_with_a_bare_control_block(gateway: Gateway, before: str, after: str) -> None:
    login = LOGIN.format(entity="")
    assert before in login
    response = gateway.post(gateway.envelope(READ, auth=login.replace(before, after)))

    root = parsed(response.get_data())
    assert response.status_code == 401
    assert [child.tag for child in root[0]] == ["status"]
    assert root.findtext(".//errorno") == "XMLGW_JPP0002"
    assert root.findtext(".//error/description") == "Sign-in information is incorrect. Please check your request."


def test_a_wrong_login_can_also_fail_at_the_operation_level(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.sign_in_failure = "operation"

    response = gateway.post(gateway.envelope(READ, auth=_auth("gone")))

    root = parsed(response.get_data())
    assert response.status_code == 200
    assert root.findtext("control/status") == "success"
    assert root.findtext("operation/authentication/status") == "failure"
    assert root.findtext("operation/errormessage/error/errorno") == "XL03000006"
    assert root.find("operation/result") is None


def test_an_entity_session_comes_from_the_login_or_from_getapisession(gateway: Gateway) -> None:
    assert _session(gateway)[1] == ""
    assert _session(gateway, "<locationid>100</locationid>")[1] == "100"
    in_entity, location = _session(gateway, auth=LOGIN.format(entity="100"))
    assert location == "100"

    assert _session(gateway, auth=_auth(in_entity))[1] == "100"
    assert _session(gateway, "<locationid/>", auth=_auth(in_entity))[1] == ""
    assert gateway.ask("<getAPISession><locationid>999</locationid></getAPISession>").first.errorno == "Get API Session Failed"


def test_getapisession_must_be_alone(gateway: Gateway) -> None:
    results = gateway.send("<getAPISession/>", READ)

    assert [result.status for result in results] == ["failure", "failure"]
    assert "only function" in results[0].first.text


def test_the_users_formats_can_be_read_by_record_or_login(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.gmt_offset_minutes = -570
    record = gateway.done(READ).rows[0]["RECORDNO"]

    by_key = gateway.done(f"<readUserFormatting><key>{record}</key></readUserFormatting>").rows
    by_login = gateway.done("<readUserFormatting><userId>connector</userId></readUserFormatting>").rows

    expected = {"recordno": record, "locale": "en_US", "dateformat": "/mdY", "gmtoffset": "-09:30", "clock": "24"}
    assert by_key == by_login == [expected]
    assert gateway.refused("<readUserFormatting><key>999</key></readUserFormatting>").text == "Invalid User '999' specified."


def test_what_is_made_in_an_entity_belongs_to_it(gateway: Gateway, simulator: IntacctSimulator) -> None:
    inside = Gateway(simulator, entity="100")
    inside.done(
        "<create><PROJECT><PROJECTID>P-E</PROJECTID><NAME>Private</NAME><PROJECTCATEGORY>Contract</PROJECTCATEGORY>"
        "<LOCATIONID>100</LOCATIONID></PROJECT></create>"
    )
    query = (
        "<query><object>PROJECT</object><select><field>PROJECTID</field></select>"
        "<filter><equalto><field>PROJECTID</field><value>P-E</value></equalto></filter>{}</query>"
    )

    assert inside.done(query.format("")).rows == [{"PROJECTID": "P-E"}]
    assert gateway.done(query.format("")).rows == []
    assert gateway.done(query.format("<options><showprivate>true</showprivate></options>")).rows == [{"PROJECTID": "P-E"}]
