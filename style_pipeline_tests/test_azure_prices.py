"""A price comes from the operator's table, or the remedy is named."""

from pathlib import Path

import pytest

from style_pipeline.azure_prices import Price, look_up
from style_pipeline.errors import ConfigurationError

TABLE = """
currency = "USD"

[Standard_NC4as_T4_v3]
dedicated = 0.53
low_priority = 0.11

[Standard_NC6s_v3]
dedicated = "dear"

[Standard_NC12]
dedicated = -0.53

[Standard_NC24]
dedicated = nan
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "prices.toml").write_text(TABLE)
    return tmp_path / "prices.toml"


def test_a_price_is_that_of_machine_and_priority(table: Path) -> None:
    dear, cheap = (
        look_up(table, "Standard_NC4as_T4_v3", priority)
        for priority in ("dedicated", "low_priority")
    )
    assert (dear, cheap) == (Price(0.53, "USD"), Price(0.11, "USD"))
    assert str(cheap) == "0.11 USD per node-hour"
    assert cheap.of(10) == "1.10 USD"


@pytest.mark.parametrize(
    "machine", ["Standard_NC6s_v3", "Standard_ND96", "currency", "Standard_NC12", "Standard_NC24"]
)
def test_what_the_table_does_not_say_is_asked_for(table: Path, machine: str) -> None:
    with pytest.raises(ConfigurationError, match=f"names no price of a dedicated {machine}; write"):
        look_up(table, machine, "dedicated")


@pytest.mark.parametrize("content", [None, "[Standard", b"\xff"])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: str | bytes | None) -> None:
    table = tmp_path / "prices.toml"
    if isinstance(content, str):
        table.write_text(content)
    elif content is not None:
        table.write_bytes(content)
    with pytest.raises(
        ConfigurationError, match=r"the table of prices .*prices\.toml cannot be read"
    ):
        look_up(table, "Standard_NC4as_T4_v3", "dedicated")
