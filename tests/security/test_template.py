"""What the template promises about data at rest, and about who may do what to it. What each role may do in the running stack, and
that no action is a star: tests/e2e/test_roles.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from sandbox.aws.packaging import read_template

RESOURCES: Final[dict[str, dict[str, Any]]] = read_template(Path(__file__).parents[2])["Resources"]
KEPT: Final = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}
DESTROYING: Final = {
    "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups", "dynamodb:RestoreTableToPointInTime",
    "s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketVersioning",
    "secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret", "kms:ScheduleKeyDeletion", "iam:PassRole",
}  # fmt: skip
REASONS: Final = {
    ("HttpMethod", "*"): "throttling of all methods of the API",
}


def _of(*kinds: str) -> dict[str, dict[str, Any]]:
    found = {name: each.get("Properties", {}) for name, each in RESOURCES.items() if each["Type"] in kinds}
    assert found
    return found


def _statements(node: Any) -> Iterator[dict[str, Any]]:
    """Every statement of every policy, wherever it stands."""
    if isinstance(node, list):
        for each in node:
            yield from _statements(each)
    elif isinstance(node, dict):
        if "Effect" in node and ("Action" in node or "NotAction" in node):
            yield node
        for each in node.values():
            yield from _statements(each)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", [name for name, each in RESOURCES.items() if each["Type"] in KEPT])
def test_what_holds_records_outlives_the_stack(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "Retain"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", _of("AWS::DynamoDB::Table"))
def test_a_table_is_protected_encrypted_and_can_be_put_back_to_any_second(name: str) -> None:
    table = RESOURCES[name]["Properties"]
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", _of("AWS::S3::Bucket"))
def test_a_bucket_is_closed_encrypted_and_keeps_versions(name: str) -> None:
    bucket = RESOURCES[name]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize("name", _of("AWS::SQS::Queue"))
def test_a_queue_is_encrypted(name: str) -> None:
    assert RESOURCES[name]["Properties"]["SqsManagedSseEnabled"] is True


def test_no_statement_is_about_everything() -> None:
    statements = list(_statements(RESOURCES))
    assert len(statements) > 10
    for statement in statements:
        assert statement["Effect"] == "Allow"
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        if "Principal" not in statement:
            assert [place for place in _listed(statement["Resource"]) if place == "*"] == []


def test_no_function_may_destroy_what_it_keeps_or_write_a_secret() -> None:
    allowed = {action for statement in _statements(RESOURCES) for action in _listed(statement["Action"])}
    assert allowed & DESTROYING == set()


def test_no_secret_stands_in_the_template_or_in_an_environment() -> None:
    for name, secret in _of("AWS::SecretsManager::Secret").items():
        given = secret.get("SecretString")
        assert given is None or set(json.loads(given).values()) == {"set me"}, name
    for function in _of("AWS::Serverless::Function").values():
        variables = function.get("Environment", {}).get("Variables", {})
        assert [each for each in variables if any(word in each.upper() for word in ("PASSWORD", "TOKEN", "CREDENTIAL"))] == []
        assert "resolve:secretsmanager" not in json.dumps(function, default=str)


def test_a_star_has_a_reason() -> None:
    found: set[tuple[str, str]] = set()

    def look(node: Any, key: str = "") -> None:
        if isinstance(node, dict):
            for name, each in node.items():
                look(each, name)
        elif isinstance(node, list):
            for each in node:
                look(each, key)
        elif node == "*":
            found.add((key, node))

    look(RESOURCES)
    assert found == set(REASONS)
