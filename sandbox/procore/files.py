"""Attached files: kept in memory, downloaded by an address that carries its own permission, as a storage's does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    id: int
    filename: str
    content_type: str
    content: bytes
    key: str


class Files:
    """Files by id."""

    def __init__(self) -> None:
        self._files: dict[int, File] = {}

    def add(self, file_id: int, filename: str, content_type: str, content: bytes) -> File:
        file = File(file_id, filename, content_type, content, secrets.token_urlsafe(12))
        self._files[file_id] = file
        return file

    def get(self, file_id: int, key: str) -> File | None:
        """The file, if ``key`` is the one in its address."""
        file = self._files.get(file_id)
        return file if file is not None and secrets.compare_digest(file.key, key) else None

    def path(self, file_id: int) -> str:
        """Where the file is downloaded, without scheme and host."""
        file = self._files[file_id]
        return f"/files/{file.id}/{file.filename}?key={file.key}"

    def filename(self, file_id: int) -> str:
        return self._files[file_id].filename

    def content_type(self, file_id: int) -> str:
        return self._files[file_id].content_type
