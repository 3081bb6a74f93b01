"""What the proof has counted: suites say it here, the figures of docs/reliability.md are the sums."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

_counted: defaultdict[str, Counter[str]] = defaultdict(Counter)


def record(suite: str, **numbers: int) -> None:
    """Add ``numbers`` to those of ``suite``: ``record("security", **{"inputs fuzzed": 123})``.

    Where PROOF_NUMBERS names a folder, it holds one file per suite and process, ``{"suite": …, "numbers": {name: sum}}``, whole after each
    call; who reads adds up those of the same suite. Without it nothing is written.
    """
    _counted[suite].update(numbers)
    if folder := os.environ.get("PROOF_NUMBERS"):
        content = json.dumps({"suite": suite, "numbers": dict(sorted(_counted[suite].items()))}, indent=2) + "\n"
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{suite}-{os.getpid()}.json").write_text(content, "utf-8")
