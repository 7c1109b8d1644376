"""What can go wrong when people log in to partners with us.

::

    BadRequest 400
    ├── ApplicationUnknown
    ├── WishRefused ── ReturnNotRegistered · ScopeUnknown · ChallengeRefused · StateTooLong
    └── CodeUnknown · RefreshUnknown · UserMissing   answers of the partner API
"""

from __future__ import annotations

from typing import ClassVar

from prakerja.platform.problems import BadRequest


class ApplicationUnknown(BadRequest):
    slug = "sso-application-unknown"
    title, title_id = "This application is not known to us", "Aplikasi ini tidak kami kenal"
    detail = "It is not registered, or may not let people log in with Prakerja now. Nothing about you was given away."
    detail_id = (
        "Aplikasi tidak terdaftar, atau sedang tidak boleh memakai masuk dengan Prakerja. Data Anda tidak diberikan."
    )


class WishRefused(BadRequest):
    """A known application asks for something that cannot be: its own page for failures may be told, if it has one.

    ``error`` is OAuth's word for it (RFC 6749 §4.1.2.1).
    """

    error: ClassVar[str] = "invalid_request"
    slug = "sso-wish-refused"
    title, title_id = "The application's request is not right", "Permintaan aplikasi ini tidak benar"
    detail = "The application must mend this; tell its operator. Nothing about you was given away."
    detail_id = "Ini harus diperbaiki oleh pengelola aplikasi; sampaikan kepada mereka. Data Anda tidak diberikan."


class ReturnNotRegistered(WishRefused):
    slug = "sso-return-not-registered"
    title, title_id = "The way back is not registered", "Alamat kembali tidak terdaftar"
    detail = "The application named an address that it has not registered with us. Nothing about you was given away."
    detail_id = "Aplikasi menyebut alamat yang tidak terdaftar pada kami. Data Anda tidak diberikan."


class ScopeUnknown(WishRefused):
    error = "invalid_scope"
    slug = "sso-scope-unknown"
    detail = "scope must be one or more of: name email prakerjaid notelp, with spaces between."
    detail_id = "scope harus satu atau lebih dari: name email prakerjaid notelp, dipisahkan spasi."


class ChallengeRefused(WishRefused):
    slug = "sso-challenge-refused"
    detail = "code_challenge must be 43 characters of base64url with code_challenge_method=S256 (RFC 7636)."
    detail_id = "code_challenge harus 43 karakter base64url dengan code_challenge_method=S256 (RFC 7636)."


class StateTooLong(WishRefused):
    slug = "sso-state-too-long"
    detail = "state must be at most 512 printable characters."
    detail_id = "state paling banyak 512 karakter yang dapat dicetak."


class CodeUnknown(BadRequest):
    """One answer for a code that never was, is used, too old, of another client or redirect, or misses its verifier."""

    slug = "sso-code-unknown"
    title, title_id = "The code cannot be used", "Kode tidak dapat dipakai"
    detail = "It is unknown, used, older than 60 seconds, of another client or redirect_uri, or code_verifier does not fit it."
    detail_id = (
        "Kode tidak ditemukan, sudah dipakai, lebih dari 60 detik, milik klien atau redirect_uri lain, "
        "atau code_verifier tidak cocok."
    )


class RefreshUnknown(BadRequest):
    slug = "sso-refresh-unknown"
    title, title_id = "The refresh token cannot be used", "Refresh token tidak dapat dipakai"
    detail = "It is not ours, of another client, was used before, or its grant is over. Let the person log in again."
    detail_id = (
        "Token bukan dari kami, milik klien lain, sudah dipakai, atau sudah berakhir. Minta pengguna masuk lagi."
    )


class UserMissing(BadRequest):
    """No person stands behind the access token: it is missing, not ours, of another client, expired or ended."""

    slug = "sso-user-missing"
    title, title_id = "The access token is not good", "Access token tidak berlaku"
    detail = "Send the access token in the header Authorization; refresh it when it has expired."
    detail_id = "Kirim access token di header Authorization; perbarui bila sudah kedaluwarsa."
