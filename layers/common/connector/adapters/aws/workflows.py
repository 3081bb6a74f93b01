"""Starting the state machines: ports.Workflows on Step Functions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching
from connector.core.errors import Code, ConnectorError

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""Step Functions' limit for the name of an execution; other signs it allows break the links of its console."""
_MOST_BYTES: Final = 256 * 1024


class StepFunctionsWorkflows:
    """Executions are named after what they do: a second start finds the first, running or finished, and is a success."""

    def __init__(self, aws: AwsClients, *, export_machine: str, import_machine: str) -> None:
        self._aws, self._export_machine, self._import_machine = aws, export_machine, import_machine

    def start_export(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        """Execution ``<run>-w<wave>``; input ``{"do", "run", "wave", "items": [{"item": "vendors:39", "object": "vendors"}]}``."""
        self._start_wave("export", run_id, wave, items)

    def start_sends(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        """The same machine; ``do`` is ``send``."""
        self._start_wave("send", run_id, wave, items)

    def start_import(self, run_id: str, object_name: str) -> None:
        """Execution ``<run>``; input ``{"run", "object"}``."""
        self._start(self._import_machine, run_id, {"run": run_id, "object": object_name})

    def _start_wave(self, do: str, run_id: str, wave: int, items: Sequence[str]) -> None:
        named = [{"item": item, "object": item.partition(":")[0]} for item in items]
        self._start(self._export_machine, f"{run_id}-w{wave}", {"do": do, "run": run_id, "wave": wave, "items": named})

    def _start(self, machine: str, name: str, state: dict[str, object]) -> None:
        if not _NAME.fullmatch(name):
            raise ConnectorError(Code.MALFORMED, f"{name!r} cannot name an execution.")
        said = json.dumps(state, separators=(",", ":"))
        if len(said.encode()) > _MOST_BYTES:
            raise ConnectorError(Code.TOO_LARGE, f"The input of {name} is over {_MOST_BYTES:,} bytes.")
        try:
            with reaching("Step Functions"):
                self._aws.stepfunctions.start_execution(stateMachineArn=machine, name=name, input=said)
        except ClientError as error:
            if code_of(error) != "ExecutionAlreadyExists":
                raise
