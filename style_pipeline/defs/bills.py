"""What each painting took and cost, out of Dagster's records: numbers in an asset's metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

COST, NODE_HOURS, WALL, DURATION = "cost", "node_hours", "wall_seconds", "duration_seconds"
PACE = "megapixels_per_second"
"""Under these names painted frames tell what their job took, how long the video is, and how fast it
was painted; the last only where the job was long enough to tell."""

_PAINTED = dg.AssetKey("styled_frames")
_PER_PAGE = 500


@dataclass(frozen=True)
class Bill:
    """One painting of ``what``, ``STYLE|VIDEO``; None where its job told nothing.

    ``painting`` is in seconds, ``video`` how many of them the video lasts; a job that found most of
    its work done took less of everything. ``cost`` is in the currency of the table of prices,
    ``pace`` in megapixels per second.
    """

    when: datetime
    what: str
    video: float | None = None
    painting: float | None = None
    node_hours: float | None = None
    cost: float | None = None
    pace: float | None = None

    @property
    def cost_per_minute(self) -> float | None:
        """Of the video."""
        return self._per_minute(self.cost)

    @property
    def painting_per_minute(self) -> float | None:
        """Seconds of painting for each minute of the video."""
        return self._per_minute(self.painting)

    def _per_minute(self, value: float | None) -> float | None:
        return value / self.video * 60 if value is not None and self.video else None


def bills(instance: dg.DagsterInstance, since: datetime) -> Iterator[Bill]:
    """One for every painting since then, latest first."""
    cursor, more = None, True
    wanted = dg.AssetRecordsFilter(_PAINTED, after_timestamp=since.timestamp())
    while more:
        page = instance.fetch_materializations(wanted, _PER_PAGE, cursor)
        yield from map(_bill, page.records)
        cursor, more = page.cursor, page.has_more


def latest(instance: dg.DagsterInstance, most: int) -> list[Bill]:
    """The last ``most`` paintings, latest first."""
    return list(map(_bill, instance.fetch_materializations(_PAINTED, most).records))


def _bill(record: dg.EventLogRecord) -> Bill:
    made = record.asset_materialization
    told = {} if made is None else made.metadata
    numbers = (_number(told.get(name)) for name in (DURATION, WALL, NODE_HOURS, COST, PACE))
    when = datetime.fromtimestamp(record.timestamp, UTC)
    return Bill(when, record.partition_key or "", *numbers)


def _number(told: dg.MetadataValue | None) -> float | None:
    if isinstance(told, dg.FloatMetadataValue | dg.IntMetadataValue) and told.value is not None:
        return float(told.value)
    return None
