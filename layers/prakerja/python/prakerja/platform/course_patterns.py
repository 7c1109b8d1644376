"""The part of ``access_patterns`` about courses: what is sold, who bought it, what was learned.

Import them from ``access_patterns``, which declares everything.
"""

from __future__ import annotations

from prakerja.platform.pattern import Pattern

COURSE = Pattern("course", "programme", "a course as sold: price, institution, mode", "COURSE#{course_code}", "COURSE")
SCHEDULE = Pattern(
    "schedule", "programme", "when and how a course is taught", "COURSE#{course_code}", "SCHEDULE#{schedule_code}"
)
SEATS = Pattern(
    "seats",
    "programme",
    "a pool of free seats of a schedule; several pools, so that none is hot",
    "COURSE#{course_code}",
    "SEATS#{schedule_code}#{pool}",
)
CATALOGUE = Pattern("catalogue", "programme", "what can be bought, for lists", "CATALOGUE", "COURSE#{course_code}")
PAYMENT = Pattern("payment", "programme", "a purchase waiting for its one-time code", "PAYMENT#{payment_id}", "PAYMENT")
PAYMENT_OTP = Pattern(
    "payment_otp", "programme", "how often a card was sent a payment code today", "PERSON#{person_id}", "PAYMENT_OTP"
)
PLATFORM_ACCOUNT = Pattern(
    "platform_account",
    "programme",
    "which card an account at a platform buys with: one account, one card",
    "PLATFORM_ACCOUNT#{client_code}#{user_platform_id}",
    "PLATFORM_ACCOUNT",
)
PURCHASE = Pattern(
    "purchase",
    "programme",
    "a bought course, how far the member got, and their review",
    "PERSON#{person_id}",
    "PURCHASE#{purchase_id}",
)
CANCELLATION = Pattern(
    "cancellation",
    "programme",
    "why a purchase is to be cancelled, as one operator proposed it: the content of an approval",
    "PERSON#{person_id}",
    "CANCELLATION#{approval_id}",
)
SCHEDULE_CANCELLATION = Pattern(
    "schedule_cancellation",
    "programme",
    "why a whole schedule is to be cancelled, as one operator proposed it; due until all its purchases are",
    "COURSE#{course_code}",
    "CANCELLATION#{approval_id}",
)
CANCELLED_SHARD = Pattern(
    "cancelled_shard",
    "programme",
    "how many purchases of a cancelled schedule have been cancelled, by shard",
    "COURSE#{course_code}",
    "CANCELLED#{approval_id}#{shard}",
)
INVOICE = Pattern(
    "invoice", "programme", "the transaction of a platform's invoice", "INVOICE#{client_code}#{invoice_code}", "INVOICE"
)
REDEEM_CODE = Pattern(
    "redeem_code",
    "programme",
    "all that a training institution may see of a purchase, and what was attended",
    "REDEEM#{redeem_code}",
    "CODE",
)
ATTENDANCE = Pattern(
    "attendance",
    "programme",
    "a participant whom an institution sends to us to attend one sequence; by its unguessable state",
    "ATTENDANCE#{attendance}",
    "ATTENDANCE",
)
SUBMISSION = Pattern(
    "submission",
    "programme",
    "a task (tpm) or skill demonstration (uk) that a participant handed in, and the feedback to it",
    "REDEEM#{redeem_code}",
    "SUBMISSION#{scope}#{sequence}",
)
COURSE_EMAIL = Pattern(
    "course_email",
    "programme",
    "who learns a course under an e-mail at its institution; keyed by HMAC",
    "COURSE_EMAIL#{course_code}#{digest}",
    "EMAIL",
)
