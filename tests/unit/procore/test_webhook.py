from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.procore.webhook import LARGEST_BODY, Event, authentic, parsed
from connector.core.errors import Code, ConnectorError

V2: dict[str, Any] = {
    "id": 123456789,
    "ulid": "0A1B2C3D4F5G6H7I8J9K0LMN",
    "timestamp": "2026-02-06T23:34:12.246562Z",
    "metadata": {
        "source_user_id": 987654321,
        "source_project_id": 2468013579,
        "source_operation_id": None,
        "source_company_id": 1357908642,
        "source_application_id": None,
    },
    "user_id": 987654321,
    "company_id": 1357908642,
    "project_id": 2468013579,
    "api_version": "v2.0",
    "event_type": "update",
    "resource_name": "Work Order Contracts",
    "resource_id": 598134325841112,
}
V3: dict[str, Any] = V2 | {"api_version": "v3.0", "related_resources": [{"id": 1234, "name": "Direct Costs"}]}
V4: dict[str, Any] = {
    "id": "01JMYXMZRBVKK0PC6XS8SA4QRE",
    "timestamp": "2026-02-25T16:04:43.619085Z",
    "reason": "update",
    "company_id": "1357908642",
    "project_id": "2468013579",
    "user_id": "987654321",
    "resource_type": "Work Order Contracts",
    "resource_id": "598134325841112",
}
EVENT = Event(
    id="0A1B2C3D4F5G6H7I8J9K0LMN",
    resource="Work Order Contracts",
    event="update",
    resource_id="598134325841112",
    project_id="2468013579",
    company_id="1357908642",
    by_us=False,
)


def body(payload: object) -> bytes:
    return json.dumps(payload).encode()


def refused(content: bytes) -> ConnectorError:
    with pytest.raises(ConnectorError) as failure:
        parsed(content)
    return failure.value


@pytest.mark.parametrize("payload", [V2, V3])
def test_v2_and_v3_are_one_event(payload: dict[str, Any]) -> None:
    assert parsed(body(payload)) == EVENT


def test_v4_is_the_same_event_with_an_id_of_its_own() -> None:
    event = parsed(body(V4))
    assert event.id == "01JMYXMZRBVKK0PC6XS8SA4QRE"
    assert (event.resource, event.event, event.resource_id, event.company_id) == (
        EVENT.resource,
        "update",
        EVENT.resource_id,
        EVENT.company_id,
    )


def test_a_legacy_event_without_a_ulid_goes_by_its_number() -> None:
    assert parsed(body(V2 | {"ulid": None})).id == "123456789"


def test_records_of_the_company_have_no_project() -> None:
    assert parsed(body(V2 | {"project_id": None})).project_id == ""


@pytest.mark.parametrize(
    ("payload", "application", "user", "by_us"),
    [
        (V2, "", "", False),
        (V2, "555", "666", False),
        (V2 | {"metadata": V2["metadata"] | {"source_application_id": 555}}, "555", "", True),
        (V2 | {"metadata": V2["metadata"] | {"source_application_id": "555"}}, "555", "666", True),
        (V2, "", "987654321", True),
        (V2 | {"user_id": 1}, "", "987654321", True),
        (V2 | {"metadata": None}, "555", "987654321", True),
        (V4, "555", "987654321", True),
        (V4, "555", "666", False),
        (V4 | {"user_id": None}, "", "", False),
    ],
)
def test_our_own_doing_is_known(payload: dict[str, Any], application: str, user: str, *, by_us: bool) -> None:
    assert parsed(body(payload), our_application=application, our_user=user).by_us is by_us


@pytest.mark.parametrize("field", ["resource_id", "company_id", "resource_name", "event_type"])
@pytest.mark.parametrize("value", [None, "", True, 1.5, [], {"a": 1}, "x" * 201])
def test_a_malformed_field_is_named(field: str, value: object) -> None:
    error = refused(body(V2 | {field: value}))
    assert error.code is Code.MALFORMED
    assert field in error.message


@pytest.mark.parametrize("field", ["id", "reason", "resource_type", "resource_id", "company_id"])
def test_what_v4_lacks_is_named(field: str) -> None:
    assert field in refused(body(V4 | {field: ""})).message


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 60_000, b"1" * 5_000])
def test_what_is_no_object_is_malformed(content: bytes) -> None:
    assert refused(content).code is Code.MALFORMED


def test_a_body_beyond_the_limit_is_not_read() -> None:
    assert parsed(body(V4).ljust(LARGEST_BODY)).resource == EVENT.resource
    assert refused(body(V4).ljust(LARGEST_BODY + 1)).code is Code.TOO_LARGE


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*V2, *V4]), inner, max_size=8),
    max_leaves=20,
)


@given(_JSON)
def test_no_json_is_too_odd_to_be_judged(payload: object) -> None:
    judged: object
    try:
        judged = parsed(body(payload)).resource_id
    except ConnectorError as error:
        judged = error.code
    assert judged
    assert judged is not Code.TOO_LARGE


@pytest.mark.parametrize(
    ("shown", "secrets", "expected"),
    [
        ("Bearer s3cret", ["s3cret"], True),
        ("s3cret", ["s3cret"], True),
        ("Bearer s3cret", ["Bearer s3cret"], True),
        ("Bearer old", ["new", "old"], True),
        ("Bearer new", ["new", "old"], True),
        ("Bearer s3cre", ["s3cret"], False),
        ("Bearer s3cret2", ["s3cret"], False),
        ("Bearer S3CRET", ["s3cret"], False),
        ("Bearer s3cret", [], False),
        ("", [""], False),
        ("Bearer ", ["Bearer "], False),
        (None, [""], False),
        (None, ["s3cret"], False),
        ("Bearer \ud800", ["s3cret"], False),
        ("Bearer pässwörd", ["pässwörd"], True),
    ],
)
def test_only_a_secret_of_ours_opens(shown: str | None, secrets: list[str], *, expected: bool) -> None:
    assert authentic(shown, secrets) is expected


def test_every_secret_is_compared_whatever_the_first_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append(len(left) - len(right))
        return left == right

    monkeypatch.setattr("connector.adapters.procore.webhook.hmac.compare_digest", compare)
    assert authentic("Bearer a", ["a", "a-much-longer-one"])
    assert compared == [0, 0]
