"""Starting the state machines: ports.Workflows on Step Functions."""

from __future__ import annotations

import json
import re
from typing import Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching
from connector.core.errors import Code, ConnectorError

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""Step Functions' limit for the name of an execution; other signs it allows break the links of its console."""


class StepFunctionsWorkflows:
    """Executions are named after what they do: a second start finds the first, running or finished, and is a success.

    Their input is the run's id and no rows: under 200 bytes, of the 256 KB that Step Functions takes.
    """

    def __init__(self, aws: AwsClients, *, export_machine: str, import_machine: str) -> None:
        self._aws, self._export_machine, self._import_machine = aws, export_machine, import_machine

    def start_export(self, run_id: str, wave: int) -> None:
        """Execution ``<run>-w<wave>`` with the input ``{"run": ..., "wave": ...}``."""
        self._start(self._export_machine, f"{run_id}-w{wave}", {"run": run_id, "wave": wave})

    def start_import(self, run_id: str) -> None:
        """Execution ``<run>`` with the input ``{"run": ...}``."""
        self._start(self._import_machine, run_id, {"run": run_id})

    def _start(self, machine: str, name: str, state: dict[str, str | int]) -> None:
        said = json.dumps(state)
        if not _NAME.fullmatch(name):
            raise ConnectorError(Code.MALFORMED, f"{name!r} cannot name an execution.")
        try:
            with reaching("Step Functions"):
                self._aws.stepfunctions.start_execution(stateMachineArn=machine, name=name, input=said)
        except ClientError as error:
            if code_of(error) != "ExecutionAlreadyExists":
                raise
