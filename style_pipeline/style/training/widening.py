"""A larger network that paints what a smaller one paints, and can learn more from there on.

As Chen et al., "Net2Net: Accelerating Learning via Knowledge Transfer" (ICLR 2016), but with fresh
channels instead of copied ones: nothing listens to them at first, so that the picture stays the
same, and whatever learning makes listen finds channels that are not all alike.
"""

from torch import Tensor

from style_pipeline.errors import TrainingError
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.vectors import is_vector


def widened(network: StyleNetwork, architecture: Architecture) -> StyleNetwork:
    """``network`` in a larger ``architecture``, painting the same pictures.

    The new weights come from torch's generator. Raises TrainingError where the architecture is
    smaller in any of its numbers, or has other numbers of blocks.
    """
    larger = StyleNetwork(architecture, network.styles)
    new, old = larger.state_dict(), network.state_dict()
    fits = new.keys() == old.keys() and all(
        each <= room
        for name, tensor in old.items()
        for each, room in zip(tensor.shape, new[name].shape, strict=True)
    )
    if not fits:
        raise TrainingError(f"{architecture} has no room for {network.architecture}")
    larger.load_state_dict({name: _within(old[name], new[name], name) for name in new})
    return larger


def _within(old: Tensor, new: Tensor, name: str) -> Tensor:
    """``new`` with ``old`` in its first corner, whose weights do not hear what has been added."""
    result = new.clone()
    if not is_vector(name):
        result[: old.shape[0], old.shape[1] :] = 0
    result[tuple(slice(size) for size in old.shape)] = old
    return result
