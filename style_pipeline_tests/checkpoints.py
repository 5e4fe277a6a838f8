"""A tiny style network with random but fixed weights: fast enough for hundreds of frames."""

from pathlib import Path

import torch

from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, Painting
from style_pipeline.style.network import Architecture, StyleNetwork

TINY = Architecture(stem=4, width=8, blocks=1, deep=8, deep_blocks=1, tail=4)
NAMES = ("plain", "bold")


def tiny_network(seed: int = 7) -> StyleNetwork:
    """Two styles that differ, and paint something other than grey."""
    torch.manual_seed(seed)
    network = StyleNetwork(TINY, len(NAMES))
    for name, parameter in network.named_parameters():
        if name.endswith(("gamma", "beta")):
            torch.nn.init.normal_(parameter, 1.0 if name.endswith("gamma") else 0.0, 0.5)
    return network.eval()


def tiny_checkpoint(folder: Path, seed: int = 7) -> tuple[Path, CheckpointCard]:
    """A checkpoint file with its card in ``folder``."""
    styles = tuple(Painting(name, name.title(), "nobody", "2026") for name in NAMES)
    path = folder / "tiny.safetensors"
    return path, checkpoint.save(path, tiny_network(seed), CheckpointCard("", {}, styles))
