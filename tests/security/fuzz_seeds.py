"""What the fuzzer begins with: what really comes, from the golden samples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("answer", "rows", "webhook", "refusal")
"""The targets of :mod:`tests.security.fuzz`, which only a process of its own may import: it rewrites the parsers to see their branches."""


def seeds(target: str) -> Iterator[bytes]:
    """What really comes, from the golden samples."""
    if target == "webhook":
        yield json.loads((ROOT / "events/procore_webhook.json").read_text("utf-8"))["body"].encode()
        yield b'{"ulid": "01H", "resource_name": "Work Order Contracts", "event_type": "update", "resource_id": 1, "company_id": 2}'
        return
    for file in sorted((ROOT / "tests/golden").glob("*/import-*.json")):
        found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["rows"][:3]
        yield _as_xml(found) if target == "answer" else json.dumps(found).encode()
    if target == "refusal":
        yield b'{"errors": {"name": ["is taken"], "base": "no"}, "message": "x"}'
        yield b'<https://api.procore.com/rest/v1.0/projects?page=2>; rel="next", <x>; rel=last'
        yield b"<html><script>x</script><p>Down</p></html>"
    if target == "answer":
        error = "<error><errorno>BL01</errorno><description2>No [Support ID: x]</description2></error>"
        yield b"\xff" + f"<response><control><status>failure</status></control><errormessage>{error}</errormessage></response>".encode()


def _as_xml(found: list[dict[str, Any]]) -> bytes:
    data = "".join(f"<R>{_fields(row)}</R>" for row in found)
    whole = f"<result><status>success</status><controlid>c</controlid><data numremaining='0'>{data}</data></result>"
    head = "<control><status>success</status></control><operation><authentication><status>success</status></authentication>"
    return b"\x40" + f'<?xml version="1.0" encoding="UTF-8"?><response>{head}{whole}</operation></response>'.encode()


def _fields(row: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_fields(value[0]) if isinstance(value, list) and value else ''}</{name}>" for name, value in row.items())
