"""How much of a cluster a style job used, as far as can be told from outside."""

from dataclasses import dataclass, field

from style_pipeline.azure_prices import Price
from style_pipeline.launchers.azure_ml.states import State
from style_pipeline.launchers.azure_ml.workspace import Sighting


@dataclass
class Bill:
    """Adds up the time in which nodes were at work, over all jobs of one run.

    Measured between looks: the time in which nodes start and stop is paid for too, but not seen.
    """

    price: Price | None
    node_seconds: float = 0.0
    _since: dict[str, float] = field(default_factory=dict)
    _seen: dict[str, Sighting] = field(default_factory=dict)

    def note(self, sighting: Sighting, now: float) -> None:
        """Take in one look at a job."""
        self._seen[sighting.name] = sighting
        since = self._since.pop(sighting.name, None)
        if since is not None:
            self.node_seconds += sighting.nodes * (now - since)
        if sighting.state in (State.WORKING, State.TROUBLED):
            self._since[sighting.name] = now

    @property
    def node_hours(self) -> float:
        return round(self.node_seconds / 3600, 4)

    @property
    def cost(self) -> float | None:
        """In the price's currency; None where there is no price."""
        return None if self.price is None else round(self.node_hours * self.price.per_node_hour, 4)

    def notes(self) -> tuple[str, ...]:
        """What the metadata of the result says about the cluster."""
        jobs = [f"Azure ML job {job.name} on {_nodes(job.nodes)}" for job in self._seen.values()]
        urls = [job.studio_url for job in self._seen.values() if job.studio_url]
        hours, price = self.node_hours, self.price
        cost = "" if price is None else f", about {price.of(hours)} at {price}"
        return (*jobs, *urls, f"{hours:.3f} node-hours{cost}")


def _nodes(number: int) -> str:
    return "1 node" if number == 1 else f"{number} nodes"
