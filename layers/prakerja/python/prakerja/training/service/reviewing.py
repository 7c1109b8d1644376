"""Commands of a member about their courses: rate and review."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.access_patterns import PURCHASE, REVIEW
from prakerja.platform.ids import fingerprint
from prakerja.training.errors import AlreadyReviewed
from prakerja.training.messages import CourseReviewed
from prakerja.training.model.purchase import Review, require_reviewable
from prakerja.training.store.purchase import purchase_from_item, review_from_item, review_parts


def review_course(p: Platform, *, person_id: str, purchase_id: str, rating: int, text: str) -> Review:
    """Rate (1 to 5) and review a completed course, once; the same again is a repeat.

    Raises PurchaseUnknown, NotCompleted, AlreadyReviewed.
    """
    # load
    key = {"person_id": person_id, "purchase_id": purchase_id}
    purchase_item, review_item = p.table.batch_get((PURCHASE, key), (REVIEW, key))
    # decide
    purchase = require_reviewable(purchase_from_item(purchase_item))
    before = review_from_item(review_item)
    if before is not None:
        if (before.rating, before.text) != (rating, text):
            raise AlreadyReviewed
        return before
    review = Review(purchase_id, purchase.course_code, rating, text, p.clock.programme())
    # commit, announce
    outcome = p.table.commit(
        *review_parts(person_id, review, fingerprint([rating, text])),
        outbox=[CourseReviewed(person_id=person_id, purchase_id=purchase_id)],
    )
    return review_from_item(outcome.found) or review
