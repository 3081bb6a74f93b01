"""What tells a sub job and its codes apart from others."""

from __future__ import annotations

import pytest

from connector.core.configuration import Configuration
from connector.core.spec import Facts, Leg
from connector.objects import cost_codes
from connector.objects.sub_jobs import SYNC, SubJob

FACTS = Facts(config=Configuration())
JOBS = next(leg for leg in SYNC.imports if isinstance(leg, Leg))
CODES = next(leg for leg in cost_codes.SYNC.imports if isinstance(leg, Leg) and leg.name == "jobs")


@pytest.mark.parametrize("theirs", [{"code": "24-107-a", "name": "Hall"}, {"code": "A", "name": "TERMINAL HALL"}])
def test_a_sub_job_is_known_by_its_code_or_its_name(theirs: dict[str, str]) -> None:
    ours = SubJob(job_id="24-107-A", name="Terminal Hall")
    assert JOBS.twins is not None
    assert set(JOBS.twins.ours(ours, FACTS)) & set(JOBS.twins.theirs(theirs, FACTS))


def test_a_list_that_shows_the_codes_of_every_sub_job_suggests_none_of_another() -> None:
    shown = {"full_code": "03-300", "biller_type": "SubJob", "biller_id": 7}
    assert CODES.twins is not None
    assert CODES.twins.theirs(shown, Facts(config=Configuration(), sub_job_id="7")) == ("code:03-300",)
    assert CODES.twins.theirs(shown, Facts(config=Configuration(), sub_job_id="8")) == ()
    assert CODES.twins.theirs(shown, FACTS) == ()
    assert CODES.twins.theirs(shown | {"biller_type": "Project"}, FACTS) == ("code:03-300",)
