"""What can go wrong, once, with its text in two languages and the reaction it asks for.

::

    Problem
    ├── BadRequest 400 ── MalformedRequest
    ├── NotSignedIn 401
    ├── NotAllowed 403
    ├── NotFound 404
    ├── Conflict 409
    ├── PreconditionFailed 412 / PreconditionRequired 428
    ├── TooLarge 413
    ├── UnsupportedMediaType 415
    ├── InvalidInput 422 ── IdempotencyKeyReused
    ├── TooMany 429
    ├── Unexpected 500
    ├── Rejected 502
    └── Unavailable 503

Contexts subclass these in their ``errors.py``. The edge renders them: RFC 9457 problem+json for participants and
operators, the legacy envelope for partners; a worker acts on ``reaction``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, ClassVar


class Reaction(StrEnum):
    """What the receiver of a problem should do. Workers obey it, people read it."""

    FIX_REQUEST = "FIX_REQUEST"
    RETRY_LATER = "RETRY_LATER"
    GIVE_UP = "GIVE_UP"
    DUPLICATE = "DUPLICATE"


class Problem(Exception):
    """Base of all foreseen problems.

    Class attributes: ``status`` (HTTP), ``slug`` (stable machine name), ``title`` and ``detail`` (English),
    ``title_id`` and ``detail_id`` (Indonesian), ``reaction``. Details are templates for the keyword arguments,
    which also appear as members of the problem body, so no personal data goes in.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "Something went wrong on our side"
    title_id: ClassVar[str] = "Terjadi kesalahan di sistem kami"
    detail: ClassVar[str] = ""
    detail_id: ClassVar[str] = ""
    reaction: ClassVar[Reaction] = Reaction.GIVE_UP

    def __init__(
        self, *, retry_after: int | None = None, errors: list[dict[str, str]] | None = None, **facts: Any
    ) -> None:
        super().__init__(self.slug)
        self.retry_after = retry_after
        """Seconds after which another try makes sense."""
        self.errors = errors or []
        """Per field: ``{"where": "body.nik", "what": …}``."""
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.slug}: {self.text('en')[1]}"

    def text(self, language: str) -> tuple[str, str]:
        """(title, detail) in ``"id"`` or ``"en"``."""
        title, detail = (self.title, self.detail) if language == "en" else (self.title_id, self.detail_id)
        return title, detail.format_map(self.facts)


class BadRequest(Problem):
    status, slug, reaction = 400, "bad-request", Reaction.FIX_REQUEST
    title, title_id = "The request cannot be understood", "Permintaan tidak dapat dipahami"
    detail = "Check the request against the documentation of this API."
    detail_id = "Periksa permintaan dengan dokumentasi API ini."


class MalformedRequest(BadRequest):
    slug = "malformed-request"
    detail = "The body is not valid JSON: {reason}. Send one JSON object, UTF-8."
    detail_id = "Isi permintaan bukan JSON yang sah: {reason}. Kirim satu objek JSON, UTF-8."


class NotSignedIn(Problem):
    status, slug, reaction = 401, "not-signed-in", Reaction.FIX_REQUEST
    title, title_id = "Sign in first", "Silakan masuk terlebih dahulu"
    detail = "The access token is missing, expired or not ours. Sign in or refresh it, then send 'Authorization: Bearer <token>'."
    detail_id = "Token akses tidak ada, kedaluwarsa, atau bukan dari kami. Masuk atau perbarui token, lalu kirim 'Authorization: Bearer <token>'."


class NotAllowed(Problem):
    status, slug, reaction = 403, "not-allowed", Reaction.FIX_REQUEST
    title, title_id = "You may not do this", "Anda tidak berhak melakukan ini"
    detail = "Your account does not have this right. Ask whoever gives out rights if you need it."
    detail_id = "Akun Anda tidak memiliki hak ini. Mintalah kepada pengelola hak akses bila memerlukannya."


class NotFound(Problem):
    status, slug, reaction = 404, "not-found", Reaction.FIX_REQUEST
    title, title_id = "Not found", "Tidak ditemukan"
    detail = "There is nothing here that you may see. Check the address and the id."
    detail_id = "Tidak ada data yang dapat Anda lihat di sini. Periksa alamat dan nomornya."


class MethodNotAllowed(Problem):
    status, slug, reaction = 405, "method-not-allowed", Reaction.FIX_REQUEST
    title, title_id = "This method is not allowed here", "Metode ini tidak diizinkan di sini"
    detail = "Use one of: {allow}."
    detail_id = "Gunakan salah satu dari: {allow}."


class Conflict(Problem):
    status, slug, reaction = 409, "conflict", Reaction.FIX_REQUEST
    title, title_id = "This does not fit the present state", "Tidak sesuai dengan keadaan saat ini"
    detail = "Something changed meanwhile. Look at the present state, then decide whether to try again."
    detail_id = "Ada yang berubah sementara itu. Lihat keadaan terbaru, lalu putuskan apakah perlu dicoba lagi."


class PreconditionFailed(Problem):
    status, slug, reaction = 412, "precondition-failed", Reaction.FIX_REQUEST
    title, title_id = "It was changed meanwhile", "Data sudah berubah"
    detail = "Read it again and send its current ETag in If-Match."
    detail_id = "Baca kembali, lalu kirim ETag terbaru di If-Match."


class PreconditionRequired(Problem):
    status, slug, reaction = 428, "precondition-required", Reaction.FIX_REQUEST
    title, title_id = "Say which version you are changing", "Sebutkan versi yang Anda ubah"
    detail = "Send the ETag that you read in the header If-Match."
    detail_id = "Kirim ETag yang Anda baca di header If-Match."


class TooLarge(Problem):
    status, slug, reaction = 413, "too-large", Reaction.FIX_REQUEST
    title, title_id = "The request is too large", "Permintaan terlalu besar"
    detail = "At most {limit} bytes are accepted."
    detail_id = "Paling banyak {limit} byte diterima."


class UnsupportedMediaType(Problem):
    status, slug, reaction = 415, "unsupported-media-type", Reaction.FIX_REQUEST
    title, title_id = "This kind of body is not understood", "Jenis isi permintaan ini tidak dikenali"
    detail = "Send JSON with 'Content-Type: application/json'."
    detail_id = "Kirim JSON dengan 'Content-Type: application/json'."


class InvalidInput(Problem):
    status, slug, reaction = 422, "invalid-input", Reaction.FIX_REQUEST
    title, title_id = "Some fields are not right", "Ada isian yang belum benar"
    detail = "See 'errors' for each field: where, and what is wrong."
    detail_id = "Lihat 'errors' untuk tiap isian: di mana, dan apa yang salah."


class IdempotencyKeyReused(InvalidInput):
    slug = "idempotency-key-reused"
    title, title_id = "This Idempotency-Key belongs to another request", "Idempotency-Key ini milik permintaan lain"
    detail = "Repeat a request with the same key only if it is the same request; otherwise choose a new key."
    detail_id = "Ulangi dengan kunci yang sama hanya untuk permintaan yang sama; selain itu pilih kunci baru."


class TooMany(Problem):
    status, slug, reaction = 429, "too-many", Reaction.RETRY_LATER
    title, title_id = "Too many requests", "Terlalu banyak permintaan"
    detail = "Wait, then try again; 'Retry-After' says how many seconds."
    detail_id = "Tunggu, lalu coba lagi; 'Retry-After' menyebut jumlah detiknya."


class Unexpected(Problem):
    status, slug, reaction = 500, "unexpected", Reaction.RETRY_LATER
    detail = "Nothing was lost. Try again later; if it stays, tell us the correlation id."
    detail_id = "Tidak ada data yang hilang. Coba lagi nanti; bila tetap terjadi, sebutkan correlation id kepada kami."


class Rejected(Problem):
    """An outside system understood the request and refuses it for good: sending it again cannot help."""

    status, slug, reaction = 502, "rejected-outside", Reaction.GIVE_UP
    title, title_id = "Another system refused the request", "Sistem lain menolak permintaan"
    detail = "The {system} refused it ({reason})."
    detail_id = "Ditolak oleh {system} ({reason})."


class Unavailable(Problem):
    status, slug, reaction = 503, "unavailable", Reaction.RETRY_LATER
    title, title_id = "Not available just now", "Sedang tidak tersedia"
    detail = "Try again later; 'Retry-After' says how many seconds."
    detail_id = "Coba lagi nanti; 'Retry-After' menyebut jumlah detiknya."


def all_problems(base: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem class that has been imported, base first. The generated catalogue and tests read it."""
    yield base
    for child in base.__subclasses__():
        yield from all_problems(child)
