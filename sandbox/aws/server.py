"""The local AWS as a process: MiniStack with repairs where it differs from AWS in ways that reach our code.

Run as ``python -m sandbox.aws.server``; MiniStack reads its settings from the environment (see ``local.py``). Each
repair replaces a private name, so the version is pinned and a name that is gone ends the start with a message.

``LAMBDA_PYTHON``
    The interpreter that functions run on. It should hold only what Lambda's own runtime holds.
``END_WITH_STDIN``
    When set, the server stops once its standard input closes: it cannot outlive the process that started it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from email.utils import parseaddr
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MINISTACK = "1.5.33"
_RUNTIME = "ministack.core.lambda_runtime"
_LAMBDA = "ministack.services.lambda_svc"
_API_GATEWAY = "ministack.services.apigateway_v1"
_STEP_FUNCTIONS = "ministack.services.stepfunctions"
_IAM_ACTIONS = "ministack.core.iam_actions"

_ANY_METHOD = "x-amazon-apigateway-any-method"
_HTTP_METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
_RAISED = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n)*([\w.]+)", re.MULTILINE)

type Json = dict[str, Any]
type Response = tuple[int, dict[str, str], bytes]


def check_version(installed: str) -> None:
    """Raise SystemExit unless MiniStack is the version whose private names are replaced here."""
    if installed != MINISTACK:
        sys.exit(f"local AWS: ministack {installed} is installed, the repairs were written for {MINISTACK}")


def private(owner: Any, name: str) -> Any:
    """Answer ``owner.name``; raise SystemExit when it is gone."""
    try:
        return getattr(owner, name)
    except AttributeError:
        sys.exit(f"local AWS: ministack {MINISTACK} has no {owner.__name__}.{name}; the repair of it must be written anew")


def replace(module: str, name: str, repair: Callable[[Any], Any]) -> None:
    """Put ``repair(original)`` in the place of a private name of MiniStack."""
    owner = import_module(module)
    setattr(owner, name, repair(private(owner, name)))


def without_log_wait(worker: type) -> type:
    """Do not wait 50 ms for the log of a handler that wrote none (D1); AWS collects logs beside the answer."""
    drain = private(worker, "_drain_stderr_bounded")
    drain.__defaults__ = (0.001, 0.002, 0.05)
    return worker


def raised_class(log: str) -> str | None:
    """Name the class of the exception whose traceback stands last in a log."""
    names = _RAISED.findall(log)
    return names[-1].rpartition(".")[2] if names else None


def with_error_type(execute: Callable[..., Json]) -> Callable[..., Json]:
    """Answer with the exception's class as ``errorType``, as Lambda does, for Catch and Retry to match (D2)."""

    def execute_function(function: Json, event: object, request_id: str) -> Json:
        result = execute(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = raised_class(result.get("log") or "") or body["errorType"]
        return result

    return execute_function


def with_any_method(import_path: Callable[..., None]) -> Callable[..., None]:
    """Give a path with ``Method: ANY`` a route for each method (D4)."""

    def import_path_item(api_id: str, path: str, item: Json, *rest: object) -> None:
        operations = dict.fromkeys(_HTTP_METHODS, item[_ANY_METHOD]) if _ANY_METHOD in item else {}
        import_path(api_id, path, operations | item, *rest)

    return import_path_item


def idempotent_start(start: Callable[[Json], Response]) -> Callable[[Json], Response]:
    """Answer a second start of the same name and input like the first while it runs (D9).

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    module = import_module(_STEP_FUNCTIONS)
    executions, respond = private(module, "_executions"), private(module, "json_response")

    def start_execution(data: Json) -> Response:
        name = f"{data.get('stateMachineArn', '')}:{data.get('name')}".replace(":stateMachine:", ":execution:", 1)
        running = executions.get(name)
        if running and running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):
            again: Response = respond({"executionArn": name, "startDate": running["startDate"]})
            return again
        return start(data)

    return start_execution


def with_sender_identity(resource_arn: Callable[..., str]) -> Callable[..., str]:
    """Authorize SES v2 SendEmail against the sender's identity, not ``*`` (D8)."""

    def ses_v2_resource_arn(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if path.rstrip("/") == "/v2/email/outbound-emails":
            _, sender = parseaddr(json.loads(body or b"{}").get("FromEmailAddress", ""))
            if sender:
                return f"arn:aws:ses:{region}:{account}:identity/{sender}"
        return resource_arn(method, path, body, region, account)

    return ses_v2_resource_arn


def on_interpreter(python: str) -> Callable[[Callable[[str], tuple[str, str]]], Callable[[str], tuple[str, str]]]:
    """Run Python functions on ``python`` instead of the server's own interpreter (D15)."""

    def repair(detect: Callable[[str], tuple[str, str]]) -> Callable[[str], tuple[str, str]]:
        def detect_runtime_binary(runtime: str) -> tuple[str, str]:
            binary, worker = detect(runtime)
            return (python if runtime.startswith("python") else binary), worker

        return detect_runtime_binary

    return repair


def end_with_stdin() -> None:
    """Stop this process, from a thread, as soon as its standard input closes."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):  # unbuffered: a lock held on sys.stdin would break the exit
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Repair MiniStack and serve until SIGTERM."""
    check_version(version("ministack"))
    replace(_RUNTIME, "Worker", without_log_wait)
    replace(_LAMBDA, "_execute_function_warm", with_error_type)
    replace(_API_GATEWAY, "_import_path_item", with_any_method)
    replace(_STEP_FUNCTIONS, "_start_execution", idempotent_start)
    replace(_IAM_ACTIONS, "_ses_v2_resource_arn", with_sender_identity)
    if python := os.environ.get("LAMBDA_PYTHON"):
        replace(_RUNTIME, "_detect_runtime_binary", on_interpreter(python))
    if os.environ.get("END_WITH_STDIN"):
        end_with_stdin()
    import_module("ministack.app").main()


if __name__ == "__main__":
    main()
