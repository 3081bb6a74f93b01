"""ports.Sessions in memory."""

from __future__ import annotations

from threading import RLock

from connector.ports import Contention, Session


class MemorySessions:
    """``token_hash in sessions`` and ``len(sessions)`` are for assertions."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __contains__(self, token_hash: str) -> bool:
        return token_hash in self._sessions

    def put(self, token_hash: str, session: Session) -> None:
        with self._lock:
            if token_hash in self._sessions:
                raise Contention("session")
            self._sessions[token_hash] = session

    def get(self, token_hash: str) -> Session | None:
        return self._sessions.get(token_hash)

    def take(self, token_hash: str) -> Session | None:
        with self._lock:
            return self._sessions.pop(token_hash, None)
