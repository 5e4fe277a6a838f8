"""Settings are a pure function of an environment."""

from pathlib import Path

import pytest

from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import VARIABLES, Settings

HERE = Path("/srv/videos")


def test_nothing_needs_to_be_configured() -> None:
    settings = Settings.from_environment({}, HERE)
    assert settings == Settings(
        home=HERE / "data",
        store_url="file:///srv/videos/data",
        scratch=HERE / "data/.scratch",
        dagster_home=HERE / "data/dagster",
    )
    assert settings.store_folder == HERE / "data"


def test_the_home_moves_the_lot() -> None:
    settings = Settings.from_environment({"STYLE_PIPELINE_HOME": "/mnt/a b"}, HERE)
    assert settings.store_url == "file:///mnt/a%20b"
    assert settings.store_folder == Path("/mnt/a b")
    assert settings.scratch == Path("/mnt/a b/.scratch")
    assert settings.dagster_home == Path("/mnt/a b/dagster")


def test_each_part_can_be_moved_alone() -> None:
    environment = {
        "STYLE_PIPELINE_STORE": "https://account.blob.core.windows.net/container",
        "STYLE_PIPELINE_SCRATCH": "tmp",
        "DAGSTER_HOME": "/var/dagster",
    }
    settings = Settings.from_environment(environment, HERE)
    assert settings.store_url == "https://account.blob.core.windows.net/container"
    assert settings.store_folder is None
    assert settings.scratch == HERE / "tmp"
    assert settings.dagster_home == Path("/var/dagster")


def test_numbers_and_choices_are_read() -> None:
    environment = {
        "STYLE_PIPELINE_RANKS": " 3 ",
        "STYLE_PIPELINE_THREADS_PER_RANK": "2",
        "STYLE_PIPELINE_DEADLINE_SECONDS": "90.5",
        "STYLE_PIPELINE_SHARD_FRAMES": "8",
        "STYLE_PIPELINE_FRAME_FORMAT": "png",
        "STYLE_PIPELINE_CRF": "0",
    }
    settings = Settings.from_environment(environment, HERE)
    assert (settings.ranks, settings.threads_per_rank, settings.deadline_seconds) == (3, 2, 90.5)
    assert (settings.shard_frames, settings.frame_format, settings.crf) == (8, "png", 0)


def test_a_quality_that_an_output_does_not_have_is_refused_at_once() -> None:
    for name, value, output in (("CRF", "52", "mp4-h264"), ("BIT_RATE", "1000000", "mov-prores")):
        environment = {f"STYLE_PIPELINE_{name}": value, "STYLE_PIPELINE_OUTPUT": output}
        with pytest.raises(ConfigurationError, match=f"STYLE_PIPELINE_{name}"):
            Settings.from_environment(environment, HERE)


def test_an_empty_variable_counts_as_unset() -> None:
    environment = dict.fromkeys(VARIABLES, "")
    assert Settings.from_environment(environment, HERE) == Settings.from_environment({}, HERE)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("STYLE_PIPELINE_RANKS", "0"),
        ("STYLE_PIPELINE_RANKS", "two"),
        ("STYLE_PIPELINE_RANKS", "1.5"),
        ("STYLE_PIPELINE_DEADLINE_SECONDS", "nan"),
        ("STYLE_PIPELINE_DEADLINE_SECONDS", "inf"),
        ("STYLE_PIPELINE_CRF", "64"),
        ("STYLE_PIPELINE_OUTPUT", "gif"),
        ("STYLE_PIPELINE_HDR", "flatten"),
        ("STYLE_PIPELINE_FRAME_FORMAT", "jpeg"),
    ],
)
def test_nonsense_is_refused_by_name(variable: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{variable}='{text}' must be"):
        Settings.from_environment({variable: text}, HERE)


@pytest.mark.parametrize(
    "secret", ["https://a.blob.core.windows.net/c?sig=c2VjcmV0", "https://u:c2VjcmV0@h/c"]
)
def test_a_secret_in_the_stores_url_is_refused_and_not_repeated(secret: str) -> None:
    """Settings become Dagster's configuration, which everybody can read."""
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_STORE_SAS") as error:
        Settings.from_environment({"STYLE_PIPELINE_STORE": secret}, HERE)
    assert "c2VjcmV0" not in str(error.value)
