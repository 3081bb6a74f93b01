"""Writes what the proof has counted into docs/reliability.md: ``python -m tools.proof_numbers .run/proof``, which `make proof` does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools.docs import DOCS

PAGE: Final = DOCS / "reliability.md"
BEGIN, END = "<!-- numbers: written by `make proof` -->", "<!-- numbers end -->"


def main(folder: Path) -> None:
    counted = added_up(folder)
    if not counted:
        sys.exit(f"No suite has counted anything in {folder}.")
    page = PAGE.read_text("utf-8")
    PAGE.write_text(with_numbers(page, "\n".join(section(counted, _commit(), datetime.now(UTC)))), "utf-8")


def added_up(folder: Path) -> Mapping[str, Counter[str]]:
    """The sums of each suite; processes write a file each (tests/numbers.py)."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        sums[told["suite"]].update(told["numbers"])
    return sums


def section(counted: Mapping[str, Counter[str]], commit: str, when: datetime) -> Iterator[str]:
    yield f"Of {when:%B %-d, %Y}, at commit `{commit}`, all tests of `make proof` passed:\n"
    yield "| suite | what | how many |\n|---|---|---|"
    for suite, numbers in sorted(counted.items()):
        for what, number in sorted(numbers.items()):
            yield f"| {suite} | {what} | {number:,} |"


def with_numbers(page: str, text: str) -> str:
    """Raises ValueError if the page has no place for them."""
    there = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not there.search(page):
        msg = f"The page has no {BEGIN} … {END}."
        raise ValueError(msg)
    return there.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page)


def _commit() -> str:
    asked = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True, cwd=DOCS).stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
