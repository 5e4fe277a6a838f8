"""Which streams are played by default, and which are forced, as FFmpeg's options."""

from style_pipeline.manifest import AudioManifest, StreamTags
from style_pipeline.media.company import Company
from style_pipeline.media.ffmpeg import Options


def dispositions(audio: AudioManifest, company: Company) -> Options:
    """The marks of all streams but the video."""
    subtitles = [stream.tags for stream, _ in company.subtitles]
    return {
        f"disposition:{kind}:{i}": _marks(tags)
        for kind, all_tags in (("a", [t.tags for t in audio.tracks]), ("s", subtitles))
        for i, tags in enumerate(all_tags)
    }


def _marks(tags: StreamTags) -> str:
    marks = [name for name in ("default", "forced") if getattr(tags, name)]
    return "+".join(marks) or "0"
