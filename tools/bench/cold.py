"""P5: what a cold start costs before the first line of work: imports and the clients a function makes, in CPU time.

R1 is the CPU of ``import boto3, requests, pydantic``, the yardstick of the same machine in the same minute. Every sample is a process
of its own on the functions' interpreter, with the built layer and nothing else; samples alternate, and the smallest of each counts:
what other processes take from the cache or the core only ever adds.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.bench.goals import Finding, Measured

ROUNDS: Final = 9
R1: Final = "import boto3, requests, pydantic"
EXPORT: Final = (
    "import app; from connector import bootstrap; bootstrap.world(); aws = bootstrap.aws(); aws.dynamodb; aws.s3; aws.secretsmanager"
)
"""A handler and the three AWS clients that every export uses."""
WEBHOOK: Final = "import app"
ANSWERING: Final = "import app; from connector.bootstrap_base import aws; aws().sqs; aws().secretsmanager"
"""The webhook's door with the two clients of its first answer: told beside the goal, which is about imports."""
NOTHING: Final = "pass"


def cold(build: Path, python: Path, environment: Mapping[str, str], functions: Mapping[str, str]) -> Finding:
    """``functions`` are programs by the name of the function whose folder they run in."""
    programs = {"R1": ("", R1), "an interpreter alone": ("", NOTHING)} | {name: (name, program) for name, program in functions.items()}
    programs["procore_webhook with its clients"] = ("procore_webhook", ANSWERING)
    samples: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, (function, program) in programs.items():
            samples[name].append(_cpu(build, python, environment, function, program))
    least = {name: min(taken) for name, taken in samples.items()}
    floor = least["an interpreter alone"]
    own = {name: taken - floor for name, taken in least.items()}
    bounds = {name: 0.35 if name == "procore_webhook" else 1.10 for name in functions}
    worst = {bound: max((name for name in functions if bounds[name] == bound), key=lambda name: own[name]) for bound in {*bounds.values()}}
    return Finding(
        measured=tuple(
            Measured(goal="P5", figure=own[name] / own["R1"], unit=f"x R1 ({name})", bound=bound)
            for bound, name in sorted(worst.items(), reverse=True)
        ),
        counted=tuple(f"{name}: {taken * 1000:.0f} ms CPU, {taken / own['R1']:.2f} x R1" for name, taken in own.items()),
    )


def _cpu(build: Path, python: Path, environment: Mapping[str, str], function: str, program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = [str(build / "CommonLayer" / "python")] + ([str(build / _resource(function))] if function else [])
    subprocess.run(
        [str(python), "-c", program], check=True, env={**environment, "PYTHONPATH": os.pathsep.join(path)}, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def _resource(function: str) -> str:
    """The template's name of a function: ``CommitmentsFunction``."""
    return "".join(word.title() for word in function.split("_")) + "Function"
