"""What a local AWS does when it cannot start, and what surrounds it. That it starts is tested in tests/integration."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from sandbox.aws import mailbox
from sandbox.aws.commands import CommandFailed, run
from sandbox.aws.local import LocalAws, LocalAwsError
from sandbox.aws.mailbox import Mail, Mailbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose functions have an interpreter."""
    python = tmp_path / ".run" / "lambda-venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_without_an_interpreter_for_functions_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match=r"lambda-venv/bin/python is missing"), LocalAws("one", tmp_path):
        pass
    assert "tmp" not in names(tmp_path / ".run" / "one")


def test_a_server_that_ends_at_once_is_told_with_its_log(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = root / "python"
    broken.write_text("#!/bin/sh\necho ministack is broken\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(LocalAwsError, match=r"(?s)did not start.*ministack is broken"), LocalAws("one", root):
        pass
    assert names(root / ".run" / "one") == ["lock", "server.log"]


def test_the_server_knows_nothing_of_our_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv("AWS_PROFILE", "production")
    seen = root / "python"
    seen.write_text("#!/bin/sh\nenv\nexit 1\n")
    seen.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(seen))
    aws = LocalAws("one", root)
    with pytest.raises(LocalAwsError), aws:
        pass
    environment = dict(line.split("=", 1) for line in (root / ".run" / "one" / "server.log").read_text().splitlines())
    assert not {"HTTPS_PROXY", "AWS_PROFILE"} & environment.keys()
    assert (environment["AUTH"], environment["BIND_HOST"], environment["GATEWAY_PORT"]) == ("true", "127.0.0.1", str(aws.port))
    assert environment["TMPDIR"] == environment["HOME"] == str(root / ".run" / "one" / "tmp")
    assert environment["LAMBDA_PYTHON"] == str(root / ".run" / "lambda-venv" / "bin" / "python")


def test_a_command_answers_what_it_printed_and_finds_our_tools_first(tmp_path: Path) -> None:
    printed = run(["sh", "-c", "pwd; echo $NAME; echo $PATH"], folder=tmp_path, environment={"NAME": "value"})
    folder, name, path = printed.splitlines()
    assert (folder, name) == (str(tmp_path), "value")
    assert path.startswith(str(sys.executable).removesuffix("/python"))


def test_a_command_learns_nothing_of_the_accounts_of_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    assert "AWS_PROFILE" not in run(["env"], folder=tmp_path)
    assert "AWS_REGION=here" in run(["env"], folder=tmp_path, environment={"AWS_REGION": "here"})


def test_a_failed_command_tells_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"(?s)sh -c .* ended with 3:\nsaid\n"):
        run(["sh", "-c", "echo said >&2; exit 3"], folder=tmp_path)


def test_mail_is_read_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    message = {"Source": "us@a.example", "Subject": "Waiting", "BodyText": "text", "Timestamp": 1795415507.5}
    messages = [
        {**message, "To": ["dana@b.example"], "BodyHtml": "<p>text</p>"},
        {**message, "To": ["priya@b.example", "tom@b.example"], "BodyHtml": None},
    ]
    monkeypatch.setattr(mailbox, "get_json", lambda *_: {"messages": {"000000000000": messages}})
    sent_at = datetime(2026, 11, 23, 6, 31, 47, 500000, tzinfo=UTC)
    dana = Mail("us@a.example", ("dana@b.example",), "Waiting", "text", "<p>text</p>", sent_at)
    both = Mail("us@a.example", ("priya@b.example", "tom@b.example"), "Waiting", "text", None, sent_at)
    assert Mailbox(1).messages() == [dana, both]
    assert Mailbox(1).messages("dana@b.example") == [dana]
    assert Mailbox(1).messages("tom@b.example") == [both]
