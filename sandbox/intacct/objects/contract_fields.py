"""The fields about scope, schedule and who agreed, which contracts, change requests and change orders share."""

from __future__ import annotations

from sandbox.intacct.schema import Field, day, text


def agreement_fields() -> tuple[Field, ...]:
    return (
        *(text(name, 4000) for name in ("SCOPE", "INCLUSIONS", "EXCLUSIONS", "TERMS")),
        *(
            day(name)
            for name in (
                *("SCHEDULEDSTARTDATE", "ACTUALSTARTDATE", "SCHEDULEDCOMPLETIONDATE", "REVISEDCOMPLETIONDATE"),
                *("SUBSTANTIALCOMPLETIONDATE", "ACTUALCOMPLETIONDATE", "NOTICETOPROCEED", "RESPONSEDUE", "EXECUTEDON"),
            )
        ),
        text("SCHEDULEIMPACT", 100),
        text("INTERNALREFNO"),
        text("INTERNALINITIATEDBY"),
        text("INTERNALVERBALBY"),
        text("INTERNALISSUEDBY"),
        day("INTERNALISSUEDON"),
        text("INTERNALAPPROVEDBY"),
        day("INTERNALAPPROVEDON"),
        text("INTERNALSIGNEDBY"),
        day("INTERNALSIGNEDON"),
        text("INTERNALSOURCE"),
        text("INTERNALSOURCEREFNO"),
        text("EXTERNALREFNO"),
        text("EXTERNALVERBALBY"),
        text("EXTERNALAPPROVEDBY"),
        day("EXTERNALAPPROVEDON"),
        text("EXTERNALSIGNEDBY"),
        day("EXTERNALSIGNEDON"),
    )
