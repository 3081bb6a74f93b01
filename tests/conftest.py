"""How the tests are spread over two cores: those that share a server stay together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A merge is decided by the same examples each time; new ones are tried at every desk. How long one takes says more of the machine.
settings.register_profile("merge", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("merge" if os.environ.get("CI") else "desk")

TOGETHER = ("e2e", "contract/ports", "integration", "browser")
ROOT = Path(__file__).parent


def pytest_itemcollected(item: pytest.Item) -> None:
    """One group for each folder whose tests share a server: named here, because xdist looks at it before any later hook of ours."""
    for folder in TOGETHER:
        if _within(item, folder):
            item.add_marker(pytest.mark.xdist_group(folder))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The deployed stack takes longest, so it begins first."""
    items.sort(key=lambda item: not _within(item, "e2e"))


def _within(item: pytest.Item, folder: str) -> bool:
    return item.path.is_relative_to(ROOT / folder)
