"""The repairs of MiniStack, each tried on a stand-in for what it replaces."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sandbox.aws import server


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that can be found by the name ``emulator``."""
    module = ModuleType("emulator")
    monkeypatch.setitem(sys.modules, "emulator", module)
    return module


def test_the_version_is_the_one_that_is_required_and_installed() -> None:
    required = (Path(__file__).parents[3] / "requirements" / "dev.in").read_text().split()
    assert f"ministack=={server.MINISTACK}" in required
    server.check_version(version("ministack"))


def test_another_version_ends_the_start() -> None:
    with pytest.raises(SystemExit, match=r"ministack 1\.6\.0 is installed, the repairs were written for"):
        server.check_version("1.6.0")


def test_a_name_that_is_gone_ends_the_start(emulator: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"has no emulator\._start; the repair of it must be written anew"):
        server.replace("emulator", "_start", lambda original: original)
    assert not hasattr(emulator, "_start")


def test_replace_gives_the_original_to_its_repair(emulator: ModuleType) -> None:
    vars(emulator)["_start"] = "original"
    server.replace("emulator", "_start", lambda original: f"repaired {original}")
    assert vars(emulator)["_start"] == "repaired original"


def test_a_silent_handler_is_not_waited_for() -> None:
    class Worker:
        def _drain_stderr_bounded(self, first: float = 0.05, idle: float = 0.005, cap: float = 0.25) -> tuple[float, ...]:
            return first, idle, cap

    assert server.without_log_wait(Worker)()._drain_stderr_bounded() == (0.001, 0.002, 0.05)  # noqa: SLF001 - the name MiniStack gave it


TRACE = """INFO something
Traceback (most recent call last):
  File "app.py", line 3, in lambda_handler
    raise ValueError("x")
ValueError: x

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "app.py", line 5, in lambda_handler
    raise ConnectorError("first") from error
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
connector.core.errors.ConnectorError: first
Other: second line"""


def test_the_class_of_the_last_exception_is_read_from_its_traceback() -> None:
    assert server.raised_class(TRACE) == "ConnectorError"
    assert server.raised_class("KeyError: no traceback") is None


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        ({"error": True, "log": TRACE, "body": {"errorType": "Runtime.HandlerError"}}, "ConnectorError"),
        ({"error": True, "log": None, "body": {"errorType": "Runtime.HandlerError"}}, "Runtime.HandlerError"),
        ({"error": True, "log": TRACE, "body": {"errorType": "Sandbox.Timedout"}}, "Sandbox.Timedout"),
        ({"log": TRACE, "body": {"errorType": "Runtime.HandlerError"}}, "Runtime.HandlerError"),
    ],
)
def test_a_failed_function_answers_with_the_class_of_its_exception(answer: server.Json, error_type: str) -> None:
    execute = server.with_error_type(lambda *_: answer)
    assert execute({}, None, "request")["body"]["errorType"] == error_type


def test_any_method_becomes_a_route_for_each_that_has_none_of_its_own() -> None:
    imported: list[Any] = []
    import_path = server.with_any_method(lambda *arguments: imported.append(arguments))
    import_path("api", "/things", {"x-amazon-apigateway-any-method": "any", "get": "own"}, "schemes")
    [(api, path, operations, schemes)] = imported
    assert (api, path, schemes) == ("api", "/things", "schemes")
    assert operations["get"] == "own"
    assert [operations[method] for method in ("post", "put", "delete", "patch", "head", "options")] == ["any"] * 6


def test_a_path_without_any_method_is_left_alone() -> None:
    imported: list[Any] = []
    server.with_any_method(lambda *arguments: imported.append(arguments))("api", "/things", {"get": "own"})
    assert imported == [("api", "/things", {"get": "own"})]


class TestIdempotentStart:
    MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:export"
    EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:export:run-1"

    def start(self, emulator: ModuleType, monkeypatch: pytest.MonkeyPatch, status: str, **request: str) -> server.Response:
        """Start ``run-1`` while an execution of that name stands in the emulator with this status and input ``{}``."""
        monkeypatch.setattr(server, "_STEP_FUNCTIONS", "emulator")
        vars(emulator)["_executions"] = {self.EXECUTION: {"status": status, "input": "{}", "startDate": 7}}
        vars(emulator)["json_response"] = lambda body: (200, {}, repr(body).encode())
        start = server.idempotent_start(lambda _: (400, {}, b"ExecutionAlreadyExists"))
        return start({"stateMachineArn": self.MACHINE, "name": "run-1", **request})

    @pytest.mark.parametrize("request_input", [{}, {"input": "{}"}])
    def test_the_same_start_is_answered_again(
        self, emulator: ModuleType, monkeypatch: pytest.MonkeyPatch, request_input: dict[str, str]
    ) -> None:
        status, _, body = self.start(emulator, monkeypatch, "RUNNING", **request_input)
        assert (status, body) == (200, repr({"executionArn": self.EXECUTION, "startDate": 7}).encode())

    def test_another_input_is_refused(self, emulator: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.start(emulator, monkeypatch, "RUNNING", input='{"a": 1}')[0] == 400

    def test_an_execution_that_ended_is_not_started_again(self, emulator: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.start(emulator, monkeypatch, "SUCCEEDED")[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "resource"),
    [
        ("/v2/email/outbound-emails", b'{"FromEmailAddress": "a@b.example"}', "arn:aws:ses:eu-1:1:identity/a@b.example"),
        ("/v2/email/outbound-emails", b'{"FromEmailAddress": "Us <a@b.example>"}', "arn:aws:ses:eu-1:1:identity/a@b.example"),
        ("/v2/email/outbound-emails", b"", "*"),
        ("/v2/email/templates", b'{"FromEmailAddress": "a@b.example"}', "*"),
    ],
)
def test_mail_is_authorized_against_its_sender(path: str, body: bytes, resource: str) -> None:
    assert server.with_sender_identity(lambda *_: "*")("POST", path, body, "eu-1", "1") == resource


def test_python_functions_run_on_the_given_interpreter() -> None:
    detect = server.on_interpreter("/clean/python")(lambda runtime: (f"/our/{runtime}", "worker"))
    assert detect("python3.13") == ("/clean/python", "worker")
    assert detect("nodejs22.x") == ("/our/nodejs22.x", "worker")
