"""All functions of the gateway."""

from __future__ import annotations

from sandbox.intacct.functions import (
    attachments,
    bills,
    by_name,
    legacy_read,
    lookup,
    purchasing,
    query,
    read,
    read_by_query,
    sessions,
    write,
)

CALLS = by_name(
    sessions.CALLS,
    query.CALLS,
    read_by_query.CALLS,
    read.CALLS,
    lookup.CALLS,
    write.CALLS,
    legacy_read.CALLS,
    purchasing.CALLS,
    bills.CALLS,
    attachments.CALLS,
)
