"""Projects, and the templates that new ones copy."""

from __future__ import annotations

from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import ANY, DAY, FLAG, INTEGER, INTEGERS, MONEY, NUMBER, TEXT, choice, fields, group
from sandbox.procore.listing import Listing, filters, present, search
from sandbox.procore.listing import among as one_of
from sandbox.procore.objects.bases import ORIGIN, ORIGIN_CODE, STAMPS, author, company_of, empty, no_value
from sandbox.procore.objects.codes import COST_CODE
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import mount, mount_rows, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

_TEXTS = """
    display_name project_number code address city state_code country_code county zip time_zone phone fax description
    public_notes locale store_number accounting_project_number designated_market_area sector tz_name logo_url photo_url
    inbound_email inbound_email_address
"""
_DAYS = """
    start_date completion_date warranty_start_date warranty_end_date actual_start_date projected_finish_date
    override_start_date override_end_date
"""
_IDS = """
    logo_id photo_id owners_project_id office_id image_id project_stage_id parent_job_id program_id
    project_bid_type_id project_type_id project_owner_type_id project_region_id project_sector_id
"""


def _mirror(change: Change) -> None:
    """The estimated values that older clients write are the same as the new ones [X]."""
    for old, new in _MIRRORED.items():
        if change.values.get(old) is not None and (change.creating or change.values[old] != change.row.get(old)):
            if change.values.get(new) is None or not change.creating:
                change.values[new] = change.values[old]
    for old, new in _MIRRORED.items():
        if new in change.values:
            change.values[old] = change.values[new]


_MIRRORED = {"estimated_start_date": "start_date", "estimated_completion_date": "completion_date"}
