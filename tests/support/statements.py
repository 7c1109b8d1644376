"""Settlement files for tests: good ones as the stand-in writes them, and files in memory as their bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from prakerja.payouts.ports import Upload

HEADER = "transaction_date,reference_no,partner_reference_no,type,account,amount,fee,status,remark"


def line(
    kind: str, amount: int, reference: str = "", number: str = "", status: str = "SUCCESS", remark: str = ""
) -> str:
    """One row of a settlement file."""
    return f"2026-01-15T09:30:00+07:00,{number},{reference},{kind},,{amount}.00,0.00,{status},{remark}"


def settlement(*lines: str) -> bytes:
    """A settlement file."""
    return "".join(f"{text}\n" for text in (HEADER, *lines)).encode()


class MemoryFiles:
    """Files in a dict; reads hand out small pieces, so that every boundary is met."""

    def __init__(self, piece: int = 97) -> None:
        self.files: dict[str, bytes] = {}
        self.kept: list[str] = []
        self._piece = piece

    def read(self, name: str) -> Iterator[bytes]:
        content = self.files[name]
        return (content[start : start + self._piece] for start in range(0, len(content), self._piece))

    def keep(self, name: str, path: Path) -> None:
        self.files[name] = path.read_bytes()
        self.kept.append(name)

    def piece(self, name: str, start: int, length: int) -> bytes:
        return self.files[name][start : start + length]

    def link(self, name: str) -> str:
        return f"https://files.test/{name}"

    def upload(self, name: str, sha256: str, size: int) -> Upload:
        return Upload(f"https://files.test/{name}", {"content-length": str(size)})


def chunks(content: bytes, size: int = 7) -> Iterable[bytes]:
    """Content in small pieces."""
    return (content[start : start + size] for start in range(0, len(content), size))
