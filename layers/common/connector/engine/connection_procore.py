"""The steps of the connection check that ask Procore: who the connector is there, in which company, and what it may do.

``/rest/v1.0/settings/permissions`` [S] lists the company's tools with the caller's level; the tools' names are a guess [?]. The service
account needs company-level Admin on Directory and on ERP Integrations [D technical guide].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.core.connection import CheckStep, StepState, Wrong
from connector.core.errors import Code, ConnectorError, Who
from connector.engine.world import World
from connector.ports import Json

_SIGN_IN: Final = ("procore_sign_in", "Sign-in to Procore")
_PERMISSIONS: Final = ("procore_permissions", "Permissions in Procore")
_TOOLS: Final = {
    "Directory": frozenset({"directory", "company_directory"}),
    "ERP Integrations": frozenset({"erp_integrations", "erp"}),
}
_ADMIN: Final = "Admin"
_DO: Final = {
    Code.SIGN_IN_FAILED: "Put the client id and secret of the Procore app's service account into the Procore secret.",
    Code.NO_PERMISSION: "Install the app in the company, and give its service account access to it.",
}


def steps(world: World) -> Iterator[CheckStep]:
    try:
        me = world.procore.get("/rest/v1.0/me", {"company_id": world.company})
        companies = [row for page in world.procore.pages("/rest/v1.0/companies") for row in page]
    except ConnectorError as problem:
        wrong = _told(problem)
        yield CheckStep(name=_SIGN_IN[0], title=_SIGN_IN[1], state=StepState.WRONG, found=problem.message, wrong=(wrong,))
        yield _not_checked("The connector is not signed in to Procore.")
        return
    yield _company(world, me, companies)
    yield _permissions(world)


def _company(world: World, me: Json, companies: list[Json]) -> CheckStep:
    ours = next((row for row in companies if str(row.get("id")) == world.company), None)
    name, title = _SIGN_IN
    if ours is None:
        said = f"{me.get('login')} does not belong to company {world.company} in Procore."
        wrong = Wrong.of(Code.NO_PERMISSION, "", said, _DO[Code.NO_PERMISSION], who=Who.PROCORE_ADMIN)
        return CheckStep(name=name, title=title, state=StepState.WRONG, found=said, wrong=(wrong,))
    said = f"Signed in as {me.get('login')} in {ours.get('name')} ({world.company})."
    return CheckStep(name=name, title=title, state=StepState.HOLDS, found=said)


def _permissions(world: World) -> CheckStep:
    try:
        manifest = world.procore.get("/rest/v1.0/settings/permissions", {"company_id": world.company})
    except ConnectorError as problem:
        wrong = (_told(problem),)
        return CheckStep(name=_PERMISSIONS[0], title=_PERMISSIONS[1], state=StepState.WRONG, found=problem.message, wrong=wrong)
    levels = {_word(tool.get("name")): str((tool.get("user_access_level") or {}).get("name") or "None") for tool in _tools(manifest)}
    held = {tool: next((levels[name] for name in names if name in levels), None) for tool, names in _TOOLS.items()}
    lacking = tuple(
        Wrong.of(
            Code.NO_PERMISSION,
            "",
            f"The connector's level on the company's {tool} tool is {level}; it needs {_ADMIN}.",
            f"Give the app's service account Admin on {tool} in its company permission template.",
            who=Who.PROCORE_ADMIN,
        )
        for tool, level in held.items()
        if level is not None and level != _ADMIN
    )
    unlisted = [tool for tool, level in held.items() if level is None]
    if unlisted and not lacking:
        return _not_checked(
            f"Procore does not list {' and '.join(unlisted)} among the company's tools: look at the service account's level there."
        )
    found = f"{', '.join(tool for tool, level in held.items() if level == _ADMIN) or 'No tool'}: Admin."
    return CheckStep(
        name=_PERMISSIONS[0], title=_PERMISSIONS[1], state=StepState.WRONG if lacking else StepState.HOLDS, found=found, wrong=lacking
    )


def _not_checked(why: str) -> CheckStep:
    return CheckStep(name=_PERMISSIONS[0], title=_PERMISSIONS[1], state=StepState.NOT_CHECKED, found=why)


def _told(problem: ConnectorError) -> Wrong:
    who = Who.PROCORE_ADMIN if problem.code is Code.NO_PERMISSION else None
    return Wrong.of(problem.code, "", problem.message, _DO.get(problem.code, ""), who=who, their_words=problem.their_words)


def _tools(manifest: Json) -> list[Json]:
    tools = manifest.get("tools") if isinstance(manifest, dict) else None
    return [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _word(value: object) -> str:
    return str(value or "").strip().lower().replace(" ", "_")
