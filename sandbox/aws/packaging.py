"""A built template: read, and made whole by uploading its code and putting definitions in place of file names."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from samtranslator.yaml_helper import yaml_parse

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

_CODE = ("CodeUri", "ContentUri")
_DAWN_OF_ZIP = (1980, 1, 1, 0, 0, 0)


type Template = dict[str, Any]


def read_template(build: Path) -> Template:
    """The template of a build, with CloudFormation's functions in their long form (``Fn::GetAtt`` for ``!GetAtt``)."""
    template: Template = yaml_parse((build / "template.yaml").read_text())
    return template


def packaged(build: Path, s3: S3Client, bucket: str) -> Template:
    """The template of a build without file names: code is put into ``bucket``, definitions of workflows into it."""
    template = read_template(build)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in _CODE:
            if isinstance(properties.get(name), str):
                properties[name] = {"Bucket": bucket, "Key": _upload(zipped(build / properties[name]), s3, bucket)}
        if isinstance(properties.get("DefinitionUri"), str):
            properties["Definition"] = json.loads((build / properties.pop("DefinitionUri")).read_text())
    return template


def zipped(folder: Path) -> bytes:
    """The folder as a zip; the same files give the same bytes, so that an unchanged function is not deployed anew."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DAWN_OF_ZIP)
            entry.external_attr = path.stat().st_mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, path.read_bytes())
    return archive.getvalue()


def _upload(code: bytes, s3: S3Client, bucket: str) -> str:
    key = hashlib.sha256(code).hexdigest()
    s3.put_object(Bucket=bucket, Key=key, Body=code)
    return key
