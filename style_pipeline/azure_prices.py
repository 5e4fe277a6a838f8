"""What a node costs per hour, from a table that the operator keeps.

A TOML file: the currency, then one table per machine with a price for each priority::

    currency = "USD"

    [Standard_NC4as_T4_v3]
    dedicated = 0.53
    low_priority = 0.11

Azure publishes its prices at https://prices.azure.com/api/retail/prices; they differ by region and
change, so none is built in.
"""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from style_pipeline.errors import ConfigurationError

PRIORITIES = ("low_priority", "dedicated")


@dataclass(frozen=True)
class Price:
    """So much ``currency`` for a node and an hour."""

    per_node_hour: float
    currency: str

    def of(self, node_hours: float) -> str:
        """What so many hours cost, rounded."""
        return f"{node_hours * self.per_node_hour:.2f} {self.currency}".rstrip()

    def __str__(self) -> str:
        return f"{f'{self.per_node_hour:g} {self.currency}'.rstrip()} per node-hour"


def look_up(table: Path, machine: str, priority: str) -> Price:
    """The price of ``machine`` at ``priority``.

    Raises ConfigurationError where the table cannot be read, or does not say.
    """
    content = _read(table)
    row = content.get(machine)
    price: Any = row.get(priority) if isinstance(row, dict) else None
    is_number = isinstance(price, int | float) and not isinstance(price, bool)
    if not is_number or not 0 <= price < math.inf:
        raise ConfigurationError(
            f"{table} names no price of a {priority} {machine}; write, for example: "
            f"[{machine}] and below it {priority} = 0.11"
        )
    return Price(float(price), str(content.get("currency", "")))


def _read(table: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(table.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the table of prices {table} cannot be read: {error}") from error
