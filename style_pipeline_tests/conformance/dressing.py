"""What is done to a finished clip: streams added, tags written, bytes harmed."""

import random
from collections.abc import Sequence
from pathlib import Path

from style_pipeline_tests.clips import ffmpeg

SRT = "1\n00:00:00,200 --> 00:00:00,900\nFirst line\n\n2\n00:00:01,100 --> 00:00:01,800\nSecond\n"
CHAPTERS = (
    ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=One\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=2000\ntitle=Two; and = more\n"
)
TAGS = {"title": "A title; with = signs", "artist": "Zoë"}


def titled(path: Path) -> Path:
    """The second of two audio streams is called Kommentar and is the default."""
    words = ["-metadata:s:a:0", "title=Original", "-metadata:s:a:1", "title=Kommentar"]
    words += [
        "-metadata:s:a:0",
        "handler_name=Original",
        "-metadata:s:a:1",
        "handler_name=Kommentar",
    ]
    return _again(path, [], [*words, "-disposition:a:0", "0", "-disposition:a:1", "default"])


def subrip(path: Path) -> Path:
    return _with_subtitles(path, "subrip")


def ass(path: Path) -> Path:
    return _with_subtitles(path, "ass")


def mov_text(path: Path) -> Path:
    return _with_subtitles(path, "mov_text")


def bitmap_subtitles(path: Path) -> Path:
    """One subtitle that is a picture, as on a Blu-ray."""
    (pictures := path.with_suffix(".sup")).write_bytes(_blu_ray_subtitle())
    return _remade(path, ["-i", f"file:{pictures}"], ["-map", "0", "-map", "1", "-c", "copy"])


def chapters(path: Path) -> Path:
    (listing := path.with_suffix(".chapters")).write_text(CHAPTERS)
    return _again(path, ["-i", f"file:{listing}"], ["-map_chapters", "1"])


def tagged(path: Path) -> Path:
    return _again(path, [], [x for k, v in TAGS.items() for x in ("-metadata", f"{k}={v}")])


def cover_art(path: Path) -> Path:
    """A picture before the video, marked as a cover."""
    picture = path.with_suffix(".png")
    ffmpeg(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=32x32", "-frames:v", "1", str(picture)])
    order = ["-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic"]
    if path.suffix == ".mkv":
        order = ["-map", "0", "-c", "copy", "-attach", str(picture)]
        return _remade(path, [], [*order, "-metadata:s:t:0", "mimetype=image/png"])
    return _remade(path, ["-i", f"file:{picture}"], order)


def second_video(path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc=s=64x48:d=1"]
    return _remade(path, source, ["-map", "0", "-map", "1", "-c", "copy", "-c:v:1", "mpeg4"])


def timecode(path: Path) -> Path:
    return _again(path, [], ["-timecode", "01:00:00:00"])


def attachment(path: Path) -> Path:
    (words := path.with_suffix(".ttf")).write_bytes(b"no real font")
    return _again(path, [], ["-attach", str(words), "-metadata:s:t:0", "mimetype=font/ttf"])


def cut_off(path: Path) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * 0.7)])
    return path


def bits_flipped(path: Path) -> Path:
    """Forty bits of the middle, always the same ones."""
    content, chance = bytearray(path.read_bytes()), random.Random(5)
    for _ in range(40):
        place = chance.randrange(len(content) // 4, 3 * len(content) // 4)
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return path


def size_changes(path: Path) -> Path:
    """The clip, and then half a second of a larger picture in the same stream."""
    larger, smaller = path.with_name("larger.m2v"), path.with_name("smaller.m2v")
    plain = ["-c:v", "mpeg2video", "-f", "mpeg2video"]
    ffmpeg(["-v", "error", "-i", f"file:{path}", "-map", "0:v", *plain, str(smaller)])
    ffmpeg(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=128x96:d=0.5:r=25", *plain, str(larger)])
    joined = path.with_name("joined.m2v")
    joined.write_bytes(smaller.read_bytes() + larger.read_bytes())
    copy = ["-fflags", "+genpts", "-r", "25", "-i", str(joined), "-c", "copy", f"file:{path}"]
    ffmpeg(["-v", "error", "-y", *copy])
    return path


def emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _with_subtitles(path: Path, codec: str) -> Path:
    (text := path.with_suffix(".srt")).write_text(SRT)
    named = ["-metadata:s:s:0", "language=fra", "-metadata:s:s:0", "title=Sous-titres"]
    maps = ["-map", "0", "-map", "1", "-c", "copy", "-c:s", codec, *named]
    return _remade(path, ["-i", f"file:{text}"], [*maps, "-disposition:s:0", "default"])


def _again(path: Path, inputs: Sequence[str], options: Sequence[str]) -> Path:
    return _remade(path, inputs, ["-map", "0", "-c", "copy", *options])


def _remade(path: Path, inputs: Sequence[str], options: Sequence[str]) -> Path:
    """``path``, copied packet by packet with ``options``."""
    plain = path.rename(path.with_stem("undressed"))
    exact = ["-avoid_negative_ts", "disabled", "-copyts", "-strict", "-2"]
    if path.suffix in (".mp4", ".mov"):
        exact += ["-movie_timescale", "90000"]
    ffmpeg(["-v", "error", "-i", f"file:{plain}", *inputs, *options, *exact, f"file:{path}"])
    return path


def _blu_ray_subtitle() -> bytes:
    """A white block from 0.2 s to 0.9 s; FFmpeg writes such files only from others."""
    line = bytes((0, 0x80 | 16, 1, 0, 0))
    composition = bytes((0, 64, 0, 48, 0x10, 0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0, 8))
    window = bytes((1, 0, 0, 8, 0, 8, 0, 16, 0, 4))
    palette = bytes((0, 0, 1, 235, 128, 128, 255))
    picture = bytes((0, 0, 0, 0xC0, 0, 0, 4 + 4 * len(line), 0, 16, 0, 4)) + 4 * line
    shown = ((0x16, composition), (0x17, window), (0x14, palette), (0x15, picture), (0x80, b""))
    gone = ((0x16, bytes((0, 64, 0, 48, 0x10, 0, 1, 0, 0, 0, 0))), (0x17, window), (0x80, b""))
    return b"".join(_segment(18_000, *s) for s in shown) + b"".join(
        _segment(81_000, *s) for s in gone
    )


def _segment(ticks: int, kind: int, content: bytes) -> bytes:
    times = ticks.to_bytes(4) + bytes(4)
    return b"PG" + times + bytes((kind,)) + len(content).to_bytes(2) + content
