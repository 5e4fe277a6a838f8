"""What is done to pictures on purpose before they are painted: said, or refused by policy.

Painting knows progressive pictures of standard dynamic range without transparency. Whatever a
source has beyond that is taken away here, by one chain of filters, never unseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from style_pipeline.errors import FilterMissing, UnusableVideo
from style_pipeline.manifest import ColourTags, VideoFormat
from style_pipeline.media import build
from style_pipeline.media.colours import HIGH_DYNAMIC_RANGE, bits, stored_as_rgb
from style_pipeline.media.probe import SourceProbe
from style_pipeline.settings import Settings

_SDR = ColourTags("bt709", "bt709", "bt709", "tv", tagged=True)

_TURNS = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}
"""Filters by degrees counter-clockwise."""

_TOP_FIRST = ("tt", "bt")
"""FFmpeg's names of field orders whose upper field is shown first."""


@dataclass(frozen=True)
class Policies:
    """What may be done to pictures: each is its conversion's name, or ``refuse``."""

    hdr: str = "tonemap"
    interlaced: str = "deinterlace"
    alpha: str = "composite"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of an installation."""
        return cls(settings.hdr, settings.interlaced, settings.alpha)


@dataclass(frozen=True)
class Treatment:
    """``filters`` to decode a source through, the ``format`` that comes of it, and in words.

    ``decoder`` is FFmpeg's, where its usual one would lose something.
    """

    format: VideoFormat
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    decoder: str | None = None


@dataclass(frozen=True)
class _Step:
    property: str
    policy: str
    chain: str
    note: str
    format: VideoFormat


def treatment(probe: SourceProbe, policies: Policies, *, upright: bool = False) -> Treatment:
    """What is done to the pictures of a source.

    Raises UnusableVideo where policy refuses it, FilterMissing where this FFmpeg cannot do it.

    ``upright`` turns them as they are to be turned, for a result that could not say so.
    """
    done = Treatment(probe.video, (of_one_size(probe.video),))
    for plan in (_deinterlaced, _opaque, _tone_mapped):
        for step in plan(probe, done.format, policies):
            _refuse_by(step)
            _refuse_impossible(step)
            done = Treatment(
                step.format, (*done.filters, step.chain), (*done.notes, step.note), _decoder(probe)
            )
    if upright and probe.video.rotation:
        done = turned(done)
    depth = bits(probe.video.pixel_format)
    if depth > 8:
        shortened = f"{depth} bits per sample become 8: painted pictures have 8"
        done = replace(done, notes=(*done.notes, shortened))
    return done


def of_one_size(video: VideoFormat) -> str:
    """A filter that changes nothing, and stops at the first picture of another size."""
    width, height = (
        f"if(eq({i},{n}),{n},0)" for i, n in (("iw", video.width), ("ih", video.height))
    )
    return f"crop=w='{width}':h='{height}':exact=1"


def turned(done: Treatment) -> Treatment:
    """With the pictures themselves turned as they are to be turned, for want of a tag."""
    now = done.format
    width, height, aspect = now.width, now.height, now.sample_aspect
    if now.rotation != 180:
        width, height, aspect = height, width, 1 / aspect
    return replace(
        done,
        format=replace(now, width=width, height=height, sample_aspect=aspect, rotation=0),
        filters=(*done.filters, _TURNS[now.rotation]),
        notes=(*done.notes, f"to be turned by {now.rotation} degrees: turned, for want of a tag"),
    )


def _deinterlaced(probe: SourceProbe, now: VideoFormat, policies: Policies) -> Iterator[_Step]:
    """One picture for each of the source's, made of both its fields."""
    if probe.field_order not in ("progressive", "unknown"):
        parity = "tff" if probe.field_order in _TOP_FIRST else "bff"
        yield _Step(
            "interlaced",
            policies.interlaced,
            f"bwdif=mode=send_frame:parity={parity}:deint=all",
            f"interlaced ({parity}): deinterlaced by bwdif, one picture for each",
            now,
        )


def _opaque(probe: SourceProbe, now: VideoFormat, policies: Policies) -> Iterator[_Step]:
    """Laid over black, as players do that know no transparency."""
    if probe.alpha:
        rgb = stored_as_rgb(now.pixel_format)
        seen_through, solid = ("gbrap", "gbrp") if rgb else ("yuva444p", "yuv444p")
        yield _Step(
            "alpha",
            policies.alpha,
            f"format={seen_through},premultiply=inplace=1,format={solid}",
            "transparent: laid over black",
            replace(now, pixel_format=solid),
        )


def _tone_mapped(probe: SourceProbe, now: VideoFormat, policies: Policies) -> Iterator[_Step]:
    """Through linear light, highlights rolled off by Hable's curve, into BT.709."""
    curve = HIGH_DYNAMIC_RANGE.get(now.colour.transfer)
    if curve:
        colour = now.colour
        given = (
            f"min={colour.matrix}:pin={colour.primaries}:tin={colour.transfer}:rin={colour.range}"
        )
        chain = (
            f"zscale={given}:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
            "tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
        )
        note = f"HDR ({curve}): tone-mapped to SDR (BT.709) by Hable's curve"
        treated = replace(now, pixel_format="yuv420p", colour=_SDR)
        yield _Step("hdr", policies.hdr, chain, note, treated)


def _decoder(probe: SourceProbe) -> str | None:
    """FFmpeg's own decoders of VP8 and VP9 leave the transparency out."""
    ours = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
    return ours.get(probe.video_codec) if probe.alpha else None


def _refuse_by(step: _Step) -> None:
    if step.policy == "refuse":
        what = step.note.partition(":")[0]
        raise UnusableVideo(
            f"the video is {what}, which is refused by policy; convert it first, or set "
            f"STYLE_PIPELINE_{step.property.upper()} to something else than refuse"
        )


def _refuse_impossible(step: _Step) -> None:
    """Known before anything is decoded, and of every video alike: nothing is wrong with it."""
    lacking = tuple(build.missing(step.chain))
    if lacking:
        what, _, done = step.note.partition(": ")
        raise FilterMissing(
            f"the video is {what}, and cannot be {done} here: FFmpeg was built without "
            f"{' and '.join(lacking)}; install a complete one, as Debian's and Ubuntu's are "
            "(zscale comes with libzimg), or convert the video first"
        )
