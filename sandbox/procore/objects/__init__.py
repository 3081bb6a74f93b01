"""The objects of the API, a file for each family; ``ROUTES`` is all of it."""

from sandbox.procore.objects import (
    budget,
    budget_changes,
    budget_views,
    change_order_lines,
    change_order_packages,
    change_orders,
    codes,
    commitments,
    company_codes,
    contract_payments,
    direct_costs,
    people,
    prime_contracts,
    projects,
    reference,
    requisition_routes,
    segment_items,
    segments,
    sub_jobs,
    vendors,
    wbs_codes,
)
from sandbox.procore.webhooks import routes as webhooks

ROUTES = tuple(
    route
    for family in (
        *(people, projects, sub_jobs, company_codes, codes, segments, segment_items, wbs_codes, vendors, reference),
        *(commitments, change_orders, change_order_packages, change_order_lines, contract_payments),
        *(requisition_routes, prime_contracts),
        *(budget, budget_views, budget_changes, direct_costs, webhooks),
    )
    for route in family.ROUTES
)
