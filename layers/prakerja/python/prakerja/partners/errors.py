"""What can go wrong with partners, most of it before a partner's request reaches a command.

::

    Problem
    ├── BadRequest 400 ── MalformedRequest ── MalformedBody
    ├── BadSignature 401
    ├── NotAllowed 403 ── WrongPartnerKind
    ├── NotFound 404
    │   ├── EndpointNotFound
    │   └── PartnerUnknown
    ├── Conflict 409 ── PartnerExists
    └── InvalidInput 422 ── InvalidFields ── CourseNotNamed

The partner's answer carries another status where the wire contract wants one (400 for invalid fields).
"""

from __future__ import annotations

from typing import Literal

from prakerja.platform.problems import (
    Conflict,
    InvalidInput,
    MalformedRequest,
    NotAllowed,
    NotFound,
    Problem,
    Reaction,
)

RefusalReason = Literal["client_code", "signature", "timestamp"]
"""Why a request was not believed: unknown client, no form of the body matched, outside the time window."""


class MalformedBody(MalformedRequest):
    """The body is not one sane JSON object. Facts: ``reason`` (English) and ``reason_id`` (Indonesian)."""

    slug = "malformed-body"
    detail = "The body cannot be read: {reason}. Send one JSON object, UTF-8."
    detail_id = "Isi permintaan tidak dapat dibaca: {reason_id}. Kirim satu objek JSON, UTF-8."

    def __init__(self, reason: str, reason_id: str) -> None:
        super().__init__(reason=reason, reason_id=reason_id)


class BadSignature(Problem):
    """Client code, signature and timestamp do not belong together. The partner is never told which of them is wrong.

    ``why`` is for our log only, so it is not a fact (facts are shown). ``macs`` counts the HMACs computed.
    """

    status, slug, reaction = 401, "bad-signature", Reaction.FIX_REQUEST
    title = "The request is not signed by a partner we know"
    title_id = "Permintaan tidak dapat diverifikasi"
    detail = "Check client_code, timestamp (Unix seconds, at most 5 minutes off) and signature."
    detail_id = "Periksa client_code, timestamp (detik Unix, selisih paling banyak 5 menit), dan signature."

    def __init__(self, why: RefusalReason = "signature", *, macs: int = 0) -> None:
        super().__init__()
        self.why: RefusalReason = why
        self.macs = macs


class EndpointNotFound(NotFound):
    """The path is none of the contract's."""

    slug = "endpoint-not-found"
    title, title_id = "There is no such endpoint", "Alamat ini tidak dikenal"
    detail = "The partner API has no such path. Check its spelling."
    detail_id = "Alamat ini tidak ada di API mitra. Periksa path-nya."


class InvalidFields(InvalidInput):
    """Fields of a well-formed body are missing or wrong. Facts: ``fields`` (English) and ``fields_id`` (Indonesian)."""

    slug = "invalid-fields"
    detail = "{fields}"
    detail_id = "{fields_id}"


class CourseNotNamed(InvalidFields):
    """``course_code`` or ``schedule_code`` is missing or empty; the contract has a code of its own for it."""

    slug = "course-not-named"


class WrongPartnerKind(NotAllowed):
    """Facts: ``kind``, the kind of partner that may do this."""

    slug = "wrong-partner-kind"
    detail = "Only a partner of kind {kind} may do this."
    detail_id = "Hanya mitra jenis {kind} yang dapat melakukan ini."


class PartnerUnknown(NotFound):
    slug = "partner-unknown"
    title, title_id = "There is no such partner", "Mitra tidak dikenal"


class PartnerExists(Conflict):
    slug = "partner-exists"
    title, title_id = "This partner is registered already", "Mitra ini sudah terdaftar"
    detail = "The client code is in use. To get another key, add one to the partner."
    detail_id = "Kode klien sudah dipakai. Untuk kunci baru, tambahkan kunci pada mitra itu."
