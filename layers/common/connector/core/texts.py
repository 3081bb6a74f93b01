"""What comes as JSON is text, or it is refused: half a surrogate pair can be kept nowhere and shown nowhere."""

from __future__ import annotations

import json
import re
from typing import Final

_SURROGATE: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\\\")
"""A pair as it should be; half of one; a backslash that escapes another, behind which a ``u`` means nothing."""


def whole(body: bytes) -> str:
    """The text of a JSON document. Raises ValueError where it is not Unicode, or writes half a pair as an escape."""
    text = body.decode(json.detect_encoding(body))
    if ("\\ud" in text or "\\uD" in text) and any(found[1] for found in _SURROGATE.finditer(text)):
        msg = "half a surrogate pair"
        raise ValueError(msg)
    return text
