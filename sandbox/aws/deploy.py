"""Two ways to deploy a build to the local AWS: as a customer would, and fast. Both take the template's parameters."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sandbox.aws.clients import REGION
from sandbox.aws.commands import run
from sandbox.aws.packaging import packaged, read_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient

    from sandbox.aws.local import LocalAws

_CODE_BUCKET = "deployment-code"
_NOTHING_CHANGED = "No updates are to be performed"


class DeploymentFailed(RuntimeError):  # noqa: N818 - what happened, in the past tense
    """CloudFormation refused the stack; the message holds its reasons."""


def deploy(aws: LocalAws, build: Path, stack_name: str, parameters: Mapping[str, str]) -> None:
    """Create or update the stack through the built template, about four times faster than :func:`sam_deploy`.

    Raise :class:`DeploymentFailed` when a resource cannot be made.
    """
    _check_names(build, parameters)
    cloudformation = aws.clients.cloudformation
    aws.clients.s3.create_bucket(Bucket=_CODE_BUCKET)
    template = packaged(build, aws.clients.s3, _CODE_BUCKET)
    change = cloudformation.update_stack if _exists(cloudformation, stack_name) else cloudformation.create_stack
    try:
        change(
            StackName=stack_name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
    except ClientError as error:
        if _NOTHING_CHANGED not in str(error):
            raise DeploymentFailed(str(error)) from error
    _wait(cloudformation, stack_name)


def sam_deploy(aws: LocalAws, build: Path, stack_name: str, parameters: Mapping[str, str]) -> None:
    """Create or update the stack by the real ``sam deploy``. Raise CommandFailed with what it printed."""
    _check_names(build, parameters)
    overrides = [f"{key}={_quoted(value)}" for key, value in parameters.items()]
    command = ["sam", "deploy", "--stack-name", stack_name, "--template-file", str(build / "template.yaml")]
    command += ["--region", REGION, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
    if overrides:
        command += ["--parameter-overrides", *overrides]
    run(command, folder=build, environment={**aws.credentials(), "SAM_CLI_TELEMETRY": "0"})


def outputs(aws: LocalAws, stack_name: str) -> dict[str, str]:
    """What the stack's template gives out, by name."""
    [stack] = aws.clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def api_url(aws: LocalAws, api_id: str, stage: str = "v1") -> str:
    """Where a REST API answers here; the address that its template gives out leads to AWS."""
    return f"{aws.endpoint}/_aws/execute-api/{api_id}/{stage}"


def _check_names(build: Path, parameters: Mapping[str, str]) -> None:
    """Refuse what AWS refuses and MiniStack lets pass: a parameter that the template does not have."""
    unknown = parameters.keys() - read_template(build).get("Parameters", {}).keys()
    if unknown:
        raise DeploymentFailed(f"the template has no parameter {', '.join(sorted(unknown))}")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _exists(cloudformation: CloudFormationClient, stack_name: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack_name)
    except ClientError:
        return False
    return True


def _wait(cloudformation: CloudFormationClient, stack_name: str) -> None:
    while (status := _status(cloudformation, stack_name)).endswith("IN_PROGRESS"):
        time.sleep(0.05)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}" for event in events if event.get("ResourceStatusReason")
        ]
        raise DeploymentFailed("\n".join([f"{stack_name} is {status}", *reasons]))


def _status(cloudformation: CloudFormationClient, stack_name: str) -> str:
    [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    return stack["StackStatus"]
