"""What each container of a result can hold as it is, and what becomes of the rest."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from style_pipeline.manifest import AudioStream
from style_pipeline.media.streams import OtherStream

_MP4_SOUND = "aac mp3 mp2 ac3 eac3 opus flac alac vorbis dts truehd mlp"
_MOV_SOUND = "aac mp3 mp2 ac3 eac3 alac dts adpcm_ima_qt"
_MKV_SOUND = "aac mp3 mp2 ac3 eac3 opus flac alac vorbis dts truehd mlp wmav1 wmav2 tta wavpack"
TEXT_SUBTITLES = frozenset(("subrip", "ass", "ssa", "webvtt", "mov_text", "text"))
"""Subtitles that are words; others are pictures."""

_PCM = "pcm_"
_MATROSKA_CLOCK = 1000


@dataclass(frozen=True)
class Container:
    """A container that results can have.

    ``encoder`` makes sound fit that does not, ``text`` subtitles; ``lossless`` says whether the
    former loses nothing. Not ``signed`` means that no time may lie before zero; not ``turns``, that
    it cannot say how a picture is to be turned.
    """

    muxer: str
    suffix: str
    sound: frozenset[str]
    pcm: bool
    encoder: str
    lossless: bool
    subtitles: frozenset[str]
    text: str
    signed: bool
    turns: bool

    def holds(self, stream: AudioStream) -> bool:
        """Whether it can hold the packets of an audio stream as they are."""
        return stream.codec in self.sound or (self.pcm and stream.codec.startswith(_PCM))

    def subtitle_codec(self, stream: OtherStream) -> str | None:
        """``copy``, the encoder that makes a subtitle stream fit, or None where nothing does."""
        if stream.kind != "subtitle":
            return None
        if stream.codec in self.subtitles:
            return "copy"
        return self.text if stream.codec in TEXT_SUBTITLES else None

    def ticks(self, seconds: Fraction, own: int) -> int:
        """``seconds`` on a stream's clock: of ``own`` ticks per second, or Matroska's."""
        return floor(seconds * (own if self.is_mp4 else _MATROSKA_CLOCK) + Fraction(1, 2))

    @property
    def is_mp4(self) -> bool:
        return self.muxer in ("mp4", "mov")


_MP4 = Container(
    muxer="mp4",
    suffix=".mp4",
    sound=frozenset(_MP4_SOUND.split()),
    pcm=False,
    encoder="flac",
    lossless=True,
    subtitles=frozenset(("mov_text",)),
    text="mov_text",
    signed=True,
    turns=True,
)

CONTAINERS = {
    "mp4": _MP4,
    "mov": Container(
        muxer="mov",
        suffix=".mov",
        sound=frozenset(_MOV_SOUND.split()),
        pcm=True,
        encoder="alac",
        lossless=True,
        subtitles=frozenset(("mov_text",)),
        text="mov_text",
        signed=True,
        turns=True,
    ),
    "mkv": Container(
        muxer="matroska",
        suffix=".mkv",
        sound=frozenset(_MKV_SOUND.split()),
        pcm=True,
        encoder="flac",
        lossless=True,
        subtitles=frozenset(
            ("subrip", "ass", "webvtt", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle")
        ),
        text="subrip",
        signed=False,
        turns=False,
    ),
    "webm": Container(
        muxer="webm",
        suffix=".webm",
        sound=frozenset(("opus", "vorbis")),
        pcm=False,
        encoder="libopus",
        lossless=False,
        subtitles=frozenset(("webvtt",)),
        text="webvtt",
        signed=False,
        turns=False,
    ),
}
"""By the first word of a preset's name."""
