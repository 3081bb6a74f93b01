"""The whole app, deployed and ready: what the integration tests stand on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws.build import built
from sandbox.aws.deploy import api_url, deploy, outputs
from sandbox.aws.local import LocalAws
from sandbox.aws.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sandbox.aws.clients import Clients
    from sandbox.aws.mailbox import Mailbox

_STACK_NAME = "connector"


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its template's outputs, where its API answers, and ways to look inside."""

    outputs: Mapping[str, str]
    api_url: str
    clients: Clients
    mailbox: Mailbox


type Deploy = Callable[[LocalAws, Path, str, Mapping[str, str]], None]


@contextmanager
def stack(name: str, parameters: Mapping[str, str], *, root: Path = ROOT, deploy_with: Deploy = deploy) -> Iterator[Stack]:
    """Build the app, start a local AWS called ``name``, deploy with the template's ``parameters``, and stop at the end.

    The template gives out its REST API's id as ``ApiId``.
    """
    with LocalAws(name, root) as aws:
        with built(root) as build:
            deploy_with(aws, build, _STACK_NAME, parameters)
        given = outputs(aws, _STACK_NAME)
        yield Stack(given, api_url(aws, given["ApiId"]), aws.clients, aws.mailbox)
