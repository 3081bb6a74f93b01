"""Setting up: what is looked for, in which order, and when nothing is done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tools import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCK = """# comment
boto3==1.43.102 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
boto3-stubs==1.43.126 \\
    --hash=sha256:cc
six==1.17.0 \\
    --hash=sha256:dd
"""


def test_a_part_of_the_lock_keeps_versions_and_hashes() -> None:
    part = bootstrap.part_of_lock(LOCK, ("boto3", "six"))
    assert part == ("boto3==1.43.102 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nsix==1.17.0 \\\n    --hash=sha256:dd\n")


def test_a_package_that_the_lock_lacks_is_an_error() -> None:
    with pytest.raises(LookupError, match="jmespath"):
        bootstrap.part_of_lock(LOCK, ("jmespath",))


def test_our_lock_has_all_that_lambda_brings() -> None:
    part = bootstrap.part_of_lock(bootstrap.LOCK.read_text(), bootstrap.LAMBDA_PACKAGES)
    assert part.count("==") == len(bootstrap.LAMBDA_PACKAGES)


def test_each_missing_tool_gets_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert bootstrap.missing_tools(browser=False) == [
        "make is missing. Install it: `apt install make`.",
        "git is missing. Install it: `apt install git`.",
    ]


def test_a_browser_is_asked_for_only_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name in {"make", "git"} else None)
    assert bootstrap.missing_tools(browser=False) == []
    assert bootstrap.missing_tools(browser=True) == ["chromium is missing. Install it: `apt install chromium`."]


def test_any_name_of_the_browser_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name in {"make", "git", "google-chrome"} else None)
    assert bootstrap.missing_tools(browser=True) == []


class TestTheBrowser:
    @pytest.fixture
    def commands(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """What apt would have been told on a Debian without a browser, where we are root."""
        commands: list[list[str]] = []
        monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
        return commands

    def test_it_is_installed_by_apt_and_that_is_said(self, commands: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
        bootstrap.install_browser()
        assert [command[3] for command in commands] == ["update", "install", "install"]
        assert [command[-2:] for command in commands[1:]] == [
            [name, "fonts-liberation"] for name in ("chromium-headless-shell", "chromium")
        ]
        assert "installing it by apt" in capsys.readouterr().out

    def test_one_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        commands: list[list[str]] = []
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
        there = {"apt-get"}
        monkeypatch.setattr(shutil, "which", lambda name: name if name in there or any(name in command for command in commands) else None)
        bootstrap.install_browser()
        assert [command[-2:] for command in commands] == [["--quiet", "update"], ["chromium-headless-shell", "fonts-liberation"]]

    def test_who_is_not_root_is_told_what_to_install(self, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        bootstrap.install_browser()
        assert commands == []
        assert "chromium is missing. Install it: `apt install chromium`." in bootstrap.missing_tools(browser=True)

    @pytest.mark.parametrize("there", ["chromium", "google-chrome", ""])
    def test_what_is_there_is_left_alone_and_without_apt_nothing_is_tried(
        self, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, there: str
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: name if name == there or (there and name == "apt-get") else None)
        bootstrap.install_browser()
        assert commands == []


def test_interpreters_are_tried_ours_first_then_path_then_the_newest_of_pyenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("3.13.2", "3.13.10", "3.12.9"):
        python = tmp_path / "versions" / version / "bin" / f"python{version.rpartition('.')[0]}"
        python.parent.mkdir(parents=True)
        python.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    ours, on_path, *pyenv = bootstrap.candidates()
    assert (ours, on_path) == (sys.executable, "/bin/python3.13")
    assert pyenv == [str(tmp_path / "versions" / version / "bin" / "python3.13") for version in ("3.13.10", "3.13.2")]


def test_an_interpreter_that_does_not_work_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'python3.13: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(bootstrap, "candidates", lambda: iter([str(shim), sys.executable]))
    assert bootstrap.find_python() == sys.executable
    monkeypatch.setattr(bootstrap, "candidates", lambda: iter([str(shim)]))
    assert bootstrap.find_python() is None


def test_a_missing_python_ends_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "find_python", lambda: None)
    monkeypatch.setattr(bootstrap, "missing_tools", lambda **_: [])
    with pytest.raises(SystemExit) as end:
        bootstrap.main()
    assert str(end.value).startswith("Python 3.13 with venv is missing. Install it:")
    assert "\n" not in str(end.value)


class TestInstall:
    @pytest.fixture
    def commands(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
        """What would have been run; every command succeeds."""
        return self.record(monkeypatch, tmp_path, lambda _: 0)

    @staticmethod
    def record(monkeypatch: pytest.MonkeyPatch, root: Path, exit_code: Callable[[list[str]], int]) -> list[list[str]]:
        commands: list[list[str]] = []

        def run(command: list[str], **_: object) -> SimpleNamespace:
            commands.append(command)
            return SimpleNamespace(returncode=exit_code(command))

        (root / "venv").mkdir()
        monkeypatch.setattr(bootstrap, "ROOT", root)
        monkeypatch.setattr(bootstrap, "LOCK", root / "requirements" / "dev.txt")
        monkeypatch.setattr(subprocess, "run", run)
        return commands

    def test_an_environment_is_made_and_filled_with_hashed_packages(self, commands: list[list[str]], tmp_path: Path) -> None:
        bootstrap.install(tmp_path / "venv", "/python", LOCK)
        make, fill = commands
        assert make == ["/python", "-m", "venv", str(tmp_path / "venv")]
        assert fill[-3:] == ["--require-hashes", "-r", str(tmp_path / "venv" / "requirements.txt")]
        assert (tmp_path / "venv" / "requirements.txt").read_text() == LOCK

    def test_nothing_is_done_again_until_the_requirements_change(self, commands: list[list[str]], tmp_path: Path) -> None:
        bootstrap.install(tmp_path / "venv", "/python", LOCK)
        bootstrap.install(tmp_path / "venv", "/python", LOCK)
        assert len(commands) == 2
        bootstrap.install(tmp_path / "venv", "/python", LOCK + "# more")
        assert len(commands) == 4

    def test_after_a_failure_it_is_tried_again(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        commands = self.record(monkeypatch, tmp_path, lambda command: int("pip" in command))
        for _ in range(2):
            with pytest.raises(SystemExit, match="pip could not install"):
                bootstrap.install(tmp_path / "venv", "/python", LOCK)
        assert len(commands) == 4


def test_it_runs_on_the_oldest_python_it_promises() -> None:
    source = bootstrap.__file__
    assert source is not None
    program = f"import ast; ast.parse(open({source!r}).read(), feature_version=(3, 9))"
    subprocess.run([sys.executable, "-c", program], check=True)
