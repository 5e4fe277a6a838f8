"""A look that is ordered in the launchpad is found by the sensor like any other upload."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from style_pipeline import again
from style_pipeline.defs import orders
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.orders import Order
from style_pipeline.errors import ConfigurationError, PartitionError, UnknownStyle
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore

VIDEO = "incoming/great-wave/days/clip.mp4"
FINE = "great-wave_30.starry-night_70.colours.scale_50.strength_60"


@pytest.fixture
def uploaded(store: MediaStore) -> MediaStore:
    store.upload(b"not looked into", VIDEO)
    return store


def run(settings: Settings, instance: dg.DagsterInstance, **config: Any) -> Any:
    job = definitions_for(settings).resolve_job_def("order_look")
    return job.execute_in_process(
        run_config={"ops": {"place_order": {"config": config}}},
        instance=instance,
        raise_on_error=False,
    )


def test_every_control_leads_to_the_folder_of_its_look(
    settings: Settings, instance: dg.DagsterInstance, uploaded: MediaStore
) -> None:
    controls = {"strength": 0.6, "keep_colours": True, "scale": 0.5}
    blend = "starry-night:0.7,great-wave:0.3"
    assert run(settings, instance, video="days/clip.mp4", style=blend, **controls).success
    assert uploaded.read_bytes(f"incoming/{FINE}/days/clip.mp4") == b"not looked into"
    assert instance.has_dynamic_partition("style", FINE)
    assert again.repeats(uploaded) == {}


def test_an_order_that_cannot_be_met_names_the_cause(
    settings: Settings, instance: dg.DagsterInstance, uploaded: MediaStore
) -> None:
    failed = run(settings, instance, video=VIDEO, style="great-wav")
    assert not failed.success
    (failure,) = [e for e in failed.all_events if e.is_step_failure]
    assert "did you mean great-wave" in str(failure.step_failure_data)
    assert [each.key for each in uploaded.list("incoming/")] == [VIDEO]


def test_the_same_look_is_not_sent_again_but_can_be_painted_once_more(
    uploaded: MediaStore, tmp_path: Path
) -> None:
    before = uploaded.stat(VIDEO)
    orders.put(uploaded, Order(video=VIDEO, style="great-wave", once_more=True), tmp_path)
    assert uploaded.stat(VIDEO) == before
    assert list(again.repeats(uploaded).values()) == [1]


def test_of_several_uploads_the_last_counts(uploaded: MediaStore, tmp_path: Path) -> None:
    uploaded.upload(b"later", "incoming/tahiti/days/clip.mp4")
    wanted = orders.put(uploaded, Order(video="days/clip.mp4", style="the-scream"), tmp_path)
    assert uploaded.read_bytes(wanted.key) == b"later"


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ({"video": "clip.mp4", "style": "great-wave"}, PartitionError),
        ({"video": VIDEO, "style": "nobody"}, UnknownStyle),
        ({"video": VIDEO, "style": "great-wave:x,tahiti:1"}, ConfigurationError),
    ],
)
def test_what_is_refused(
    uploaded: MediaStore, tmp_path: Path, order: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        orders.put(uploaded, Order(**order), tmp_path)
