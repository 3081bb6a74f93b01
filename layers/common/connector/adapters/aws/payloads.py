"""Previews, requests and answers: ports.Payloads on S3."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching

_SIDE_BY_SIDE: Final = 8
"""Below botocore's ten connections of a client."""


class S3Payloads:
    """The role needs s3:ListBucket beside GetObject: without it S3 answers 403 for an object that does not exist."""

    def __init__(self, aws: AwsClients, *, bucket: str) -> None:
        self._aws, self._bucket = aws, bucket

    def put(self, name: str, text: str) -> None:
        with reaching("S3"):
            self._aws.s3.put_object(Bucket=self._bucket, Key=name, Body=text.encode(), ContentType="text/plain; charset=utf-8")

    def get(self, name: str) -> str | None:
        try:
            with reaching("S3"):
                body = self._aws.s3.get_object(Bucket=self._bucket, Key=name)["Body"]
                with body:
                    return body.read().decode()
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise

    def get_many(self, names: Collection[str]) -> dict[str, str]:
        asked = [*dict.fromkeys(names)]
        _ = self._aws.s3  # made here: clients may be used by several threads, but not made by them
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            found = zip(asked, pool.map(self.get, asked), strict=True)
            return {name: text for name, text in found if text is not None}
