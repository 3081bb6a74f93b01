from __future__ import annotations

import pytest

from connector.adapters.intacct.answer import Error, Response, of_document
from connector.adapters.intacct.faults import Replay, code_of, fault_of, turned_away
from connector.adapters.intacct.reader import Unreadable, read
from connector.core.errors import Code, ConnectorError, Kind, SetupWrong
from tests.unit.intacct.stub import (
    ROLLED_BACK,
    Canned,
    answered,
    bare_refusal,
    errors,
    result,
    rows,
    signed_out,
    unauthorized,
)


def _response(canned: Canned) -> Response:
    return of_document(read([canned.body.encode()]), lambda text: text)


def _error(text: str, errorno: str = "BL01001973", **more: str) -> Error:
    return Error(errorno=errorno, text=text, errorid=more.get("errorid", ""), messageids=tuple(filter(None, [more.get("messageid", "")])))


SEEN = [
    ("BL01001973", "Invalid Vendor 'V-1' specified.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Invalid Project '10064' specified.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Invalid Job '10064' specified.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Invalid Department 300 selected ", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Job '24-017' specified is not valid.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "The specified vendor 'V-9' is not valid.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "The location '600' is invalid.", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Account 5000-11 is not valid", Code.DIMENSION_UNKNOWN),
    ("BL01001973", "Activate the vendor V-7, then try again.", Code.INACTIVE_VENDOR),
    ("BL01001973", "The vendor V-7 is inactive.", Code.INACTIVE_VENDOR),
    ("BL01001973", "Task '03-300' specified is not valid. It is inactive.", Code.INACTIVE_TASK),
    ("BL01001973", "Cost Code '03-300' specified is not valid. It is inactive.", Code.INACTIVE_TASK),
    ("BL01001973", "This transaction is missing the Job dimension for the Account 5100.", Code.DIMENSION_MISSING),
    ("BL01001973", "This transaction is missing the Cost Code dimension for the Account 5100.", Code.DIMENSION_MISSING),
    ("BL01001973", "This transaction is missing 'Department' dimension for the Account 5100", Code.DIMENSION_MISSING),
    ("BL01001973", "The account number '5100' requires a Location.", Code.DIMENSION_MISSING),
    ("BL01001973", "The specified GL account '16200' : '16200' is not valid. GL account is restricted by", Code.REFUSED_BY_INTACCT),
    ("BL01001973", "Department '300': '300' specified is not valid. Department is restricted by GL account.", Code.REFUSED_BY_INTACCT),
    ("BL01001973", "The period 'March 2026' is closed for this location.", Code.PERIOD_CLOSED),
    ("BL01001973", "Date must be on or after 04/01/2026.", Code.PERIOD_CLOSED),
    ("BL34000061", "Another Project with the given value(s) Fellow PD1  already exists", Code.DUPLICATE_NUMBER),
    ("BL01001973", "Another record with the value V-1 already exists", Code.DUPLICATE_NUMBER),
    ("BL34000061", "Another Contact with the given value(s) Beta(VV-1)  already exists", Code.CONTACT_NAME_TAKEN),
    ("PL05000104", "", Code.DUPLICATE_NUMBER),
    ("BL03002128", "", Code.VALUE_MISSING),
    ("PL01000127", "", Code.VALUE_MISSING),
    ("BL03000018", "Missing unit", Code.VALUE_MISSING),
    ("BL03000018", "Illegal format for Contactversion : Primary Email Address x.", Code.VALUE_UNREADABLE),
    ("BL03000018", "", Code.VALUE_UNREADABLE),
    ("BL03000018", "The value of NAME is too long. The maximum length is 100.", Code.TOO_LONG),
    ("BL01001973", "Required field Date Due is missing", Code.VALUE_MISSING),
    ("BL01001973", "Invalid payment terms 'N45'", Code.TERMS_UNKNOWN),
    ("BL01001973", "Could not create Document record", Code.REFUSED_BY_INTACCT),
    ("", "Sign-in information is incorrect", Code.SIGN_IN_FAILED),
    ("BL01001973", "Location is required for this transaction.", Code.DIMENSION_MISSING),
    ("BL01001973", "Illegal format for Contactversion : Primary Email Address x.", Code.VALUE_UNREADABLE),
    ("PL04000005", "", Code.NO_PERMISSION),
    ("XMLGW_JPP0002", "", Code.SIGN_IN_FAILED),
    ("XL03000006", "", Code.SIGN_IN_FAILED),
    ("BL34000061", "", Code.DUPLICATE_NUMBER),
    ("", "You do not have permission to view audit history.", Code.NO_PERMISSION),
    ("XL03000006", "Incorrect Intacct XML Partner ID or password.", Code.SIGN_IN_FAILED),
    ("XL03000006", "The sender ID 'a' is not authorized to make Web Services requests to company ID 'b'.", Code.SIGN_IN_FAILED),
    ("XL03000006", "test is not a valid transport policy.", Code.SIGN_IN_FAILED),
    ("XL03000006", "Invalid session q....", Code.SIGN_IN_FAILED),
    ("PL04000055", "This company is a demo company and has expired.", Code.SIGN_IN_FAILED),
    ("XL03000003", "XML Parse schema error: Element 'vendorid': the field is required.", Code.REFUSED_BY_INTACCT),
    ("XL03000009", "Object definition VENDOR2 not found", Code.REFUSED_BY_INTACCT),
    ("Query Failed", "Object definition BADOBJECT not found", Code.REFUSED_BY_INTACCT),
    ("DL02000001", "There was an error processing the request.", Code.REFUSED_BY_INTACCT),
    ("DL02000001", "Connection failure", Code.UNAVAILABLE),
    ("BL01001973", "The Service is Temporarily Off-line", Code.UNAVAILABLE),
    ("", "Please Try Again Later", Code.UNAVAILABLE),
    ("GW-0010", "", Code.RATE_LIMITED),
    ("", "API rate limit exceeded", Code.RATE_LIMITED),
    ("GW-0011", "Invalid Vendor 'x' specified.", Code.REFUSED_BY_INTACCT),
]  # fmt: skip


@pytest.mark.parametrize(("errorno", "text", "code"), SEEN)
def test_what_was_seen_has_its_code(errorno: str, text: str, code: Code) -> None:
    assert code_of(_error(text, errorno)) is code


def test_an_id_comes_before_a_messageid_and_that_before_the_text() -> None:
    renamed = "Nobody has heard of cost bucket 'x'."
    assert code_of(_error(renamed)) is Code.REFUSED_BY_INTACCT
    assert code_of(_error(renamed, messageid="IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS")) is Code.DUPLICATE_NUMBER
    assert code_of(_error("period is closed", messageid="IA.DUPLICATE_ACCOUNT_NUMBER")) is Code.DUPLICATE_NUMBER
    assert code_of(_error("period is closed", errorid="GL-0493")) is Code.DUPLICATE_NUMBER


def test_the_first_error_classifies_and_all_are_kept() -> None:
    duplicate, generic = _error("x already exists", "BL34000061"), _error("Could not create record!")
    fault = fault_of([duplicate, generic])
    assert (fault.code, fault.reason) == (Code.DUPLICATE_NUMBER, duplicate)
    assert fault.their_words == "BL34000061: x already exists; BL01001973: Could not create record!"
    assert fault_of([generic, duplicate]).code is Code.REFUSED_BY_INTACCT


def test_a_rollback_only_accompanies() -> None:
    rollback = Error(errorno=ROLLED_BACK[0], text=ROLLED_BACK[1])
    closed = _error("The period is closed")
    assert fault_of([rollback, closed]).reason is closed
    assert fault_of([rollback, closed]).code is Code.PERIOD_CLOSED
    assert fault_of([rollback]).reason is None
    assert fault_of([Error(errorno="XL03000009", text="Object definition X not found")]).reason is not None
    assert fault_of([]).reason is None


def test_a_fault_becomes_the_error_of_its_kind() -> None:
    setup = fault_of([_error("", "PL04000005")]).error("to query")
    data = fault_of([_error("Missing unit")]).error("to query")
    assert isinstance(setup, SetupWrong)
    assert type(data) is ConnectorError
    assert data.message == "Intacct refused to query: Missing unit."
    assert fault_of([]).violation("create").message == "Intacct refused create: no reason given."


DOCUMENTED = """<errormessage><error><errorno>BL01001973</errorno><description>Duplicate account number</description>
<description2>The account number &#039;5000.11&#039; already exists [Support ID: d3DJI%7EZEck]</description2>
<correction>Enter unique account number</correction><additionalinfo><errorid>GL-0493</errorid>
<category>Duplication Prevention</category><target domain="" requestinfo="d3" object="GLACCOUNT" field="ACCOUNTNO" businessinfo=""/>
<description><messageid>IA.DUPLICATE_ACCOUNT_NUMBER</messageid></description>
<cdescription><messageid>IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS</messageid></cdescription>
<correction><messageid>IA.ENTER_UNIQUE_ACCOUNT_NUMBER</messageid></correction></additionalinfo></error>
<error><errorno>BL01001973</errorno><description></description><description2>Could not create.</description2></error></errormessage>"""


def test_an_error_in_full_with_its_support_id_kept_apart() -> None:
    response = _response(answered(result("c", DOCUMENTED, status="failure")))
    first, second = response.results[0].errors
    assert first == Error(
        errorno="BL01001973",
        text="Duplicate account number The account number '5000.11' already exists Enter unique account number",
        errorid="GL-0493",
        category="Duplication Prevention",
        messageids=("IA.DUPLICATE_ACCOUNT_NUMBER", "IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS"),
        field="ACCOUNTNO",
        support_ids=("d3DJI~ZEck",),
    )
    assert second == Error(errorno="BL01001973", text="Could not create.")
    fault = fault_of(response.results[0].errors)
    assert fault.numbers == "BL01001973 GL-0493 d3DJI~ZEck BL01001973"
    assert "Support" not in fault.their_words


def test_a_request_id_is_kept_apart_too() -> None:
    (error,) = _response(bare_refusal("GW-0011", "Invalid Request [Request ID: R-1]")).control_errors
    assert (error.text, error.support_ids) == ("Invalid Request", ("R-1",))


@pytest.mark.parametrize(
    ("canned", "code", "words"),
    [
        (bare_refusal("GW-0011", "Invalid request"), Code.REFUSED_BY_INTACCT, "GW-0011: Invalid request"),
        (bare_refusal("GW-0010", "Slow down", status=429), Code.RATE_LIMITED, "GW-0010: Slow down"),
        (bare_refusal("XL03000006", "Incorrect Partner ID"), Code.SIGN_IN_FAILED, "XL03000006: Incorrect Partner ID"),
        (unauthorized(), Code.SIGN_IN_FAILED, "XMLGW_JPP0002: Sign-in information is incorrect. Please check your request."),
        (signed_out(), Code.SIGN_IN_FAILED, "XL03000006: Sign-in information is incorrect"),
        (signed_out("Whatever", inside=True), Code.SIGN_IN_FAILED, "XL03000006: Whatever"),
        (signed_out("Please try again later"), Code.UNAVAILABLE, "XL03000006: Please try again later"),
    ],
)  # fmt: skip
def test_a_request_turned_away_at_the_door(canned: Canned, code: Code, words: str) -> None:
    fault = turned_away(_response(canned))
    assert fault is not None
    assert (fault.code, fault.their_words) == (code, words)


def test_an_authentication_failure_is_about_signing_in_whatever_it_says() -> None:
    fault = turned_away(_response(signed_out("The user is restricted by policy")))
    assert fault is not None
    assert fault.code is Code.SIGN_IN_FAILED
    assert fault.kind is Kind.SETUP


def test_a_request_refused_at_operation_level_is_told_by_its_reason() -> None:
    too_many = Canned(answered().body.replace("</authentication>", "</authentication>" + errors(("XL03000008", "Too many functions"))))
    fault = turned_away(_response(too_many))
    assert fault is not None
    assert (fault.code, fault.their_words) == (Code.REFUSED_BY_INTACCT, "XL03000008: Too many functions")
    with_results = answered(result("c") + errors(("X", "a remark")))
    assert turned_away(_response(with_results)) is None


def test_a_request_whose_functions_ran_was_not_turned_away() -> None:
    response = _response(answered(result("c", errors(("X", "no")), status="failure"), result("d", rows("A", remaining=7))))
    assert turned_away(response) is None
    assert response.session_timeout == "2026-06-01T13:00:00+00:00"
    assert [found.status for found in response.results] == ["failure", "success"]
    assert [found.remaining for found in response.results] == [None, 7]
    assert response.result("d") is response.results[1]
    assert response.result("e") is None


@pytest.mark.parametrize(
    "body",
    [
        "<response/>",
        "<response><control><status>success</status></control></response>",
        "<response><control><status>failure</status></control></response>",
        "<response><control><status>failed</status></control>" + errors(("X", "y")) + "</response>",
        "<response><control><status>success</status></control><operation/></response>",
        answered().body.replace("<status>success</status><userid>", "<status>perhaps</status><userid>"),
    ],
)
def test_an_answer_that_does_not_say_what_happened_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable, match="without the status"):
        _response(Canned(body))


def test_secrets_are_taken_out_of_errors() -> None:
    canned = signed_out("Invalid session q1.")
    response = of_document(read([canned.body.encode()]), lambda text: text.replace("q1", "***"))
    assert response.operation_errors[0].text == "Invalid session ***."


@pytest.mark.parametrize(
    ("error", "recognised"),
    [
        (_error("The function with controlid 'x' was previously executed and completed."), True),
        (_error("Duplicate control id"), True),
        (_error("Control ID 'x' has already been used"), True),
        (_error("", messageid="IA.DUPLICATE_CONTROLID"), True),
        (_error("", "XL03000011"), False),
        (_error("Another record with the value V-1 already exists"), False),
        (_error("The bill was already paid"), False),
    ],
)
def test_a_replay_is_known_by_its_words(error: Error, *, recognised: bool) -> None:
    assert Replay().recognises(error) is recognised


def test_what_a_replay_is_known_by_can_be_set() -> None:
    assert Replay(errornos=frozenset({"XL03000011"})).recognises(_error("", "XL03000011"))
    assert Replay(text="once before").recognises(_error("Seen ONCE before"))
    assert not Replay(text="once before").recognises(_error("previously executed"))
