"""Set up what `make` needs: Python 3.13, `.venv` for us and `.run/lambda-venv` for the functions of the local AWS.

    python3 tools/bootstrap.py [--browser] [--bench]

``--browser`` also sees to a Chromium: on a Debian where we are root it is installed by apt, which is said. ``--bench`` adds
`.run/bench-venv`, what `make bench` compares with.

Runs on any Python from 3.9 on, with nothing installed. Does nothing when the requirement files have not changed since
the last time. Ends with one line and exit code 1 when something is missing that only people can install.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LAMBDA_VENV = ROOT / ".run" / "lambda-venv"
BENCH_VENV = ROOT / ".run" / "bench-venv"
LOCK = ROOT / "requirements" / "dev.txt"
BENCH_LOCK = ROOT / "requirements" / "bench.txt"
LAMBDA_PACKAGES = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What Lambda's Python runtime brings, of the versions in LOCK: boto3 and what it needs."""

VERSION = "3.13"
TOOLS = {
    "make": ("make",),
    "git": ("git",),
}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws no windows of its own and takes half the time."""
BROWSER_PACKAGES = ("chromium-headless-shell", "chromium")
"""The second where apt has not the first."""
PYTHON_MISSING = (
    f"Python {VERSION} with venv is missing. Install it: `apt install python{VERSION} python{VERSION}-venv`, or `pyenv install {VERSION}`."
)


def missing_tools(browser: bool) -> list[str]:  # noqa: FBT001 - the one choice there is
    """One line for each tool that is not on PATH."""
    needed = {**TOOLS, "chromium": BROWSERS} if browser else TOOLS
    return [
        f"{name} is missing. Install it: `apt install {name}`." for name, commands in needed.items() if not any(map(shutil.which, commands))
    ]


def install_browser() -> None:
    """By apt, where that is ours to do and no browser is there. What apt could not do shows in :func:`missing_tools`."""
    if any(map(shutil.which, BROWSERS)) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("There is no Chromium: installing it by apt (once) ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    installing = [["install", "--yes", "--no-install-recommends", package, "fonts-liberation"] for package in BROWSER_PACKAGES]
    for command in (["update"], *installing):
        if not any(map(shutil.which, BROWSERS)):
            subprocess.run(["apt-get", "--quiet", "--quiet", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def candidates() -> Iterator[str]:
    """Interpreters that may be the right one: this one, the one on PATH, then pyenv's, newest first."""
    yield sys.executable
    yield from filter(None, [shutil.which(f"python{VERSION}")])
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = versions.glob(f"{VERSION}.*/bin/python{VERSION}")
    yield from map(
        str,
        sorted(found, key=lambda path: [int(digits) for digits in re.findall(r"\d+", path.parts[-3])], reverse=True),
    )


def find_python() -> str | None:
    """The first candidate that really is of our version and can make environments (a shim or a bare Debian cannot)."""
    program = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates():
        answer = subprocess.run([candidate, "-c", program], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == VERSION:
            return candidate
    return None


def part_of_lock(lock: str, names: tuple[str, ...]) -> str:
    """The entries of these packages, with their hashes. Raise LookupError when one is not there."""
    entries = dict(re.findall(r"^([\w.-]+)(==(?:.*\\\n)*.*)$", lock, re.MULTILINE))
    return "\n".join(f"{name}{entries[name]}" for name in names) + "\n"


def install(folder: Path, python: str, requirements: str) -> None:
    """Make the environment and put these packages into it, unless that was done before. Exit when pip fails."""
    stamp = folder / "installed.sha256"
    wanted = hashlib.sha256(f"{VERSION}\n{requirements}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Setting up {folder.relative_to(ROOT)} (only when requirements change) ...", flush=True)
    stamp.unlink(missing_ok=True)
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    listed = folder / "requirements.txt"
    listed.write_text(requirements)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    answer = subprocess.run([*pip, "--require-hashes", "-r", str(listed)], check=False)
    if answer.returncode:
        sys.exit(f"pip could not install the packages for {folder.relative_to(ROOT)}; its message stands above.")
    stamp.write_text(wanted)


def main() -> None:
    """Check the tools, then make both environments; one process at a time."""
    browser = "--browser" in sys.argv[1:]
    if browser:
        install_browser()
    lines = missing_tools(browser=browser)
    python = find_python()
    if python is None:
        lines.append(PYTHON_MISSING)
    if python is None or lines:
        sys.exit("\n".join(lines))
    LAMBDA_VENV.parent.mkdir(exist_ok=True)
    with (LAMBDA_VENV.parent / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        requirements = LOCK.read_text()
        install(VENV, python, requirements)
        install(LAMBDA_VENV, python, part_of_lock(requirements, LAMBDA_PACKAGES))
        if "--bench" in sys.argv[1:]:
            install(BENCH_VENV, python, BENCH_LOCK.read_text())


if __name__ == "__main__":
    main()
