from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.hints import SqsHints
from connector.adapters.aws.mail import SesMail
from connector.adapters.aws.payloads import S3Payloads
from connector.adapters.aws.secrets import SecretsManager
from connector.adapters.aws.workflows import StepFunctionsWorkflows
from connector.core.errors import Code, ConnectorError
from connector.ports import Letter
from tests.doubles import ManualClock
from tests.unit.aws.conftest import Script, aws_with, refusal


def _headers(thread: str, unsubscribe: str = "") -> dict[str, str]:
    script = Script({})
    mail = SesMail(aws_with(sesv2=script), sender="Connector <connector@example.com>")
    mail.send(Letter(to="ann@example.com", subject="s", text="t", html="h", thread=thread, kind="waiting", unsubscribe=unsubscribe))
    [(_, said)] = script.said
    return {header["Name"]: header["Value"] for header in said["Content"]["Simple"]["Headers"]}


def test_a_letter_says_that_a_machine_wrote_it() -> None:
    assert _headers("") == {"Auto-Submitted": "auto-generated"}


def test_one_click_stops_mails_of_its_kind() -> None:
    """The two headers of RFC 8058, section 3.1."""
    headers = _headers("", "https://example.com/unsubscribe/x")
    assert headers["List-Unsubscribe"] == "<https://example.com/unsubscribe/x>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_letters_of_one_item_hang_together() -> None:
    first, again, other = _headers("commitments:1"), _headers("commitments:1"), _headers("commitments:2")

    assert first == again
    assert first["References"] == first["In-Reply-To"] != other["References"]
    assert first["References"].startswith("<")
    assert first["References"].endswith("@example.com>")


def test_a_thread_cannot_break_a_header() -> None:
    assert all(value.isprintable() for value in _headers("x\r\nBcc: eve@example.com").values())


def test_a_mail_that_ses_calls_malformed_is_our_fault() -> None:
    mail = SesMail(aws_with(sesv2=Script(refusal("BadRequestException"))), sender="a@example.com")

    with pytest.raises(ClientError):
        mail.send(Letter(to="ann@example.com", subject="s", text="t", html="h", kind="waiting"))


def test_a_secret_is_read_again_after_a_while() -> None:
    clock = ManualClock()
    script = Script(*({"SecretString": json.dumps({"token": token})} for token in "ab"))
    secrets = SecretsManager(aws_with(secretsmanager=script), clock, keep=60)

    assert secrets.read("procore") == {"token": "a"}
    clock.move(59)
    assert secrets.read("procore") == {"token": "a"}
    clock.move(1)
    assert secrets.read("procore") == {"token": "b"}


def test_a_secret_that_is_not_kept_is_read_each_time() -> None:
    script = Script({"SecretString": '{"token": "a"}'}, {}, {"SecretString": '{"token": "c"}'})
    secrets = SecretsManager(aws_with(secretsmanager=script), ManualClock(), keep=0)

    secrets.read("procore")
    secrets.replace("procore", {"token": "b"})

    assert secrets.read("procore") == {"token": "c"}


def test_an_input_over_256_kb_starts_nothing() -> None:
    script = Script()
    workflows = StepFunctionsWorkflows(aws_with(stepfunctions=script), export_machine="e", import_machine="i")

    with pytest.raises(ConnectorError) as refused:
        workflows.start_export("r1", 1, [f"commitments:{number}" for number in range(6000)])

    assert refused.value.code is Code.TOO_LARGE
    assert script.said == []


def test_an_execution_that_exists_was_started() -> None:
    script = Script(refusal("ExecutionAlreadyExists"), refusal("InvalidExecutionInput"))
    workflows = StepFunctionsWorkflows(aws_with(stepfunctions=script), export_machine="e", import_machine="i")

    workflows.start_export("r1", 1, ["vendors:1"])
    with pytest.raises(ClientError):
        workflows.start_export("r1", 2, ["vendors:1"])

    assert [(said["stateMachineArn"], said["name"]) for _, said in script.said] == [("e", "r1-w1"), ("e", "r1-w2")]


def test_exports_and_imports_have_their_own_machine() -> None:
    script = Script({})
    StepFunctionsWorkflows(aws_with(stepfunctions=script), export_machine="e", import_machine="i").start_import("r", "o")

    assert script.said == [("start_execution", {"stateMachineArn": "i", "name": "r", "input": '{"run":"r","object":"o"}'})]


def test_a_hint_over_256_kb_is_refused() -> None:
    with pytest.raises(ConnectorError) as refused:
        SqsHints(aws_with(sqs=Script()), queue_url="q").put("ä" * 132_000, group="g", once="o")

    assert refused.value.code is Code.TOO_LARGE


def test_hints_may_be_named_by_any_text() -> None:
    script = Script({}, {}, {})
    hints = SqsHints(aws_with(sqs=script), queue_url="q")
    for once in ("ä" * 300, "ä" * 300, "b"):
        hints.put("text", group="562949953421312 / vendors", once=once)

    ids = [said["MessageDeduplicationId"] for _, said in script.said]
    assert ids[0] == ids[1] != ids[2]
    assert all(each.isalnum() and len(each) <= 128 for each in ids)
    assert len({said["MessageGroupId"] for _, said in script.said}) == 1


def test_only_an_absent_payload_is_none() -> None:
    payloads = S3Payloads(aws_with(s3=Script(refusal("NoSuchKey"), refusal("InvalidObjectState"))), bucket="b")

    assert payloads.get("name") is None
    with pytest.raises(ClientError):
        payloads.get("name")


def test_the_clock_has_a_zone_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.001)

    assert before.utcoffset() is not None
    assert (clock.now() - before).total_seconds() >= 0.001
