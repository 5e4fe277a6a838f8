"""Attacks by content, each a file that calls itself an mp4."""

import struct
from pathlib import Path

from style_pipeline_tests.clips import ffmpeg

HLS = """#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:10
#EXT-X-MEDIA-SEQUENCE:0
#EXTINF:10.0,
{target}
#EXT-X-ENDLIST
"""

HLS_KEY = """#EXTM3U
#EXT-X-TARGETDURATION:10
#EXT-X-KEY:METHOD=AES-128,URI="{target}"
#EXTINF:10.0,
{target}
#EXT-X-ENDLIST
"""

FFCONCAT = """ffconcat version 1.0
file '{target}'
"""

DASH = """<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"
 minBufferTime="PT1S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">
<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000" width="64"
 height="48" codecs="avc1.42c01e"><BaseURL>{target}</BaseURL><SegmentBase indexRange="0-100"/>
</Representation></AdaptationSet></Period></MPD>
"""

SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=x
c=IN IP4 127.0.0.1
t=0 0
m=video {port} RTP/AVP 96
a=rtpmap:96 H264/90000
"""

SVG = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">
<image href="{target}" width="64" height="48"/></svg>
"""

LISTS = {"hls": HLS, "hls key": HLS_KEY, "ffconcat": FFCONCAT, "dash": DASH, "svg": SVG}


def playlists(secret: Path, port: int) -> dict[str, str]:
    """What playlists of every kind say that name a file of ours, or a server on this machine."""
    plain = {"a path": str(secret), "http": f"http://127.0.0.1:{port}/x.mp4"}
    devious = {
        "a file URL": f"file://{secret}",
        "tcp": f"tcp://127.0.0.1:{port}",
        "concat": f"concat:{secret}|http://127.0.0.1:{port}/",
        "subfile": f"subfile,,start,0,end,0,,:{secret}",
        "crypto": f"crypto+file://{secret}",
    }
    made = {
        f"{kind} of {name}": text.format(target=target)
        for kind, text in LISTS.items()
        for name, target in (plain | (devious if kind in ("hls", "ffconcat") else {})).items()
    }
    return {**made, "sdp": SDP.format(port=port)}


def one_vast_frame(path: Path, side: int = 16000) -> Path:
    """A small file with one picture that fills the memory of whoever decodes it."""
    picture = ["-f", "lavfi", "-i", f"color=gray:s={side}x{side}:r=1", "-frames:v", "1"]
    ffmpeg(["-nostdin", "-v", "error", *picture, "-pix_fmt", "gray", "-c:v", "png", f"file:{path}"])
    return path


def tiny_packets(path: Path, number: int) -> Path:
    """An AVI with a few frames, and ``number`` sound packets of one byte each."""
    source = ["-f", "lavfi", "-i", "testsrc=s=64x48:r=8:d=0.5", "-f", "lavfi", "-i", "sine=d=0.5"]
    codecs = ["-c:v", "mjpeg", "-c:a", "pcm_u8", "-ar", "8000"]
    ffmpeg(["-nostdin", "-v", "error", *source, *codecs, f"file:{path}"])
    content = path.read_bytes()
    start = content.index(b"movi") - 8
    end = content.index(b"idx1")
    (size,) = struct.unpack("<I", content[start + 4 : start + 8])
    grown = struct.pack("<I", size + 10 * number)
    flood = b"01wb\x01\x00\x00\x00\x80\x00" * number
    head = content[:start] + b"LIST" + grown + content[start + 8 : end]
    whole = head + flood
    path.write_bytes(whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:])
    return path
