"""How much painting may cost in a day, and whether that much has been spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg

from style_pipeline.defs.facts import COST
from style_pipeline.errors import CeilingReached

_PAINTED = dg.AssetKey("styled_frames")
_DAY = timedelta(days=1)
_PER_PAGE = 500


@dataclass(frozen=True)
class Ceiling:
    """``most`` is in the currency of the table of prices; None means no limit.

    What counts is what finished jobs have cost in the last 24 hours.
    """

    most: float | None = None

    def fault(self, instance: dg.DagsterInstance, now: datetime) -> str | None:
        """Why nothing more may be painted now; None where it may."""
        if self.most is None:
            return None
        cost = spent(instance, now - _DAY)
        if cost < self.most:
            return None
        return (
            f"painting has cost {cost:.2f} in the last 24 hours, the limit is {self.most:g}: wait, "
            "or raise STYLE_PIPELINE_DAILY_COST"
        )

    def refuse(self, instance: dg.DagsterInstance, now: datetime) -> None:
        """Raises CeilingReached where nothing more may be painted."""
        reason = self.fault(instance, now)
        if reason is not None:
            raise CeilingReached(reason)


def spent(instance: dg.DagsterInstance, since: datetime) -> float:
    """What all jobs that finished after ``since`` have cost."""
    total, cursor, more = 0.0, None, True
    wanted = dg.AssetRecordsFilter(_PAINTED, after_timestamp=since.timestamp())
    while more:
        page = instance.fetch_materializations(wanted, _PER_PAGE, cursor)
        total += sum(_cost(record) for record in page.records)
        cursor, more = page.cursor, page.has_more
    return total


def _cost(record: dg.EventLogRecord) -> float:
    made = record.asset_materialization
    told = None if made is None else made.metadata.get(COST)
    return float(told.value or 0) if isinstance(told, dg.FloatMetadataValue) else 0.0
