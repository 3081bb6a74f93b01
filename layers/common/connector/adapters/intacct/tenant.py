"""What a tenant's Intacct looks like: the fields of an object, and how its user writes dates."""

from __future__ import annotations

import re
from typing import Final

from connector.adapters.intacct.reader import Row, text_of
from connector.core.errors import Code, ConnectorError
from connector.core.exchange import FieldInfo, Function, UserFormat

_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})")


def lookup_of(object_name: str, controlid: str) -> Function:
    return Function(name="lookup", body=[("object", object_name)], controlid=controlid)


def fields_of(rows: list[Row]) -> dict[str, FieldInfo]:
    """The fields that ``lookup`` lists in ``Type/Fields/Field``, by name.

    https://developer.intacct.com/web-services/queries/ [D]
    """
    return {info.name: info for row in rows for info in map(_field, _entries(row, "FIELD"))}


def user_of(login: str) -> Function:
    body = [("object", "USERINFO"), ("keys", login), ("fields", "RECORDNO")]
    return Function(name="readByName", body=body, controlid="user")


def formatting_of(rows: list[Row]) -> Function:
    """Asks for the formatting of the user that :func:`user_of` found."""
    return Function(name="readUserFormatting", body=[("key", _only(rows, "RECORDNO"))], controlid="formatting")


def user_format_of(rows: list[Row]) -> UserFormat:
    """``dateformat`` is a separator and three letters (``/mdY``: 11/23/2026), ``gmtoffset`` ``+09:30``, ``clock`` 12 or 24.

    https://developer.intacct.com/api/company-console/users/#list-user-date-and-time-formatting-preferences [D]
    """
    offset = _OFFSET.fullmatch(_only(rows, "GMTOFFSET"))
    if offset is None:
        raise ConnectorError(Code.VALUE_UNREADABLE, f"Intacct's user has the GMT offset {_only(rows, 'GMTOFFSET')!r}.")
    sign, hours, minutes = offset.groups()
    return UserFormat(
        date_format=_only(rows, "DATEFORMAT"),
        gmt_offset_minutes=(int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1),
        clock_24h=_only(rows, "CLOCK") == "24",
        locale=text_of(rows[0], "LOCALE"),
    )


def _field(row: Row) -> FieldInfo:
    return FieldInfo(
        name=text_of(row, "ID").upper(),
        label=text_of(row, "LABEL"),
        data_type=text_of(row, "DATATYPE"),
        required=text_of(row, "REQUIRED") == "true",
        read_only=text_of(row, "READONLY") == "true",
        custom=text_of(row, "ISCUSTOM") == "true",
        valid_values=tuple(text_of(value, "VALIDVALUE") for value in _entries(row, "VALIDVALUES")),
    )


def _only(rows: list[Row], name: str) -> str:
    if len(rows) != 1 or not text_of(rows[0], name):
        raise ConnectorError(Code.VALUE_UNREADABLE, f"Intacct gives no {name} of the connector's user.")
    return text_of(rows[0], name)


def _entries(row: Row, name: str) -> list[Row]:
    value = row.get(name, "")
    return [] if isinstance(value, str) else value
