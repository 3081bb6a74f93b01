"""The people of the builder who sign in to Procore."""

from __future__ import annotations

from sandbox.companies.jobs import CLINIC, SCHOOL, TERMINAL
from sandbox.companies.model import User

_ALL = (TERMINAL, SCHOOL, CLINIC)

USERS = (
    User("marco", "Marco Reyes", "marco.reyes@tarrowby.example", "Project Manager", projects=_ALL),
    User(
        "dana",
        "Dana Ortiz",
        "dana.ortiz@tarrowby.example",
        "Senior Accountant",
        accounting_approver=True,
        projects=_ALL,
    ),
    User("priya", "Priya Shah", "priya.shah@tarrowby.example", "Controller", accounting_approver=True, projects=_ALL),
    User("tom", "Tom Wells", "tom.wells@tarrowby.example", "Accounts Payable Clerk", projects=_ALL),
    User("alex", "Alex Kim", "alex.kim@tarrowby.example", "Systems Administrator", company_admin=True, projects=_ALL),
    User("lee", "Lee Novak", "lee.novak@tarrowby.example", "Project Engineer", projects=(SCHOOL,)),
)
