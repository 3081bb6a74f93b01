"""Where things stand on the developer's disk."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def instance_folder(root: Path, name: str) -> Path:
    """What belongs to one local AWS: its log, lock and temporary files."""
    return root / ".run" / name


def lambda_python(root: Path) -> Path:
    """The interpreter functions run on; ``tools/bootstrap.py`` makes it and gives it boto3 only."""
    return root / ".run" / "lambda-venv" / "bin" / "python"
