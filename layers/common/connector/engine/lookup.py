"""Ids that paths need and no record knows: found in Procore's lists."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.errors import Code, SetupWrong
from connector.core.spec import Lookup
from connector.ports import Procore


def looked_up(procore: Procore, lookup: Lookup | None, values: Mapping[str, str]) -> dict[str, str]:
    """``values`` with the id that is looked up, by its name. Raises SetupWrong where there is none."""
    if lookup is None:
        return dict(values)
    params = {name: text.format_map(values) for name, text in lookup.params.items()}
    for page in procore.pages(lookup.path.format_map(values), params):
        for row in page:
            if lookup.picked(row):
                return {**values, lookup.name: str(row["id"])}
    raise SetupWrong(Code.NOT_FOUND, lookup.missing)
