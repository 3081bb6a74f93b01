from __future__ import annotations

from tests.proof.conftest import addresses

__all__ = ["addresses"]
