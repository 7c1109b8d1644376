"""The tree is the one of RFC 6962: roots of the Certificate Transparency reference vectors, proofs, streaming."""

from __future__ import annotations

from hashlib import sha256

import pytest

from prakerja.waves import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(9))
def test_reference_roots(count: int) -> None:
    assert merkle.root(LEAVES[:count]).hex() == ROOTS[count]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("count", [4095, 4096, 4097, 8192, 12_289, 20_000])
def test_streaming_in_chunks_gives_the_root_of_the_definition(count: int) -> None:
    leaves = [number.to_bytes(4, "big") for number in range(count)]
    assert merkle.root(iter(leaves)) == by_definition(leaves)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 8, 13, 33])
def test_every_entry_can_be_proven_and_nothing_else(count: int) -> None:
    leaves = [b"join %d" % number for number in range(count)]
    root = merkle.root(leaves)
    for index, leaf in enumerate(leaves):
        path = merkle.inclusion_proof(leaves, index)
        assert merkle.is_included(root, leaf, index, count, path)
        assert not merkle.is_included(root, b"another join", index, count, path)
        assert not merkle.is_included(root, leaf, index, count, [*path, bytes(32)])
        assert not merkle.is_included(root, leaf, index + count, count, path)
        assert not merkle.is_included(bytes(32), leaf, index, count, path)
        for other in range(count):
            assert merkle.is_included(root, leaf, other, count, path) is (other == index)
        for at in range(len(path)):
            assert not merkle.is_included(root, leaf, index, count, [*path[:at], bytes(32), *path[at + 1 :]])
            assert not merkle.is_included(root, leaf, index, count, path[:at])


def test_there_is_no_proof_for_an_entry_that_is_not_there() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError, match="no leaf"):
            merkle.inclusion_proof(LEAVES[:3], index)
    assert not merkle.is_included(merkle.root([]), b"", 0, 0, [])


def test_a_node_cannot_pass_for_an_entry() -> None:
    pair = merkle.leaf_hash(b"a") + merkle.leaf_hash(b"b")
    assert merkle.root([pair]) != merkle.root([b"a", b"b"])


def test_merged_shards_rise_strictly() -> None:
    assert list(merkle.in_order([[b"a", b"d"], [], [b"b", b"c"]])) == [b"a", b"b", b"c", b"d"]
    with pytest.raises(merkle.NotInOrder, match="twice"):
        list(merkle.in_order([[b"a", b"b"], [b"b"]]))
    with pytest.raises(merkle.NotInOrder, match="twice"):
        list(merkle.in_order([[b"id-1 x"], [b"id-1 y"]], key_bytes=4))
    with pytest.raises(merkle.NotInOrder, match="out of order"):
        list(merkle.in_order([[b"b", b"a"]]))
