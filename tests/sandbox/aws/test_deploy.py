"""Deploying, with stand-ins for CloudFormation, S3 and sam."""

from __future__ import annotations

import io
import json
import os
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import deploy as deploying
from sandbox.aws.deploy import DeploymentFailed, api_url, deploy, outputs, sam_deploy
from sandbox.aws.packaging import packaged, read_template, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from sandbox.aws.local import LocalAws

TEMPLATE = """
Parameters:
  Greeting: {Type: String}
  Url: {Type: String}
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: Api
      Environment: {Variables: {ARN: !GetAtt Queue.Arn, NAME: !Ref Queue}}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: Layer}
  Run:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: run.asl.json}
  Queue:
    Type: AWS::SQS::Queue
"""


class S3:
    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def create_bucket(self, **_: str) -> None:
        pass

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - as boto3 has it
        self.objects[Bucket, Key] = Body


class CloudFormation:
    """Goes through ``statuses`` one by one; no stack stands before ``create_stack``."""

    def __init__(self, *statuses: str, refusal: str | None = None) -> None:
        self.statuses = list(statuses)
        self.refusal = refusal
        self.changes: list[tuple[str, dict[str, Any]]] = []

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        if not self.statuses or (not self.changes and self.refusal is None):
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "no such stack"}}, "DescribeStacks")
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"Stacks": [{"StackStatus": status, "Outputs": [{"OutputKey": "ApiId", "OutputValue": "a1"}]}]}

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        events = [{"LogicalResourceId": "Queue", "ResourceStatusReason": "name taken"}, {"LogicalResourceId": "Api"}]
        return {"StackEvents": events}

    def create_stack(self, **request: Any) -> None:
        self.changes.append(("create", request))

    def update_stack(self, **request: Any) -> None:
        if self.refusal:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": self.refusal}}, "UpdateStack")
        self.changes.append(("update", request))


def local_aws(cloudformation: CloudFormation) -> LocalAws:
    clients = SimpleNamespace(cloudformation=cloudformation, s3=S3())
    return cast("LocalAws", SimpleNamespace(clients=clients, endpoint="http://127.0.0.1:1", credentials=lambda: {"KEY": "test"}))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "run.asl.json").write_text('{"StartAt": "Plan"}')
    (tmp_path / "Api" / "inner").mkdir(parents=True)
    (tmp_path / "Api" / "app.py").write_text("app")
    (tmp_path / "Layer").mkdir()
    (tmp_path / "Layer" / "code.py").write_text("code")
    (tmp_path / "Api" / "inner" / "run.sh").write_text("run")
    (tmp_path / "Api" / "inner" / "run.sh").chmod(0o755)
    return tmp_path


def test_a_folder_is_zipped_in_order_with_modes_and_without_times(build: Path) -> None:
    for name in "eadcb":
        (build / "Api" / name).write_text(name)
    archive = zipped(build / "Api")
    os.utime(build / "Api" / "app.py", (0, 0))
    assert zipped(build / "Api") == archive
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        assert content.namelist() == ["a", "app.py", "b", "c", "d", "e", "inner/run.sh"]
        assert content.read("app.py") == b"app"
        assert content.getinfo("inner/run.sh").external_attr >> 16 & 0o777 == 0o755


def test_a_packaged_template_names_no_file(build: Path) -> None:
    s3 = S3()
    resources = packaged(build, cast("S3Client", s3), "code")["Resources"]
    for name, property_name in (("Api", "CodeUri"), ("Layer", "ContentUri")):
        place = resources[name]["Properties"][property_name]
        assert s3.objects[place["Bucket"], place["Key"]] == zipped(build / name)
    assert {bucket for bucket, _ in s3.objects} == {"code"}
    assert resources["Run"]["Properties"] == {"Definition": {"StartAt": "Plan"}}


def test_functions_of_cloudformation_are_read_in_their_long_form(build: Path) -> None:
    variables = read_template(build)["Resources"]["Api"]["Properties"]["Environment"]["Variables"]
    assert variables == {"ARN": {"Fn::GetAtt": ["Queue", "Arn"]}, "NAME": {"Ref": "Queue"}}


def test_a_new_stack_is_created_with_its_parameters(build: Path) -> None:
    cloudformation = CloudFormation("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    deploy(local_aws(cloudformation), build, "app", {"Greeting": "hello"})
    [(kind, request)] = cloudformation.changes
    assert (kind, request["StackName"]) == ("create", "app")
    assert request["Parameters"] == [{"ParameterKey": "Greeting", "ParameterValue": "hello"}]
    assert json.loads(request["TemplateBody"])["Resources"]["Queue"] == {"Type": "AWS::SQS::Queue"}
    assert cloudformation.statuses == ["CREATE_COMPLETE"]


def test_a_stack_that_stands_is_updated(build: Path) -> None:
    cloudformation = CloudFormation("UPDATE_COMPLETE", refusal="")
    deploy(local_aws(cloudformation), build, "app", {})
    assert [kind for kind, _ in cloudformation.changes] == ["update"]


def test_an_update_that_changes_nothing_is_fine(build: Path) -> None:
    deploy(local_aws(CloudFormation("CREATE_COMPLETE", refusal="No updates are to be performed.")), build, "app", {})


def test_a_refused_change_is_told(build: Path) -> None:
    with pytest.raises(DeploymentFailed, match="Template format error"):
        deploy(local_aws(CloudFormation("CREATE_COMPLETE", refusal="Template format error")), build, "app", {})


def test_a_failed_stack_is_told_with_its_reasons(build: Path) -> None:
    with pytest.raises(DeploymentFailed) as failed:
        deploy(local_aws(CloudFormation("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE")), build, "app", {})
    assert str(failed.value).splitlines() == ["app is ROLLBACK_COMPLETE", "Queue: name taken"]


@pytest.mark.parametrize("way", [deploy, sam_deploy])
def test_a_parameter_that_the_template_lacks_is_refused(build: Path, way: Any) -> None:
    with pytest.raises(DeploymentFailed, match="no parameter Greting, Ulr"):
        way(local_aws(CloudFormation()), build, "app", {"Ulr": "", "Greting": "", "Url": ""})


def test_sam_gets_parameters_that_survive_its_parsing(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(deploying, "run", lambda arguments, **_: commands.append(arguments))
    sam_deploy(local_aws(CloudFormation()), build, "app", {"Greeting": 'a "b" \\ c', "Url": "http://h/?a=b"})
    sam_deploy(local_aws(CloudFormation()), build, "app", {})
    with_parameters, without = commands
    at = with_parameters.index("--parameter-overrides")
    assert with_parameters[at + 1 :] == ['Greeting="a \\"b\\" \\\\ c"', 'Url="http://h/?a=b"']
    assert with_parameters[:at] == without


def test_the_address_of_the_api_is_made_of_its_id() -> None:
    cloudformation = CloudFormation("CREATE_COMPLETE", refusal="")
    aws = local_aws(cloudformation)
    assert outputs(aws, "app") == {"ApiId": "a1"}
    assert api_url(aws, "a1") == "http://127.0.0.1:1/_aws/execute-api/a1/v1"
