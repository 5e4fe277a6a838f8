"""Copies of infra/ with one thing changed."""

import shutil
from pathlib import Path

INFRA = Path(__file__).parents[2] / "infra"


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the Terraform files below ``folder`` with ``old`` once replaced by ``new``."""
    copy = folder / "infra"
    shutil.copytree(INFRA, copy, ignore=shutil.ignore_patterns("checks", ".terraform*"))
    text = (copy / file).read_text()
    assert old in text, f"{file} no longer says {old!r}"
    (copy / file).write_text(text.replace(old, new, 1))
    return copy
