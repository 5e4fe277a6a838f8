"""How a run of FFmpeg that failed has ended, in one short line for people."""

import re
import signal

from style_pipeline.process import Finished

_CHARACTERS = 300
_SHELL_SIGNALS = 128
_STOPPED = 255
"""What ffmpeg ends with when a signal asked it to; only our limit on its time sends one."""

_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}

_LIMITS = {
    signal.SIGXFSZ: "a file grew past the limit",
    signal.SIGXCPU: "it takes more processor time than the limit",
}

_PLAIN_WORDS = {
    "Cannot allocate memory": "it needs more memory than the limit",
    # What a filter says that got no memory for its pictures.
    "filter network: Resource temporarily unavailable": "it needs more memory than the limit",
    "Failed to configure output pad": "",
    "Error reinitializing filters": "",
    "Failed to inject frame into filter": "the size of its pictures changes",
    "Error while processing the decoded data": "",
    "Non-monoton": "the times of its packets go back",
    "moov atom not found": "its index is missing: it was cut off, or is no video",
    "Format not on whitelist": "its container is not one that we accept",
    "Invalid data found": "it holds data that FFmpeg cannot read",
}


def disk_was_full(finished: Finished) -> bool:
    """Whether it failed for want of space."""
    return "No space left on device" in finished.stderr


def outsider(finished: Finished) -> str | None:
    """The signal by which somebody else ended it, as a machine does that runs out of memory."""
    number = _signal_of(finished)
    return number.name if number in _FROM_OUTSIDE else None


def reason(finished: Finished) -> str:
    """Why it failed: the limit that it met, or its own last words."""
    number = _signal_of(finished)
    if number is None:
        return complaints(finished.stderr)
    return _LIMITS.get(number, f"FFmpeg broke down over it ({number.name})")


def complaints(stderr: str) -> str:
    """The last words of FFmpeg in one short line, without its addresses and file names."""
    telling = [line for line in dict.fromkeys(map(_plain, stderr.splitlines())) if line]
    return "; ".join(telling[-2:])[-_CHARACTERS:] or "FFmpeg did not say why"


def _signal_of(finished: Finished) -> signal.Signals | None:
    """What ended it; bubblewrap hands on a signal as shells do, by 128 and its number."""
    code = finished.returncode
    if code == _STOPPED and not finished.stderr.strip():
        return signal.SIGXCPU
    number = -code if code < 0 else code - _SHELL_SIGNALS
    known = {each.value for each in signal.Signals}
    return signal.Signals(number) if number in known and number <= signal.SIGSYS else None


def _plain(line: str) -> str:
    without_tags = re.sub(r"\[[^\]]*@ 0x[0-9a-f]+\]\s*", "", line)
    without_paths = re.sub(r"file:\S+:?\s*", "", without_tags)
    if without_paths.startswith("Conversion failed"):
        return ""
    known = (plain for words, plain in _PLAIN_WORDS.items() if words in without_paths)
    return next(known, "".join(char for char in without_paths if char.isprintable()).strip())
