"""Where pixels came from, and which of it is believed."""

import numpy as np
import pytest

from style_pipeline.quality.motion import Motion, MotionFinder
from style_pipeline_tests.quality.pictures import HEIGHT, STEP, WIDTH, levels, moving, texture


@pytest.fixture(scope="module")
def motion() -> Motion:
    before, after = (levels(picture) for picture in moving(texture(), 2))
    return MotionFinder().between(before, after)


def test_the_motion_is_found(motion: Motion) -> None:
    grid = np.dstack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)))
    moved = np.median((motion.origin - grid)[motion.believed], axis=0)
    assert moved == pytest.approx(STEP, abs=0.1)


def test_what_comes_into_the_picture_is_not_believed(motion: Motion) -> None:
    across, down = STEP
    assert motion.believed[:-down, :-across].mean() > 0.9
    assert not motion.believed[:, -across + 1 :].any()
    assert not motion.believed[-down + 1 :, :].any()


def test_what_a_moving_thing_uncovers_is_not_believed() -> None:
    ground = levels(texture()[:HEIGHT, :WIDTH])
    thing = levels(texture(seed=3)[:40, :40])
    before, after = ground.copy(), ground.copy()
    before[40:80, 40:80] = thing
    after[40:80, 52:92] = thing
    believed = MotionFinder().between(before, after).believed
    assert believed[45:75, 42:50].mean() < 0.5
    assert believed[:30].mean() > 0.95


def test_a_still_picture_is_carried_nowhere() -> None:
    still = levels(texture()[:HEIGHT, :WIDTH])
    motion = MotionFinder().between(still, still)
    assert motion.believed.all()
    np.testing.assert_allclose(motion.carry(still), still, atol=1e-3)
