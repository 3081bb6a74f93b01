"""What an approver sees: every value with where it comes from, the effect, what goes first, the exact request. Bound to the fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connector.core.attachments import FILES, NAME
from connector.core.compare import shown
from connector.core.record import Record, Ref, Row, rows
from connector.engine.prepare import Prepared
from connector.engine.world import World


def build(world: World, prepared: Prepared, needs: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The preview as JSON-ready data. ``needs`` are the previews' heads of the items that go first. Raises nothing: a record that
    could not be read has no fields, and its violations say why."""
    functions = prepared.functions(world.company)
    record = prepared.record
    return {
        "object": prepared.room.name,
        "title": prepared.room.title,
        "procore_id": prepared.source.procore_id,
        "kind": prepared.source.kind,
        "project": {"id": prepared.source.project_id, "name": prepared.project_name},
        "number": prepared.summary.number,
        "name": prepared.summary.title,
        "party": prepared.summary.party,
        "amount": str(prepared.summary.amount),
        "fingerprint": prepared.fingerprint,
        "fields": _fields(record, prepared.chosen) if record else [],
        "lines": _lines(record, prepared.chosen) if record else [],
        "attachments": _attachments(prepared),
        "effects": [{"label": effect.label, "before": str(effect.before), "after": str(effect.after)} for effect in prepared.effects],
        "needs": list(needs),
        "checks": [violation.as_dict() for violation in prepared.violations],
        "choices": _choices(record) if record else [],
        "request": world.intacct.exact(functions) if functions else "",
    }


def _attachments(prepared: Prepared) -> dict[str, Any]:
    """The attached files by name, and whether they go along. How large they are Procore tells nobody before they are fetched."""
    files = [file.filename for file in getattr(prepared.record, FILES, ())]
    policy = prepared.facts.config.attachments
    words = "Left in Procore, as the settings say."
    if getattr(prepared.record, NAME, None):
        words = (
            f"Carried along where Intacct takes them. A file of more than {policy.megabytes_per_file} MB, and what goes beyond "
            f"{policy.megabytes_per_record} MB together, stays in Procore; the history then says so."
        )
    return {"files": files, "words": words if files else ""}


def text(preview: Mapping[str, Any]) -> str:
    return json.dumps(preview, ensure_ascii=False, sort_keys=True)


def name_of(item_id: str, fingerprint: str) -> str:
    """The name under which a preview is kept."""
    return f"previews/{item_id}/{fingerprint}.json"


def _fields(record: Record, chosen: Mapping[str, str], where: str = "") -> list[dict[str, str]]:
    return [_field(row, getattr(record, row.name), chosen, where) for row in rows(type(record)) if _goes(row, getattr(record, row.name))]


def _lines(record: Record, chosen: Mapping[str, str]) -> list[list[dict[str, str]]]:
    return [
        _fields(line, chosen, f"{row.name}[{number}].")
        for row in rows(type(record))
        if row.lines is not None and row.intacct is not None
        for number, line in enumerate(getattr(record, row.name), start=1)
    ]


def _goes(row: Row, value: object) -> bool:
    return (
        row.lines is None and row.intacct is not None and value is not None and (row.intacct.write is not None or row.procore is not None)
    )


def _field(row: Row, value: object, chosen: Mapping[str, str], where: str) -> dict[str, str]:
    assert row.intacct is not None  # noqa: S101 -- _goes has checked
    return {
        "path": where + row.name,
        "label": row.label,
        "value": shown(value),
        "name": _name(value),
        "from": _origin(row, chosen, where),
        "intacct": row.intacct.write or row.intacct.read or "",
    }


def _name(value: object) -> str:
    """What Procore calls the record that a value refers to, where Intacct's id does not say it."""
    return value.label if isinstance(value, Ref) and value.intacct and value.label != value.intacct else ""


def _origin(row: Row, chosen: Mapping[str, str], where: str) -> str:
    """One of five phrases, so that a reader can scan them."""
    if not where and row.name in chosen:
        return "you, here"
    if row.procore is not None and row.procore.read is not None:
        return f"Procore {where.partition('[')[0] and 'line '}{row.procore.read}"
    if row.origin is None:
        return "made by the connector"
    return f"{row.origin.kind}: {row.origin.words}" if row.origin.words else row.origin.kind


def _choices(record: Record) -> list[dict[str, str]]:
    return [
        {"name": row.name, "label": row.choice.label, "value": shown(getattr(record, row.name))}
        for row in rows(type(record))
        if row.choice is not None
    ]
