"""A client that answers from a script, for what no server shows on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients

type Scripted = Callable[..., AwsClients]


def refusal(code: str, *, status: int = 400, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "AWS says so"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response | more, "Operation")


def cancelled(*reasons: str) -> ClientError:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons])


class Script:
    """Any operation takes the next answer (an exception is raised) and is kept in ``said`` with its parameters."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.said: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self.said.append((operation, parameters))
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def aws_with(**clients: Script) -> AwsClients:
    """AwsClients whose clients are these scripts."""
    aws = AwsClients()
    vars(aws).update(clients)
    return aws


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Takes the place of sleeping between attempts."""
    slept: list[float] = []
    monkeypatch.setattr("connector.adapters.aws.rows.time.sleep", slept.append)
    return slept
