"""The mark we leave on a Procore record: ``intacct:{object}:{key}``. Only one integration may own ``origin_id``; ours is known by it."""

from __future__ import annotations

PREFIX = "intacct:"


def origin_id(intacct_object: str, key: str) -> str:
    return f"{PREFIX}{intacct_object}:{key}"


def is_ours(value: str | None) -> bool:
    """True for an empty origin id too: nobody else owns the record."""
    return not value or value.startswith(PREFIX)


def key_of(value: str | None, intacct_object: str) -> str:
    """Intacct's key in a mark of ours for a record of this object; empty where it is none."""
    mark = origin_id(intacct_object, "")
    return value.removeprefix(mark) if value and value.startswith(mark) else ""
