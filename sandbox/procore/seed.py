"""Filling the company at the start: people, directory, projects and codes, then the contracts and budgets of each job.

Only what stands in Procore, without any external id: nothing is linked yet. The standard cost code list is there and
empty, as it is when an ERP integration has just been switched on; projects have the cost codes that their lines need.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.companies.model import Address, Company, CostCode, Job
from sandbox.procore.objects.code_tiers import joined, own_tier
from sandbox.procore.objects.codes import COST_CODE
from sandbox.procore.objects.company_codes import LINE_ITEM_TYPE, LIST
from sandbox.procore.objects.people import USER
from sandbox.procore.objects.projects import PROJECT
from sandbox.procore.objects.reference import UOM
from sandbox.procore.objects.segments import SEGMENT
from sandbox.procore.objects.sub_jobs import SUB_JOB
from sandbox.procore.objects.vendors import VENDOR
from sandbox.procore.resource import Resource
from sandbox.procore.seed_contracts import seed_contracts
from sandbox.procore.store import COMPANY_ID, Row
from sandbox.procore.world import World

EMPTY = Company("Empty Company", "", (), (), (), (), (), (), (), ())
_AGE = timedelta(days=30)
_ORDER = 20261123
_UNITS = {
    "Count": "EA SET PR",
    "Length": "LF FT M",
    "Area": "SF SY AC",
    "Volume": "CF CY GAL",
    "Weight": "LB TN",
    "Time": "HR DAY WK MO",
    "Other": "LS %",
}


class Seeding:
    """Adds rows as they stand; remembers which record of the seed became which row."""

    def __init__(self, world: World, company: Company) -> None:
        self.world, self.company = world, company
        self.at = world.now() - _AGE
        self.author_id = 0
        self.projects: dict[str, Row] = {}
        self.vendors: dict[str, Row] = {}
        self.types: dict[str, Row] = {}
        self.sub_jobs: dict[tuple[str, str], Row] = {}
        self.segments: dict[str, Row] = {}
        self._codes: dict[str, CostCode] = {code.code: code for code in company.cost_codes}

    def add(self, resource: Resource, **columns: Any) -> Row:
        """A row of an object: its defaults, then these columns."""
        defaults = resource.defaults() | {"created_by_id": self.author_id, "origin_owner": None}
        return self.world.store.add(resource.table, self.at, **defaults | columns)

    def cost_code(self, job: str, sub_job: str | None, code: str) -> Row:
        """The project's cost code (the sub job's, where a line names one), made with its division when first needed."""
        project = self.projects[job]
        sub_job_id = self.sub_jobs[job, sub_job]["id"] if sub_job else None
        model = self._codes[code]
        parent = self.cost_code(job, sub_job, model.parent) if model.parent else None
        own = own_tier(model.parent, code) if parent else code.removesuffix("-000")
        full = joined(parent["full_code"] if parent else None, own)
        place = {"project_id": project["id"], "sub_job_id": sub_job_id}
        return self.world.store["cost_codes"].find(full_code=full, **place) or self.add(
            COST_CODE,
            **place,
            code=own,
            full_code=full,
            name=model.name,
            parent_id=parent["id"] if parent else None,
            line_item_type_ids=tuple(self.types[kind]["id"] for kind in model.cost_types),
        )


def seed(world: World, company: Company) -> None:
    """Fill an empty world."""
    seeding = Seeding(world, company)
    world.store.add("companies", seeding.at, id=COMPANY_ID, name=company.name)
    _structure(seeding)
    _people(seeding)
    _directory(seeding)
    for job in company.jobs:
        if job.in_procore:
            _project(seeding, job)
    _template(seeding)
    _members(seeding)
    seed_contracts(seeding)
    world.store.shuffle(_ORDER)


def _structure(seeding: Seeding) -> None:
    segments = (("sub_job", "Sub Job", False), ("cost_code", "Cost Code", True), ("line_item_type", "Cost Type", True))
    for position, (kind, name, required) in enumerate(segments):
        seeding.segments[kind] = seeding.add(
            SEGMENT,
            type=kind,
            name=name,
            required=required,
            position=position,
            structure="tiered" if kind == "cost_code" else "flat",
        )
    for cost_type in seeding.company.cost_types:
        seeding.types[cost_type.code] = seeding.add(
            LINE_ITEM_TYPE, code=cost_type.code, name=cost_type.name, base_type=cost_type.procore_base_type
        )
    seeding.add(LIST, name="ERP Standard Cost Codes", is_erp_list=True)
    for category, names in _UNITS.items():
        category_row = seeding.world.store.add("uom_categories", seeding.at, name=category)
        for name in names.split():
            seeding.add(UOM, name=name, description=None, is_standard=True, uom_category_id=category_row["id"])
    seeding.world.store.add(
        "budget_views",
        seeding.at,
        name="Procore Standard Budget",
        description=None,
        role="standard",
        created_by_id=None,
    )


def _people(seeding: Seeding) -> None:
    for client_id in seeding.world.settings.clients:
        login = f"service-{client_id}@sandbox.example"
        person = _person(seeding, client_id, login, name="Service Account", last_name=client_id, service_of=client_id)
        seeding.author_id = seeding.author_id or person["id"]
    for user in seeding.company.users:
        _person(
            seeding,
            user.key,
            user.login,
            name=user.name,
            job_title=user.job_title,
            company_admin=user.company_admin,
            accounting_approver=user.accounting_approver,
            is_employee=True,
        )


def _person(seeding: Seeding, key: str, login: str, name: str, **columns: Any) -> Row:
    first, _, last = name.partition(" ")
    plain: Row = {"service_of": None, "company_admin": False, "accounting_approver": False, "project_ids": set()}
    names = {"name": name, "first_name": first, "last_name": last, "initials": f"{first[:1]}{last[:1]}"}
    return seeding.add(USER, **plain | names | columns | {"key": key, "login": login, "email_address": login})


def _directory(seeding: Seeding) -> None:
    groups = sorted({vendor.vendor_type for vendor in seeding.company.vendors if vendor.vendor_type})
    for vendor in seeding.company.vendors:
        if vendor.in_procore:
            seeding.vendors[vendor.key] = seeding.add(
                VENDOR,
                name=vendor.name,
                **_address(vendor.address),
                business_phone=vendor.phone,
                email_address=vendor.email,
                is_active=vendor.active,
                vendor_group=vendor.vendor_type,
                vendor_group_id=1 + groups.index(vendor.vendor_type) if vendor.vendor_type else None,
            )


def _address(address: Address) -> dict[str, str]:
    return {
        "address": address.street,
        "city": address.city,
        "state_code": address.state,
        "zip": address.zip,
        "country_code": address.country,
    }


def _project(seeding: Seeding, job: Job) -> None:
    order = ("sub_job", "cost_code", "line_item_type") if job.sub_jobs else ("cost_code", "line_item_type")
    budget = next((budget for budget in seeding.company.budgets if budget.job == job.number), None)
    contracts = [contract for contract in seeding.company.prime_contracts if contract.job == job.number]
    project = seeding.projects[job.number] = seeding.add(
        PROJECT,
        name=job.name,
        project_number=job.number,
        **_address(job.address),
        start_date=job.start.isoformat(),
        completion_date=job.completion.isoformat(),
        time_zone="US/Pacific",
        total_value=sum(line.amount for contract in contracts for line in contract.lines) or None,
        is_erp_integrated=True,
        standard_cost_code_list_id=_erp_list(seeding)["id"],
        segment_ids=[seeding.segments[kind]["id"] for kind in order],
        segments_ordered=False,
        sub_jobs_enabled=bool(job.sub_jobs),
        budget_locked=bool(budget and budget.locked),
    )
    for sub_job in job.sub_jobs:
        seeding.sub_jobs[job.number, sub_job.code] = seeding.add(SUB_JOB, project_id=project["id"], code=sub_job.code, name=sub_job.name)


def _erp_list(seeding: Seeding) -> Row:
    return seeding.world.store["standard_cost_code_lists"].rows(is_erp_list=True)[0]


def _template(seeding: Seeding) -> None:
    seeding.add(
        PROJECT,
        name="Standard Job Template",
        template=True,
        standard_cost_code_list_id=_erp_list(seeding)["id"],
        segment_ids=[seeding.segments[kind]["id"] for kind in ("sub_job", "cost_code", "line_item_type")],
        segments_ordered=False,
        sub_jobs_enabled=True,
        budget_locked=False,
    )


def _members(seeding: Seeding) -> None:
    for user in seeding.company.users:
        row = seeding.world.store["users"].rows(key=user.key)[0]
        row["project_ids"] = {seeding.projects[number]["id"] for number in user.projects if number in seeding.projects}
