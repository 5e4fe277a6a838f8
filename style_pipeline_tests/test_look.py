"""Looks: one canonical spelling each, and a reason for every wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from style_pipeline.errors import ConfigurationError
from style_pipeline.look import Look, Share

looks = st.builds(
    Look,
    st.integers(1, 99).map(lambda n: (Share("great-wave", n), Share("starry-night", 100 - n)))
    | st.just((Share("the-scream"),)),
    st.integers(0, 100),
    st.booleans(),
    st.integers(10, 100),
)


@given(looks)
def test_a_slug_says_everything(look: Look) -> None:
    assert Look.parse(look.slug) == look


@pytest.mark.parametrize(
    ("slug", "look"),
    [
        ("great-wave", Look((Share("great-wave"),))),
        ("strength_60.great-wave", Look((Share("great-wave"),), strength=60)),
        ("b_70.a_30.colours", Look((Share("a", 30), Share("b", 70)), keep_colours=True)),
        ("a.scale_50", Look((Share("a"),), scale=50)),
    ],
)
def test_parts_come_in_any_order(slug: str, look: Look) -> None:
    assert Look.parse(slug) == look


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("", "neither a style"),
        ("Great Wave", "neither a style"),
        ("a|b", "neither a style"),
        ("../a", "neither a style"),
        ("strength_50", "1 to 4 styles"),
        ("a.strength", "scale_50"),
        ("a.colours_3", "scale_50"),
        ("a.strength_120", "between 0 and 100"),
        ("a.scale_5", "between 10 and 100"),
        ("a.scale_20.scale_30", "twice"),
        ("a.b", "needs its share"),
        ("a_50.b_60", "add up to 110"),
        ("a_50.a_50", "once each"),
        ("a_0.b_100", "above 0"),
    ],
)
def test_a_wrong_slug_is_told_why(slug: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        Look.parse(slug)


def test_what_people_type() -> None:
    blend = Look.of("starry-night:0.7,great-wave:0.3", 1.0, False, 1.0)
    assert blend.slug == "great-wave_30.starry-night_70"
    assert Look.of("the-scream", 0.5, True, 0.25).slug == "the-scream.colours.scale_25.strength_50"
    assert Look.of("a:1,b:1,c:1", 1.0, False, 1.0).slug == "a_34.b_33.c_33"


@pytest.mark.parametrize(
    "text", ["a:x,b:1", "a:-1,b:2", "a:0", "a,,b", "a:1,a:1", "a:nan", "a:inf,b:1"]
)
def test_wrong_weights_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        Look.of(text, 1.0, False, 1.0)
