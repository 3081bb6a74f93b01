from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the connector says of each fault would cost more than the fault."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
