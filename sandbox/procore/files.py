"""Attached files: kept in memory, and given away as Procore's documentation says (``best_practices/secure_file_access_tips.md`` [D]).

An attachment's address leads to Procore, which wants the bearer and sends on to the storage of another company. The storage's address is
signed for a while, is all the permission it needs, and refuses a request that shows another one beside it, as Amazon's does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote


@dataclass(frozen=True)
class File:
    id: int
    filename: str
    content_type: str
    content: bytes


class Files:
    """Files by id."""

    def __init__(self) -> None:
        self._files: dict[int, File] = {}
        self._lost: set[int] = set()
        self._secret = secrets.token_bytes(16)

    def add(self, file_id: int, filename: str, content_type: str, content: bytes) -> File:
        file = File(file_id, filename, content_type, content)
        self._files[file_id] = file
        return file

    def __getitem__(self, file_id: int) -> File:
        return self._files[file_id]

    def held(self, file_id: int) -> File | None:
        """The file, unless it is lost."""
        return None if file_id in self._lost else self._files.get(file_id)

    def lose(self, file_id: int) -> None:
        """Records go on naming it."""
        self._lost.add(file_id)

    def path(self, file_id: int) -> str:
        """Its address at Procore, without scheme and host."""
        return f"/files/{file_id}/{quote(self._files[file_id].filename, safe='')}"

    def signed(self, file_id: int, now: datetime, seconds: int) -> str:
        """Where the storage has it, until then."""
        expires = int((now + timedelta(seconds=seconds)).timestamp())
        return f"/storage/{file_id}?X-Amz-Expires={expires}&X-Amz-Signature={self._signature(file_id, expires)}"

    def fits(self, file_id: int, expires: str, signature: str, now: datetime) -> bool:
        if not expires.isdecimal() or now.timestamp() >= int(expires):
            return False
        return secrets.compare_digest(self._signature(file_id, int(expires)), signature)

    def _signature(self, file_id: int, expires: int) -> str:
        return hmac.new(self._secret, f"{file_id} {expires}".encode(), hashlib.sha256).hexdigest()
