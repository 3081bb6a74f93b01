"""The only place where adapters are chosen, with :mod:`bootstrap_base` below it and :mod:`bootstrap_webhook` for the one function that
starts without a world. Everything is made once per process, when it is first needed."""

from __future__ import annotations

from functools import cache

import requests

from connector.adapters.aws.cross_references import DynamoCrossReferences
from connector.adapters.aws.leases import DynamoLeases, LeasedSlots
from connector.adapters.aws.links import DynamoLinks
from connector.adapters.aws.mail import SesMail
from connector.adapters.aws.outage import KeptOutage
from connector.adapters.aws.payloads import S3Payloads
from connector.adapters.aws.rates import DynamoRates
from connector.adapters.aws.sessions import DynamoSessions
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.adapters.aws.usage import DynamoUsage
from connector.adapters.aws.workflows import StepFunctionsWorkflows
from connector.adapters.intacct.envelope import Credentials
from connector.adapters.intacct.gateway import IntacctGateway
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.identity import PersonLookup
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.bootstrap_base import aws, clock, metered, secrets
from connector.core.configuration import Configuration
from connector.core.usage import Window
from connector.engine.door import StandaloneDoor
from connector.engine.world import World
from connector.ports import ProcoreIdentity, Sessions, Usage
from connector.presentation.letters import MailLetters
from connector.rooms import Rooms
from connector.settings import environment


@cache
def world() -> World:
    """What the engine works with, over the real adapters."""
    here = environment()
    return World(
        company=here.procore_company,
        rooms=Rooms(),
        door=StandaloneDoor(_procore(), here.procore_company),
        procore=_procore(),
        intacct=_intacct(),
        cross_references=DynamoCrossReferences(aws(), table=here.cross_references_table),
        state=_state(),
        links=DynamoLinks(aws(), table=here.state_table),
        leases=_leases(),
        payloads=S3Payloads(aws(), bucket=here.payloads_bucket),
        mail=SesMail(aws(), sender=here.mail_from),
        letters=MailLetters(app_url=here.app_url, settings=_configuration),
        workflows=StepFunctionsWorkflows(aws(), export_machine=here.export_machine_arn, import_machine=here.import_machine_arn),
        clock=clock(),
        app_url=here.app_url,
        procore_web=here.procore_web_url,
    )


@cache
def identity() -> ProcoreIdentity:
    lookup = PersonLookup(environment().procore_api_url, _rates(), clock(), session=_http())
    metered("procore", lambda: lookup.calls)
    return lookup


@cache
def sign_in() -> Login:
    """Procore's login for people; it sends them back to our callback."""
    here = environment()
    address = f"{here.app_url}/app/signin/callback"
    return Login(here.procore_login_url, _http(), secrets(), here.procore_secret, clock(), redirect_uri=address)


@cache
def sessions() -> Sessions:
    return DynamoSessions(aws(), table=environment().state_table)


@cache
def usage() -> Usage:
    return DynamoUsage(aws(), table=environment().state_table)


def procore_windows() -> list[Window]:
    """How the limits of the connector's own account in Procore stand."""
    return _procore().windows()


def _configuration() -> Configuration:
    return world().config()


@cache
def _procore() -> ProcoreClient:
    here = environment()
    watch = KeptOutage(_state(), clock(), "procore")
    client = ProcoreClient(here.procore_api_url, here.procore_company, _service_tokens(), _rates(), clock(), session=_http(), watch=watch)
    metered("procore", lambda: client.calls)
    return client


@cache
def _intacct() -> IntacctGateway:
    here = environment()
    watch = KeptOutage(_state(), clock(), "intacct")
    gateway = IntacctGateway(here.intacct_url, here.intacct_company, _intacct_credentials, _slots(), clock(), watch=watch)
    metered("intacct", lambda: gateway.calls)
    metered("functions", lambda: gateway.functions)
    return gateway


@cache
def _state() -> DynamoSyncState:
    here = environment()
    return DynamoSyncState(aws(), table=here.state_table, cross_references=here.cross_references_table)


def _intacct_credentials() -> Credentials:
    kept = secrets().read(environment().intacct_secret)
    return Credentials(
        sender_id=kept["sender_id"], sender_password=kept["sender_password"], user_id=kept["user_id"], user_password=kept["user_password"]
    )


@cache
def _service_tokens() -> ServiceTokens:
    here = environment()
    return ServiceTokens(Login(here.procore_login_url, _http(), secrets(), here.procore_secret, clock()), clock())


@cache
def _slots() -> LeasedSlots:
    return LeasedSlots(_leases(), clock(), limit=environment().intacct_concurrency)


@cache
def _leases() -> DynamoLeases:
    return DynamoLeases(aws(), clock(), table=environment().state_table)


@cache
def _rates() -> DynamoRates:
    return DynamoRates(aws(), clock(), table=environment().state_table)


@cache
def _http() -> requests.Session:
    """One connection pool per process: each TLS context costs 20 ms."""
    return new_session()
