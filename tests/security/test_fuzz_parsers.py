"""What reads the bodies of strangers (Intacct's answers, webhooks, Procore's refusals), under a coverage-guided fuzzer.

A find becomes a case of :mod:`tests.security.test_upstreams` or of the parser's own tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.numbers import record
from tests.security.fuzz_seeds import NAMES, seeds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="atheris is built for Linux only")
ROOT: Final = Path(__file__).parents[2]
LIMITS: Final = ("-seed=20261127", "-max_len=4096", "-rss_limit_mb=1024", "-timeout=5", "-verbosity=1")


def _fuzzed(target: str, folder: Path, *options: str) -> tuple[int, str]:
    """The exit code, and what libFuzzer said."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    command = [sys.executable, "-m", "tests.security.fuzz", target, *LIMITS, f"-artifact_prefix={folder}/", *options, str(corpus)]
    paths = os.pathsep.join([str(ROOT / "layers/common"), str(ROOT)])
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=1_200, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _holds(target: str, folder: Path, *options: str) -> None:
    code, said = _fuzzed(target, folder, *options)
    finds = [f"{find.name}: {find.read_bytes()[:500]!r}" for find in folder.iterdir() if find.is_file()]
    assert (code, finds) == (0, []), said[-3_000:]
    runs = re.search(r"Done (\d+) runs", said)
    assert runs, said[-1_000:]
    record("security", **{"inputs fuzzed": int(runs[1])})


@pytest.mark.parametrize("target", NAMES)
def test_no_input_breaks_a_parser(target: str, tmp_path: Path) -> None:
    _holds(target, tmp_path, "-runs=10000", "-max_total_time=20")


@pytest.mark.proof
@pytest.mark.parametrize("target", NAMES)
def test_no_input_of_many_breaks_a_parser(target: str, tmp_path: Path) -> None:
    _holds(target, tmp_path, "-runs=1000000", "-max_total_time=60")


def test_the_fuzzer_can_find(tmp_path: Path) -> None:
    code, said = _fuzzed("answer", tmp_path, "--planted", "-runs=3000")
    assert code != 0
    assert "Unreadable" in said
