"""Write again what the documentation takes from the code."""

from pathlib import Path

from docs.generate import configuration, drawings

DOCS = Path(__file__).parents[1]


def contents() -> dict[Path, str]:
    """What each generated file must hold."""
    return {
        DOCS / "configuration.md": configuration.page(),
        DOCS / "images/assets.svg": drawings.assets(),
        DOCS / "images/rooms.svg": drawings.rooms(),
        DOCS / "images/costs.svg": drawings.costs(),
    }


if __name__ == "__main__":
    for path, text in contents().items():
        path.write_text(text)
