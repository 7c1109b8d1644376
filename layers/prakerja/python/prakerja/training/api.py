"""What participants send and see about courses."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, Strict, StringConstraints

from prakerja.platform.clock import wib
from prakerja.platform.rupiah import Rupiah
from prakerja.platform.validation import Body, View
from prakerja.registration import Education
from prakerja.training.model.catalogue import Course, Schedule
from prakerja.training.model.purchase import Purchase, PurchaseState, RedeemCode, Review
from prakerja.training.timeline import happened, next_step


class ScheduleView(View):
    """One run of a course; times in WIB."""

    schedule_code: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="exclusive")
    sales_until: AwareDatetime = Field(description="exclusive")
    sessions: int
    quota: int = Field(description="seats in all; a platform tells how many are left")
    is_cancelled: bool = Field(description="it is not held, and not sold any more")

    @classmethod
    def of(cls, schedule: Schedule) -> ScheduleView:
        """The view of a schedule."""
        return cls(
            schedule_code=schedule.schedule_code,
            starts_at=wib(schedule.starts_at),
            ends_at=wib(schedule.ends_at),
            sales_until=wib(schedule.sales_until),
            sessions=schedule.sessions,
            quota=schedule.quota,
            is_cancelled=schedule.cancelled_at is not None,
        )


class CourseView(View):
    """A course as it is offered."""

    course_code: str = Field(examples=["EXCEL-DASAR"])
    title: str
    description: str
    institution: str = Field(description="who teaches it")
    course_type: str = Field(examples=["SELF_PACED"])
    price: Rupiah
    platforms: list[str] = Field(description="client codes of the platforms that sell it")
    min_age: int | None = Field(None, description="years, on the first day of learning")
    max_age: int | None = None
    min_education: Education | None = Field(None, description="the least last education; tell yours at /v1/profile")

    @classmethod
    def of(cls, course: Course) -> CourseView:
        """The view of a course."""
        return cls(
            course_code=course.course_code,
            title=course.title,
            description=course.description,
            institution=course.institution_name,
            course_type=course.course_type.name,
            price=course.price,
            platforms=list(course.platforms),
            min_age=course.min_age,
            max_age=course.max_age,
            min_education=course.min_education,
        )


class CourseList(View):
    """A page of the catalogue."""

    courses: list[CourseView]
    next: str | None = Field(None, description="send it as 'cursor' for the next page")


class CourseDetail(View):
    """A course and its runs."""

    course: CourseView
    schedules: list[ScheduleView]


class PurchaseView(View):
    """A course that you bought; times in WIB."""

    purchase_id: str
    course_code: str
    schedule_code: str
    title: str
    institution: str
    platform: str
    price: Rupiah
    state: PurchaseState
    redeem_code: str = Field(description="take it to the institution", examples=["GHOPNYXUVMT0"])
    bought_at: AwareDatetime
    redeemed_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    reviewed_at: AwareDatetime | None = None

    @classmethod
    def of(cls, purchase: Purchase) -> PurchaseView:
        """The view of a purchase."""
        return cls(
            purchase_id=purchase.purchase_id,
            course_code=purchase.course_code,
            schedule_code=purchase.schedule_code,
            title=purchase.title,
            institution=purchase.institution_name,
            platform=purchase.platform_name,
            price=purchase.amount,
            state=purchase.state,
            redeem_code=purchase.redeem_code,
            bought_at=wib(purchase.bought_at),
            redeemed_at=wib(purchase.redeemed_at) if purchase.redeemed_at else None,
            completed_at=wib(purchase.completed_at) if purchase.completed_at else None,
            cancelled_at=wib(purchase.cancelled_at) if purchase.cancelled_at else None,
            reviewed_at=wib(purchase.reviewed_at) if purchase.reviewed_at else None,
        )


class TimelineEntry(View):
    """Something that happened."""

    at: AwareDatetime
    what: str = Field(examples=["Attended session 1."])


class NextStep(View):
    """What to do now."""

    what: str = Field(examples=["Finish: the post-test."])
    until: AwareDatetime | None = Field(description="exclusive; null: no hurry")


class PurchaseTimeline(View):
    """What happened to a purchase, oldest first, and what to do next; times in WIB."""

    purchase: PurchaseView
    happened: list[TimelineEntry]
    next: NextStep | None

    @classmethod
    def of(cls, purchase: Purchase, code: RedeemCode, language: str) -> PurchaseTimeline:
        """In words, ``"id"`` or ``"en"``."""
        step = next_step(purchase, code)
        return cls(
            purchase=PurchaseView.of(purchase),
            happened=[
                TimelineEntry(at=wib(told.at), what=told.words(language))
                for told in happened(purchase, code)
                if told.at
            ],
            next=NextStep(what=step.words(language), until=wib(step.at) if step.at else None) if step else None,
        )


class ReviewRequest(Body):
    """Stars and words about a completed course."""

    rating: Annotated[int, Strict(), Field(ge=1, le=5, description="stars", examples=[5])]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] = Field(
        examples=["Materi mudah diikuti dan langsung terpakai."]
    )


class ReviewView(View):
    """A review as it was given."""

    purchase_id: str
    rating: int
    text: str
    reviewed_at: AwareDatetime

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        """The view of a review."""
        return cls(
            purchase_id=review.purchase_id,
            rating=review.rating,
            text=review.text,
            reviewed_at=wib(review.reviewed_at),
        )


class TrialCodeView(View):
    """A code with which an institution tries its software."""

    case: str = Field(
        examples=["TC2-001-200"], description="type 1 self-paced, 2 webinar; next sequence; 200: succeeds"
    )
    redeem_code: str = Field(examples=["PRAT-UJ0EEQ"])

    @classmethod
    def of(cls, code: RedeemCode) -> TrialCodeView:
        return cls(case=code.course_code, redeem_code=code.redeem_code)
