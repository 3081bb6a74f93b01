"""How the tests are spread over two cores: those that share a server stay together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

# A merge is decided by the same examples each time; new ones are tried at every desk. How long one takes says more of the machine.
settings.register_profile("merge", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("merge" if os.environ.get("CI") else "desk")

TOGETHER = ("e2e", "contract/ports", "integration", "browser")
ROOT = Path(__file__).parent


class _ByServer(LoadScopeScheduling):  # type: ignore[misc]  # xdist brings no types
    """Hands out tests one by one, those of a folder in ``TOGETHER`` together. xdist's own ``loadgroup`` does not do it under this pytest:
    it looks for its groups in ids that no longer carry them."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(f"tests/{folder}/")), nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write what the browser tests look at into .run/screenshots")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByServer:
    return _ByServer(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The deployed stack takes longest, so it begins first."""
    items.sort(key=lambda item: not _within(item, "e2e"))


def _within(item: pytest.Item, folder: str) -> bool:
    return item.path.is_relative_to(ROOT / folder)
