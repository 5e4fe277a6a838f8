"""Damaged copies of whole clips, by seed: the same number gives the same file, for ever."""

import random
from collections.abc import Callable, Sequence

Damage = Callable[[random.Random, bytearray], bytearray]


def cut(chance: random.Random, content: bytearray) -> bytearray:
    """The end is missing."""
    return content[: chance.randrange(1, len(content))]


def beheaded(chance: random.Random, content: bytearray) -> bytearray:
    """The beginning is missing."""
    return content[chance.randrange(1, len(content)) :]


def few_bits(chance: random.Random, content: bytearray) -> bytearray:
    """One to eight bits are flipped."""
    return _flipped(chance, content, chance.randint(1, 8))


def many_bits(chance: random.Random, content: bytearray) -> bytearray:
    """One bit in two hundred bytes is flipped."""
    return _flipped(chance, content, max(1, len(content) // 200))


def head_bits(chance: random.Random, content: bytearray) -> bytearray:
    """Bits are flipped where containers describe themselves: at the beginning."""
    size = min(1024, len(content))
    return _flipped(chance, content[:size], chance.randint(1, 16)) + content[size:]


def tail_bits(chance: random.Random, content: bytearray) -> bytearray:
    """Bits are flipped where containers keep their index: at the end."""
    size = min(2048, len(content))
    return content[:-size] + _flipped(chance, content[-size:], chance.randint(1, 16))


def zeroed(chance: random.Random, content: bytearray) -> bytearray:
    """A block was never written."""
    begin, end = _block(chance, content)
    content[begin:end] = bytes(end - begin)
    return content


def doubled(chance: random.Random, content: bytearray) -> bytearray:
    """A block was written twice."""
    begin, end = _block(chance, content)
    return content[:end] + content[begin:end] + content[end:]


def left_out(chance: random.Random, content: bytearray) -> bytearray:
    """A block is missing."""
    begin, end = _block(chance, content)
    return content[:begin] + content[end:]


def extreme(chance: random.Random, content: bytearray) -> bytearray:
    """A length or count, four bytes somewhere, is as large as can be, or negative."""
    place = chance.randrange(max(1, len(content) - 4))
    content[place : place + 4] = chance.choice(
        (b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80" + bytes(3))
    )
    return content


DAMAGES: Sequence[Damage] = (
    cut, beheaded, few_bits, many_bits, head_bits, tail_bits, zeroed, doubled, left_out, extreme,
)  # fmt: skip


def mutant(content: bytes, seed: int) -> tuple[str, bytes]:
    """The name of the damage, and the damaged copy; kinds of damage take turns."""
    chance = random.Random(seed)
    damage = DAMAGES[seed % len(DAMAGES)]
    return damage.__name__, bytes(damage(chance, bytearray(content)))


def _flipped(chance: random.Random, content: bytearray, bits: int) -> bytearray:
    for _ in range(bits):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return content


def _block(chance: random.Random, content: bytearray) -> tuple[int, int]:
    begin = chance.randrange(len(content))
    return begin, min(len(content), begin + chance.randint(1, max(1, len(content) // 8)))
