"""Everything that FFmpeg does: probe, audio, frames, stills, and the finished video.

:mod:`~style_pipeline.media.ffmpeg` is the only door to the programs. Nobody else opens an
untrusted file: the other modules read what these programs said, or shards that we wrote.
"""
