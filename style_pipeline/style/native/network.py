"""A frame's way through the network of :mod:`style_pipeline.style.network`, pass by pass.

The same arithmetic as there. A frame may be painted in bands, to save memory: then only what is
needed at a quarter of its size is kept whole, and the larger layers before and after it are
computed again for each use. Statistics are those of the whole frame in any case.
"""

import torch
from torch import Tensor

from style_pipeline.style.native.contraction import Contraction
from style_pipeline.style.native.expansion import Expansion
from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.maps import Geometry
from style_pipeline.style.native.passes import Passes
from style_pipeline.style.native.trunk import Trunk
from style_pipeline.style.network import StyleNetwork


class NativeNetwork:
    """``network`` in one style; ``dtype`` is what its convolutions after the stem work with.

    Frames are painted with the last column repeated ``margin`` times, which is cut off. For one
    thread at a time: it paints over its own buffers.
    """

    def __init__(
        self,
        network: StyleNetwork,
        style: Tensor,
        kernels: Kernels,
        dtype: torch.dtype,
        margin: int = 0,
    ) -> None:
        passes = Passes(kernels)
        self._contract = Contraction(network.stem, style, passes)
        self._trunk = Trunk(network, style, passes, dtype)
        self._expand = Expansion(network, style, passes, dtype)
        self._size: tuple[int, ...] = ()
        self._geometry, self._margin = Geometry(1, 1), margin

    @torch.no_grad()
    def __call__(self, frame: Tensor, out: Tensor, number_of_bands: int = 1) -> None:
        """``frame`` and ``out`` are [H, W, 3]: uint8 levels, or float32 in [0, 1]."""
        if frame.shape != self._size:
            height, width, _ = self._size = frame.shape
            self._geometry = Geometry(height, width, self._margin)
        contracted = self._contract(self._geometry, frame, number_of_bands)
        features = self._trunk(self._geometry, contracted, self._contract.last)
        self._expand(self._geometry, features, out, number_of_bands)
