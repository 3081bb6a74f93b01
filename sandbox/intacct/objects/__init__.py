"""Every object of the simulated company, one file per family."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.intacct.objects import (
    attachments,
    changes,
    company,
    contracts,
    estimates,
    items,
    ledger,
    payables,
    payments,
    projects,
    purchasing,
    standards,
    tasks,
    vendors,
)
from sandbox.intacct.schema import ObjectType
from sandbox.intacct.settings import Settings

_FAMILIES = (
    company,
    vendors,
    items,
    projects,
    standards,
    tasks,
    ledger,
    purchasing,
    payables,
    payments,
    estimates,
    contracts,
    changes,
    attachments,
)
_JOB_COST = ("TASKKEY", "TASKID", "TASKNAME", "COSTTYPEKEY", "COSTTYPEID", "COSTTYPENAME")


def object_types(settings: Settings) -> Mapping[str, ObjectType]:
    """All types by name, as this tenant has them."""
    types = {kind.name: kind for family in _FAMILIES for kind in family.TYPES}
    if not settings.gl_job_cost_dimensions:
        for name in ("GLENTRY", "GLDETAIL", "APBILLITEM"):
            types[name] = types[name].without(*_JOB_COST)
    return types
