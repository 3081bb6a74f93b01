"""What the connection check found of the Intacct company's own shape. Dimensions and features are tenant-specific: a query that selects
one field the company does not have fails as a whole [F]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import AwareDatetime, Field

from connector.core.item import Value


class Tenant(Value):
    """``lacking`` names, by object, the fields that this connector would read and the company does not have. What was never checked is
    taken to be there: a row that is newer than the check is read, and compared."""

    checked_at: AwareDatetime | None = None
    lacking: Mapping[str, frozenset[str]] = Field(default_factory=dict)

    def lacks(self, object_name: str) -> frozenset[str]:
        return self.lacking.get(object_name, frozenset())

    def present(self, object_name: str, fields: Iterable[str]) -> tuple[str, ...]:
        """These fields without those that the company lacks, each once and in order."""
        lacking = self.lacks(object_name)
        return tuple(dict.fromkeys(field for field in fields if field not in lacking))
