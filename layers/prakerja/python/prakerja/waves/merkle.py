"""Merkle trees as RFC 6962 §2.1 defines them: one hash that stands for a whole list.

A leaf is ``SHA-256(0x00 ‖ data)`` and an inner node ``SHA-256(0x01 ‖ left ‖ right)``, so a node can never pass
for a leaf. The root of nothing is ``SHA-256("")``. The tree depends on the order of its leaves, therefore lists
are always taken in rising order, and it does not matter over how many shards they were spread.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice

_CHUNK = 1 << 12  # leaves hashed at a time: memory stays small however long the list is


class NotInOrder(ValueError):
    """A list that must rise strictly has an entry twice, or out of order."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of one entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash that joins two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the 32-byte root over ``leaves`` (entries as they are, not hashed), read once, in one pass."""
    peaks: list[bytes] = []  # roots of whole subtrees, the largest first
    rest = iter(leaves)
    chunks = 0
    while len(level := [leaf_hash(data) for data in islice(rest, _CHUNK)]) == _CHUNK:
        peaks.append(_fold(level))
        chunks += 1
        for _ in range((chunks & -chunks).bit_length() - 1):  # two subtrees of one size become the next size
            _join_last_two(peaks)
    if level:
        peaks.append(_fold(level))
    while len(peaks) > 1:
        _join_last_two(peaks)
    return peaks[0] if peaks else sha256(b"").digest()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of ``leaves[index]``: the sibling hashes from the bottom to the top.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    level = [leaf_hash(data) for data in leaves]
    path = []
    while len(level) > 1:
        if (sibling := index ^ 1) < len(level):
            path.append(level[sibling])
        level = _level_above(level)
        index >>= 1
    return path


def is_included(root: bytes, data: bytes, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Tell whether ``path`` proves that entry ``index`` of the ``size`` entries under ``root`` is ``data``.

    The check of RFC 9162 §2.1.3.2; it needs nothing but its arguments, so anybody can repeat it.
    """
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf_hash(data)
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while at and not at & 1:  # the last node of an odd level moved up without a sibling
                at >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        at >>= 1
        last >>= 1
    return last == 0 and node == root


def in_order(shards: Iterable[Iterable[bytes]], key_bytes: int | None = None) -> Iterator[bytes]:
    """Merge sorted shards into one strictly rising stream, holding one entry per shard.

    Entries must differ in their first ``key_bytes`` bytes (in all bytes when None).
    Raises NotInOrder, while being read, at the first entry that does not rise.
    """
    before = None
    for entry in heapq.merge(*shards):
        key = entry[:key_bytes]
        if before is not None and key <= before:
            raise NotInOrder(f"twice or out of order: {key!r}")
        before = key
        yield entry


def _join_last_two(peaks: list[bytes]) -> None:
    right = peaks.pop()
    peaks[-1] = node_hash(peaks[-1], right)


def _fold(level: list[bytes]) -> bytes:
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def _level_above(level: list[bytes]) -> list[bytes]:
    pairs = iter(level)
    above = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=False)]
    if len(level) & 1:
        above.append(level[-1])
    return above
