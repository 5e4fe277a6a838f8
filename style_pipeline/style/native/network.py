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

    For one thread at a time: it paints over its own buffers.
    """

    def __init__(
        self, network: StyleNetwork, style: Tensor, kernels: Kernels, dtype: torch.dtype
    ) -> None:
        passes = Passes(kernels)
        self._contract = Contraction(network.stem, style, passes)
        self._trunk = Trunk(network, style, passes, dtype)
        self._expand = Expansion(network, style, passes, dtype)
        self._size: tuple[int, ...] = ()
        self._geometry = Geometry(1, 1)

    @torch.no_grad()
    def __call__(self, frame: Tensor, out: Tensor, number_of_bands: int = 1) -> None:
        """``frame`` and ``out`` are [H, W, 3]: uint8 levels, or float32 in [0, 1]."""
        if frame.shape != self._size:
            self._size, self._geometry = frame.shape, Geometry(*frame.shape[:2])
        contracted = self._contract(self._geometry, frame, number_of_bands)
        features = self._trunk(self._geometry, contracted, self._contract.last)
        self._expand(self._geometry, features, out, number_of_bands)
