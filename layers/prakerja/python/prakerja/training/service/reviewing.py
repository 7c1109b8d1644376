"""Commands of a member about their courses: rate and review."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.training.errors import AlreadyReviewed
from prakerja.training.messages import CourseReviewed
from prakerja.training.model.purchase import Review, require_reviewable, review_of
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.purchase import load_purchase, review_part


def review_course(p: Platform, *, person_id: str, purchase_id: str, rating: int, text: str) -> Review:
    """Rate (1 to 5) and review a completed course, once; the same again is a repeat.

    Raises PurchaseUnknown, NotCompleted, AlreadyReviewed.
    """

    def attempt(_: bool) -> Review:
        # load
        purchase = require_reviewable(load_purchase(p.table, person_id, purchase_id))
        # decide
        before = review_of(purchase)
        if before is not None:
            if (before.rating, before.text) != (rating, text):
                raise AlreadyReviewed
            return before
        review = Review(purchase_id, purchase.course_code, rating, text, p.clock.programme())
        # commit, announce
        p.table.commit(
            review_part(person_id, review),
            outbox=[CourseReviewed(person_id=person_id, purchase_id=purchase_id)],
        )
        return review

    return again_if_moved(attempt)
