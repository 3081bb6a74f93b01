"""Everything that has to stand before the story begins: both simulators, the local AWS, the deployed stack, its secrets and settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import sandbox.intacct
import sandbox.procore
from sandbox.aws.build import built
from sandbox.aws.deploy import api_url, outputs, sam_deploy
from sandbox.aws.front import Front
from sandbox.aws.local import LocalAws
from sandbox.aws.stacks import Deploy
from sandbox.intacct import IntacctSimulator
from sandbox.procore import ProcoreSimulator
from sandbox.procore.settings import Settings

COMPANY = "562949953421312"
MAIL_FROM = "connector@tarrowby.example"
STACK = "connector"


@dataclass(frozen=True)
class Stage:
    """What the players see. ``app`` is the address that links in mails name."""

    procore: ProcoreSimulator
    intacct: IntacctSimulator
    aws: LocalAws
    outputs: Mapping[str, str]
    app: str


@contextmanager
def stage(name: str, say: Callable[[str], None], *, deploy_with: Deploy = sam_deploy, spike_limit: int = 25) -> Iterator[Stage]:
    """Sets up, yields, and ends everything it started. ``say`` hears one line per step; ``spike_limit`` is what Procore takes in ten
    seconds from one caller."""
    with ExitStack() as end:
        procore = end.enter_context(sandbox.procore.start(settings=Settings(spike_limit=spike_limit)))
        intacct = end.enter_context(sandbox.intacct.start())
        say(f"Simulated Procore and Sage Intacct are up ({procore.url}, {intacct.base_url})")
        front = end.enter_context(Front())
        aws = end.enter_context(LocalAws(f"{name}-{os.getpid()}"))
        say("The local AWS is up")
        build = end.enter_context(built())
        say("Built by sam build")
        deploy_with(aws, build, STACK, stack_parameters(procore.url, intacct.url, front.url))
        given = outputs(aws, STACK)
        front.target = api_url(aws, given["ApiId"])
        say("Deployed by sam deploy, with IAM enforced")
        _fill_secrets(aws, given)
        yield Stage(procore, intacct, aws, given, front.url)


def stack_parameters(procore: str, intacct: str, app: str) -> dict[str, str]:
    """The template's parameters that point a stack at the two simulators. Nothing else tells it where it is."""
    return {
        "ProcoreCompanyId": COMPANY,
        "ProcoreApiUrl": procore,
        "ProcoreLoginUrl": procore,
        "ProcoreWebUrl": procore,
        "ProcoreFrames": procore,
        "IntacctUrl": intacct,
        "IntacctCompanyId": "demo",
        "MailFrom": MAIL_FROM,
        "AppUrl": app,
        "ScheduleState": "DISABLED",
        "ThrottlingRate": "1000",
        "ThrottlingBurst": "2000",
    }


def _fill_secrets(aws: LocalAws, given: Mapping[str, str]) -> None:
    secrets = aws.clients.secrets
    secrets.put_secret_value(
        SecretId=given["ProcoreSecretArn"], SecretString=json.dumps({"client_id": "sandbox", "client_secret": "sandbox"})
    )
    sender = {"sender_id": "sandbox", "sender_password": "sandbox", "user_id": "connector", "user_password": "sandbox"}
    secrets.put_secret_value(SecretId=given["IntacctSecretArn"], SecretString=json.dumps(sender))
