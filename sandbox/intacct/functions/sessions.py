"""``getAPISession`` and ``readUserFormatting`` (company-console/api-sessions, users)."""

from __future__ import annotations

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.context import Context
from sandbox.intacct.formats import offset_text
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Problem, Refused, unknown_reference


def get_api_session(context: Context, node: Node) -> Outcome:
    """A new session: at the caller's own level, or in the entity of ``locationid``; an empty one means the top level."""
    location = node.child("locationid")
    entity = context.entity if location is None else location.text
    if entity and not context.tenant.is_entity(entity):
        raise Refused(Problem("Get API Session Failed", f"The location '{entity}' is not an entity of this company."))
    session = context.tenant.sessions.open(entity)
    return Outcome(
        f"<data><api><sessionid>{session.id}</sessionid><endpoint>{escape(context.tenant.endpoint)}</endpoint>"
        f"<locationid>{escape(session.entity)}</locationid></api></data>"
    )


def read_user_formatting(context: Context, node: Node) -> Outcome:
    """The API user's locale, date format, offset and clock."""
    key, login = node.value("key"), node.value("userId")
    user = context.store.get("USERINFO", key) if key else context.store.first("USERINFO", LOGINID=login)
    if user is None:
        raise Refused(unknown_reference("User", key or login))
    settings = context.settings
    return Outcome(
        f"<data><userformatting><recordno>{user['RECORDNO']}</recordno><locale>{escape(settings.locale)}</locale>"
        f"<dateformat>{escape(settings.date_format)}</dateformat>"
        f"<gmtoffset>{offset_text(settings.gmt_offset_minutes)}</gmtoffset><clock>{settings.clock_hours}</clock>"
        "</userformatting></data>"
    )


CALLS = (Call("getAPISession", get_api_session), Call("readUserFormatting", read_user_formatting))
