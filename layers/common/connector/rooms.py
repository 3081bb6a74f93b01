"""The rooms by name, found by their files."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from connector import objects
from connector.engine.world import Room


class Rooms(Mapping[str, Room]):
    """The objects of the feature map by name: each a module of :mod:`connector.objects` with a ``SYNC``, imported when it is asked
    for, so that a function that moves one object loads one room."""

    def __init__(self) -> None:
        self._names = tuple(sorted(module.name for module in pkgutil.iter_modules(objects.__path__)))

    def __getitem__(self, name: str) -> Room:
        if name not in self._names:
            raise KeyError(name)
        room: Room = importlib.import_module(f"{objects.__name__}.{name}").SYNC
        return room

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
