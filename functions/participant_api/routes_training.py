"""Courses: the catalogue, what a member holds and bought, and the review that the incentive waits for."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from prakerja.balance import balance_from_item
from prakerja.balance.api import BalanceView
from prakerja.membership import NotAMember, load_membership, load_scheme, membership_from_item, season_of
from prakerja.membership.api import MembershipView
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP
from prakerja.platform.auth import Participant
from prakerja.platform.http import language_of, public, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import NotFound
from prakerja.platform.settings import settings
from prakerja.platform.validation import View
from prakerja.training import purchases_of
from prakerja.training.api import (
    CourseDetail,
    CourseList,
    CourseView,
    PurchaseTimeline,
    PurchaseView,
    ReviewRequest,
    ReviewView,
    ScheduleView,
)
from prakerja.training.cancellation_api import PlatformAccountView
from prakerja.training.errors import AlreadyReviewed, NotCompleted, PurchaseUnknown
from prakerja.training.service.reviewing import review_course
from prakerja.training.store.catalogue import list_courses, load_course
from prakerja.training.store.purchase import load_with_code
from prakerja.wiring import participant, platform, secret

router = Router()

Person = Annotated[Participant, Depends(participant)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
CourseCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", example="EXCEL-DASAR")]
PurchaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$", example="4c6f9a6e-3a53-5a35-9a3c-5f0c3f6f1b11")]
PAGE = 50


class MemberView(View):
    """A membership with its training balance."""

    membership: MembershipView
    balance: BalanceView


@router.get("/v1/courses", tags=["courses"])
@public
@refuses(BadCursor)
def read_courses(cursor: Cursor = None) -> CourseList:
    """What can be bought with the training balance."""
    key = secret(settings().cursor_secret)
    courses, after = list_courses(platform().table, after=open_cursor(key, "courses", cursor), limit=PAGE)
    return CourseList(courses=[CourseView.of(course) for course in courses], next=seal_cursor(key, "courses", after))


@router.get("/v1/courses/<course_code>", tags=["courses"])
@public
@refuses(NotFound)
def read_course(course_code: CourseCode) -> CourseDetail:
    """A course and its schedules."""
    course, schedules = load_course(platform().table, course_code)
    if course is None:
        raise NotFound
    return CourseDetail(course=CourseView.of(course), schedules=[ScheduleView.of(schedule) for schedule in schedules])


@router.get("/v1/membership", tags=["courses"])
@refuses(NotAMember)
def read_membership(request: Request, person: Person) -> MemberView:
    """Your card, your balance, until when the first course must be bought, and the cut-offs of your season."""
    key = {"person_id": person.person_id}
    member, balance = platform().table.batch_get((MEMBERSHIP, key), (BALANCE, key))
    if member is None or balance is None:
        raise NotAMember
    membership = membership_from_item(member)
    scheme = load_scheme(platform().table, membership.scheme_name, membership.scheme_version)
    season = season_of(membership.decreed_at)
    return MemberView(
        membership=MembershipView.of(membership, scheme, season, language_of(request)),
        balance=BalanceView.of(balance_from_item(balance)),
    )


@router.get("/v1/purchases", tags=["courses"])
def read_purchases(person: Person) -> list[PurchaseView]:
    """The courses you bought, oldest first, with their redeem codes."""
    return [PurchaseView.of(purchase) for purchase in purchases_of(platform().table, person.person_id)]


@router.get("/v1/purchases/<purchase_id>/timeline", tags=["courses"])
@refuses(PurchaseUnknown)
def read_timeline(request: Request, purchase_id: PurchaseId, person: Person) -> PurchaseTimeline:
    """What happened to a purchase, and what to do next and by when."""
    found = load_with_code(platform().table, person.person_id, purchase_id)
    if found is None:
        raise PurchaseUnknown
    return PurchaseTimeline.of(*found, language_of(request))


@router.get("/v1/membership/platform-accounts", tags=["courses"])
@refuses(NotAMember)
def read_platform_accounts(person: Person) -> list[PlatformAccountView]:
    """Which account at each platform your card is tied to, since the first purchase there."""
    membership = load_membership(platform().table, person.person_id)
    if membership is None:
        raise NotAMember
    return PlatformAccountView.of(membership)


@router.put("/v1/purchases/<purchase_id>/review", tags=["courses"])
@refuses(PurchaseUnknown, NotCompleted, AlreadyReviewed)
def review(purchase_id: PurchaseId, body: ReviewRequest, person: Person) -> ReviewView:
    """Rate and review a completed course. Repeating it is safe; it cannot be changed afterwards."""
    return ReviewView.of(
        review_course(
            platform(), person_id=person.person_id, purchase_id=purchase_id, rating=body.rating, text=body.text
        )
    )
