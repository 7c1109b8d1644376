"""What can go wrong when people say who they are.

::

    Conflict 409
    ├── AlreadyVerified
    └── CheckUnderWay
    TooMany 429 ── TooManyChecks
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, TooMany


class AlreadyVerified(Conflict):
    slug = "identity-already-verified"
    title, title_id = "Your identity is verified already", "Identitas Anda sudah terverifikasi"
    detail = "Nothing more is needed. What the civil registry has confirmed cannot be sent again."
    detail_id = "Tidak perlu apa-apa lagi. Data yang sudah dibenarkan Dukcapil tidak dapat dikirim ulang."


class CheckUnderWay(Conflict):
    slug = "identity-check-under-way"
    title, title_id = "Your identity is being checked", "Identitas Anda sedang diperiksa"
    detail = "Wait for the result before you send it again; it comes by itself."
    detail_id = "Tunggu hasilnya sebelum mengirim lagi; hasil datang dengan sendirinya."


class TooManyChecks(TooMany):
    slug = "too-many-identity-checks"
    title, title_id = "No more identity checks today", "Pemeriksaan identitas hari ini sudah habis"
    detail = "At most {limit} checks a day. Compare each field with your family card and try again tomorrow."
    detail_id = (
        "Paling banyak {limit} pemeriksaan sehari. Cocokkan tiap isian dengan Kartu Keluarga dan coba lagi besok."
    )
