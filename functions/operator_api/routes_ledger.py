"""The ledger's days, and what comparing ours with the providers' statements came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from prakerja.balance import LedgerNotClosed
from prakerja.balance.api import LedgerView
from prakerja.balance.service import read_day
from prakerja.payouts.errors import DayMoved, DayNotOverYet, UnknownProvider
from prakerja.payouts.ports import Upload
from prakerja.payouts.reconciling.report import Report, Source
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.payouts.service.reading_reports import Only, report_file, report_rows
from prakerja.payouts.store.reconciliations import SettlementFile, load_day, load_report, reports_of
from prakerja.platform.auth import Operator, Role
from prakerja.platform.clock import wib
from prakerja.platform.http import Id, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import NotFound
from prakerja.platform.settings import settings
from prakerja.platform.validation import Day
from prakerja.wiring import operator, platform, secret, statement_files

router = Router()

Who = Annotated[Operator, Depends(operator)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
Provider = Annotated[str, Field(pattern=r"^[A-Z]{2,20}$", examples=["LINKAJA"])]
LARGEST_FILE = 512 * 1024 * 1024


class ReportView(BaseModel):
    """What comparing one provider's day came to. Rupiah."""

    report_id: str
    provider: str
    day: date
    source: Source = Field(description="where their side came from")
    made_at: AwareDatetime
    attempts: int = Field(description="what we sent on that day")
    rows: int = Field(description="what theirs says")
    differences: int = Field(description="each is a case")
    buckets: Mapping[str, Mapping[str, int]] = Field(
        description="by outcome: how many, our rupiah, what left and what came back at theirs",
        examples=[{"MATCHED": {"count": 1, "ours": 600000, "paid": 600000, "returned": 0}}],
    )
    tie_out: Mapping[str, int] = Field(
        description="opening - paid - fees + returned + funded = closing; 'difference' is what does not add up"
    )
    digest: str = Field(description="SHA-256 of all rows: the same outcome has the same")

    @classmethod
    def of(cls, report: Report) -> ReportView:
        values = {name: value for name, value in vars(report).items() if name in cls.model_fields}
        return cls(**{**values, "made_at": wib(report.made_at), "differences": report.differences})


class ReportDetail(ReportView):
    """A report, and where its rows can be downloaded within 15 minutes."""

    rows_csv: str = Field(description="all rows")
    differences_csv: str

    @classmethod
    def with_files(cls, report: Report, link: Callable[[str], str]) -> ReportDetail:
        return cls(
            **ReportView.of(report).model_dump(),
            rows_csv=link(report_file(report.report_id, "all")),
            differences_csv=link(report_file(report.report_id, "differences")),
        )


class RowsView(BaseModel):
    """Rows of a report, in the order of its file."""

    rows: list[dict[str, str]]
    next: str | None = None


class NewSettlementFile(BaseModel):
    """A settlement file that you are about to hand in."""

    model_config = ConfigDict(extra="forbid")

    provider: Provider
    day: Day = Field(examples=["2026-02-17"], description="the day (WIB) that the file is about")
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["ab" * 32])]
    size: int = Field(ge=1, le=LARGEST_FILE, strict=True, description="bytes")


class SettlementFileView(BaseModel):
    """A settlement file; ``put`` says where to put its bytes, within 15 minutes."""

    file_id: str
    provider: str
    day: date
    put: str | None = Field(None, description="PUT exactly the announced bytes to this address")
    headers: Mapping[str, str] | None = Field(None, description="with these headers")

    @classmethod
    def of(cls, file: SettlementFile, upload: Upload | None = None) -> SettlementFileView:
        return cls(
            file_id=file.file_id,
            provider=file.provider,
            day=file.day,
            put=upload.url if upload else None,
            headers=upload.headers if upload else None,
        )


@router.get("/operator/v1/ledger/<day>", tags=["ledger"])
@refuses(LedgerNotClosed)
def read_ledger(day: Day, who: Who) -> LedgerView:
    """A day's bookings (WIB): as it was closed after midnight or, while it is not and as long as it is small, as of now."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return LedgerView.of(read_day(platform(), day))


@router.get("/operator/v1/reconciliations", tags=["reconciliation"])
def list_reports(
    who: Who, provider: Annotated[Provider, Query()], day: Annotated[Day, Query(description="WIB")]
) -> list[ReportView]:
    """The reports about a provider's day, latest first. A later one follows when something more was learnt."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    table = platform().table
    return [ReportView.of(report) for report in reports_of(table, load_day(table, provider, day))]


@router.get("/operator/v1/reconciliations/<report_id>", tags=["reconciliation"])
@refuses(NotFound)
def read_report(report_id: Id, who: Who) -> ReportDetail:
    """One report, with the addresses of its rows as CSV."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return ReportDetail.with_files(load_report(platform().table, report_id), statement_files().link)


@router.get("/operator/v1/reconciliations/<report_id>/rows", tags=["reconciliation"])
@refuses(NotFound, BadCursor)
def read_rows(
    report_id: Id,
    who: Who,
    only: Annotated[Only, Query(description="the differences, or all rows")] = "differences",
    cursor: Cursor = None,
) -> RowsView:
    """The rows of a report, some at a time."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    load_report(platform().table, report_id)
    key, scope = secret(settings().cursor_secret), f"reconciliation:{report_id}:{only}"
    after = int(open_cursor(key, scope, cursor) or 0)
    rows, further = report_rows(statement_files(), report_id, only, after)
    return RowsView(rows=rows, next=seal_cursor(key, scope, str(further) if further else None))


@router.post("/operator/v1/settlement-files", status_code=201, tags=["reconciliation"])
@refuses(UnknownProvider, DayNotOverYet)
def announce(body: NewSettlementFile, who: Who) -> SettlementFileView:
    """Announce a settlement file and learn where to put it. The digest is its identity: repeating it is safe."""
    who.require(Role.PAYOUT_OFFICER)
    file, upload = announce_file(
        platform(),
        statement_files(),
        operator=who.sub,
        provider=body.provider,
        day=body.day,
        sha256=body.sha256,
        size=body.size,
    )
    return SettlementFileView.of(file, upload)


@router.put("/operator/v1/settlement-files/<file_id>/receipt", status_code=202, tags=["reconciliation"])
@refuses(NotFound, DayMoved)
def received(file_id: Id, who: Who) -> SettlementFileView:
    """Say that the file is in its place: its day is compared (again). Repeating it is safe."""
    who.require(Role.PAYOUT_OFFICER)
    return SettlementFileView.of(file_received(platform(), operator=who.sub, file_id=file_id))
