"""Every error code that a partner can meet, in one table, and the rendering of our problems in it.

Codes follow the pattern of the known ones: ``ERR`` + module + HTTP status + serial. Known codes keep their meaning; ours
use modules of their own (REQ the request, SIG the signature, TRX a business refusal, SSO logging in, SYS our side),
because the serials of the old modules are only partly known. A status is 400 for every business refusal: clients know nothing finer.
"""

from __future__ import annotations

from dataclasses import dataclass

from prakerja.platform.problems import Problem


@dataclass(frozen=True)
class PartnerCode:
    """``message`` is Indonesian, for people; where it is empty, the problem's own Indonesian text is shown."""

    code: str
    status: int
    message: str = ""


CODES: dict[str, PartnerCode] = {
    # published by the programme
    "course-not-named": PartnerCode("ERRPLT40036", 400, "course_code/schedule_code tidak boleh kosong."),
    "transaction-already-void": PartnerCode("ERRPLT40028", 400, "Transaksi sudah dibatalkan sebelumnya."),
    "transaction-not-found": PartnerCode("ERRVOD40001", 400, "Kode transaksi tidak ditemukan."),
    "sso-client-missing": PartnerCode("ERROAUTH4024", 400, "Unauthorized"),
    "sso-client-unknown": PartnerCode("ERROAUTH4029", 400, "Client id tidak ditemukan."),
    "sso-user-missing": PartnerCode("ERROAUTH4030", 400, "Unauthorized"),
    "sso-code-unknown": PartnerCode("ERROAUTH4031", 400),
    # continued by us
    "malformed-request": PartnerCode("ERRREQ40001", 400),
    "invalid-input": PartnerCode("ERRREQ40002", 400),
    "bad-request": PartnerCode("ERRREQ40003", 400),
    "bad-signature": PartnerCode("ERRSIG40101", 401),
    "endpoint-not-found": PartnerCode("ERRREQ40401", 404),
    "method-not-allowed": PartnerCode("ERRREQ40501", 405),
    "too-large": PartnerCode("ERRREQ41301", 413),
    "too-many": PartnerCode("ERRREQ42901", 429),
    "card-unknown": PartnerCode("ERRTRX40011", 400),
    "course-unknown": PartnerCode("ERRTRX40012", 400),
    "price-differs": PartnerCode("ERRTRX40013", 400),
    "sale-closed": PartnerCode("ERRTRX40014", 400),
    "no-seat-left": PartnerCode("ERRTRX40015", 400),
    "not-enough-balance": PartnerCode("ERRTRX40016", 400),
    "membership-ended": PartnerCode("ERRTRX40017", 400),
    "purchase-deadline-passed": PartnerCode("ERRTRX40018", 400),
    "season-over": PartnerCode("ERRTRX40048", 400),
    "account-not-linked": PartnerCode("ERRTRX40019", 400),
    "course-still-open": PartnerCode("ERRTRX40020", 400),
    "payment-unknown": PartnerCode("ERRTRX40021", 400),
    "payment-code-wrong": PartnerCode("ERRTRX40022", 400),
    "payment-locked": PartnerCode("ERRTRX40023", 400),
    "payment-expired": PartnerCode("ERRTRX40024", 400),
    "payment-used": PartnerCode("ERRTRX40025", 400),
    "invoice-used": PartnerCode("ERRTRX40026", 400),
    "already-redeemed": PartnerCode("ERRTRX40027", 400),
    "purchase-over": PartnerCode("ERRTRX40028", 400),
    "schedule-unknown": PartnerCode("ERRTRX40041", 400),
    "schedule-cancelled": PartnerCode("ERRTRX40042", 400),
    "age-does-not-fit": PartnerCode("ERRTRX40043", 400),
    "education-too-low": PartnerCode("ERRTRX40044", 400),
    "education-unknown": PartnerCode("ERRTRX40045", 400),
    "card-has-another-account": PartnerCode("ERRTRX40046", 400),
    "account-has-another-card": PartnerCode("ERRTRX40047", 400),
    "redeem-code-unknown": PartnerCode("ERRTRX40031", 400),
    "redeem-code-cancelled": PartnerCode("ERRTRX40032", 400),
    "redeem-code-not-redeemed": PartnerCode("ERRTRX40033", 400),
    "sequence-not-taught": PartnerCode("ERRTRX40034", 400),
    "course-over": PartnerCode("ERRTRX40051", 400),
    "redirect-not-registered": PartnerCode("ERRTRX40052", 400),
    "email-in-use": PartnerCode("ERRTRX40053", 400),
    "task-not-submitted": PartnerCode("ERRTRX40054", 400),
    "task-graded": PartnerCode("ERRTRX40055", 400),
    "sso-wish-refused": PartnerCode("ERRSSO40001", 400),
    "sso-return-not-registered": PartnerCode("ERRSSO40002", 400),
    "sso-scope-unknown": PartnerCode("ERRSSO40003", 400),
    "sso-challenge-refused": PartnerCode("ERRSSO40004", 400),
    "sso-state-too-long": PartnerCode("ERRSSO40005", 400),
    "sso-refresh-unknown": PartnerCode("ERRSSO40006", 400),
    "sso-application-unknown": PartnerCode("ERRSSO40007", 400),
    "not-a-test-code": PartnerCode("ERRTRX40061", 400),
    "not-found": PartnerCode("ERRTRX40001", 400),
    "conflict": PartnerCode("ERRTRX40002", 400),
    "not-allowed": PartnerCode("ERRTRX40003", 400),
    "unavailable": PartnerCode("ERRSYS50301", 503, "Layanan sedang tidak tersedia. Coba lagi nanti."),
    "unexpected": PartnerCode("ERRSYS50001", 500, "Terjadi kesalahan di sistem kami. Coba lagi nanti."),
}
"""By problem slug. A problem without a row takes that of its nearest ancestor; the root's is ``unexpected``."""


def code_of(problem: type[Problem]) -> PartnerCode:
    """The row of a class of problem, or of its nearest ancestor that has one."""
    slugs = (ancestor.slug for ancestor in problem.__mro__ if issubclass(ancestor, Problem))
    return next(CODES[slug] for slug in slugs if slug in CODES)


def message_of(problem: Problem, row: PartnerCode) -> str:
    """The sentence that clients show to people, Indonesian."""
    if row.message:
        return row.message
    title, detail = problem.text("id")
    return detail or f"{title}."
