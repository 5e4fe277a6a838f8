"""The training loop: deterministic by seed, resumable from its own state, stable in time.

Every step's crops, styles and disturbances follow from (seed, step) alone, so a run that was
stopped and resumed ends in the same weights as one that was not.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from style_pipeline.errors import TrainingError
from style_pipeline.lesson import Recipe
from style_pipeline.style.engine import cpu_flags, has_bfloat16
from style_pipeline.style.margin import with_margin
from style_pipeline.style.training.loss import CONTENT_DEPTH, Trunk, content_loss, gram, style_loss
from style_pipeline.style.training.photographs import Photographs
from style_pipeline.style.vectors import is_vector

STATE = "state.safetensors"
"""The file, in a trainer's folder, from which a stopped run goes on."""

_LARGEST_SHIFT = 6


@dataclass(frozen=True)
class Losses:
    """Means over one step's batch, or over the steps up to ``step``; see the loss module."""

    step: int
    content: float
    style: float
    stability: float


Network = TypeVar("Network", bound=nn.Module)
"""Called with RGB [N, 3, H, W] in [0, 1] and [N, styles] weights, as a StyleNetwork is."""


class Trainer(Generic[Network]):
    """Trains ``network`` on ``photographs`` towards one painting per style.

    ``paintings``: one [1, 3, H, W] tensor per style, RGB in [0, 1]. ``folder`` holds the state,
    from which a stopped run of the same recipe goes on. ``history`` has the mean losses between two
    saved states. On CUDA everything moves there; nothing else differs. ``bfloat16``: whether the
    recipe's wish for it is heard, which it is where the machine multiplies in it.
    """

    def __init__(
        self,
        network: Network,
        photographs: Photographs,
        paintings: Sequence[Tensor],
        trunk: Trunk,
        recipe: Recipe,
        folder: Path,
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network: Network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.trunk = trunk.to(self.device)
        self.photographs = photographs
        self.recipe = recipe
        self.bfloat16 = recipe.bfloat16 and _multiplies_bfloat16(self.device)
        self.folder = folder
        self.step = 0
        self._styles = len(paintings)
        self._grams = self._painting_grams(paintings)
        self._optimiser = torch.optim.Adam(_groups(network, recipe))
        self.history: list[Losses] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def run(
        self,
        on_step: Callable[[Losses], None],
        on_saved: Callable[[], None] = lambda: None,
        until: int | None = None,
    ) -> Network:
        """Train to the recipe's end, or to step ``until`` of it.

        ``on_saved`` is called after each saved state.
        """
        last = min(self.recipe.steps, until or self.recipe.steps)
        recent: list[Losses] = []
        while self.step < last:
            recent.append(self._advance())
            on_step(recent[-1])
            if self.step % self.recipe.save_every == 0 or self.step == last:
                self.history.append(_mean(recent))
                recent.clear()
                self._save()
                on_saved()
        self.network.eval()
        return self.network

    def _advance(self) -> Losses:
        for group in self._optimiser.param_groups:
            group["lr"] = group["full"] * self.recipe.rate(self.step)
        content, style, stability = self._losses()
        recipe = self.recipe
        total = recipe.content_weight * content + recipe.style_weight * style
        total = total + recipe.stability_weight * stability
        if not torch.isfinite(total):
            raise TrainingError(f"the loss is no number at step {self.step}: lower the rates")
        self._optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self._optimiser.step()
        self.step += 1
        return Losses(self.step, content.item(), style.item(), stability.item())

    def _losses(self) -> tuple[Tensor, Tensor, Tensor]:
        stage, chance = self.recipe.stage(self.step), self._chance()
        sources = self.photographs.crops(stage.batch, stage.side, self.recipe.seed, self.step)
        sources = sources.to(self.device, memory_format=torch.channels_last)
        chosen = torch.from_numpy(chance.integers(self._styles, size=stage.batch))
        weights = nn.functional.one_hot(chosen, self._styles).float().to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            painted = self._painted(sources, weights)
            stability = self._stability(sources, painted, weights, chance)
            with torch.no_grad():
                wanted = self.trunk(sources, CONTENT_DEPTH + 1)
            seen = self.trunk(painted)
        grams = [layer[chosen] for layer in self._grams]
        return content_loss(seen, wanted).mean(), style_loss(seen, grams).mean(), stability

    def _stability(
        self, sources: Tensor, painted: Tensor, weights: Tensor, chance: np.random.Generator
    ) -> Tensor:
        """How far the picture of a disturbed source is from the disturbed picture."""
        right, down = chance.integers(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1, size=2)
        noise = chance.normal(0, 0.02, sources.shape).astype(np.float32)
        disturbed = sources * float(chance.uniform(0.95, 1.05)) + torch.from_numpy(noise).to(
            sources
        )
        moved = torch.roll(disturbed, (int(down), int(right)), (2, 3)).clamp(0, 1)
        again = self._painted(moved, weights)
        expected = torch.roll(painted, (int(down), int(right)), (2, 3))
        margin = 2 * _LARGEST_SHIFT
        inside = (slice(None), slice(None), slice(margin, -margin), slice(margin, -margin))
        error: Tensor = (again[inside].float() - expected[inside].float()).square().mean()
        return error

    def _painted(self, sources: Tensor, weights: Tensor) -> Tensor:
        """As videos are painted, so that nothing is learnt that would be cut off."""
        return with_margin(lambda wide: self.network(wide, weights), sources)

    def _chance(self) -> np.random.Generator:
        return np.random.default_rng([self.recipe.seed, self.step, 1])

    @torch.no_grad()
    def _painting_grams(self, paintings: Sequence[Tensor]) -> list[Tensor]:
        """Per depth, [styles, C, C]."""
        per_painting = [[gram(a) for a in self.trunk(p.to(self.device))] for p in paintings]
        return [torch.cat(depth) for depth in zip(*per_painting, strict=True)]

    # --- state -------------------------------------------------------------------------------

    @property
    def _state_path(self) -> Path:
        return self.folder / STATE

    def _save(self) -> None:
        tensors = {f"network.{n}": t for n, t in self.network.state_dict().items()}
        for index, state in self._optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{n}": t for n, t in state.items()}
        tensors["history"] = torch.tensor([astuple(losses) for losses in self.history])
        temporary = self._state_path.with_suffix(".new")
        metadata = {"step": str(self.step), "recipe": repr(self.recipe)}
        save_file({n: t.contiguous() for n, t in tensors.items()}, temporary, metadata)
        temporary.replace(self._state_path)

    def _resume(self) -> None:
        if not self._state_path.exists():
            return
        with safe_open(self._state_path, "pt") as file:
            metadata = file.metadata()
            if metadata["recipe"] != repr(self.recipe):
                raise TrainingError(f"{self.folder} holds a run of another recipe: choose another")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.step = int(metadata["step"])
        self.history = [Losses(int(step), *rest) for step, *rest in tensors["history"].tolist()]
        self.network.load_state_dict(_under(tensors, "network."))
        state = self._optimiser.state_dict()
        for name, tensor in _under(tensors, "adam.").items():
            index, key = name.split(".")
            state["state"].setdefault(int(index), {})[key] = tensor
        self._optimiser.load_state_dict(state)


def _mean(losses: Sequence[Losses]) -> Losses:
    """Their means, at the step of the last."""
    columns = zip(*(astuple(each)[1:] for each in losses), strict=True)
    return Losses(losses[-1].step, *(sum(column) / len(losses) for column in columns))


def _multiplies_bfloat16(device: torch.device) -> bool:
    return device.type == "cuda" or has_bfloat16(cpu_flags())


def _groups(network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """What Adam moves, and how fast; a body that shall stay as it is is frozen."""
    vectors = [p for n, p in network.named_parameters() if is_vector(n)]
    body = [p for n, p in network.named_parameters() if not is_vector(n)]
    groups = [{"params": vectors, "lr": recipe.vector_rate, "full": recipe.vector_rate}]
    if recipe.body_rate:
        groups.append({"params": body, "lr": recipe.body_rate, "full": recipe.body_rate})
    for parameter in body:
        parameter.requires_grad_(bool(recipe.body_rate))
    return groups


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
