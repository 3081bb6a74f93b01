"""Procore's work breakdown structure of a project: its budget codes (WBS codes) and the segments they are made of."""

from __future__ import annotations

from typing import Final

from connector.core.spec import BudgetCodes

_WBS: Final = "/rest/v1.0/projects/{project}/work_breakdown_structure"

BUDGET_CODES: Final = BudgetCodes(
    codes=f"{_WBS}/wbs_codes",
    create=f"{_WBS}/wbs_codes/bulk_create",
    segments=f"{_WBS}/segments",
    items=f"{_WBS}/segments/{{segment}}/segment_items",
    owner="cost_code",
    member="line_item_type",
    part="sub_job",
    part_params={"legacy_sub_job_id": "{sub_job}"},
)
