"""boto3 clients of the local AWS, signed as its root user."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

REGION = "us-east-1"
KEY = "test"
"""Access key and secret of MiniStack's root user; it answers any other key with InvalidClientTokenId."""


class Clients:
    """One client per service, made when first asked for. Close them with :meth:`close`."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        # A session that reads no AWS_PROFILE: the developer's profiles are none of its business.
        unnamed = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        self._session = boto3.Session(KEY, KEY, region_name=REGION, botocore_session=unnamed)
        self._made: list[Any] = []

    def _client(self, service: str) -> Any:
        # No second try: an error of the local AWS is an error of ours. No proxy: it is on this machine.
        config = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=32)
        client = self._session.client(service, endpoint_url=self._endpoint, config=config)  # type: ignore[call-overload]
        self._made.append(client)
        return client

    def close(self) -> None:
        """Close every connection."""
        for client in self._made:
            client.close()

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        client: IAMClient = self._client("iam")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        client: EventBridgeSchedulerClient = self._client("scheduler")
        return client

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def ses(self) -> SESV2Client:
        client: SESV2Client = self._client("sesv2")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def stepfunctions(self) -> SFNClient:
        client: SFNClient = self._client("stepfunctions")
        return client
