"""How a look is computed, by one word in the job: equal words give equal pictures on one machine.

``native-...`` is :mod:`style_pipeline.style.native`, ``torch-...`` PyTorch alone; what follows is
the number format of the convolutions. Knows nothing of PyTorch itself: it is asked before a job is
made.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from style_pipeline.errors import ConfigurationError

NATIVE_BFLOAT16 = "native-bfloat16"
NATIVE = "native-float32"
TORCH = "torch-float32"
TORCH_FLOAT16 = "torch-float16"

ENGINES = (NATIVE_BFLOAT16, NATIVE, TORCH, TORCH_FLOAT16)
"""``torch-float16`` is for GPUs; a rank without one then works in float32."""

COMPILERS = ("c++", "g++", "clang++")
_CPUINFO = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})


def fitting(flags: frozenset[str], compiler: str | None) -> str:
    """The fastest engine for a CPU with these flags, where there is this C++ compiler."""
    if compiler is None:
        return TORCH
    return NATIVE_BFLOAT16 if has_bfloat16(flags) else NATIVE


def has_bfloat16(flags: frozenset[str]) -> bool:
    """Whether a CPU with these flags multiplies in bfloat16; without, it is slower than float32."""
    return bool(flags & _BFLOAT16_FLAGS)


def choose(wanted: str, environ: Mapping[str, str] | None = None) -> str:
    """The engine that ``wanted`` names; ``auto`` is what fits this machine.

    Raises ConfigurationError for a word that means nothing.
    """
    if wanted == "auto":
        return fitting(cpu_flags(), find_compiler(environ))
    if wanted not in ENGINES:
        raise ConfigurationError(f"engine is {wanted!r}; write auto or {', '.join(ENGINES)}")
    return wanted


def cpu_flags(cpuinfo: Path = _CPUINFO) -> frozenset[str]:
    """What this CPU can do, as Linux names it; empty where it does not say."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return frozenset()
    named = (line.partition(":") for line in lines)
    flags = next((value for key, _, value in named if key.strip() in ("flags", "Features")), "")
    return frozenset(flags.split())


def find_compiler(environ: Mapping[str, str] | None = None) -> str | None:
    """The path of a C++ compiler, or None."""
    path = None if environ is None else environ.get("PATH")
    return next((found for name in COMPILERS if (found := shutil.which(name, path=path))), None)
