"""The short models that the layer carries: whole for everything the adapters call, and read before botocore's own."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import botocore
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.loaders import Loader
from botocore.model import ServiceModel

from connector.adapters.aws import clients
from connector.adapters.aws.clients import AwsClients

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "layers/common/connector/adapters/aws"
DATA = Path(botocore.__file__).parent / "data"
CALL = re.compile(r"(?:_aws\.(dynamodb|s3|secretsmanager|sesv2|sqs|stepfunctions)|\bclient)\.([a-z_]+)\(")
PAGINATED = re.compile(r"get_paginator\(\"([a-z_]+)\"\)")


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("aws_models", ROOT / "layers/common/aws_models.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("models")
    _tool().cut(DATA, target)
    return target


def test_all_that_the_adapters_call_is_there_and_nothing_else() -> None:
    called: dict[str, set[str]] = {}
    for path in ADAPTERS.glob("*.py"):
        text = path.read_text("utf-8")
        found = [(service or "dynamodb", name) for service, name in CALL.findall(text)] + [("dynamodb", n) for n in PAGINATED.findall(text)]
        for service, name in found:
            if name != "get_paginator":
                called.setdefault(service, set()).add(name.title().replace("_", ""))
    assert called == {service: set(operations) for service, operations in _tool().CALLED.items()}


@pytest.mark.parametrize("service", ["dynamodb", "s3", "secretsmanager", "sesv2", "sqs", "stepfunctions"])
def test_what_is_left_is_as_botocore_has_it(models: Path, service: str) -> None:
    whole = ServiceModel(Loader().load_service_model(service, "service-2"))
    short = ServiceModel(Loader([str(models)]).load_service_model(service, "service-2"))
    assert short.metadata == whole.metadata
    assert [each.name for each in short.client_context_parameters] == [each.name for each in whole.client_context_parameters]
    for name in short.operation_names:
        ours, theirs = short.operation_model(name), whole.operation_model(name)
        assert ours.http == theirs.http
        for one, other in ((ours.input_shape, theirs.input_shape), (ours.output_shape, theirs.output_shape)):
            assert (one and list(one.members)) == (other and list(other.members))
        assert [each.name for each in ours.error_shapes] == [each.name for each in theirs.error_shapes]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DEFAULT_REGION": "eu-central-1", "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def test_clients_are_made_from_the_short_models(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_MODELS", models)
    aws = AwsClients()
    assert len(aws.dynamodb.meta.service_model.operation_names) == 7
    assert aws.dynamodb.meta.endpoint_url == "https://dynamodb.eu-central-1.amazonaws.com"
    assert aws.s3.meta.endpoint_url == "https://s3.eu-central-1.amazonaws.com"
    assert {aws.secretsmanager.meta.region_name, aws.sesv2.meta.region_name, aws.sqs.meta.region_name} == {"eu-central-1"}
    assert aws.stepfunctions.meta.endpoint_url == "https://states.eu-central-1.amazonaws.com"


class _Body(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def test_a_call_goes_its_whole_way(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the socket, where a stub answers: the endpoint, the checksums and the form of the request all come from the models."""
    monkeypatch.setattr(clients, "_MODELS", models)
    asked: list[tuple[str, object]] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        asked.append((request.url, request.body))
        return AWSResponse(request.url, 200, {}, _Body(b"" if ".s3." in request.url else b"{}"))  # type: ignore[arg-type]  # as botocore's own stubs do

    aws = AwsClients()
    for client in (aws.s3, aws.dynamodb, aws.sqs):
        client.meta.events.register("before-send", answer)  # type: ignore[arg-type]  # whose answer counts
    aws.s3.put_object(Bucket="payloads", Key="a/b.txt", Body=b"kept", ContentType="text/plain")
    aws.dynamodb.put_item(TableName="state", Item={"pk": {"S": "a"}})
    aws.sqs.send_message(QueueUrl="https://sqs.eu-central-1.amazonaws.com/1/q", MessageBody="m")
    assert [url for url, _ in asked] == [
        "https://payloads.s3.eu-central-1.amazonaws.com/a/b.txt",
        "https://dynamodb.eu-central-1.amazonaws.com/",
        "https://sqs.eu-central-1.amazonaws.com/",
    ]
    assert asked[1][1] == b'{"TableName": "state", "Item": {"pk": {"S": "a"}}}'


def test_without_them_botocore_uses_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_MODELS", tmp_path / "not-built")
    assert len(AwsClients().sqs.meta.service_model.operation_names) > 7
