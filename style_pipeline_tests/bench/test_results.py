"""What is measured lands between the marks, and nowhere else."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from style_pipeline_bench.results import Bars, Table, keep, put

DOCUMENT = """before
<!-- bench: written by 'make bench' -->
old
<!-- end of bench -->
after
"""


def test_a_section_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(DOCUMENT)
    for _ in range(2):
        put(page, "bench", [Table(("a", "b"), [("1", "2")]), "words"])
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| 1 | 2 |") == 1


def test_a_section_that_was_not_there_comes_at_the_end(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(DOCUMENT)
    for words in ("new", "newer"):
        put(page, "film", [words])
    text = page.read_text()
    assert text.startswith(DOCUMENT)
    assert text.count("newer") == text.count("<!-- film:") == 1


def test_a_section_with_one_mark_is_not_guessed_at(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(DOCUMENT.replace("<!-- end of bench -->\n", ""))
    with pytest.raises(ValueError, match="only one of the marks of 'bench'"):
        put(page, "bench", ["words"])
    assert "after" in page.read_text()


def test_numbers_are_kept_by_section(tmp_path: Path) -> None:
    keep(tmp_path / "n.json", "bench", {"a": 1})
    keep(tmp_path / "n.json", "film", [2])
    keep(tmp_path / "n.json", "bench", {"a": 3})
    assert json.loads((tmp_path / "n.json").read_text()) == {"bench": {"a": 3}, "film": [2]}


def test_bars_are_as_long_as_their_values() -> None:
    root = ElementTree.fromstring(Bars("t", "u", {"one": 10.0, "two": 5.0}).svg())  # noqa: S314
    bars = [float(r.get("width", 0)) for r in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars[0] == pytest.approx(2 * bars[1], rel=0.01)
