"""Documents: equal values give equal bytes; whatever is odd is refused with its place."""

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from style_pipeline import document
from style_pipeline.errors import ManifestError


@dataclass(frozen=True)
class Leaf:
    name: str
    share: Fraction
    weight: float | None = None


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    counts: dict[str, int]
    tall: bool
    version: int = 1


TREE = Tree((Leaf("a", Fraction(1001, 30000)), Leaf("b", Fraction(-2), 0.5)), {"x": 1}, True)

leaves = st.builds(
    Leaf, st.text(), st.fractions(), st.none() | st.floats(allow_nan=False, allow_infinity=False)
)


@given(
    st.builds(
        Tree,
        st.lists(leaves, max_size=3).map(tuple),
        st.dictionaries(st.text(), st.integers(), max_size=3),
        st.booleans(),
    )
)
def test_what_is_written_is_read(tree: Tree) -> None:
    assert document.load(Tree, document.dump(tree)) == tree


def test_the_order_of_keys_leaves_no_trace() -> None:
    a, b = replace(TREE, counts={"x": 1, "y": 2}), replace(TREE, counts={"y": 2, "x": 1})
    assert document.dump(a) == document.dump(b)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b'"tall": true', b'"tall": 1', "Tree.tall"),
        (b'"name": "a"', b'"name": null', r"Tree.leaves\[0\].name"),
        (b'"1001/30000"', b'"1/0"', r"Tree.leaves\[0\].share"),
        (b'"x": 1', b'"x": "1"', "Tree.counts.x"),
        (b'"version": 1', b'"version": 2', "another release"),
        (b'"tall"', b'"small"', "small, tall"),
        (b"}", b"", "not readable JSON"),
        (b'"name": "a"', b'"name": "a", "extra": 1', "extra"),
    ],
)
def test_what_is_odd_is_refused_with_its_place(old: bytes, new: bytes, place: str) -> None:
    damaged = document.dump(TREE).replace(old, new)
    assert damaged != document.dump(TREE)
    with pytest.raises(ManifestError, match=place):
        document.load(Tree, damaged)
