"""One MiniStack with its repairs: it starts, answers us only as root, lets no second one in, and leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.local import LocalAws, LocalAwsError
from sandbox.aws.loopback import get_json
from sandbox.aws.places import ROOT, instance_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration
NAME = "test-local-aws"


@pytest.fixture
def folder() -> Path:
    return instance_folder(ROOT, NAME)


def test_it_serves_and_ends(folder: Path) -> None:
    with LocalAws(NAME) as aws:
        aws.clients.s3.create_bucket(Bucket="one")
        assert [bucket["Name"] for bucket in aws.clients.s3.list_buckets()["Buckets"]] == ["one"]
        assert aws.mailbox.messages() == []
        with pytest.raises(ClientError, match="not verified"):
            aws.clients.ses.send_email(
                FromEmailAddress="nobody@a.example",
                Destination={"ToAddresses": ["dana@b.example"]},
                Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
            )
        with pytest.raises(LocalAwsError, match="another local AWS is running"), LocalAws(NAME):
            pass
    with pytest.raises(OSError, match="refused"):
        get_json(aws.port, "/_ministack/health")
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "server.log"]
