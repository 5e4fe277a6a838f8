"""What the documentation takes from the code is what the code says now."""

import re
from pathlib import Path

import pytest
import yaml

from docs.generate.__main__ import contents
from docs.generate.graph import Box, layers, svg

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_generated_pages_and_drawings_are_up_to_date() -> None:
    stale = [path.name for path, text in contents().items() if path.read_text() != text]
    assert stale == [], "run: make docs"


def test_settings_that_pages_name_exist() -> None:
    from infra.checks.configuration import load
    from style_pipeline.settings import VARIABLES

    pages = "".join(path.read_text() for path in DOCS.glob("*.md"))
    named = set(re.findall(r"\bSTYLE_PIPELINE_[A-Z_]*[A-Z]\b", pages))
    assert named <= VARIABLES.keys()
    assigned = set(re.findall(r"^(\w+)\s+= ", (DOCS / "deployment.md").read_text(), re.MULTILINE))
    known = set(load(ROOT / "infra").variables)
    assert assigned <= known
    required = {n for n, body in load(ROOT / "infra").variables.items() if "default" not in body}
    assert required <= assigned, "the guide leaves a value to be guessed"


def test_commands_of_the_guides_name_services_and_groups_that_exist() -> None:
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    pages = "".join((DOCS / name).read_text() for name in ("deployment.md", "operations.md"))
    named = set(re.findall(r"exec (?:-T )?(\w+)", pages)) | set(
        re.findall(r"run --rm (\w+)", pages)
    )
    assert named
    assert named <= services.keys()
    outputs = set(re.findall(r"output -raw (\w+)", pages))
    text = (ROOT / "infra/outputs.tf").read_text()
    assert outputs <= set(re.findall(r'^output "(\w+)"', text, re.MULTILINE))


def test_guides_copy_nothing_past_what_containers_may_write() -> None:
    """'docker cp' is refused by a file system that is read-only, and does not see a tmpfs."""
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    assert services["code"]["read_only"]
    pages = "".join(path.read_text() for path in DOCS.glob("*.md"))
    assert re.findall(r"\bcp \S*code:.*|\bcp .* code:.*", pages) == []
    written = re.findall(r"exec -T code sh -c \"cat > (\S+?)\"|exec -T code tar x -C (\S+)", pages)
    volumes = [each.split(":")[1] for each in services["code"]["volumes"]]
    places = (*services["code"]["tmpfs"], *volumes)
    assert len(written) >= 3
    assert all("".join(each).startswith(places) for each in written)


def test_a_box_lies_below_all_that_point_to_it() -> None:
    arrows = {"a": {"b", "c"}, "b": {"c"}}
    assert layers(["c", "b", "a", "d"], arrows) == [["a", "d"], ["b"], ["c"]]
    drawing = svg([Box("a", "x < y"), Box("b"), Box("c")], arrows, "title")
    assert (drawing.count("<rect"), drawing.count("marker-end")) == (3, 3)
    assert "x &lt; y" in drawing


def test_a_circle_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="leads back to itself"):
        layers(["a", "b"], {"a": {"b"}, "b": {"a"}})
