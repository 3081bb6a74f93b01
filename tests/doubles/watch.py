"""ports.Watch that writes down what it hears."""

from __future__ import annotations


class MemoryWatch:
    def __init__(self) -> None:
        self.said: list[str] = []

    def away(self) -> None:
        self.said.append("away")

    def answered(self) -> None:
        self.said.append("answered")
