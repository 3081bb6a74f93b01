"""Talking to a server on this machine: a free port, and one GET that no proxy setting can divert."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def get_json(port: int, path: str, *, timeout: float = 10) -> Any:
    """What ``GET path`` answers. Raise OSError when nobody answers or the answer is not 200."""
    with closing(HTTPConnection(HOST, port, timeout=timeout)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    if response.status != 200:  # noqa: PLR2004 - OK
        raise OSError(f"GET {path} on port {port} answered {response.status}: {body[:200]!r}")
    return json.loads(body)
