"""A picture of how training stands: frames, what the network makes of them, and the loss curves."""

import math
from collections.abc import Sequence
from io import BytesIO

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training.photographs import to_picture
from style_pipeline.style.training.trainer import Losses

_GAP = 4
_CURVES_HEIGHT = 150
_CURVES = (("content", "#2b6cb0"), ("style", "#c53030"))
_QUALITIES = (88, 75, 60, 40)
LARGEST_BYTES = 100_000


@torch.no_grad()
def draw(network: StyleNetwork, frames: Tensor, history: Sequence[Losses]) -> bytes:
    """A JPEG of at most LARGEST_BYTES: the frames, a row for each style, the curves.

    ``frames``: [N, 3, H, W] RGB in [0, 1]; ``history``: mean losses, in the order of their steps.
    """
    rows = [frames, *(_painted(network, frames, style) for style in range(network.styles))]
    count, _, height, width = frames.shape
    across = count * (width + _GAP) + _GAP
    down = len(rows) * (height + _GAP) + _GAP
    sheet = Image.new("RGB", (across, down + _CURVES_HEIGHT), "white")
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            place = (_GAP + x * (width + _GAP), _GAP + y * (height + _GAP))
            sheet.paste(to_picture(picture), place)
    sheet.paste(_curves(across, history), (0, down))
    return _small_jpeg(sheet)


def _painted(network: StyleNetwork, frames: Tensor, style: int) -> Tensor:
    device = next(network.parameters()).device
    weights = torch.zeros(1, network.styles, device=device)
    weights[0, style] = 1
    pictures = [network(frame[None].to(device), weights).cpu() for frame in frames]
    return torch.cat(pictures)


def _curves(width: int, history: Sequence[Losses]) -> Image.Image:
    """Relative errors over steps, on a logarithmic scale from 0.01 to 10."""
    canvas = Image.new("RGB", (width, _CURVES_HEIGHT), "white")
    pen = ImageDraw.Draw(canvas)
    last = max((losses.step for losses in history), default=1)
    for level in (0.1, 1.0):
        y = _height_of(level)
        pen.line([(0, y), (width, y)], fill="#dddddd")
        pen.text((2, y - 12), f"{level:g}", fill="#888888")
    for number, (name, colour) in enumerate(_CURVES):
        points = [(width * h.step / last, _height_of(getattr(h, name))) for h in history]
        if len(points) > 1:
            pen.line(points, fill=colour, width=2)
        value = f" {getattr(history[-1], name):.3f}" if history else ""
        pen.text((40, 2 + 14 * number), f"{name}{value}", fill=colour)
    pen.text((width - 90, 2), f"step {last}", fill="black")
    return canvas


def _height_of(value: float) -> float:
    share = (math.log10(min(max(value, 0.01), 10.0)) + 2) / 3
    return _CURVES_HEIGHT - 1 - share * (_CURVES_HEIGHT - 2)


def _small_jpeg(sheet: Image.Image) -> bytes:
    for quality in _QUALITIES:
        buffer = BytesIO()
        sheet.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= LARGEST_BYTES:
            return buffer.getvalue()
    return _small_jpeg(sheet.resize((sheet.width // 2, sheet.height // 2)))
