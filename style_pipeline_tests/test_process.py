"""What the programs that we start get to see."""

import pytest

from style_pipeline import process
from style_pipeline.settings import SECRETS


def test_a_program_inherits_all_but_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMLESS", "kept")
    for name in SECRETS:
        monkeypatch.setenv(name, "c2VjcmV0")
    seen = process.run(["env"]).stdout.decode()
    assert "HARMLESS=kept" in seen
    assert "c2VjcmV0" not in seen
