"""Each role may do what its function does, and nothing else of all that the stack could let it do.

That the roles suffice is shown by every other test here: the local AWS enforces the functions' roles. The machines' roles it does not, so
IAM's own simulation is asked about those, and about what all of them may not.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from sandbox.aws.packaging import read_template
from sandbox.aws.places import ROOT
from sandbox.story.stage import MAIL_FROM, STACK, Stage

ACCOUNT = "000000000000"
READ_STATE = {
    ("dynamodb:GetItem", "state"),
    ("dynamodb:BatchGetItem", "state"),
    ("dynamodb:Query", "state"),
    ("dynamodb:Query", "index"),
    ("dynamodb:Query", "needs"),
}
WRITE_STATE = {(f"dynamodb:{action}", "state") for action in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")}
STATE = READ_STATE | WRITE_STATE
READ_PAIRS = {(f"dynamodb:{action}", "pairs") for action in ("GetItem", "BatchGetItem", "Query")}
PAIRS = READ_PAIRS | {(f"dynamodb:{action}", "pairs") for action in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")}
PAYLOADS = {("s3:GetObject", "payloads"), ("s3:PutObject", "payloads")}
BOTH_SYSTEMS = {("secretsmanager:GetSecretValue", "procore secret"), ("secretsmanager:GetSecretValue", "intacct secret")}
MAIL = {("ses:SendEmail", "mail")}
RUNS = {("states:StartExecution", "export run"), ("states:StartExecution", "import run")}
EXPORTED = {
    "budget_modifications",
    "budgets",
    "commitment_change_orders",
    "commitments",
    "payments",
    "prime_contract_change_orders",
    "projects",
    "sub_jobs",
    "subcontractor_invoices",
    "vendors",
}
IMPORTED = {"budgets", "cost_codes", "cost_types", "direct_costs", "payments", "prime_contracts", "projects", "vendors", "sub_jobs"}

MAY: dict[str, set[tuple[str, str]]] = {
    "api": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | MAIL | RUNS,
    # Conditions keep it to the rows of the limits ("rate#…") and, to add to them, to those of what is counted ("usage"), which the
    # simulation is not told.
    "authorizer": {("dynamodb:GetItem", "state"), ("dynamodb:UpdateItem", "state")},
    "embedded-app": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | MAIL | RUNS,
    "approval-link": STATE | READ_PAIRS | PAYLOADS | MAIL | RUNS,
    "procore-webhook": {("secretsmanager:GetSecretValue", "webhook secret"), ("sqs:SendMessage", "webhook queue")},
    "webhook-events": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | MAIL | RUNS
    | {(f"sqs:{action}", "webhook queue") for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")},
    "finish-run": STATE | READ_PAIRS | PAYLOADS | MAIL | RUNS,
    "sweep": STATE | READ_PAIRS | PAYLOADS | BOTH_SYSTEMS | MAIL | RUNS,
    "drift-watch": STATE | READ_PAIRS | PAYLOADS | BOTH_SYSTEMS,
    "scheduled-import": STATE | READ_PAIRS | {("secretsmanager:GetSecretValue", "intacct secret")} | RUNS,
    "cost_codes": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "cost_types": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "direct_costs": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "projects": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "vendors": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "commitments": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "sub_jobs": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "budgets": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "budget_modifications": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "commitment_change_orders": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "subcontractor_invoices": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "prime_contracts": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "prime_contract_change_orders": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "payments": STATE | PAIRS | PAYLOADS | BOTH_SYSTEMS | RUNS,
    "export-run": {("lambda:InvokeFunction", name) for name in {*EXPORTED, "finish-run"}},
    "import-run": {("lambda:InvokeFunction", name) for name in {*IMPORTED, "finish-run"}},
}  # fmt: skip
ACTIONS = sorted({action for may in MAY.values() for action, _ in may} | {
    "dynamodb:Scan", "dynamodb:DeleteTable", "s3:DeleteObject", "secretsmanager:PutSecretValue", "sqs:PurgeQueue", "states:StopExecution",
    "iam:PassRole", "lambda:UpdateFunctionCode", "ses:DeleteEmailIdentity",
})  # fmt: skip


@pytest.fixture(scope="session")
def things(staged: Stage) -> dict[str, str]:
    """Everything of the stack that an action may be done to, by a short name."""
    outputs, region = staged.outputs, "us-east-1"
    table = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/"
    machine = f"arn:aws:states:{region}:{ACCOUNT}:stateMachine:{STACK}-"
    resources = staged.aws.clients.cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    queue = next(each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "WebhookQueue").rsplit("/", 1)[-1]
    address = f"arn:aws:ses:{region}:{ACCOUNT}:identity/"
    functions = [name for name in MAY if name not in {"export-run", "import-run"}]
    return {
        "state": table + outputs["StateTable"],
        "index": f"{table}{outputs['StateTable']}/index/by-shelf",
        "needs": f"{table}{outputs['StateTable']}/index/by-need",
        "pairs": table + outputs["CrossReferencesTable"],
        "another table": f"{table}payroll",
        "payloads": f"arn:aws:s3:::{outputs['PayloadsBucket']}/previews/one.json",
        "another bucket": "arn:aws:s3:::payroll/one",
        "procore secret": outputs["ProcoreSecretArn"],
        "intacct secret": outputs["IntacctSecretArn"],
        "webhook secret": outputs["WebhookSecretArn"],
        "mail": address + MAIL_FROM,
        "another address": f"{address}ceo@tarrowby.example",
        "webhook queue": f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}",
        "export run": f"{machine}export-run",
        "import run": f"{machine}import-run",
    } | {name: f"arn:aws:lambda:{region}:{ACCOUNT}:function:{STACK}-{name}" for name in functions}


@pytest.fixture(scope="session")
def roles(staged: Stage) -> dict[str, str]:
    """The role of each function and machine."""
    clients = staged.aws.clients
    functions = clients.functions.list_functions()["Functions"]
    named = {each["FunctionName"].removeprefix(f"{STACK}-"): each["Role"] for each in functions}
    machines = clients.stepfunctions.list_state_machines()["stateMachines"]
    for machine in machines:
        described = clients.stepfunctions.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        named[machine["name"].removeprefix(f"{STACK}-")] = described["roleArn"]
    return named


def test_every_function_and_machine_is_listed_here(roles: dict[str, str]) -> None:
    assert set(roles) == set(MAY)


@pytest.mark.parametrize("name", sorted(MAY))
def test_a_role_may_do_its_work_and_nothing_else(staged: Stage, roles: dict[str, str], things: dict[str, str], name: str) -> None:
    allowed = {
        (action, thing)
        for action, (thing, arn) in product(ACTIONS, things.items())
        if _fits(action, arn) and _allowed(staged, roles[name], action, arn)
    }
    assert allowed == MAY[name]


def _fits(action: str, arn: str) -> bool:
    """An action of one service is asked about that service's resources only."""
    service = {"states": "states", "lambda": "lambda", "iam": "lambda", "s3": "s3"}.get(action.partition(":")[0], action.partition(":")[0])
    return arn.split(":")[2] == service


def _allowed(staged: Stage, role: str, action: str, arn: str) -> bool:
    answer = staged.aws.clients.iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[arn])
    return answer["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_no_action_is_a_star() -> None:
    template = read_template(ROOT)
    actions = list(_actions(template["Resources"]))
    assert actions
    assert [action for action in actions if "*" in action] == []


def _actions(tree: Any) -> Any:
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "Action":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _actions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _actions(value)
