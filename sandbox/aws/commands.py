"""Running a command quietly, and loudly when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class CommandFailed(RuntimeError):  # noqa: N818 - what happened, in the past tense
    """A command ended with an error; the message holds what it printed."""


def run(arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command of this environment (``.venv/bin`` stands first on its PATH); answer what it printed.

    ``environment`` is added to ours, of which it gets nothing about AWS: a developer's profile or endpoint would lead it
    to a real account. Raise :class:`CommandFailed` when the exit code is not 0.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    answer = subprocess.run(
        arguments,
        cwd=folder,
        env={**ours, **(environment or {}), "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise CommandFailed(f"{' '.join(arguments)} ended with {answer.returncode}:\n{answer.stdout}")
    return answer.stdout
