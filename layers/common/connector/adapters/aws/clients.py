"""The AWS clients of this process, and what their failures mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, NoCredentialsError, PartialCredentialsError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.loaders import Loader

from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# Checking parameters costs a third of a batch's time, and the service checks them again.
_CONFIG: Final = Config(
    parameter_validation=False,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
    connect_timeout=2,
    read_timeout=10,
)

_MODELS: Final = Path(__file__).parent / "models"
"""botocore's models of the services below, cut to what is called here; made by the layer's build (``layers/common/aws_models.py``)."""

_BUSY: Final = frozenset({
    "ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
    "RequestThrottled", "TooManyRequestsException", "SlowDown", "LimitExceededException", "ExecutionLimitExceeded",
    "TransactionInProgressException",
})  # fmt: skip
_DENIED: Final = frozenset({
    "AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId",
    "ExpiredTokenException", "InvalidSignatureException", "MissingAuthenticationToken",
})  # fmt: skip
_ABSENT: Final = frozenset({
    "ResourceNotFoundException", "NoSuchBucket", "StateMachineDoesNotExist", "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
})  # fmt: skip
_SERVER_FAILED: Final = 500
_PAUSE_SECONDS: Final = 2


class AwsClients:
    """One client per service, made when it is first needed.

    Region, credentials and ``AWS_ENDPOINT_URL`` are botocore's own business; ``endpoint`` overrides the last.
    ``botocore.session`` is used without boto3, whose s3transfer alone costs 80 ms of a cold start.
    """

    def __init__(self, *, session: botocore.session.Session | None = None, endpoint: str = "") -> None:
        self._session = session or _session()
        self._endpoint = endpoint or None

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return cast("DynamoDBClient", self._client("dynamodb"))

    @cached_property
    def s3(self) -> S3Client:
        return cast("S3Client", self._client("s3"))

    @cached_property
    def secretsmanager(self) -> SecretsManagerClient:
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @cached_property
    def sesv2(self) -> SESV2Client:
        return cast("SESV2Client", self._client("sesv2"))

    @cached_property
    def sqs(self) -> SQSClient:
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def stepfunctions(self) -> SFNClient:
        return cast("SFNClient", self._client("stepfunctions"))

    def _client(self, service: str) -> BaseClient:
        return self._session.create_client(service, endpoint_url=self._endpoint, config=_CONFIG)


class _Models(Loader):
    """Our short models first; what they lack, the runtime's own. Without listing its four hundred services before each client."""

    def __init__(self) -> None:
        super().__init__(extra_search_paths=[str(_MODELS)])

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 -- botocore's signature
        return ["dynamodb", "s3", "secretsmanager", "sesv2", "sqs", "stepfunctions"]


def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Models())
    return session


def code_of(error: ClientError) -> str:
    """AWS's name of the failure, as ``ConditionalCheckFailedException``."""
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def reaching(service: str) -> Iterator[None]:
    """Turns a failure of the way there into RetryLater or SetupWrong.

    A ClientError that says something of the request itself passes through, for the caller to read.
    """
    try:
        yield
    except (HTTPClientError, NoConnection) as error:
        raise _away(f"{service} does not answer.", error) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        said = f"There are no credentials for {service}."
        raise SetupWrong(Code.SIGN_IN_FAILED, said, their_words=str(error)) from error
    except ClientError as error:
        meaning = _meaning(service, error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(service: str, error: ClientError) -> ConnectorError | None:
    code = code_of(error)
    if code in _BUSY:
        return _away(f"{service} asks to slow down.", error)
    if code in _DENIED:
        return SetupWrong(Code.NO_PERMISSION, f"{service} refuses the connector's role.", their_words=str(error))
    if code in _ABSENT:
        return SetupWrong(Code.NO_PERMISSION, f"{service} has no such resource.", their_words=str(error))
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_FAILED:
        return _away(f"{service} failed.", error)
    return None


def _away(said: str, error: Exception) -> RetryLater:
    return RetryLater(Code.UNAVAILABLE, said, seconds=_PAUSE_SECONDS, their_words=str(error))
