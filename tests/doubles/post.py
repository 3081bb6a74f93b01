"""What leaves the program, kept in memory: mails, payloads, secrets, started workflows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from connector.core.errors import Code, ConnectorError, SetupWrong
from connector.ports import Letter


class MemoryMail:
    """``letters`` in the order they were sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def __len__(self) -> int:
        return len(self.letters)

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.to == address]

    def send(self, letter: Letter) -> None:
        if not re.fullmatch(r"[^\s<>,;@]+@[^\s<>,;@]+", letter.to) or not letter.subject.isprintable():
            raise ConnectorError(Code.MALFORMED, "A mail goes to one plain address, under a subject of one line.")
        self.letters.append(letter)


class MemoryPayloads:
    """``name in payloads`` and ``len(payloads)`` are for assertions."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def put(self, name: str, text: str) -> None:
        self._texts[name] = text

    def get(self, name: str) -> str | None:
        return self._texts.get(name)

    def get_many(self, names: Collection[str]) -> dict[str, str]:
        return {name: self._texts[name] for name in names if name in self._texts}


class MemorySecrets:
    def __init__(self, values: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._values = {name: dict(value) for name, value in (values or {}).items()}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def read(self, name: str) -> dict[str, str]:
        if name not in self._values:
            raise SetupWrong(Code.SIGN_IN_FAILED, f"There is no secret {name}.")
        return dict(self._values[name])

    def replace(self, name: str, value: Mapping[str, str]) -> None:
        if name not in self._values:
            raise SetupWrong(Code.SIGN_IN_FAILED, f"There is no secret {name}.")
        self._values[name] = dict(value)


class MemoryWorkflows:
    """``started`` maps names to what was given, in order, each once: ``r1-w1`` to items, ``r2`` to an object's name; ``sends`` are the
    names of those that send."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, ...]] = {}
        self.sends: set[str] = set()

    def __len__(self) -> int:
        return len(self.started)

    def __contains__(self, name: str) -> bool:
        return name in self.started

    def start_export(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        self._start(f"{run_id}-w{wave}", *items)

    def start_sends(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        self.sends.add(f"{run_id}-w{wave}")
        self._start(f"{run_id}-w{wave}", *items)

    def start_import(self, run_id: str, object_name: str) -> None:
        self._start(run_id, object_name)

    def _start(self, name: str, *given: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
            raise ConnectorError(Code.MALFORMED, f"{name!r} cannot name an execution.")
        self.started.setdefault(name, given)
