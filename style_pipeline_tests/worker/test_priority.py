"""An encoder that would have the machine for itself does not get it."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from style_pipeline.output import choose
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline_tests.sources import picture, video_format

SIZE = 64, 48
TIMES = Times(Fraction(1, 24), (0, 1, 2), (1, 1, 1))

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gets real-time threads")


def policies() -> set[int]:
    """Of every thread of this process."""
    threads = Path("/proc/self/task").iterdir()
    return {os.sched_getscheduler(int(thread.name)) for thread in threads}


@as_root
def test_a_rank_that_encodes_av1_is_scheduled_as_anybody() -> None:
    encoder = ShardEncoder(video_format(*SIZE), choose("mp4-av1").encoding, TIMES)
    seen = set[int]()
    for number in range(3):
        encoder.add(picture(number, *SIZE))
        seen |= policies()
    encoder.finish()
    assert seen | policies() == {os.SCHED_OTHER}
