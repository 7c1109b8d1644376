"""What can go wrong with partners, most of it before a partner's request reaches a command.

::

    Problem
    ├── BadRequest 400
    │   ├── MalformedRequest ── MalformedBody
    │   └── ClientMissing, ClientUnknown
    ├── BadSignature 401
    ├── NotAllowed 403 ── WrongPartnerKind
    ├── NotFound 404
    │   ├── EndpointNotFound
    │   └── PartnerUnknown
    ├── Conflict 409 ── PartnerExists, TwoKeysActive, LastKey, NotSuspended
    └── InvalidInput 422
        ├── InvalidFields ── CourseNotNamed
        └── ContractEndsFirst, CommissionTooHigh

The partner's answer carries another status where the wire contract wants one (400 for invalid fields).
"""

from __future__ import annotations

from typing import Literal

from prakerja.platform.problems import (
    BadRequest,
    Conflict,
    InvalidInput,
    MalformedRequest,
    NotAllowed,
    NotFound,
    Problem,
    Reaction,
)

RefusalReason = Literal["client_code", "signature", "timestamp", "nonce", "legacy"]
"""Why a request was not believed: unknown client, no form of the body matched, outside the time window, nonce used
before, the partner has switched the first signature off."""


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


class ClientMissing(BadRequest):
    """Nobody who may call says so, in the words and status of log in with Prakerja: an endpoint that is not signed still
    asks who calls, and a signature that is not believed there is answered like none."""

    slug = "sso-client-missing"
    title, title_id = "Who is calling?", "Pemanggil tidak disebutkan"
    detail = "Send your client code in the header X-Client-Id; authorize needs X-Timestamp and X-Signature that fit it."
    detail_id = (
        "Kirim kode klien di header X-Client-Id; authorize juga memerlukan X-Timestamp dan X-Signature yang sesuai."
    )


class ClientUnknown(BadRequest):
    slug = "sso-client-unknown"
    title, title_id = "There is no such client", "Kode klien tidak dikenal"
    detail = "No partner under contract has the client code of the header X-Client-Id."
    detail_id = "Tidak ada mitra aktif dengan kode klien di header X-Client-Id."


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


class TwoKeysActive(Conflict):
    slug = "two-keys-active"
    title, title_id = "Two keys are active", "Sudah ada dua kunci aktif"
    detail = "Retire the key that is not used any more, then add another."
    detail_id = "Nonaktifkan kunci yang tidak dipakai lagi, lalu tambahkan kunci baru."


class LastKey(Conflict):
    slug = "last-key"
    title, title_id = "This is the partner's only key", "Ini satu-satunya kunci mitra"
    detail = "Add another key first; to keep the partner out, suspend it."
    detail_id = "Tambahkan kunci lain terlebih dahulu; untuk menutup akses, tangguhkan mitra."


class NotSuspended(Conflict):
    slug = "partner-not-suspended"
    title, title_id = "The partner is not suspended", "Mitra ini tidak sedang ditangguhkan"
    detail = "There is nothing to resume."
    detail_id = "Tidak ada penangguhan yang perlu dicabut."


class ContractEndsFirst(InvalidInput):
    slug = "contract-ends-first"
    title, title_id = "The contract ends before it begins", "Kontrak berakhir sebelum mulai"
    detail = "valid_until is the last day; it cannot be before valid_from."
    detail_id = "valid_until adalah hari terakhir; tidak boleh sebelum valid_from."


class CommissionTooHigh(InvalidInput):
    """Facts: ``cap``, basis points."""

    slug = "commission-too-high"
    title, title_id = "The commission is above the scheme's cap", "Komisi melebihi batas skema"
    detail = "At most {cap} basis points of the price may be kept."
    detail_id = "Komisi paling banyak {cap} basis poin dari harga."
