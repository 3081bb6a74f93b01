from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.procore.refusals import complaints, refusal, words
from connector.adapters.procore.transport import Call, Reply
from connector.core.errors import Code, SetupWrong
from connector.ports import Json

CALL = Call(method="POST", path="/rest/v1.0/vendors")


def reply(status: int, body: Json) -> Reply:
    return Reply(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": 400, "message": "Name is blank", "fields": "name", "reason": "Bad Request"}, ["name: Name is blank"]),
        ({"code": 403, "message": "", "fields": "", "reason": "Forbidden"}, ["Forbidden"]),
        ({"error": {"code": "NOT_FOUND", "message": "No such contract", "details": []}}, ["No such contract"]),
        (
            {"error": {"code": "BAD", "message": "Invalid", "details": [{"field": "title", "message": "is too long"}, "see the log"]}},
            ["Invalid", "title: is too long", "see the log"],
        ),
        ({"errors": {"name": ["can't be blank", "is odd"], "code": "taken"}}, ["name: can't be blank", "name: is odd", "code: taken"]),
        ({"errors": {"message": ["is too long"]}}, ["message: is too long"]),
        ({"errors": {"base": ["cannot be edited"], "name": ["is odd"]}}, ["cannot be edited", "name: is odd"]),
        ({"base": ["cannot be edited"], "name": ["is odd"]}, ["cannot be edited", "name: is odd"]),
        ({"errors": {"line_items": [{"errors": {"amount": ["is not a number"]}}]}}, ["line_items.amount: is not a number"]),
        ({"errors": {"vendor": {"name": ["is taken"]}}}, ["vendor.name: is taken"]),
        ({"errors": "The budget is locked"}, ["The budget is locked"]),
        ({"errors": [{"field": "status", "message": "is wrong"}, {"amount": ["is odd"]}]}, ["status: is wrong", "amount: is odd"]),
        ({"base": ["not today"], "fields": {"title": ["is blank"]}}, ["not today", "title: is blank"]),
        ({"message": "Couldn't find Project", "exception": "ActiveRecord::RecordNotFound"}, ["Couldn't find Project"]),
        ({"error": {"error": "You have surpassed the max number of requests"}}, ["You have surpassed the max number of requests"]),
        ({"error": "invalid_client", "error_description": "Unknown client"}, ["invalid_client: Unknown client"]),
        ({"error": "invalid_client"}, ["invalid_client"]),
        ({"name": ["has already been taken"]}, ["name: has already been taken"]),
        ("Plain text", ["Plain text"]),
        (["one", "one", "two"], ["one", "two"]),
        ({}, []),
        (None, []),
        (7, []),
    ],
)
def test_every_shape_of_error_gives_its_words_and_fields(body: Json, expected: list[str]) -> None:
    assert [str(each) for each in complaints(body)] == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "errors", "message", "base", "fields", "field", "details", "name"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_json_is_too_odd_to_be_read(body: Json) -> None:
    assert all(each.text.strip() for each in complaints(body))


def test_a_body_nested_without_end_says_nothing() -> None:
    body: Json = "deep"
    for _ in range(5_000):
        body = {"errors": body}
    assert complaints(body) == ()


def test_html_and_text_are_read_as_a_person_would() -> None:
    page = b"<html><head><style>p {color: red}</style><title>502</title></head><body>Bad &amp; <b>gone</b></body></html>"
    assert words(reply(502, page)) == "502 Bad & gone"
    assert words(reply(400, b"Missing Procore-Company-Id header!\n\nEach call")) == "Missing Procore-Company-Id header! Each call"
    assert words(reply(500, b"\xff\xfe\xfd")) != ""


def test_words_are_bounded_and_without_the_secrets_that_went_out() -> None:
    assert len(words(reply(500, {"message": "x" * 5_000}))) == 1_000
    assert len(words(reply(500, b"x" * 5_000))) == 1_000
    assert words(reply(401, {"message": "bad token s3cr3t"}), hide=("s3cr3t", "")) == "bad token [secret]"


@pytest.mark.parametrize(
    ("status", "body", "code", "setup"),
    [
        (401, {"message": "The access token is invalid"}, Code.SIGN_IN_FAILED, True),
        (403, {"message": "App is not connected to this company"}, Code.NO_PERMISSION, True),
        (403, {"message": "You do not have permission"}, Code.REFUSED_BY_PROCORE, False),
        (404, {"message": "Not found", "exception": "X"}, Code.NOT_FOUND, False),
        (409, {"message": "Conflict"}, Code.REFUSED_BY_PROCORE, False),
        (413, b"<html>too large</html>", Code.REFUSED_BY_PROCORE, False),
        (422, {"errors": {"vendor_id": ["must exist"]}}, Code.REFUSED_BY_PROCORE, False),
    ],
)
def test_each_status_has_its_error(status: int, body: Json, code: Code, setup: bool) -> None:  # noqa: FBT001
    error = refusal(CALL, reply(status, body))
    assert (error.code, isinstance(error, SetupWrong)) == (code, setup)
    assert error.their_words == words(reply(status, body))


def test_a_redirect_names_the_setting_that_may_be_wrong() -> None:
    assert "settings" in refusal(CALL, reply(302, b"")).message
