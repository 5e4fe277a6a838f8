"""How much painting may cost in a day, and whether that much has been spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg

from style_pipeline.defs.bills import bills
from style_pipeline.errors import CeilingReached

_DAY = timedelta(days=1)


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
    return sum(bill.cost or 0.0 for bill in bills(instance, since))
