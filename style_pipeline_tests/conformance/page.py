"""The matrix as the table in docs/media.md: a row for every clip."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from style_pipeline_tests.conformance.cases import Case
from style_pipeline_tests.conformance.examine import Finding

PAGE = Path(__file__).parent.parent.parent / "docs/media.md"

BOTH_STORES = "conformance-azure"
_END = "<!-- end -->"

_SHOWN = {
    "inputs": ("frame times", "audio 0 packets", "audio 0 samples"),
    "frames and times": ("frame times", "duration"),
    "size, aspect, rotation": ("size", "pixel aspect", "rotation"),
    "colour": ("colour matrix", "colour range", "levels"),
    "depth, HDR, interlaced, alpha": ("said", "frame times", "colour transfer"),
    "audio": ("audio", "said"),
    "company": ("subtitle", "chapters", "tag", "said", "audio streams"),
    "bit rate": ("bit rate", "bits of a shard"),
    "outputs": ("frames", "frame times", "duration", "levels"),
}
"""What a row shows, by the line of the contract; its verdict covers all that was compared."""

_LONGEST = 260


def write(results: Sequence[tuple[Case, tuple[Finding, ...]]], versions: str) -> None:
    """Put the table into the page."""
    put("conformance", "\n".join(_lines(results, versions)))


def put(target: str, text: str) -> None:
    """Put what ``make target`` found between its marks in the page; what is around it stays."""
    begin = f"<!-- made by make {target}: begin -->"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{begin}\n{text}\n{_END}{after}", encoding="utf-8")


def _lines(results: Sequence[tuple[Case, tuple[Finding, ...]]], versions: str) -> Iterable[str]:
    good = sum(all(finding.good for finding in findings) for _, findings in results)
    compared = sum(len(findings) for _, findings in results)
    yield f"{good} of {len(results)} clips as promised, {compared} comparisons. {versions}"
    yield ""
    yield "| line | clip | expected | measured | verdict |"
    yield "|---|---|---|---|---|"
    for case, findings in results:
        yield _row(case, findings)


def _row(case: Case, findings: tuple[Finding, ...]) -> str:
    broken = [finding for finding in findings if not finding.good]
    shown = broken or [finding for finding in findings if _is_shown(case, finding)] or findings
    expected = "; ".join(f"{finding.what}: {finding.expected}" for finding in shown)
    measured = "; ".join(finding.measured for finding in shown)
    verdict = "BROKEN" if broken else "refused" if case.refused else "kept"
    name = f"{case.name}, {case.settings['output']}" if "output" in case.settings else case.name
    cells = (case.line.partition(":")[0], name, expected, measured, verdict)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _is_shown(case: Case, finding: Finding) -> bool:
    return finding.what.startswith(_SHOWN.get(case.line.partition(":")[0], ()))


def _cell(text: str) -> str:
    plain = text.replace("|", "/").replace("\n", " ").replace("<", "&lt;")
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]} ..."
