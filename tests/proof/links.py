"""What is linked before the proof begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.ports import CrossReference
from sandbox.companies.jobs import TERMINAL
from sandbox.intacct.simulator import IntacctSimulator
from sandbox.procore.simulator import ProcoreSimulator


def what_stands_in_both(procore: ProcoreSimulator, intacct: IntacctSimulator) -> Iterator[CrossReference]:
    """As the imports leave it: jobs and prime contracts by number, vendors by name, cost types by code, cost codes by job and code."""
    tables, rows = procore.store, intacct.store
    yield _pair("projects", tables["projects"].find(project_number=TERMINAL), rows.first("PROJECT", PROJECTID=TERMINAL), "PROJECTID")
    for vendor in rows.all("VENDOR"):
        if twin := tables["vendors"].find(name=vendor["NAME"]):
            yield _pair("vendors", twin, vendor, "VENDORID")
    for contract in tables["prime_contracts"].live():
        yield _pair("prime_contracts", contract, rows.first("PROJECTCONTRACT", PROJECTCONTRACTID=contract["number"]), "PROJECTCONTRACTID")
    for kind in tables["line_item_types"].live():
        key = f"STANDARDCOSTTYPE/{kind['code']}"
        yield CrossReference(object="cost_types", procore_id=str(kind["id"]), intacct_key=key, intacct_id=kind["code"])
    for code in tables["cost_codes"].live():
        sub_job = tables["sub_jobs"].get(code["sub_job_id"] or 0)
        job, task = sub_job["code"] if sub_job else TERMINAL, code["full_code"]
        detail = {"job": job, "division": "no" if code["parent_id"] else "yes", "active": "yes"} | ({"sub_job": job} if sub_job else {})
        yield CrossReference(
            object="cost_codes",
            procore_id=str(code["id"]),
            intacct_key=f"{job}/{task}",
            intacct_id=task,
            detail=detail,
            members=frozenset(row["COSTTYPEID"] for row in rows.find("COSTTYPE", PROJECTID=job, TASKID=task)),
        )


def _pair(object_name: str, row: Mapping[str, Any] | None, held: Mapping[str, str] | None, natural_id: str) -> CrossReference:
    assert row is not None
    assert held is not None
    return CrossReference(object=object_name, procore_id=str(row["id"]), intacct_key=held["RECORDNO"], intacct_id=held[natural_id])
