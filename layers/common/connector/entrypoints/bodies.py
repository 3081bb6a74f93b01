"""What callers may send. Unknown fields are refused, sizes are bounded, ids fit into an address without escaping."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connector.core.configuration import Configuration
from connector.core.item import State
from connector.core.notices import Preferences
from connector.core.offers import Choice

type ProcoreId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
type ObjectName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
type ItemId = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
type Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
type Choices = Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=40)]
type Text = Annotated[str, Field(max_length=2000)]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SendBody(Body):
    """A Procore record for accounting. ``project_id`` is needed where the record belongs to a project."""

    object: ObjectName
    procore_id: ProcoreId
    project_id: ProcoreId | Literal[""] = ""
    choices: Choices = Field(default_factory=dict)


class ChoicesBody(Body):
    """The approver's own values, by name; an empty text takes one back. ``fingerprint`` is that of the preview they saw."""

    fingerprint: Fingerprint
    choices: Choices


class DecisionBody(Body):
    """``with_needs`` approves what goes first along with it, each under the fingerprint that ``needs`` names by its item; without any,
    under those of the preview that was kept when it was sent."""

    item: ItemId
    verdict: Literal["approve", "reject"]
    fingerprint: Fingerprint
    reason: Text = ""
    with_needs: bool = False
    needs: Annotated[dict[ItemId, Fingerprint], Field(max_length=200)] = Field(default_factory=dict)


class DecisionsBody(Body):
    """Decisions one by one; or one ``verdict`` about a ``selection``, which is what totals were made of."""

    decisions: Annotated[tuple[DecisionBody, ...], Field(min_length=1, max_length=500)] | None = None
    selection: Fingerprint | None = None
    verdict: Literal["approve", "reject"] | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.decisions is None) == (self.selection is None) or (self.selection is None) != (self.verdict is None):
            raise ValueError("give decisions, or a selection with a verdict")
        return self


class TotalledItem(Body):
    """``fingerprint`` is that of the preview that was seen; without it, what there is now is totalled."""

    item: ItemId
    fingerprint: Fingerprint | Literal[""] = ""


class WaitingFilter(Body):
    """What is empty says nothing. ``sent_by`` is a login."""

    object: ObjectName | Literal[""] = ""
    project: ProcoreId | Literal[""] = ""
    sent_by: Annotated[str, Field(max_length=200)] = ""


class TotalsBody(Body):
    """These items, or everything that waits and matches."""

    items: Annotated[tuple[TotalledItem, ...], Field(max_length=500)] = ()
    waiting: WaitingFilter | None = None
    with_needs: bool = True

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.items) == (self.waiting is not None):
            raise ValueError("give one of items and waiting")
        return self


class RecordBody(SendBody):
    """``kind`` as the list of what is ready says it; it saves a call of Procore."""

    kind: Annotated[str, Field(max_length=60)] = ""


class SendsBody(Body):
    records: Annotated[tuple[RecordBody, ...], Field(min_length=1, max_length=500)]


class RetriesBody(Body):
    items: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=500)]


class ImportBody(Body):
    """``full`` reads everything again instead of what changed since the last time; ``record`` is the natural id (``V-10233``) of the one
    record of the one object that is meant."""

    objects: Annotated[tuple[ObjectName, ...], Field(min_length=1, max_length=14)] | Literal["all"]
    project_id: ProcoreId | Literal[""] = ""
    full: bool = False
    record: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{0,100}$")] = ""


class WatermarkBody(Body):
    """``leg`` as the list of watermarks names it (``vendors:company``). The next import reads what changed since ``to``; null is
    everything."""

    leg: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}:[a-z_]{1,40}$")]
    to: AwareDatetime | None


class SettingsBody(Body):
    """``version`` is that of the settings that were read; somebody else's change in between is not overwritten."""

    version: Annotated[str, Field(max_length=64)]
    settings: Configuration


class PreferencesBody(Preferences, Body):
    """What ``kinds`` leaves out comes at once. ``zone`` is a time zone by its IANA name, for the hour of the digest; empty is UTC."""


class CheckBody(Body):
    """The settings to check; without any, those in force."""

    settings: Configuration | None = None


class TrialBody(Body):
    """The settings to try; ``first`` is the number, from 0, of the first changed record that is listed."""

    settings: Configuration
    first: Annotated[int, Field(ge=0, le=100_000)] = 0


class Paged(Body):
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    cursor: Annotated[str, Field(max_length=1000)] = ""


class ItemsQuery(Paged):
    """``waits_for`` names the item that blocked ones wait for: only those. ``differs`` asks for the synced ones that differ."""

    state: State = State.WAITING
    object: ObjectName | Literal[""] = ""
    project: ProcoreId | Literal[""] = ""
    waits_for: ItemId | Literal[""] = ""
    differs: bool = False


class ReadyQuery(Paged):
    """Without ``object`` all that belongs to the project."""

    object: ObjectName | Literal[""] = ""
    project: ProcoreId | Literal[""] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if not self.object and not self.project:
            raise ValueError("give object or project")
        return self


class StagedQuery(Body):
    state: Literal[State.STAGED, State.IMPORTED, State.LINKED, State.ARCHIVED, State.INVALID] = State.STAGED
    object: ObjectName | Literal[""] = ""
    cursor: Annotated[str, Field(max_length=1000)] = ""


class StagedDecision(Body):
    """``accept`` adds the record to Procore, or brings its change there (``options`` as its object takes them: ``template``,
    ``accounting_method``), ``link`` takes the Procore record ``procore_id`` for the same one."""

    item: ItemId
    do: Literal["accept", "link", "archive", "restore", "retry"]
    procore_id: ProcoreId | Literal[""] = ""
    options: Choices = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.do == "link") != bool(self.procore_id):
            raise ValueError("procore_id names the record to link, and goes with link only")
        if self.options and self.do != "accept":
            raise ValueError("options go with accept only")
        return self


class StagedDecisionsBody(Body):
    """Decisions one by one, or ``link_all_suggested`` with the name of an object."""

    decisions: Annotated[tuple[StagedDecision, ...], Field(max_length=500)] = ()
    link_all_suggested: ObjectName | Literal[""] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.decisions) == bool(self.link_all_suggested):
            raise ValueError("give one of decisions and link_all_suggested")
        return self


class AdoptionsQuery(Body):
    object: ObjectName
    project: ProcoreId


class AdoptionPair(Body):
    """``accepted`` names the fields whose differences are taken as they are, for a ``reason``; ``seen`` is the fingerprint of the
    comparison that was shown."""

    procore_id: ProcoreId
    intacct_id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    accepted: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=500)] = ()
    reason: Annotated[str, Field(max_length=2000)] = ""
    seen: Annotated[str, Field(max_length=64)] = ""


class AdoptionsBody(Body):
    """Pairs of Procore's id and Intacct's (``Subcontract-SC-2041``) of one object in one project: compared only, or linked where they are
    equal or what differs is accepted."""

    object: ObjectName
    project_id: ProcoreId
    pairs: Annotated[tuple[AdoptionPair, ...], Field(min_length=1, max_length=25)]
    do: Literal["compare", "link"] = "compare"


class LinksQuery(Body):
    """One of the two ids: Procore's, or Intacct's key (RECORDNO, or ``{job}/{code}`` for a job's cost code)."""

    object: ObjectName
    procore_id: ProcoreId | Literal[""] = ""
    intacct: Annotated[str, Field(max_length=200)] = ""


class LinkBody(Body):
    """A link, by Procore's side of it."""

    object: ObjectName
    procore_id: ProcoreId


class DriftBody(Body):
    """``seen`` names the finding that was shown; ``note`` stays in the history."""

    choice: Choice
    note: Annotated[str, Field(min_length=1, max_length=2000)]
    seen: Fingerprint


class ResetBody(Body):
    """``seen`` names the listing that was shown; ``note`` stays in the history of the job."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]
    seen: Fingerprint
