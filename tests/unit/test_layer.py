"""The layer: built with byte code, for Lambda's platform, from hashed requirements, with the locales that people may have."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "layers/common/Makefile").read_text("utf-8")


def test_every_package_of_the_layer_is_pinned_with_a_hash_and_no_index_is_named() -> None:
    text = (ROOT / "layers/common/requirements.txt").read_text("utf-8")
    entries = re.findall(r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE)
    named = re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)
    assert len(entries) == len(named) > 10
    assert "http" not in text
    assert "boto3" not in {name for name, _, _ in entries}, "the Lambda runtime brings it"


def test_the_developers_tools_are_pinned_with_the_same_versions() -> None:
    layer = set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / "layers/common/requirements.txt").read_text("utf-8"), re.MULTILINE))
    tools = set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / "requirements/dev.txt").read_text("utf-8"), re.MULTILINE))
    assert layer <= tools


def test_the_build_is_for_lambda_and_keeps_byte_code() -> None:
    template = (ROOT / "template.yaml").read_text("utf-8")
    assert "Runtime: python3.13" in template
    assert "Architectures: [x86_64]" in template
    for said in ("--require-hashes", "--python-version 3.13", "x86_64", "--invalidation-mode unchecked-hash"):
        assert said in MAKEFILE
