"""What leaves the program, kept in memory: mails, payloads, secrets, started workflows."""

from __future__ import annotations

from collections.abc import Mapping

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
        if any(sign in letter.to + letter.subject + letter.thread + letter.kind for sign in "\r\n"):
            raise ConnectorError(Code.MALFORMED, "A mail's address or subject holds a line break.")
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
    """``started`` holds the names in order, each once: ``r1-w0`` for wave 0 of run ``r1``, ``r2`` for an import."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def __len__(self) -> int:
        return len(self.started)

    def __contains__(self, name: str) -> bool:
        return name in self.started

    def start_export(self, run_id: str, wave: int) -> None:
        self._start(f"{run_id}-w{wave}")

    def start_import(self, run_id: str) -> None:
        self._start(run_id)

    def _start(self, name: str) -> None:
        if name not in self.started:
            self.started.append(name)
