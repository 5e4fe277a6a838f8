"""``make mutants``: many damaged files through the door, and what became of them, as a table.

Ends with 1 where one of them was no verdict: an error of ours, or frames lost in silence.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from style_pipeline_tests.hostile.clips import FRAMES, whole_clips
from style_pipeline_tests.hostile.judging import judge
from style_pipeline_tests.hostile.mutants import DAMAGES, mutant

_VERDICTS = ("refused", "taken", "taken, shorter", "stopped", "escaped")
"""``shorter``: whole to look at, but of fewer frames than the clip that was damaged."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1050)
    parser.add_argument("--first", type=int, default=0, help="seed of the first one")
    wishes = parser.parse_args()
    started = time.monotonic()
    counts: Counter[tuple[str, str]] = Counter()
    slowest, escapes = 0.0, []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        wholes = whole_clips(Path(folder))
        suffixes = sorted(wholes)
        for seed in range(wishes.first, wishes.first + wishes.number):
            suffix = suffixes[seed // len(DAMAGES) % len(suffixes)]
            damage, content = mutant(wholes[suffix], seed)
            path = Path(folder, f"mutant.{suffix}")
            path.write_bytes(content)
            try:
                judged = judge(path)
                short = judged.verdict == "taken" and judged.frames < FRAMES
                verdict = "taken, shorter" if short else judged.verdict
                slowest = max(slowest, judged.seconds)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                verdict = "escaped"
                escapes.append(f"{damage} {suffix}, seed {seed}: {type(error).__name__}: {error}")
                print(escapes[-1], flush=True)
            counts[damage, verdict] += 1
            counts[suffix, verdict] += 1
    _show(counts, suffixes)
    minutes = (time.monotonic() - started) / 60
    print(f"\n{wishes.number} mutants of {', '.join(suffixes)}; slowest {slowest:.1f} s, ", end="")
    print(f"all of them {minutes:.0f} min; {len(escapes)} escaped")
    return 1 if escapes else 0


def _show(counts: Counter[tuple[str, str]], suffixes: list[str]) -> None:
    """By kind of damage, all of them, and by container."""
    print(f"| damage | {' | '.join(_VERDICTS)} |")
    print(f"|---|{'---|' * len(_VERDICTS)}")
    names = [damage.__name__ for damage in DAMAGES]
    for verdict in _VERDICTS:
        counts["all", verdict] = sum(counts[name, verdict] for name in names)
    for name in (*names, "all", *suffixes):
        row = " | ".join(str(counts[name, verdict]) for verdict in _VERDICTS)
        print(f"| {name.replace('_', ' ')} | {row} |")


if __name__ == "__main__":
    raise SystemExit(main())
