"""Whether a file may go in: its size before anything else, then what a look into it says."""

from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from style_pipeline.cost import Estimate, Pace
from style_pipeline.defs.bills import latest
from style_pipeline.errors import UnusableVideo
from style_pipeline.limits import Content, UploadLimits
from style_pipeline.media.probe import SourceProbe, probe

_LOOKED_AT = 20
"""Jobs; too short a one does not tell how fast it was."""


@dataclass(frozen=True)
class Door:
    """The limits of this installation, and how fast it paints."""

    limits: UploadLimits = field(default_factory=UploadLimits)
    pace: Pace = field(default_factory=lambda: Pace(UploadLimits.pace))

    def refuse_size(self, size: int) -> None:
        """Raises UnusableVideo, with the limit, where a file is too large."""
        _refuse(self.limits.size_fault(size))

    def admit(self, path: Path, scale: int) -> tuple[SourceProbe, Estimate]:
        """What the video at ``path`` is, and what it costs to paint it at ``scale`` per cent.

        Raises UnusableVideo where it is none, or past a limit.
        """
        self.refuse_size(path.stat().st_size)
        found = probe(path)
        return found, self.estimate(found, scale)

    def estimate(self, found: SourceProbe, scale: int) -> Estimate:
        """What it costs to paint this video; raises UnusableVideo where it is past a limit."""
        video = found.video
        estimate = Estimate(found.packets, video.width, video.height, scale, self.pace)
        _refuse(self.limits.fault(_content(found, estimate)))
        return estimate


USUAL = Door()
"""The limits of an installation that sets none."""


def door(limits: UploadLimits, instance: dg.DagsterInstance) -> Door:
    """The door of an installation, with the pace of an earlier job, or the declared one."""
    return Door(limits, _measured(instance) or Pace(limits.pace))


def _measured(instance: dg.DagsterInstance) -> Pace | None:
    for bill in latest(instance, _LOOKED_AT):
        if bill.pace and bill.painting:
            taken = (bill.node_hours, bill.cost)
            each_second = (None if took is None else took / bill.painting for took in taken)
            return Pace(bill.pace * 1e6, True, *each_second)
    return None


def _content(found: SourceProbe, estimate: Estimate) -> Content:
    times = found.packet_pts or (0,)
    span = float((times[-1] - times[0] + found.last_duration) * found.video.time_base)
    return Content(
        seconds=max(span, float(found.duration or 0)),
        frames=found.packets,
        pixels=found.video.width * found.video.height,
        streams=found.streams,
        painting_seconds=estimate.seconds,
    )


def _refuse(fault: str | None) -> None:
    if fault is not None:
        raise UnusableVideo(f"the video {fault}")
