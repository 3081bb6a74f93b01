"""Builds and deploys to AWS: ``python -m tools.deploy prod ProcoreCompanyId=… MailFrom=…``.

Links in mails name the app's own address, which is known only once the API exists: where no ``AppUrl`` is set, the first deployment's
``ApiUrl`` output becomes it, in a second pass that changes nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    environment, *overrides = arguments or ["dev"]
    _sam("build", environment)
    _deploy(environment, overrides)
    stack = _stack(environment)
    set_to = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", ())}
    if not set_to.get("AppUrl"):
        given = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
        _deploy(environment, [*overrides, f"AppUrl={given['ApiUrl']}"])
    return 0


def _deploy(environment: str, overrides: list[str]) -> None:
    _sam("deploy", environment, *(["--parameter-overrides", *overrides] if overrides else []))


def _sam(command: str, environment: str, *more: str) -> None:
    subprocess.run(["sam", command, "--config-env", environment, *more], cwd=ROOT, check=True)


def _stack(environment: str) -> StackTypeDef:
    name = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))[environment]["deploy"]["parameters"]["stack_name"]
    return boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
