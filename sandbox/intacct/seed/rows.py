"""Generated rows for measurements: as many as asked for, made up on demand, the same at every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sandbox.intacct.blocks import Block, Column, KeyColumn
from sandbox.intacct.store import Store

_DAYS = 42
_SECONDS = 86_400
_ACCOUNTS = ("5010", "5020", "5030", "5040", "5050")
_TYPES = ("L", "M", "E", "SUB", "O")


def add_rows(store: Store, counts: Mapping[str, int], now: datetime) -> None:
    """Add ``counts[object]`` generated rows to each object.

    Raises:
        ValueError: an object that rows cannot be generated for, or a count that is not positive.
    """
    for name, count in counts.items():
        make = _MAKERS.get(name)
        if make is None or count < 1:
            raise ValueError(f"{name}={count}: give a count of at least 1 for one of {', '.join(sorted(_MAKERS))}")
        table = store.tables[name]
        first = table.next_record
        columns: dict[str, Column | str] = {field.name: field.default for field in table.kind.fields}
        columns.update(_stamps(now, count))
        columns.update(make(_Pool(store, first)))
        known = {field: columns[field] for field in table.kind.names if field in columns}
        table.block = Block(first, count, known, _KEYS.get(name, {}))
        table.next_record += count
        store.version += 1


class _Pool:
    """Ids of what the company has, to refer to in turn."""

    def __init__(self, store: Store, first: int) -> None:
        self.first = first
        self.projects = [row["PROJECTID"] for row in store.all("PROJECT")] or [""]
        self.locations = [(row["LOCATIONID"], row["NAME"]) for row in store.all("LOCATION")] or [("", "")]
        self.vendors = [(row["VENDORID"], row["NAME"]) for row in store.all("VENDOR")[:40]] or [("", "")]
        self.tasks = [(row["RECORDNO"], row["PROJECTID"], row["TASKID"], row["NAME"]) for row in store.all("TASK")[:500]] or [
            ("", "", "", "")
        ]
        self.terms = [row["NAME"] for row in store.all("APTERM")] or [""]


def _stamps(now: datetime, count: int) -> dict[str, Column]:
    """Created over six weeks in order, modified up to a day later; rows share seconds, as real ones do."""
    first = now.astimezone(UTC).date() - timedelta(days=_DAYS)
    days = [(first + timedelta(days=number)).isoformat() for number in range(_DAYS)]
    span = (_DAYS - 2) * _SECONDS

    def moment(seconds: int) -> str:
        day, rest = divmod(seconds, _SECONDS)
        return f"{days[day]}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"

    def created(position: int) -> str:
        return moment((position - position % 8) * span // count)

    def modified(position: int) -> str:
        return moment((position - position % 8) * span // count + position // 8 % 1440 * 60)

    return {"WHENCREATED": created, "AUWHENCREATED": created, "WHENMODIFIED": modified, "MODIFIED": modified}


def _day(position: int) -> str:
    return f"2026-{position % 9 + 1:02}-{position % 28 + 1:02}"


def _amount(position: int) -> str:
    return f"{(position * 7919) % 900_000 // 100 + 12}.{(position * 31) % 90 + 10}"


def _is_credit(position: int) -> bool:
    """Every tenth."""
    return position % 10 == 9  # noqa: PLR2004


def _vendor(pool: _Pool) -> dict[str, Column | str]:
    return {
        "VENDORID": lambda position: f"G{position:07}",
        "NAME": lambda position: f"Generated Vendor {position} & Sons",
        "DISPLAYCONTACT.CONTACTNAME": lambda position: f"Generated Vendor {position}(VG{position:07})",
        "TERMNAME": lambda position: pool.terms[position % len(pool.terms)],
        "CREDITLIMIT": lambda position: str(position % 50 * 1000),
        "COMMENTS": lambda position: f"row {position}",
    }


def _ledger(pool: _Pool) -> dict[str, Column | str]:
    tasks, vendors, locations = pool.tasks, pool.vendors, pool.locations

    return {
        "BATCHNO": lambda position: str(100_000 + position // 2),
        "BATCHKEY": lambda position: str(100_000 + position // 2),
        "BATCH_NO": lambda position: str(100_000 + position // 2),
        "LINE_NO": lambda position: str(position % 2 + 1),
        "TR_TYPE": lambda position: "-1" if _is_credit(position) else "1",
        "ENTRY_DATE": _day,
        "BATCH_DATE": _day,
        "BATCH_TITLE": lambda position: f"Generated batch {position // 2}",
        "BATCH_STATE": "Posted",
        "STATE": "Posted",
        "BOOKID": "ACCRUAL",
        "SYMBOL": "GJ",
        "MODULEKEY": "2.GL",
        "AMOUNT": _amount,
        "TRX_AMOUNT": _amount,
        "DEBITAMOUNT": lambda position: "0" if _is_credit(position) else _amount(position),
        "CREDITAMOUNT": lambda position: _amount(position) if _is_credit(position) else "0",
        "ACCOUNTNO": lambda position: _ACCOUNTS[position % 5],
        "LOCATION": lambda position: locations[position % len(locations)][0],
        "LOCATIONID": lambda position: locations[position % len(locations)][0],
        "LOCATIONNAME": lambda position: locations[position % len(locations)][1],
        "DOCUMENT": lambda position: f"DOC-{position:06}",
        "DESCRIPTION": lambda position: f"Generated entry {position} <cost & more>",
        "PROJECTID": lambda position: tasks[position % len(tasks)][1],
        "TASKKEY": lambda position: tasks[position % len(tasks)][0],
        "TASKID": lambda position: tasks[position % len(tasks)][2],
        "TASKNAME": lambda position: tasks[position % len(tasks)][3],
        "COSTTYPEID": lambda position: _TYPES[position % 5],
        "VENDORID": lambda position: vendors[position % len(vendors)][0],
        "VENDORNAME": lambda position: vendors[position % len(vendors)][1],
        "CREATEDBY": "1",
        "MODIFIEDBY": "1",
    }


def _task(pool: _Pool) -> dict[str, Column | str]:
    return {
        "TASKID": lambda position: f"G{position // len(pool.projects):06}",
        "NAME": lambda position: f"Generated task {position}",
        "PROJECTID": lambda position: pool.projects[position % len(pool.projects)],
        "TASKSTATUS": "In Progress",
    }


def _bill(pool: _Pool) -> dict[str, Column | str]:
    vendors = pool.vendors
    return {
        "RECORDTYPE": "apbill",
        "RECORDID": lambda position: f"GB-{position:07}",
        "STATE": "Posted",
        "VENDORID": lambda position: vendors[position % len(vendors)][0],
        "VENDORNAME": lambda position: vendors[position % len(vendors)][1],
        "MODULEKEY": "3.AP",
        "TOTALENTERED": _amount,
        "TOTALDUE": _amount,
        "TRX_TOTALENTERED": _amount,
        "TRX_TOTALDUE": _amount,
        "WHENCREATED": _day,
        "WHENPOSTED": _day,
        "WHENDUE": _day,
    }


def _vendor_position(value: str) -> int | None:
    return int(value[1:]) if value.startswith("G") and value[1:].isdecimal() else None


_MAKERS: dict[str, Callable[[_Pool], dict[str, Column | str]]] = {
    "VENDOR": _vendor,
    "GLENTRY": _ledger,
    "GLDETAIL": _ledger,
    "TASK": _task,
    "APBILL": _bill,
}
_KEYS: dict[str, dict[str, KeyColumn]] = {"VENDOR": {"VENDORID": _vendor_position}}
