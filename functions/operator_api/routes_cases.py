"""Cases: what a machine must not decide alone."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from prakerja.cases.api import CaseDetail, CaseList, CaseView, NewClearing, NewNote, Resolution
from prakerja.cases.errors import CaseNotTaken, CaseResolved, MoneyWaits, NothingToClear
from prakerja.cases.model import Case, CaseState
from prakerja.cases.service import note_case, propose_clearing, resolve_case, take_case
from prakerja.cases.store import list_cases, load_case, notes_of, occurrences_of
from prakerja.payouts import NotAcceptable
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.etags import IfMatch, etag, seen_version
from prakerja.platform.findings import FindingKind
from prakerja.platform.http import Id, IdempotencyKey, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import IdempotencyKeyReused, NotFound, PreconditionFailed, PreconditionRequired
from prakerja.platform.settings import settings
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform, secret

router = Router()

Who = Annotated[Operator, Depends(operator)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
State = Annotated[CaseState, Query(description="which list")]
Kind = Annotated[FindingKind | None, Query(description="only this kind")]
PAGE = 50


@router.get("/operator/v1/cases", tags=["cases"])
@refuses(BadCursor)
def read_cases(who: Who, state: State = CaseState.OPEN, kind: Kind = None, cursor: Cursor = None) -> CaseList:
    """Cases of a state, and of a kind if you name one: those to be resolved first come first."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    key, scope = secret(settings().cursor_secret), f"cases:{state}:{kind}"
    after = open_cursor(key, scope, cursor)
    cases, further = list_cases(platform().table, state, kind, after=after, limit=PAGE)
    return CaseList(cases=[CaseView.of(case) for case in cases], next=seal_cursor(key, scope, further))


@router.get("/operator/v1/cases/<case_id>", tags=["cases"])
@refuses(NotFound)
def read_case(case_id: Id, who: Who) -> Response[CaseDetail]:
    """A case with what was found and what was written down. Its ETag is what you need to change it."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    table = platform().table
    case = load_case(table, case_id)
    detail = CaseDetail.of(case, occurrences_of(table, case_id), notes_of(table, case_id))
    return Response(200, "application/json", detail, headers={"ETag": etag(case.version)})


@router.put("/operator/v1/cases/<case_id>/assignment", tags=["cases"])
@refuses(NotFound, CaseResolved, PreconditionFailed, PreconditionRequired)
def take(case_id: Id, who: Who, if_match: IfMatch = None) -> Response[CaseView]:
    """Work on a case, also in place of a colleague. Repeating it is safe."""
    who.require(Role.PAYOUT_OFFICER)
    version = seen_version(if_match)
    return _answer(take_case(platform(), operator=who.sub, case_id=case_id, version=version))


@router.post("/operator/v1/cases/<case_id>/notes", status_code=201, tags=["cases"])
@refuses(NotFound, PreconditionFailed, PreconditionRequired, IdempotencyKeyReused)
def note(case_id: Id, body: NewNote, who: Who, key: IdempotencyKey, if_match: IfMatch = None) -> Response[CaseView]:
    """Write something down for colleagues and auditors."""
    who.require(Role.PAYOUT_OFFICER)
    version = seen_version(if_match)
    case = note_case(platform(), operator=who.sub, case_id=case_id, text=body.text, version=version, key=key)
    return _answer(case, status=201)


@router.put("/operator/v1/cases/<case_id>/resolution", tags=["cases"])
@refuses(NotFound, CaseNotTaken, CaseResolved, MoneyWaits, PreconditionFailed, PreconditionRequired)
def resolve(case_id: Id, body: Resolution, who: Who, if_match: IfMatch = None) -> Response[CaseView]:
    """End a case that you have taken, with your reason. Repeating it is safe; found again, it opens by itself.

    One that money waits for ends only with its clearing.
    """
    who.require(Role.PAYOUT_OFFICER)
    version = seen_version(if_match)
    case = resolve_case(
        platform(), operator=who.sub, case_id=case_id, verdict=body.verdict, why=body.why, version=version
    )
    return _answer(case)


@router.put("/operator/v1/cases/<case_id>/clearing", status_code=202, tags=["cases"])
@refuses(
    NotFound,
    CaseNotTaken,
    CaseResolved,
    NothingToClear,
    NotAcceptable,
    AlreadyDecided,
    PreconditionFailed,
    PreconditionRequired,
)
def clear(case_id: Id, body: NewClearing, who: Who, if_match: IfMatch = None) -> ApprovalView:
    """Propose what becomes of the money that waits for a case that you have taken; another operator must agree.

    Then money, payout and case change together. Repeating it is safe.
    """
    who.require(Role.PAYOUT_OFFICER)
    return ApprovalView.of(
        propose_clearing(
            platform(),
            operator=who.sub,
            case_id=case_id,
            version=seen_version(if_match),
            outcome=body.outcome,
            evidence_reference=body.evidence_reference,
            payout_id=body.payout_id,
        )
    )


def _answer(case: Case, status: int = 200) -> Response[CaseView]:
    return Response(status, "application/json", CaseView.of(case), headers={"ETag": etag(case.version)})
