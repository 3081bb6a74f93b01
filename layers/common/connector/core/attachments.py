"""Files attached to a record, which go along as one attachment ("supporting document") of Intacct.

The record has two rows for it, under these names (:data:`FILES`, :data:`NAME`): the files as Procore lists them, and the id of the
attachment that the document names. The id is made of the record and its files, so that the same content has the same attachment, however
often it is tried, and other files have another one.
Intacct: https://developer.intacct.com/api/company-console/attachments/ [D]; an id has at most 20 characters, a file's name is given
without period and extension, and names are unique within an attachment [S].
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from connector.core.codecs import ID
from connector.core.fingerprint import digest
from connector.core.record import Record, procore

FILES: Final = "attachments"
NAME: Final = "supporting_document"
_LONGEST_ID: Final = 20
_PREFIX: Final = "PC-"
_NO_EXTENSION: Final = "bin"


class Attachment(Record):
    """A file as Procore's record names it. Its address is signed anew at each look, and its size is not said: neither is part of it."""

    procore_id: Annotated[str, "Procore file", procore("id", ID)]
    filename: Annotated[str, "File", procore("filename")] = ""


def listed(shown: Mapping[str, Any]) -> list[Any]:
    """The files that Procore shows with a record. For purchase orders it publishes one object where the others have a list [X]."""
    files = shown.get(FILES) or []
    return [files] if isinstance(files, Mapping) else list(files)


def supporting_document(object_name: str, procore_id: str, files: Collection[Attachment]) -> str | None:
    """The id of the attachment for these files; None without any. 85 bits of a hash, in capital letters and digits."""
    if not files:
        return None
    content = digest([object_name, procore_id, sorted([file.procore_id, file.filename] for file in files)])
    letters = base64.b32encode(bytes.fromhex(content)).decode()
    return _PREFIX + letters[: _LONGEST_ID - len(_PREFIX)]


def name_in_intacct(filename: str, media_type: str, taken: Collection[str]) -> tuple[str, str]:
    """A file's name and extension as Intacct wants them: without periods, and (whatever the extension and capitals) not among
    ``taken``."""
    stem, period, extension = filename.rpartition(".")
    if not (period and stem and extension.isalnum()):
        guessed = mimetypes.guess_extension(media_type) or f".{_NO_EXTENSION}"
        stem, extension = filename, guessed.removeprefix(".")
    plain = "".join("_" if letter == "." or not letter.isprintable() else letter for letter in stem).strip() or "file"
    used = {each.casefold() for each in taken}
    name, number = plain, 1
    while name.casefold() in used:
        number += 1
        name = f"{plain} ({number})"
    return name, extension
