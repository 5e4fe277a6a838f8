"""``make conformance``: carry out the whole matrix and write its table into docs/media.md."""

import sys
import tempfile
import time
from pathlib import Path

from style_pipeline import process
from style_pipeline_tests.conformance.cases import Case, every
from style_pipeline_tests.conformance.examine import Finding, examine
from style_pipeline_tests.conformance.page import write


def main() -> int:
    """The exit code: 1 where a promise was broken."""
    began, results = time.monotonic(), []
    cases = [case for case in every() if not sys.argv[1:] or sys.argv[1] in case.id]
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            findings = _examined(case, Path(folder))
        broken = [finding for finding in findings if not finding.good]
        print("BROKEN" if broken else "kept", case.id, flush=True)
        for finding in broken:
            print(f"  {finding.what}: {finding.measured}, not {finding.expected}", flush=True)
        results.append((case, findings))
    if not sys.argv[1:]:
        write(results, _versions())
    good = sum(all(finding.good for finding in findings) for _, findings in results)
    print(f"{good} of {len(results)} as promised, {time.monotonic() - began:.0f} s")
    return int(good < len(results))


def _examined(case: Case, folder: Path) -> tuple[Finding, ...]:
    """A case that cannot be carried out at all is one finding, not the end of the matrix."""
    try:
        return examine(case, folder)
    except Exception as error:  # noqa: BLE001
        return (Finding("carried out", "yes", f"{type(error).__name__}: {error}", good=False),)


def _versions() -> str:
    limits = process.Limits(seconds=60)
    words = process.run(["ffmpeg", "-version"], limits=limits).stdout.decode().split()
    return f"FFmpeg {words[2]}."


if __name__ == "__main__":
    sys.exit(main())
