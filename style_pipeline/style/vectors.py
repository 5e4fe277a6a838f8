"""What a style is: the scales and shifts (gamma, beta) of a network; all else is its body.

Styles of one body can be blended, repeated and added to without touching the body.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from style_pipeline.errors import CheckpointError
from style_pipeline.style.network import StyleNetwork

Part = tuple[StyleNetwork, int, float]
"""A network, the row of one of its styles, and that style's weight."""


def is_vector(name: str) -> bool:
    """Whether a parameter of this name belongs to the styles, not to the body."""
    return name.endswith(("gamma", "beta"))


def restyled(network: StyleNetwork, rows: Callable[[str, Tensor], Tensor]) -> StyleNetwork:
    """The same body with other styles: ``rows(name, old)`` gives each parameter, [styles, C]."""
    state = {
        name: rows(name, tensor) if is_vector(name) else tensor
        for name, tensor in network.state_dict().items()
    }
    styles = next(len(tensor) for name, tensor in state.items() if is_vector(name))
    other = StyleNetwork(network.architecture, styles)
    other.load_state_dict(state)
    return other


def continued(network: StyleNetwork, has: Sequence[str], wants: Sequence[str]) -> StyleNetwork:
    """The network that learns on with the styles ``wants``; it ``has`` those named so, in order.

    A style that it does not have starts from the mean of those that it has.
    """

    def rows(_name: str, old: Tensor) -> Tensor:
        return torch.stack([old[has.index(w)] if w in has else old.mean(0) for w in wants])

    return restyled(network, rows)


def selected(network: StyleNetwork, rows: Sequence[int]) -> StyleNetwork:
    """The same body with these of its styles, in this order."""
    return restyled(network, lambda _name, old: old[list(rows)].clone())


def replaced(network: StyleNetwork, rows: Sequence[int], others: StyleNetwork) -> StyleNetwork:
    """The same body, in which the styles of ``others`` stand in these rows."""
    theirs = others.state_dict()

    def put(name: str, old: Tensor) -> Tensor:
        new = old.clone()
        new[list(rows)] = theirs[name].to(new)
        return new

    return restyled(network, put)


def blended(parts: Sequence[Part]) -> StyleNetwork:
    """A network whose only style is the blend; the weights of ``parts`` add up to 1.

    Raises CheckpointError where the networks do not share one body.
    """
    first = parts[0][0]
    if not all(_same_body(first, network) for network, _, _ in parts[1:]):
        raise CheckpointError(
            "these styles were learnt on different networks and cannot be blended: learn the older "
            "one again, with 'style-pipeline styles add'"
        )
    states = [(network.state_dict(), row, weight) for network, row, weight in parts]

    def rows(name: str, _old: Tensor) -> Tensor:
        return torch.stack([state[name][row] * weight for state, row, weight in states]).sum(
            0, keepdim=True
        )

    return restyled(first, rows).eval().requires_grad_(False)


def _same_body(one: StyleNetwork, other: StyleNetwork) -> bool:
    if one.architecture != other.architecture:
        return False
    theirs = other.state_dict()
    return all(
        torch.equal(tensor, theirs[name])
        for name, tensor in one.state_dict().items()
        if not is_vector(name)
    )
