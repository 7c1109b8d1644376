"""Courses: what is sold, who bought it, what was learned."""

from prakerja.training.messages import CourseReviewed, PaymentCodeRequested
from prakerja.training.model.purchase import Purchase, PurchaseState
from prakerja.training.store.payment import payment_code_target
from prakerja.training.store.purchase import first_completed, load_purchase, purchases_of

__all__ = [
    "CourseReviewed",
    "PaymentCodeRequested",
    "Purchase",
    "PurchaseState",
    "first_completed",
    "load_purchase",
    "payment_code_target",
    "purchases_of",
]
