"""The control block and what surrounds the functions."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.gateway_client import Gateway, parsed

INSPECT = "<inspect><object>*</object></inspect>"


def _control_error(gateway: Gateway, body: str | bytes) -> tuple[int, str, str]:
    response = gateway.post(body)
    root = parsed(response.get_data())
    assert root.findtext("control/status") == "failure"
    assert root.find("operation") is None
    return response.status_code, root.findtext(".//errorno", ""), root.findtext(".//description2", "")


def test_a_response_repeats_the_control_block_and_says_who_is_signed_in(gateway: Gateway) -> None:
    response = gateway.post(gateway.envelope(INSPECT, ids=("my function",)))

    root = parsed(response.get_data())
    assert [(child.tag, child.text) for child in root[0]] == [
        ("status", "success"),
        ("senderid", "sandbox"),
        ("controlid", "test"),
        ("uniqueid", "false"),
        ("dtdversion", "3.0"),
    ]
    assert [(child.tag, child.text) for child in root[1][0]] == [
        ("status", "success"),
        ("userid", "connector"),
        ("companyid", "demo"),
        ("locationid", None),
        ("sessiontimestamp", "2026-11-23T18:00:00+00:00"),
        ("sessiontimeout", "2026-11-23T19:00:00+00:00"),
    ]
    assert [child.text for child in root[1][1]][:3] == ["success", "inspect", "my function"]
    assert response.headers["Content-Type"] == "text/xml; charset=UTF-8"


def test_uniqueid_is_true_unless_it_is_said_otherwise(gateway: Gateway) -> None:
    root = parsed(gateway.post(gateway.envelope(INSPECT, unique="")).get_data())

    assert root.findtext("control/uniqueid") == "true"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<request><control><senderid>sandbox</senderid></control>\n<oops></request>", "Fatal Error 76: Opening and ending"),
        ("no xml at all", "Fatal Error"),
        (b'<?xml version="1.0" encoding="UTF-8"?><request>\xff</request>', "Fatal Error"),
        (b'<?xml version="1.0" encoding="nonsense"?><request/>', "Fatal Error"),
        ('<!DOCTYPE request [<!ENTITY a "b">]><request>&a;</request>', "Document type"),
        ('<!DOCTYPE request SYSTEM "file:///etc/passwd"><request/>', "Document type"),
        ("<a>" * 70 + "</a>" * 70, "nested more than 60 deep"),
        ("<request>&undefined;</request>", "Fatal Error"),
    ],
)
def test_what_is_not_xml_is_refused_with_its_position(gateway: Gateway, body: str | bytes, says: str) -> None:
    status, errorno, text = _control_error(gateway, body)

    assert (status, errorno) == (200, "XL03000003")
    assert says in text
    assert "Line: " in text


def test_a_broken_document_is_refused_with_the_ids_that_can_be_seen_in_it(gateway: Gateway) -> None:
    body = gateway.envelope(INSPECT).replace("</operation>", "</wrong>")

    root = parsed(gateway.post(body).get_data())

    assert (root.findtext("control/senderid"), root.findtext("control/controlid")) == ("sandbox", "test")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<request/>",
        "<other><control><senderid>sandbox</senderid><password>sandbox</password></control></other>",
        "<request><control><senderid></senderid><password>sandbox</password></control></request>",
        "<request><control><senderid>sandbox</senderid></control></request>",
    ],
)
def test_a_bad_envelope_is_refused_in_front_of_the_gateway(gateway: Gateway, body: str) -> None:
    response = gateway.post(body)
    root = parsed(response.get_data())

    assert response.status_code == 400
    assert root.findtext(".//errorno") == "GW-0011"
    assert [child.tag for child in root[0]] == ["status"]


def test_an_oversized_body_is_refused_in_front_of_the_gateway(gateway: Gateway, simulator: IntacctSimulator) -> None:
    body = gateway.envelope(INSPECT)
    simulator.settings.max_body_bytes = len(body)
    assert gateway.post(body).status_code == 200

    simulator.settings.max_body_bytes = len(body) - 1
    assert gateway.post(body).status_code == 400


def test_a_request_that_is_not_posted_is_refused(gateway: Gateway) -> None:
    assert Client(gateway.simulator).get("/ia/xml/xmlgw.phtml").status_code == 400


@pytest.mark.parametrize(
    ("before", "after"),
    [("<senderid>sandbox", "<senderid>other"), ("<password>sandbox</password><controlid>", "<password>x</password><controlid>")],
)
def test_a_wrong_sender_fails_at_the_control_level(gateway: Gateway, before: str, after: str) -> None:
    body = gateway.envelope(INSPECT)
    assert before in body

    status, errorno, text = _control_error(gateway, body.replace(before, after, 1))

    assert (status, errorno) == (200, "XL03000006")
    assert "Incorrect Intacct XML Partner ID or password." in text


def test_a_transport_policy_is_not_known(gateway: Gateway) -> None:
    body = gateway.envelope(INSPECT, control="<policyid>later</policyid>")

    assert _control_error(gateway, body)[1:2] == ("XL03000006",)
    assert "later is not a valid transport policy." in _control_error(gateway, body)[2]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("<controlid>test</controlid>", "", "Expected is ( controlid )"),
        ("<controlid>test<", f"<controlid>{'x' * 257}<", "Expected is ( controlid )"),
        ("<dtdversion>3.0", "<dtdversion>2.1", "'2.1' is not a supported version"),
        ("operation", "other", "Expected is ( operation )"),
        ("content>", "contents>", "Expected is one of ( authentication, content )"),
        ('<function controlid="a">', "<function>", "The attribute 'controlid' is required"),
        ('<function controlid="a">', '<function controlid="">', "1 to 256 characters"),
        ('<function controlid="a">', f'<function controlid="{"x" * 257}">', "1 to 256 characters"),
        (INSPECT, INSPECT + INSPECT, "Exactly one child element is expected, 2 were found"),
        (INSPECT, "", "Exactly one child element is expected, 0 were found"),
        (INSPECT, "<create_nothing/>", "Element 'create_nothing': This element is not expected"),
        (f'<function controlid="a">{INSPECT}</function>', "", "Expected is ( function )"),
        (f'<function controlid="a">{INSPECT}</function>', INSPECT, "Expected is ( function )"),
        ("<userid>connector</userid>", "", "Expected is ( userid )"),
        ("<login>", "<sessionid>s</sessionid><login>", "Expected is one of ( login, sessionid )"),
    ],
)
def test_a_document_that_breaks_the_schema_is_refused_whole(gateway: Gateway, before: str, after: str, says: str) -> None:
    body = gateway.envelope(INSPECT, ids=("a",))
    assert before in body
    status, errorno, text = _control_error(gateway, body.replace(before, after))

    assert (status, errorno) == (200, "XL03000003")
    assert says in text


def test_white_space_is_on_unless_it_is_turned_off(gateway: Gateway) -> None:
    body = gateway.envelope(INSPECT)

    bare = gateway.post(body).get_data()
    spaced = gateway.post(body.replace("<includewhitespace>false</includewhitespace>", "")).get_data()

    assert b">\n  <control>" in spaced
    assert b"\n" not in bare.removeprefix(b'<?xml version="1.0" encoding="UTF-8"?>\n')


def test_special_characters_survive_both_ways(gateway: Gateway) -> None:
    name = "A &amp; B &lt;C&gt; &quot;D&quot; &#039;E&#039; ünïcode 🏗"
    create = f"<create><VENDTYPE><NAME>{name}</NAME></VENDTYPE></create>"
    gateway.done(create)

    found = [row["NAME"] for row in gateway.rows("VENDTYPE", "NAME")]

    assert "A & B <C> \"D\" 'E' ünïcode 🏗" in found
    raw = gateway.ask(create).response.get_data(as_text=True)
    assert "&#039;E&#039;" in raw


def test_additional_information_comes_when_it_is_asked_for(gateway: Gateway) -> None:
    function = "<create><VENDTYPE/></create>"
    plain = gateway.ask(function).first
    rich = gateway.ask(function, control="<showadditionalerrorinfo>true</showadditionalerrorinfo>").first

    assert plain.node.find("additionalinfo") is None
    info = rich.node.find("additionalinfo")
    assert info is not None
    assert [child.tag for child in info] == ["errorid", "category", "target", "description", "cdescription", "correction"]
    assert info.findtext("errorid") == "VAL-0001"
    assert info.findtext("cdescription/messageid") == "IA.REQUIRED_FIELD_IS_MISSING"
    placeholder = info.find("cdescription/placeholders/placeholder")
    assert placeholder is not None
    assert placeholder.attrib == {"name": "FIELD", "value": "Name"}


def test_an_error_ends_in_a_support_id(gateway: Gateway) -> None:
    error = gateway.ask("<create><VENDTYPE/></create>").first

    assert error.node.findtext("description2", "").startswith("Required field Name is missing [Support ID: Sbx")
