"""The matrix: clips of every container, codec and property, and what is to become of each.

Every clip is synthesised by FFmpeg and shows its frames' numbers; see :mod:`.dressing` for what is
added to some of them afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from style_pipeline.output import USUAL
from style_pipeline_tests.clips import VFR_STEPS, Colours, Tone
from style_pipeline_tests.conformance import dressing

Dress = Callable[[Path], Path]

BT601 = Colours("smpte170m", "smpte170m", "smpte170m")
BT709 = Colours()
BT2020 = Colours("bt2020nc", "bt2020", "bt2020-10")
FULL = Colours(range="pc")
PQ = Colours("bt2020nc", "bt2020", "smpte2084")
HLG = Colours("bt2020nc", "bt2020", "arib-std-b67")


@dataclass(frozen=True)
class Case:
    """One clip: ``line`` of the contract that it is about, and ``clip`` for ``make_clip``.

    ``said`` must be found in what is announced about the file; ``refused`` in the one line that
    refuses it, where it is to be refused. ``settings`` are policies, the ``output`` preset and the
    ``bit_rate``.
    ``quick`` cases are part of the quick suite.
    """

    line: str
    name: str
    clip: Mapping[str, Any] = field(default_factory=dict)
    dress: Dress | None = None
    said: Sequence[str] = ()
    refused: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    quick: bool = False

    @property
    def output(self) -> str:
        """The preset that its result is to be."""
        return self.settings.get("output", USUAL)

    @property
    def bit_rate(self) -> int | None:
        """Bits per second that its pictures are to take."""
        asked = self.settings.get("bit_rate")
        return None if asked is None else int(asked)

    @property
    def id(self) -> str:
        return f"{self.line}: {self.name}"


def every() -> list[Case]:
    """All cases, in the order of the contract."""
    lines = (INPUTS, TIMES, SHAPES, COLOURS, PICTURES, SOUND, COMPANY, DAMAGE, OUTPUTS, RATES)
    return [case for line in lines for case in line]


def _input(name: str, *audio: str, quick: bool = False, **clip: Any) -> Case:
    tones = [Tone(codec=codec, sample_rate=48000) for codec in audio]
    return Case("inputs", name, {"rate": 25, "audio": tones, **clip}, quick=quick)


_AV1 = ["-preset", "12"]
_VP8 = {"codec": "libvpx", "codec_options": ["-b:v", "1M"]}
_HIDDEN = ["-b:v", "1M", "-auto-alt-ref", "1", "-lag-in-frames", "16"]
_VP9 = {"codec": "libvpx-vp9", "codec_options": ["-b:v", "1M", "-cpu-used", "8"]}
_X265 = {"codec": "libx265", "codec_options": ["-x265-params", "log-level=error:pools=none"]}
_DV = {"codec": "dvvideo", "size": (720, 576), "frames": 3}

INPUTS = [
    _input("h264-aac.mp4", "aac", quick=True),
    _input("h264-b-frames.mp4", "aac", codec_options=["-bf", "3", "-preset", "medium"], quick=True),
    _input("h264-aac.m4v", "aac"),
    _input("hevc-aac.mp4", "aac", **_X265, quick=True),
    _input("av1-opus.mp4", "libopus", codec="libsvtav1", codec_options=_AV1, size=(80, 64)),
    _input("vp9-aac.mp4", "aac", **_VP9),
    _input("mpeg4-mp3.mp4", "libmp3lame", codec="mpeg4", codec_options=["-bf", "2"]),
    _input("h264-pcm.mov", "pcm_s16le", quick=True),
    _input("prores-pcm.mov", "pcm_s24le", codec="prores_ks", pixel_format="yuv422p10le"),
    _input("mjpeg-alac.mov", "alac", codec="mjpeg", pixel_format="yuvj422p"),
    _input("dv-pcm.mov", "pcm_s16le", **_DV),
    _input("h264-flac.mkv", "flac"),
    _input("hevc-opus.mkv", "libopus", **_X265),
    _input("mpeg2-ac3.mkv", "ac3", codec="mpeg2video"),
    _input("vp8-vorbis.mkv", "libvorbis", **_VP8),
    _input("ffv1-dts.mkv", "dca", codec="ffv1"),
    _input("vp8-vorbis.webm", "libvorbis", **_VP8, quick=True),
    _input("vp8-hidden-frames.webm", "libvorbis", codec="libvpx", frames=40, codec_options=_HIDDEN),
    _input("vp9-opus.webm", "libopus", **_VP9, quick=True),
    _input("av1-opus.webm", "libopus", codec="libsvtav1", codec_options=_AV1, size=(80, 64)),
    _input("mpeg4-mp3.avi", "libmp3lame", codec="mpeg4", quick=True),
    _input("mpeg4-b-frames.avi", "libmp3lame", codec="mpeg4", codec_options=["-bf", "2"]),
    _input("mjpeg-pcm.avi", "pcm_s16le", codec="mjpeg", pixel_format="yuvj420p"),
    _input("h264-mp3.avi", "libmp3lame", codec_options=["-bf", "0"]),
    _input("dv-pcm.avi", "pcm_s16le", **_DV),
    _input("h264-aac.ts", "aac", quick=True),
    _input("mpeg2-mp2.ts", "mp2", codec="mpeg2video", codec_options=["-bf", "2"]),
    _input("hevc-ac3.ts", "ac3", **_X265),
    _input("h264-ac3.m2ts", "ac3"),
    _input("mpeg2-mp2.mpg", "mp2", codec="mpeg2video"),
    _input("mpeg2-pcm.mxf", "pcm_s16le", codec="mpeg2video"),
    _input("h264-aac.flv", "aac", quick=True),
    _input("flv1-mp3.flv", "libmp3lame", codec="flv"),
    _input("wmv2-wmav2.wmv", "wmav2", codec="wmv2", quick=True),
    _input("msmpeg4-wmav2.asf", "wmav2", codec="msmpeg4"),
    _input("theora-vorbis.ogv", "libvorbis", codec="libtheora", quick=True),
    _input("theora-flac.ogg", "flac", codec="libtheora"),
]


def _timed(name: str, quick: bool = False, **clip: Any) -> Case:
    return Case("frames and times", name, clip, quick=quick)


TIMES = [
    _timed("film 23.976.mp4", rate=Fraction(24000, 1001), frames=31, audio=[Tone()]),
    _timed("ntsc 29.97.mp4", rate=Fraction(30000, 1001), frames=31, audio=[Tone()], quick=True),
    _timed("60.mkv", rate=60, frames=40),
    _timed("vfr.mp4", rate=600, steps=VFR_STEPS, frames=40, audio=[Tone()], quick=True),
    _timed("vfr.mkv", rate=1000, steps=(17, 40, 33, 120), frames=30, audio=[Tone()], quick=True),
    _timed("vfr.webm", rate=1000, steps=(17, 40, 33, 120), frames=30, **_VP9),
    _timed("one frame.mp4", frames=1, rate=25, quick=True),
    _timed("a frame every two seconds.mp4", frames=5, rate=Fraction(1, 2)),
    _timed("silent.mp4", frames=9, rate=25),
    _timed("begins late.mp4", frames=12, rate=25, start=20, audio=[Tone()]),
    _timed("begins late.ts", frames=30, rate=25, start=40, audio=[Tone()]),
    _timed("all begins late.mkv", frames=12, rate=25, start=75, quick=True),
    _timed("all begins late.mov", frames=12, rate=25, start=75),
    _timed("all begins late.webm", frames=12, rate=25, start=75, **_VP9),
    _timed("all begins late.wmv", frames=12, rate=25, start=75, codec="wmv2"),
    _timed("all begins late.flv", frames=12, rate=25, start=75),
]


def _shaped(name: str, quick: bool = False, **clip: Any) -> Case:
    return Case("size, aspect, rotation", name, {"frames": 6, "rate": 25, **clip}, quick=quick)


SHAPES = [
    _shaped("odd both.mkv", size=(85, 63), codec="ffv1", quick=True),
    _shaped("odd width.mp4", size=(85, 64), pixel_format="yuv444p"),
    _shaped("854 wide.mp4", size=(854, 480), frames=3),
    _shaped("portrait phone.mp4", rotation=90, audio=[Tone()], quick=True),
    _shaped("upside down.mp4", rotation=180),
    _shaped("portrait phone.mov", rotation=270),
    _shaped("pixels 4 by 3.mp4", sample_aspect=Fraction(4, 3), quick=True),
    _shaped("pixels 16 by 11.mkv", sample_aspect=Fraction(16, 11), quick=True),
    _shaped("turned and anamorphic.mp4", rotation=90, sample_aspect=Fraction(4, 3)),
]


def _coloured(name: str, colours: Colours | None, quick: bool = False, **clip: Any) -> Case:
    wishes = {"rate": 25, "frames": 4, "size": (320, 240), "picture": "bars", **clip}
    return Case("colour", name, {**wishes, "colours": colours}, quick=quick)


_HD = (1280, 720)

COLOURS = [
    _coloured("bars 601.mp4", BT601, quick=True),
    _coloured("bars 709.mp4", BT709, quick=True),
    _coloured("bars 2020.mp4", BT2020),
    _coloured("bars 470bg.mkv", Colours("bt470bg", "bt470bg", "smpte170m")),
    _coloured("bars 240m.mkv", Colours("smpte240m", "smpte240m", "smpte240m")),
    _coloured("bars 709 full.mp4", FULL, quick=True),
    _coloured("bars 601 full.mp4", Colours("smpte170m", "smpte170m", "smpte170m", "pc")),
    _coloured("bars untagged small.mp4", None, quick=True),
    _coloured("bars untagged hd.mp4", None, size=_HD, frames=2),
    _coloured("grey 601.mp4", BT601, picture="grey"),
    _coloured("grey 709.mp4", BT709, picture="grey", quick=True),
    _coloured("grey 709 full.mp4", FULL, picture="grey"),
    _coloured("bars 4:2:2.mkv", BT709, pixel_format="yuv422p"),
    _coloured("bars 4:4:4.mkv", BT709, pixel_format="yuv444p"),
    _coloured("bars rgb.mkv", None, pixel_format="bgr0", codec="ffv1"),
    _coloured(
        "bars mjpeg.mov", None, codec="mjpeg", pixel_format="yuvj420p", codec_options=["-q:v", "1"]
    ),
]


def _picture(
    name: str, *said: str, quick: bool = False, refuse: str | None = None, **clip: Any
) -> Case:
    line = "depth, HDR, interlaced, alpha"
    settings, refused = ({refuse: "refuse"}, "refused by policy") if refuse else ({}, None)
    wishes = {"rate": 25, "frames": 8, **clip}
    return Case(line, name, wishes, None, said, refused, settings, quick)


_TEN = {"pixel_format": "yuv420p10le"}
_INTERLACED = ["-flags", "+ilme+ildct", "-top", "1"]
_ALPHA = {"codec": "prores_ks", "pixel_format": "yuva444p10le"}
_ALPHA_VP9 = {**_VP9, "pixel_format": "yuva420p", "codec_options": ["-auto-alt-ref", "0"]}

PICTURES = [
    _picture("10 bits h264.mp4", "10 bits", **_TEN, colours=BT709, quick=True),
    _picture("10 bits hevc.mkv", "10 bits", **_TEN, **_X265, colours=BT709),
    _picture("10 bits bars.mkv", "10 bits", **_TEN, colours=BT709, picture="bars", size=(320, 240)),
    _picture("12 bits ffv1.mkv", "12 bits", pixel_format="yuv420p12le", codec="ffv1"),
    _picture("pq.mkv", "tone-mapped", **_TEN, **_X265, colours=PQ, quick=True),
    _picture("hlg.mkv", "tone-mapped", **_TEN, **_X265, colours=HLG),
    _picture("pq by policy.mkv", refuse="hdr", **_TEN, **_X265, colours=PQ, quick=True),
    _picture(
        "interlaced mpeg2.ts",
        "deinterlaced",
        codec="mpeg2video",
        codec_options=_INTERLACED,
        quick=True,
    ),
    _picture("interlaced h264.mp4", "deinterlaced", codec_options=_INTERLACED),
    _picture("interlaced dv.avi", "deinterlaced", **_DV),
    _picture(
        "interlaced by policy.ts",
        refuse="interlaced",
        quick=True,
        codec="mpeg2video",
        codec_options=_INTERLACED,
    ),
    _picture("alpha prores.mov", "black", **_ALPHA, quick=True),
    _picture("alpha vp9.webm", "black", **_ALPHA_VP9),
    _picture("alpha qtrle.mov", "black", codec="qtrle", pixel_format="argb"),
    _picture("alpha by policy.mov", refuse="alpha", quick=True, **_ALPHA),
]


def _sound(
    name: str, *tones: Tone, said: Sequence[str] = (), quick: bool = False, **more: Any
) -> Case:
    dress = more.pop("dress", None)
    settings = more.pop("settings", {})
    wishes = {"rate": 25, "frames": 25, "audio": list(tones), **more}
    return Case("audio", name, wishes, dress, said, None, settings, quick)


_OPUS = Tone(codec="libopus", sample_rate=48000)
_GERMAN = Tone(880, language="deu")

SOUND = [
    _sound("late.mp4", Tone(start=Fraction(476, 1000)), quick=True),
    _sound("late.mkv", Tone(start=Fraction(476, 1000), codec="flac")),
    _sound("late.ts", Tone(start=Fraction(2, 5))),
    _sound("two languages.mkv", Tone(), _GERMAN, quick=True),
    _sound("titles and defaults.mkv", Tone(), _GERMAN, dress=dressing.titled, quick=True),
    _sound("titles and defaults.mp4", Tone(), _GERMAN, dress=dressing.titled),
    _sound(
        "three of three codecs.mkv",
        Tone(),
        Tone(codec="ac3"),
        Tone(codec="libopus", sample_rate=48000),
    ),
    _sound("six channels.mkv", Tone(codec="ac3", sample_rate=48000, channels=6)),
    _sound("longer than the video.mp4", Tone(seconds=Fraction(2))),
    _sound("shorter than the video.mp4", Tone(seconds=Fraction(1, 2))),
    _sound("pcm 16.mkv", Tone(codec="pcm_s16le"), said=["FLAC"], quick=True),
    _sound("pcm 24.mov", Tone(codec="pcm_s24le", sample_rate=48000), said=["FLAC"]),
    _sound("pcm float.mkv", Tone(codec="pcm_f32le"), said=["FLAC"]),
    _sound("wma.wmv", Tone(codec="wmav2"), said=["FLAC"], codec="wmv2"),
    _sound("pcm kept.mkv", Tone(codec="pcm_s16le"), settings={"output": "mkv-h264"}),
    _sound("opus kept.mp4", _OPUS, settings={"output": "mkv-h264"}),
    _sound("opus kept.webm", _OPUS, settings={"output": "webm-vp9"}, **_VP9, quick=True),
    _sound("opus to alac.webm", _OPUS, said=["Apple"], settings={"output": "mov-prores"}, **_VP9),
    _sound("aac to opus.mp4", Tone(), said=["Opus"], settings={"output": "webm-vp9"}),
]


def _with(name: str, dress: Dress, *said: str, quick: bool = False, **settings: str) -> Case:
    wishes = {"rate": 25, "frames": 50, "audio": [Tone()]}
    return Case("company", name, wishes, dress, said, None, settings, quick)


COMPANY = [
    _with("subrip.mkv", dressing.subrip, "mov_text", quick=True),
    _with("ass.mkv", dressing.ass, "mov_text"),
    _with("mov_text.mp4", dressing.mov_text),
    _with("bitmap subtitles.mkv", dressing.bitmap_subtitles, "left out", quick=True),
    _with("bitmap subtitles kept.mkv", dressing.bitmap_subtitles, output="mkv-h264"),
    _with("subrip kept.mkv", dressing.subrip, output="mkv-h264"),
    _with("webvtt.mkv", dressing.subrip, "webvtt", output="webm-vp9"),
    _with("chapters.mkv", dressing.chapters, quick=True),
    _with("chapters.mp4", dressing.chapters),
    _with("chapters to mkv.mp4", dressing.chapters, output="mkv-h264"),
    _with("title and artist.mp4", dressing.tagged, quick=True),
    _with("title and artist.mkv", dressing.tagged),
    _with("cover.mp4", dressing.cover_art, "cover", quick=True),
    _with("cover.mkv", dressing.cover_art, "cover"),
    _with("two videos.mkv", dressing.second_video, "left out", quick=True),
    _with("timecode.mov", dressing.timecode, "left out", quick=True),
    _with("attachment.mkv", dressing.attachment, "left out", quick=True),
]


def _damaged(name: str, dress: Dress, refused: str, quick: bool = False, **clip: Any) -> Case:
    wishes = {"rate": 25, "frames": 75, "audio": [Tone()], "codec_options": ["-bf", "0"], **clip}
    return Case("damaged files", name, wishes, dress, (), refused, {}, quick)


_FAST = ["-movflags", "+faststart"]
_WORDS = r"cut off|damaged|index is missing|cannot read|could not|changes"

DAMAGE = [
    _damaged("missing index.mp4", dressing.cut_off, "index is missing", quick=True),
    _damaged("cut off.mp4", dressing.cut_off, _WORDS, muxer_options=_FAST, quick=True),
    _damaged("cut off.mkv", dressing.cut_off, _WORDS, quick=True),
    _damaged("cut off.webm", dressing.cut_off, _WORDS, **_VP9, audio=[Tone(codec="libopus")]),
    _damaged("cut off.avi", dressing.cut_off, _WORDS, codec="mpeg4", codec_options=[]),
    _damaged("cut off.flv", dressing.cut_off, _WORDS, quick=True),
    _damaged("cut off.wmv", dressing.cut_off, _WORDS, codec="wmv2", codec_options=[]),
    _damaged("bits flipped.mp4", dressing.bits_flipped, _WORDS, quick=True),
    _damaged("bits flipped.mkv", dressing.bits_flipped, _WORDS),
    _damaged("bits flipped.ts", dressing.bits_flipped, _WORDS),
    _damaged("size changes.ts", dressing.size_changes, "changes", quick=True),
    _damaged("size changes.mkv", dressing.size_changes, "changes"),
    _damaged("empty.mp4", dressing.emptied, "empty", quick=True),
]


def _output(preset: str, name: str, quick: bool = False, **clip: Any) -> Case:
    wishes = {"rate": 25, "frames": 40, "audio": [Tone()], **clip}
    dress = None if "silent" in name or "size" in clip else dressing.chapters
    return Case(f"outputs: {preset}", name, wishes, dress, (), None, {"output": preset}, quick)


_PRESETS = ("mkv-h264", "mov-prores", "mp4-hevc", "webm-vp9", "webm-av1", "mp4-av1")

OUTPUTS = [
    *(_output(preset, "plain.mp4", quick=preset != "mp4-av1") for preset in _PRESETS),
    *(
        _output(preset, "vfr silent.mp4", rate=600, steps=VFR_STEPS, audio=())
        for preset in _PRESETS
    ),
    *(_output(preset, "odd.mkv", size=(85, 63), codec="ffv1") for preset in _PRESETS),
    *(
        _output(preset, "bars.mp4", picture="bars", size=(320, 240), colours=BT709)
        for preset in _PRESETS
    ),
]


def _rated(preset: str, bit_rate: int, name: str, quick: bool = False, **clip: Any) -> Case:
    wishes = {"rate": 25, "frames": 40, "size": (160, 120), **clip}
    settings = {"output": preset, "bit_rate": str(bit_rate)}
    said = [f"{bit_rate:,} bit/s"]
    return Case(f"bit rate: {preset}", name, wishes, said=said, settings=settings, quick=quick)


RATES = [
    *(
        _rated(preset, bit_rate, f"{bit_rate // 1000} kbit.mp4", quick=bit_rate == 140_000)
        for preset in ("mp4-h264", "mp4-hevc", "webm-vp9", "webm-av1")
        for bit_rate in (40_000, 140_000)
    ),
    _rated("mp4-h264", 140_000, "uneven times.mp4", rate=100, steps=VFR_STEPS),
]
