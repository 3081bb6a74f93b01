"""Files attached to a record go to Intacct before the document that names them: editing a posted invoice to add them would make Intacct
delete and make anew its bill.

It happens between the claim and the intent, as often as it must: the attachment's id follows from the record and its files, Intacct is
looked at first, and one request brings all the files or none. No attachment ever holds a record up for good: what cannot be fetched, is
too large or is refused stays in Procore, and the history says so.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from connector.core.attachments import FILES, NAME, Attachment, name_in_intacct
from connector.core.codecs import ID
from connector.core.errors import Code, ConnectorError, RetryLater, Violation
from connector.core.exchange import Answer, Download, Function, Tree, Written
from connector.core.fingerprint import controlid
from connector.core.item import Item
from connector.engine.prepare import Prepared, bodies_of
from connector.engine.world import World

MOST_TRIES: Final = 5
"""How often an attachment of unknown outcome, or a file whose storage is away, is waited for before the document goes without."""
WAIT_UNKNOWN: Final = 60
MEGABYTE: Final = 1_000_000


class Save(Protocol):
    """How the export writes a step of an item."""

    def __call__(self, world: World, item: Item, what: str, *, detail: Mapping[str, str] | None = None, **changes: object) -> Item: ...


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    extension: str
    content: bytes


def carry(world: World, item: Item, prepared: Prepared, save: Save) -> tuple[Item, Prepared]:
    """The item, and what is sent of it: as prepared where the attachment it names is in Intacct now, without it where it will not be.
    Raises RetryLater; ConnectorError(SIGN_IN_FAILED), after which nothing else would go either."""
    key = getattr(prepared.record, NAME, None)
    if not key:
        return item, prepared
    files: list[_File] = []
    refused: Sequence[Violation] = ()
    try:
        if _is_there(world, prepared, key):
            return item, prepared
        item, files = _fetched(world, item, prepared, key, save)
        if files:
            refused = _put(world, item, prepared, key, files)
    except _NotKnownYet as unknown:
        if item.attachment_tries >= MOST_TRIES:
            refused = (unknown.wait.violation(),)
        else:
            tries = item.attachment_tries + 1
            save(world, item, "its attachments are waited for", attachment_tries=tries, detail={"why": unknown.wait.message})
            raise unknown.wait from unknown
    except RetryLater:
        raise
    except ConnectorError as problem:
        if problem.code is Code.SIGN_IN_FAILED:
            raise
        refused = (problem.violation(),)
    if refused:
        why = {"code": refused[0].code.value, "why": refused[0].message, "their words": refused[0].their_words}
        item = save(world, item, "its attachments stay in Procore", detail=why)
    return item, _without(prepared) if refused or not files else prepared


class _NotKnownYet(Exception):  # noqa: N818 -- says what is known
    """Another system has not said yet; ``wait`` is what to raise while there is patience."""

    def __init__(self, wait: RetryLater) -> None:
        super().__init__(wait.message)
        self.wait = wait


def _is_there(world: World, prepared: Prepared, key: str) -> bool:
    return world.intacct.listed("supdoc", "supdocid", key, entity=prepared.facts.config.entity)


def _without(prepared: Prepared) -> Prepared:
    """The same record under the same approval, naming no attachment."""
    assert prepared.record is not None and prepared.room.export is not None  # noqa: S101, PT018 -- it names one
    record = prepared.record.model_copy(update={NAME: None})
    return replace(prepared, record=record, bodies=bodies_of(prepared.room.export, record))


def _fetched(world: World, item: Item, prepared: Prepared, key: str, save: Save) -> tuple[Item, list[_File]]:
    """The files that go along. What stays behind, and why, is in the history before anything leaves."""
    policy = prepared.facts.config.attachments
    listed: Sequence[Attachment] = getattr(prepared.record, FILES)
    addresses = _addresses(prepared)
    files: list[_File] = []
    left: list[str] = []
    room = policy.megabytes_per_record * MEGABYTE
    for each in listed:
        largest = min(policy.megabytes_per_file * MEGABYTE, room)
        try:
            found = _whole(world.procore.download(addresses.get(each.procore_id, ""), largest=largest), each)
        except RetryLater as wait:
            if wait.code is Code.RATE_LIMITED:  # every other call waits for that too, and it passes by itself
                raise
            if item.attachment_tries < MOST_TRIES:
                raise _NotKnownYet(wait) from wait
            left.append(f"{each.filename} cannot be fetched: {wait.message}")
        except ConnectorError as problem:
            if problem.code is Code.SIGN_IN_FAILED:
                raise
            left.append(f"{each.filename} {_why(problem, largest, policy.megabytes_per_record)}")
        else:
            room -= len(found.content)
            files.append(_File(*name_in_intacct(each.filename, found.media_type, [file.name for file in files]), found.content))
    what = (
        f"{len(files)} of {len(listed)} attachments go along"
        if len(listed) > 1
        else f"its attachment {'goes along' if files else 'stays in Procore'}"
    )
    return save(world, item, what, detail={"attachment": key, "why": " ".join(left)}), files


def _whole(found: Download, file: Attachment) -> Download:
    """A page, or nothing, where a file belongs is the answer of a balancer."""
    a_page = found.media_type == "text/html" and not file.filename.lower().endswith((".htm", ".html"))
    if a_page or not found.content:
        raise RetryLater(Code.UNAVAILABLE, f"Procore answered with {'a page' if a_page else 'nothing'}.", seconds=WAIT_UNKNOWN)
    return found


def _addresses(prepared: Prepared) -> dict[str, str]:
    """Where each file lies, as Procore's record says: signed for a while, so that it is read anew at each try."""
    return {str(ID.read(row["id"])): str(row.get("url") or "") for row in prepared.raw[FILES]}


def _why(problem: ConnectorError, largest: int, together: int) -> str:
    match problem.code:
        case Code.TOO_LARGE:
            return f"is larger than the {largest / MEGABYTE:g} MB that are left of {together} MB for all."
        case Code.NOT_FOUND:
            return "is not in Procore any more."
        case _:
            return f"cannot be fetched: {problem.message}"


def _put(world: World, item: Item, prepared: Prepared, key: str, files: Sequence[_File]) -> Sequence[Violation]:
    """One request with all files. Why Intacct does not take them; nothing where they are there."""
    answer = _written(world, item, prepared, "create_supdoc", _supdoc(prepared, key, files))
    if answer.written is Written.REFUSED:
        folder = prepared.facts.config.attachments.folder
        made = _written(world, item, prepared, "create_supdocfolder", [("supdocfoldername", folder)])
        if made.written is Written.DONE or any(each.code is Code.DUPLICATE_NUMBER for each in made.violations):
            answer = _written(world, item, prepared, "create_supdoc", _supdoc(prepared, key, files))
    if answer.written is Written.DONE or _is_there(world, prepared, key):
        return ()
    gone = Violation(
        code=Code.CONFLICT_IN_INTACCT, field=NAME, message=f"Intacct took attachment {key} before and does not hold it any more."
    )
    return answer.violations or (gone,)


def _written(world: World, item: Item, prepared: Prepared, name: str, body: Tree) -> Answer:
    approved = item.approvals[-1].fingerprint
    function = Function(name=name, body=body, controlid=controlid(world.company, item.object, item.procore_id, approved, name))
    answer = world.intacct.write([function], entity=prepared.facts.config.entity)
    if answer.written is Written.UNKNOWN:
        message = f"It is not known yet whether the attachments of {item.number} are in Intacct."
        raise _NotKnownYet(RetryLater(Code.OUTCOME_UNKNOWN, message, seconds=WAIT_UNKNOWN))
    return answer


def _supdoc(prepared: Prepared, key: str, files: Sequence[_File]) -> Tree:
    title = prepared.room.title
    return [
        ("supdocid", key),
        ("supdocname", f"{title} {prepared.summary.number}"),
        ("supdocfoldername", prepared.facts.config.attachments.folder),
        ("supdocdescription", f"Attached to the {title.lower()} {prepared.source.procore_id} in Procore"),
        ("attachments", [("attachment", _attachment(file)) for file in files]),
    ]


def _attachment(file: _File) -> Tree:
    data = base64.b64encode(file.content).decode()
    return [("attachmentname", file.name), ("attachmenttype", file.extension), ("attachmentdata", data)]
