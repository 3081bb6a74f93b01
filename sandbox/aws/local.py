"""One local AWS, from start to a clean end. Several can run beside each other: each has its own port and folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from sandbox.aws.clients import KEY, REGION, Clients
from sandbox.aws.loopback import HOST, free_port, get_json
from sandbox.aws.mailbox import Mailbox
from sandbox.aws.places import ROOT, instance_folder, lambda_python
from sandbox.aws.scratch import roomy_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_LOG_TAIL = 2000


class LocalAwsError(RuntimeError):
    """The local AWS cannot be started; the message says why."""


class LocalAws:
    """A running MiniStack: ``with LocalAws("test") as aws: aws.clients.s3 ...``.

    The port is picked free. Log, lock and temporary files stand in ``.run/<name>/``; the temporary files go at the end,
    the log stays. IAM policies of functions are enforced, and functions run on an interpreter with boto3 only.
    """

    def __init__(self, name: str, root: Path = ROOT) -> None:
        self.name = name
        self.port = free_port()
        self.endpoint = f"http://{HOST}:{self.port}"
        self.clients = Clients(self.endpoint)
        self.mailbox = Mailbox(self.port)
        self._root = root
        self._folder = instance_folder(root, name)
        self._temporary = self._folder / "tmp"
        self._log = self._folder / "server.log"
        self._end = ExitStack()

    def __enter__(self) -> Self:
        """Start the server and wait until it answers. Raise :class:`LocalAwsError` when it does not."""
        with ExitStack() as started:
            started.enter_context(self._claim())
            started.enter_context(self._temporary_files())
            started.enter_context(self._serve())
            started.callback(self.clients.close)
            self._end = started.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the server and remove its temporary files."""
        self._end.close()

    def credentials(self) -> dict[str, str]:
        """The environment in which a tool of AWS, such as sam, talks to this server as its root user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": HOST,
        }

    @contextmanager
    def _claim(self) -> Iterator[None]:
        """Hold the folder; the system lets go of it even when this process is killed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalAwsError(f"another local AWS is running in {self._folder}; stop it first") from None
            yield

    @contextmanager
    def _temporary_files(self) -> Iterator[None]:
        """A new folder for the server: each of its workers unpacks the layer there, and leaves it behind."""
        _remove(self._temporary)
        with roomy_folder() as place:
            self._temporary.symlink_to(place, target_is_directory=True)
            try:
                yield
            finally:
                self._temporary.unlink()

    @contextmanager
    def _serve(self) -> Iterator[None]:
        with (
            self._log.open("wb") as log,
            # Its own session: Ctrl-C in a terminal reaches us only, and we stop it in order.
            subprocess.Popen(
                [sys.executable, "-m", "sandbox.aws.server"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as server,
        ):
            try:
                self._wait_until_healthy(server)
                yield
            finally:
                _stop(server)

    def _environment(self) -> dict[str, str]:
        """All that the server knows, and so the functions: nothing of ours, as on Lambda."""
        python = lambda_python(self._root)
        if not python.exists():
            raise LocalAwsError(f"{python} is missing; `make` makes it")
        temporary = str(self._temporary)
        return {
            **self.credentials(),
            "AUTH": "true",
            "BIND_HOST": HOST,
            "EDGE_PORT": str(self.port),
            "END_WITH_STDIN": "1",
            "GATEWAY_PORT": str(self.port),
            "HOME": temporary,
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_PYTHON": str(python),
            "LANG": "C.UTF-8",
            "MINISTACK_HOST": HOST,
            "PATH": os.defpath,
            "S3_DATA_DIR": str(self._temporary / "s3"),
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self._temporary / "state"),
            "TMPDIR": temporary,
            "TZ": "UTC",
        }

    def _wait_until_healthy(self, server: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + _START_SECONDS
        while time.monotonic() < give_up and server.poll() is None:
            try:
                get_json(self.port, "/_ministack/health", timeout=1)
            except OSError:
                time.sleep(0.05)
            else:
                return
        tail = self._log.read_text(errors="replace")[-_LOG_TAIL:]
        raise LocalAwsError(f"the local AWS did not start; the end of {self._log}:\n{tail}")


def _remove(path: Path) -> None:
    """What an instance of this name left behind that could not end in order."""
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
