from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.validate import ParamValidationDecorator

from connector.adapters.aws.clients import AwsClients, reaching
from connector.core.errors import Code, RetryLater, SetupWrong
from tests.unit.aws.conftest import refusal

_URL = "https://dynamodb.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    "failure",
    [
        EndpointConnectionError(endpoint_url=_URL, error="refused"),
        ReadTimeoutError(endpoint_url=_URL),
        ConnectionClosedError(endpoint_url=_URL),
        refusal("InternalServerError", status=500),
        refusal("ServiceUnavailable", status=503),
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("TransactionInProgressException"),
        refusal("SlowDown", status=503),
    ],
)
def test_what_passes_is_tried_later(failure: Exception) -> None:
    with pytest.raises(RetryLater) as raised, reaching("DynamoDB"):
        raise failure

    assert raised.value.code is Code.UNAVAILABLE
    assert raised.value.seconds > 0
    assert raised.value.their_words == str(failure)
    assert "DynamoDB" in raised.value.message


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (NoCredentialsError(), Code.SIGN_IN_FAILED),
        (refusal("AccessDeniedException"), Code.NO_PERMISSION),
        (refusal("AccessDenied", status=403), Code.NO_PERMISSION),
        (refusal("ResourceNotFoundException"), Code.NO_PERMISSION),
        (refusal("StateMachineDoesNotExist"), Code.NO_PERMISSION),
        (refusal("ExpiredTokenException"), Code.NO_PERMISSION),
    ],
)
def test_what_an_administrator_must_mend_stops(failure: Exception, code: Code) -> None:
    with pytest.raises(SetupWrong) as raised, reaching("DynamoDB"):
        raise failure

    assert raised.value.code is code
    assert raised.value.their_words == str(failure)


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "ValidationException"])
def test_what_says_something_of_the_request_passes_through(code: str) -> None:
    failure = refusal(code)

    with pytest.raises(ClientError) as raised, reaching("DynamoDB"):
        raise failure

    assert raised.value is failure


def test_a_client_is_made_once_and_with_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "eu-west-1")
    aws = AwsClients(endpoint="http://127.0.0.1:9")

    assert "dynamodb" not in vars(aws)
    assert aws.dynamodb is aws.dynamodb
    assert aws.dynamodb.meta.endpoint_url == "http://127.0.0.1:9"
    config: Any = aws.dynamodb.meta.config
    assert (config.tcp_keepalive, config.connect_timeout, config.read_timeout) == (True, 2, 10)
    assert config.retries == {"mode": "standard", "total_max_attempts": 4}
    assert not isinstance(vars(aws.dynamodb)["_serializer"], ParamValidationDecorator)
