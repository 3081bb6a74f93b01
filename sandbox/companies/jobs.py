"""The builder's three jobs: a large terminal half way up, a small school nearly done and a clinic just begun."""

from __future__ import annotations

from datetime import date

from sandbox.companies.cost_codes import codes_of
from sandbox.companies.model import Address, Job, SubJob

TERMINAL = "24-107"
SCHOOL = "25-031"
CLINIC = "26-012"

JOBS = (
    Job(
        TERMINAL,
        "Pier 9 Terminal",
        Address("9 Quayside Road", "Port Ellery", "WA", "98299"),
        date(2025, 3, 3),
        date(2027, 9, 30),
        "Contract",
        "100",
        codes_of(
            *("01", "02", "03", "05", "07", "08", "09", "10", "12", "14", "21", "22", "23", "26", "27", "28"),
            *("31", "32", "33", "34", "35"),
        ),
        (
            SubJob("24-107-A", "Terminal Hall"),
            SubJob("24-107-B", "Berth and Apron"),
        ),
    ),
    Job(
        SCHOOL,
        "Cedar Hollow Elementary School Addition",
        Address("410 Hollow Creek Lane", "Cedar Hollow", "OR", "97599"),
        date(2025, 6, 16),
        date(2026, 12, 18),
        "Contract",
        "200",
        codes_of("01", "02", "03", "04", "06", "07", "08", "09", "10", "12", "22", "23", "26", "31", "32"),
    ),
    Job(
        CLINIC,
        "Marlow Ridge Medical Offices",
        Address("2200 Ridge Parkway", "Marlow", "ID", "83899"),
        date(2026, 4, 6),
        date(2028, 1, 28),
        "Contract",
        "200",
        codes_of(
            *("01", "03", "05", "07", "08", "09", "10", "11", "12", "13", "14", "21", "22", "23", "26", "27", "28"),
            *("31", "32", "33"),
        ),
        (
            SubJob("26-012-1", "Core and Shell"),
            SubJob("26-012-2", "Tenant Improvements"),
        ),
    ),
)
