"""The training loop: deterministic by seed, resumable from its own state, stable in time.

Every step's crops, styles and disturbances follow from (seed, step) alone, so a run that was
stopped and resumed ends in the same weights as one that was not.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from style_pipeline.errors import TrainingError
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training.loss import CONTENT_DEPTH, Trunk, content_loss, gram, style_loss
from style_pipeline.style.training.photographs import Photographs
from style_pipeline.style.vectors import is_vector

_WARM_UP = 50
_LARGEST_SHIFT = 6


@dataclass(frozen=True)
class Stage:
    """``steps`` steps on ``batch`` crops of ``side`` pixels."""

    steps: int
    side: int
    batch: int


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a training run besides its data.

    ``vector_rate`` is Adam's learning rate for gamma and beta, ``body_rate`` for the convolutions;
    both rise for a few steps and fall along a cosine. ``save_every`` counts steps.
    """

    stages: tuple[Stage, ...] = (Stage(4600, 128, 4), Stage(400, 256, 2))
    content_weight: float = 1.0
    style_weight: float = 4.0
    stability_weight: float = 30.0
    vector_rate: float = 1e-2
    body_rate: float = 8e-4
    bfloat16: bool = True
    seed: int = 1888
    save_every: int = 250

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def stage(self, step: int) -> Stage:
        """The stage that ``step`` belongs to."""
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        raise TrainingError(f"the recipe has only {self.steps} steps")

    def rate(self, step: int) -> float:
        """The fraction of the full learning rate at ``step``."""
        rise = min(1.0, (step + 1) / _WARM_UP)
        return rise * (0.02 + 0.98 * (1 + math.cos(math.pi * step / self.steps)) / 2)


@dataclass(frozen=True)
class Losses:
    """Means over one step's batch; relative errors as defined in the loss module."""

    step: int
    content: float
    style: float
    stability: float


class Trainer:
    """Trains ``network`` on ``photographs`` towards one painting per style.

    ``paintings``: one [1, 3, H, W] tensor per style, RGB in [0, 1]. ``folder`` holds the resumable
    state and ``losses.jsonl``. On CUDA everything moves there; nothing else differs.
    """

    def __init__(
        self,
        network: StyleNetwork,
        photographs: Photographs,
        paintings: Sequence[Tensor],
        trunk: Trunk,
        recipe: Recipe,
        folder: Path,
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network: StyleNetwork = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.trunk = trunk.to(self.device)
        self.photographs = photographs
        self.recipe = recipe
        self.folder = folder
        self.step = 0
        self._grams = self._painting_grams(paintings)
        vectors = [p for n, p in network.named_parameters() if is_vector(n)]
        body = [p for n, p in network.named_parameters() if not is_vector(n)]
        self._optimiser = torch.optim.Adam(
            [
                {"params": vectors, "lr": recipe.vector_rate, "full": recipe.vector_rate},
                {"params": body, "lr": recipe.body_rate, "full": recipe.body_rate},
            ]
        )

    def run(self, on_step: Callable[[Losses], None]) -> StyleNetwork:
        """Train to the recipe's end, from where the folder's state stands."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._resume()
        while self.step < self.recipe.steps:
            losses = self._advance()
            on_step(losses)
            if self.step % self.recipe.save_every == 0 or self.step == self.recipe.steps:
                self._save(losses)
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
        chosen = torch.from_numpy(chance.integers(self.network.styles, size=stage.batch))
        weights = torch.nn.functional.one_hot(chosen, self.network.styles).float().to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            painted = self.network(sources, weights)
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
        again: Tensor = self.network(moved, weights)
        expected = torch.roll(painted, (int(down), int(right)), (2, 3))
        margin = 2 * _LARGEST_SHIFT
        inside = (slice(None), slice(None), slice(margin, -margin), slice(margin, -margin))
        error: Tensor = (again[inside].float() - expected[inside].float()).square().mean()
        return error

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
        return self.folder / "state.safetensors"

    def _save(self, losses: Losses) -> None:
        tensors = {f"network.{n}": t for n, t in self.network.state_dict().items()}
        for index, state in self._optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{n}": t for n, t in state.items()}
        temporary = self._state_path.with_suffix(".new")
        metadata = {"step": str(self.step), "recipe": repr(self.recipe)}
        save_file({n: t.contiguous() for n, t in tensors.items()}, temporary, metadata)
        temporary.replace(self._state_path)
        with (self.folder / "losses.jsonl").open("a") as log:
            log.write(json.dumps(vars(losses)) + "\n")

    def _resume(self) -> None:
        if not self._state_path.exists():
            return
        with safe_open(self._state_path, "pt") as file:
            metadata = file.metadata()
            if metadata["recipe"] != repr(self.recipe):
                raise TrainingError(f"{self.folder} holds a run of another recipe: choose another")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.step = int(metadata["step"])
        self.network.load_state_dict(_under(tensors, "network."))
        state = self._optimiser.state_dict()
        for name, tensor in _under(tensors, "adam.").items():
            index, key = name.split(".")
            state["state"].setdefault(int(index), {})[key] = tensor
        self._optimiser.load_state_dict(state)


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
