"""A deployed stack for the measurements, and what a function of it knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.aws.deploy import deploy
from sandbox.companies import builder
from sandbox.story import opening
from sandbox.story.chapters import Story
from sandbox.story.stage import Stage, stage

ROOT: Final = Path(__file__).parents[2]
UNLIMITED: Final = 1_000_000
"""Procore's spike limit is P9's matter; here it would only make people wait."""


@dataclass(frozen=True)
class Bench:
    stage: Stage
    story: Story
    build: Path

    def login(self, key: str) -> str:
        return next(user.login for user in builder().users if user.key == key)

    def environment(self, function: str = "commitments") -> dict[str, str]:
        """The environment of a deployed function, with the local AWS's root credentials and nothing else."""
        named = [each["FunctionName"] for each in self._functions() if each["FunctionName"].endswith(f"-{function}")]
        held = self.stage.aws.clients.functions.get_function_configuration(FunctionName=named[0])["Environment"]["Variables"]
        return {"PATH": os.defpath, "LANG": "C.UTF-8", "AWS_LAMBDA_FUNCTION_NAME": function, **held, **self.stage.aws.credentials()}

    def _functions(self) -> list[dict[str, Any]]:
        pages = self.stage.aws.clients.functions.get_paginator("list_functions").paginate()
        return [dict(each) for page in pages for each in page["Functions"]]

    def worker(self, records: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """What each export took in a process of its own, the first of them left out."""
        task = {"function": "commitments", "sender": self.login("marco"), "approver": self.login("dana"), "records": list(records)}
        answer = subprocess.run(
            [sys.executable, "-m", "tools.bench.worker"],
            input=json.dumps(task),
            env={**self.environment(), "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "common"), str(ROOT)])},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"the worker ended with {answer.returncode}:\n{answer.stderr[-3000:]}")
        found: list[dict[str, Any]] = json.loads(answer.stdout.splitlines()[-1])
        return found


@contextmanager
def bench(say: Callable[[str], None]) -> Iterator[Bench]:
    """Both simulators, the local AWS, the stack, and the company's jobs, vendors and codes linked. ``say`` hears of each step."""
    with stage("bench", say, deploy_with=deploy, spike_limit=UNLIMITED) as here:
        here.procore.settings.hourly_limit = UNLIMITED
        story = Story(here, say)
        opening.settings(story.desk)
        opening.imports(story.desk)
        yield Bench(here, story, ROOT / ".aws-sam" / "build")
