"""How a video shall look: which styles, how strongly, in whose colours, with how broad strokes.

A look is written in two ways. People type it with the command line's options; folders and
partition keys spell it as a slug of ``[a-z0-9._-]``::

    great-wave                                   one style, as it is
    great-wave.strength_60                       60 % painted, 40 % source
    great-wave.colours                           the painting's strokes in the source's colours
    great-wave.scale_50                          painted at half the size: strokes twice as broad
    great-wave_30.starry-night_70                a blend of styles, in per cent

The slug is canonical: the same look has one spelling, and so one partition and one output.
"""

import re
from dataclasses import dataclass
from typing import Self

from style_pipeline.errors import ConfigurationError

STYLE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PART = re.compile(r"(?P<word>[a-z0-9]+(?:-[a-z0-9]+)*)(?:_(?P<percent>[0-9]{1,3}))?")
_CONTROLS = ("strength", "colours", "scale")
_MOST_STYLES = 4
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Share:
    """One style of a look and its part of it, in per cent."""

    style: str
    percent: int = 100


@dataclass(frozen=True)
class Look:
    """``blend``: the styles in alphabetical order, their shares adding up to 100 per cent.

    ``strength`` in per cent, 0 (the source itself) to 100; ``keep_colours`` takes only the
    luminance from the painting; ``scale`` in per cent of the source's width and height, 10 to 100,
    is the size at which the network works. Raises ConfigurationError for what makes no sense.
    """

    blend: tuple[Share, ...]
    strength: int = 100
    keep_colours: bool = False
    scale: int = 100

    def __post_init__(self) -> None:
        names = list(self.styles)
        _require(0 < len(names) <= _MOST_STYLES, f"a look has 1 to {_MOST_STYLES} styles")
        _require(names == sorted(set(names)), "the styles of a blend are named once each, in order")
        for name in names:
            check_style_name(name)
        percents = [share.percent for share in self.blend]
        _require(min(percents) > 0, "every style of a blend needs a share above 0")
        _require(sum(percents) == 100, f"the shares of a blend add up to {sum(percents)}, not 100")
        _require(0 <= self.strength <= 100, "strength lies between 0 and 100 per cent")
        _require(10 <= self.scale <= 100, "scale lies between 10 and 100 per cent")

    @property
    def styles(self) -> tuple[str, ...]:
        """The names of the styles in it."""
        return tuple(share.style for share in self.blend)

    @property
    def is_plain(self) -> bool:
        """Whether it is what the network paints, and nothing is done with it afterwards."""
        return self.strength == 100 and not self.keep_colours and self.scale == 100

    @property
    def slug(self) -> str:
        """The canonical spelling, for folders and partition keys."""
        single = len(self.blend) == 1
        parts = [s.style if single else f"{s.style}_{s.percent}" for s in self.blend]
        parts += ["colours"] if self.keep_colours else []
        parts += [f"scale_{self.scale}"] if self.scale != 100 else []
        parts += [f"strength_{self.strength}"] if self.strength != 100 else []
        return ".".join(parts)

    @classmethod
    def parse(cls, slug: str) -> Self:
        """The look that a slug spells; parts may come in any order.

        Raises ConfigurationError, saying which part is wrong.
        """
        styles: list[tuple[str, int | None]] = []
        controls: dict[str, int | None] = {}
        for part in slug.split("."):
            match = _PART.fullmatch(part)
            if match is None:
                raise ConfigurationError(f"{part!r} in {slug!r} is neither a style nor a control")
            word = match["word"]
            percent = int(match["percent"]) if match["percent"] else None
            if word in _CONTROLS:
                _check_control(slug, word, percent, controls)
                controls[word] = percent
            else:
                styles.append((word, percent))
        return cls(
            blend=_shares(styles),
            strength=_percent(controls, "strength"),
            keep_colours="colours" in controls,
            scale=_percent(controls, "scale"),
        )

    @classmethod
    def of(
        cls, text: str, strength: float = 1.0, keep_colours: bool = False, scale: float = 1.0
    ) -> Self:
        """The look that command-line options describe.

        ``text`` is a style, a slug, or ``name:weight,name:weight`` with weights of any sum;
        ``strength`` and ``scale`` are fractions of 1, and count where the slug says nothing else.
        """
        if "," not in text and ":" not in text:
            look = cls.parse(text)
        else:
            look = cls(blend=_normalise([_weighted(part) for part in text.split(",")]))
        return cls(
            blend=look.blend,
            strength=look.strength if look.strength != 100 else round(strength * 100),
            keep_colours=look.keep_colours or keep_colours,
            scale=look.scale if look.scale != 100 else round(scale * 100),
        )


def check_style_name(name: str) -> str:
    """``name`` itself; raises ConfigurationError where no style may be called so."""
    good = STYLE_NAME.fullmatch(name) is not None and name not in _CONTROLS
    _require(
        good and len(name) <= _LONGEST_NAME,
        f"{name!r} is no style name: use a-z, 0-9 and single dashes, {_LONGEST_NAME} at most",
    )
    return name


def _check_control(
    slug: str, word: str, percent: int | None, controls: dict[str, int | None]
) -> None:
    _require(word not in controls, f"{slug!r} says {word} twice")
    bare = word == "colours"
    _require((percent is None) == bare, f"{word} in {slug!r} is written scale_50, or colours")


def _shares(styles: list[tuple[str, int | None]]) -> tuple[Share, ...]:
    if len(styles) == 1 and styles[0][1] is None:
        return (Share(styles[0][0]),)
    for name, percent in styles:
        _require(percent is not None, f"{name!r} needs its share in the blend, as in {name}_50")
    return tuple(Share(name, percent or 0) for name, percent in sorted(styles))


def _percent(controls: dict[str, int | None], name: str) -> int:
    value = controls.get(name)
    return 100 if value is None else value


def _weighted(part: str) -> tuple[str, float]:
    name, _, weight = part.strip().partition(":")
    try:
        return name, float(weight or 1)
    except ValueError:
        raise ConfigurationError(f"{part!r} is not NAME:WEIGHT, as in great-wave:0.3") from None


def _normalise(weights: list[tuple[str, float]]) -> tuple[Share, ...]:
    """Weights as whole per cents that add up to 100; the largest takes what rounding leaves."""
    total = sum(weight for _, weight in weights)
    fine = 0 < total < float("inf") and all(weight > 0 for _, weight in weights)
    _require(fine, "the weights of a blend are numbers above 0")
    shares = {name: round(100 * weight / total) for name, weight in weights}
    _require(len(shares) == len(weights), "the styles of a blend are named once each")
    largest = max(sorted(shares), key=lambda name: shares[name])
    shares[largest] += 100 - sum(shares.values())
    return tuple(Share(name, percent) for name, percent in sorted(shares.items()))


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ConfigurationError(why)
