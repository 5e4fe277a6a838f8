"""What was spent in a day is counted, and beyond the limit nothing more is painted."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from style_pipeline.defs import bills, ceiling
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.errors import CeilingReached


@pytest.fixture
def spending(instance: dg.DagsterInstance) -> datetime:
    """Three jobs that cost 2.50, 1.25 and nothing that is known; the time after them."""
    for cost in (2.5, 1.25, None):
        metadata = {} if cost is None else {"cost": cost}
        instance.report_runless_asset_event(
            dg.AssetMaterialization("styled_frames", metadata=metadata)
        )
    return datetime.now(UTC)


def test_what_jobs_cost_is_added_up_over_pages_and_for_a_day(
    instance: dg.DagsterInstance, spending: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bills, "_PER_PAGE", 2)
    assert ceiling.spent(instance, spending - timedelta(hours=1)) == 3.75
    assert ceiling.spent(instance, spending + timedelta(hours=1)) == 0


def test_at_the_limit_nothing_more_is_painted(
    instance: dg.DagsterInstance, spending: datetime
) -> None:
    Ceiling(4.0).refuse(instance, spending)
    Ceiling(None).refuse(instance, spending)
    remedy = "3.75 in the last 24 hours, the limit is 3.75: wait, or raise STYLE_PIPELINE_DAILY"
    with pytest.raises(CeilingReached, match=remedy):
        Ceiling(3.75).refuse(instance, spending)
    Ceiling(3.75).refuse(instance, spending + timedelta(days=1, minutes=1))
