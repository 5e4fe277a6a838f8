"""Style networks on disk: safetensors, pinned by sha256, described by a card; no pickle."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors

from style_pipeline.errors import CheckpointError
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.network import Architecture, StyleNetwork

LARGEST_BYTES = 512 * 1024 * 1024


def save(path: Path, network: StyleNetwork, card: CheckpointCard) -> CheckpointCard:
    """Write the network and its card; returns the card with the file's sha256 and architecture."""
    content = write_tensors({name: t.contiguous() for name, t in network.state_dict().items()})
    card = replace(
        card,
        sha256=hashlib.sha256(content).hexdigest(),
        architecture=asdict(network.architecture),
    )
    path.write_bytes(content)
    card_path(path).write_bytes(card.to_json())
    return card


def load(path: Path, sha256: str) -> tuple[StyleNetwork, CheckpointCard]:
    """The network in evaluation mode and its card.

    Raises CheckpointError where the file is missing, not the one with this sha256, or does not
    hold exactly the tensors that its card promises.
    """
    content = _read_pinned(path, sha256)
    card = CheckpointCard.read(card_path(path))
    try:
        network = StyleNetwork(Architecture(**card.architecture), len(card.styles))
        network.load_state_dict(read_tensors(content))
    except (SafetensorError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path.name} is not the network of its card: {reason}") from error
    return network.eval().requires_grad_(False), card


def _read_pinned(path: Path, sha256: str) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise CheckpointError(f"{path} is too large for a style checkpoint")
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"the checkpoint {path} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CheckpointError(
            f"{path.name} has sha256 {found[:12]}..., not {sha256[:12]}...: fetch it again"
        )
    return content
