"""A folder for thousands of short-lived files: in memory where there is room, because a disk takes a minute to delete them."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = Path("/dev/shm")  # noqa: S108 -- Linux's file system in memory; the folder made in it is ours alone
_WANTED = 6 * 2**30
_PREFIX = "connector-local-aws-"


@contextmanager
def roomy_folder() -> Iterator[Path]:
    """A new folder, gone at the end with all that is in it. Those of processes that were killed go too."""
    memory = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _WANTED else None
    if memory is not None:
        for left in memory.glob(f"{_PREFIX}*"):
            if not _alive(left.name.removeprefix(_PREFIX).partition("-")[0]):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=memory))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _alive(process: str) -> bool:
    return process.isdecimal() and Path(f"/proc/{process}").exists()
