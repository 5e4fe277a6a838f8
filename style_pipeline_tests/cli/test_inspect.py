"""``inspect`` as a person meets it: a row for every part, nothing done, 2 where it is refused."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from style_pipeline_tests.cli.conftest import Run, said
from style_pipeline_tests.clips import Colours, Tone
from style_pipeline_tests.conformance import dressing
from style_pipeline_tests.media.without import path_without

ClipFactory = Callable[..., Path]

PQ = Colours("bt2020nc", "bt2020", "smpte2084")


def rows(text: str) -> dict[str, list[str]]:
    """What is said, by the part that it is said of."""
    return {part: rest for part, *rest in (line.split("\t") for line in text.splitlines())}


def test_every_part_has_its_fate(cli: Run, clip: ClipFactory, tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    tones = [Tone(codec="pcm_s16le"), Tone(language="deu")]
    film.write_bytes(clip("film.mkv", rate=25, frames=50, audio=tones).read_bytes())
    dressing.attachment(dressing.chapters(dressing.subrip(film)))
    before = sorted(tmp_path.rglob("*"))
    result = cli("inspect", str(film))
    assert result.returncode == 0, result.stderr
    told = rows(result.stdout)
    assert told["audio 1 (pcm_s16le, eng)"][0] == "converted"
    assert "FLAC" in told["audio 1 (pcm_s16le, eng)"][1]
    assert told["audio 2 (aac, deu)"] == ["kept", "copied bit for bit"]
    assert told["subtitle 3 (subrip, fra)"][0] == "converted"
    assert told["50 frames"][0] == told["2 chapters"][0] == "kept"
    assert [fate for part, (fate, _) in told.items() if "attachment" in part] == ["left out"]
    assert [path for path in sorted(tmp_path.rglob("*")) if "home" not in path.parts] == before


def test_the_output_decides(cli: Run, clip: ClipFactory) -> None:
    film = str(clip("phone.mp4", frames=4, rotation=90, audio=[Tone(seconds=Fraction(1, 2))]))
    told = rows(cli("inspect", film, STYLE_PIPELINE_OUTPUT="webm-vp9").stdout)
    assert "Opus" in told["audio 1 (aac, eng)"][1]
    assert told["to be turned by 90 degrees"][0] == "converted"


def test_an_asked_bit_rate_is_told(cli: Run, clip: ClipFactory) -> None:
    film = str(clip("24.mp4", rate=24, frames=30))
    part = "video 0 (h264, 64x48, yuv420p)"
    _, usual = rows(cli("inspect", film).stdout)[part]
    _, asked = rows(cli("inspect", film, STYLE_PIPELINE_BIT_RATE="2500000").stdout)[part]
    assert usual == "painted, encoded by libx264 into mp4"
    assert asked == f"{usual} at 2,500,000 bit/s, each shard within 10%"


def test_what_policy_refuses(cli: Run, clip: ClipFactory) -> None:
    film = str(clip("hdr.mp4", frames=4, pixel_format="yuv420p10le", colours=PQ))
    assert rows(cli("inspect", film).stdout)["HDR (PQ)"][0] == "converted"
    result = cli("inspect", film, STYLE_PIPELINE_HDR="refuse")
    assert result.returncode == 2
    assert rows(result.stdout)["the video"][0] == "refused"
    assert "STYLE_PIPELINE_HDR" in said(result)


def test_pictures_too_small_for_the_output(cli: Run, clip: ClipFactory) -> None:
    film = str(clip("tiny.mp4", frames=4, size=(40, 12)))
    assert cli("inspect", film).returncode == 0
    result = cli("inspect", film, STYLE_PIPELINE_OUTPUT="mp4-hevc")
    assert result.returncode == 2
    assert rows(result.stdout)["the video"][0] == "refused"
    assert "40x12, only from 16x16 on" in said(result)


def test_what_this_ffmpeg_cannot_do(cli: Run, clip: ClipFactory, tmp_path: Path) -> None:
    film = str(clip("hdr.mp4", frames=4, pixel_format="yuv420p10le", colours=PQ))
    result = cli("inspect", film, PATH=path_without("zscale", tmp_path))
    assert result.returncode == 2
    assert rows(result.stdout)["the video"][0] == "refused"
    assert "built without zscale; install" in said(result)


def test_what_can_never_work(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_bytes(b"no video" * 99)
    for name in ("text.mp4", "nowhere.mp4"):
        result = cli("inspect", str(tmp_path / name))
        assert (result.returncode, result.stdout) == (2, "")
        assert said(result).startswith("Error: ")
