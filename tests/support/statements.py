"""Settlement files for tests: good ones as the stand-in writes them, and files in memory as their bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from prakerja.payouts.ports import Upload
from prakerja.payouts.reconciling.comparing import Bucket, Verdict
from prakerja.payouts.reconciling.report import Report, Source
from prakerja.payouts.reconciling.rows import Kind, Row
from prakerja.payouts.reconciling.writing import HEADER as REPORT_HEADER
from prakerja.payouts.reconciling.writing import row_of
from prakerja.payouts.service.handing_in import announce_file
from prakerja.payouts.service.reading_reports import Only, report_file
from prakerja.payouts.store.reconciliations import change_day, load_day, new_report
from prakerja.platform.clock import wib_date
from prakerja.platform.ids import derived
from tests.support.world import World

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


def plant_report(world: World, files: MemoryFiles, provider: str = "BNI") -> tuple[str, str]:
    """A report about yesterday, and a settlement file that was announced for it; answers their ids."""
    yesterday = wib_date(world.clock.wall()) - timedelta(days=1)
    file, _ = announce_file(
        world.platform, files, operator="op-0", provider=provider, day=yesterday, sha256="cd" * 32, size=9
    )
    files.files[file.name] = settlement(line("PAYOUT", 5, "X", "N1"))
    report = Report(
        derived("report", provider), provider, yesterday, Source.FILE, file.file_id, world.clock.wall(), 1, 1,
        {"THEIRS_NOT_OURS": {"count": 1, "ours": 0, "paid": 5, "returned": 0}}, {"paid": 5}, "ab" * 32,
    )  # fmt: skip
    row = Verdict(Bucket.THEIRS_NOT_OURS, row=Row(2, Kind.PAYOUT, "X", "N1", 5))
    content = "".join(",".join(fields) + "\n" for fields in (REPORT_HEADER, row_of(row)))
    every: tuple[Only, ...] = ("all", "differences")
    files.files |= {report_file(report.report_id, only): content.encode() for only in every}
    day = load_day(world.table, provider, yesterday)
    world.table.commit(new_report(report), change_day(day, reports=(report.report_id,)))
    return report.report_id, file.file_id
