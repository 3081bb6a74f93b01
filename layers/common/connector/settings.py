"""The environment: where things are. Read once per process, here and nowhere else; what is wrong stops the cold start with its name.

What administrators decide about books and people is :mod:`connector.core.configuration`.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

type Text = Annotated[str, StringConstraints(min_length=1)]
type Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class Environment(BaseModel):
    """Every field is the environment variable of its name in capitals; ``template.yaml`` sets them all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    procore_company: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
    procore_api_url: Url
    procore_login_url: Url
    procore_secret: Text
    procore_frames: Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9*.:-]+( https?://[A-Za-z0-9*.:-]+)*$")] = (
        "https://*.procore.com https://*.procoregov.com"
    )
    """Who may embed the pages, as CSP's frame-ancestors writes it."""
    intacct_url: Url
    intacct_company: Text
    intacct_secret: Text
    intacct_concurrency: Annotated[int, Field(ge=1, le=50)] = 2
    webhook_secret: Text
    webhook_queue_url: Url
    state_table: Text
    cross_references_table: Text
    payloads_bucket: Text
    export_machine_arn: Text
    import_machine_arn: Text
    mail_from: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    app_url: Annotated[str, StringConstraints(pattern=r"^(|https?://[^\s]*[^\s/])$")] = ""


@cache
def environment() -> Environment:
    """Raises pydantic.ValidationError, which names every variable that is missing or malformed."""
    return Environment.model_validate(
        {name: value for name in Environment.model_fields if (value := os.environ.get(name.upper())) is not None}
    )
