"""What participants send and see about their identity."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from prakerja.identity.answers import RegistryRecord
from prakerja.identity.model import IdentityCheck, IdentityStatus, family_card_error, name_error, nik_parts_error
from prakerja.identity.regions import regions
from prakerja.platform.validation import Body, Day, View


def _nik(text: str) -> str:
    return _valid(text, nik_parts_error(text))


def _family_card(text: str) -> str:
    return _valid(text, family_card_error(text))


def _name(text: str) -> str:
    return _valid(text, name_error(text))


def _region(code: str) -> str:
    unknown = "is not the code of a regency or city; see /v1/regions | bukan kode kabupaten/kota; lihat /v1/regions"
    return _valid(code, None if code in regions()["regencies"] else unknown)


def _valid(text: str, error: str | None) -> str:
    if error:
        raise ValueError(error)
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_name)]


class IdentityClaim(Body):
    """Write everything exactly as it stands on the identity card and the family card."""

    nik: Annotated[str, AfterValidator(_nik)] = Field(
        description="16 digits, from the identity card",
        examples=["3276055708909999"],
        json_schema_extra={"pattern": r"^\d{16}$"},
    )
    family_card_number: Annotated[str, AfterValidator(_family_card)] = Field(
        description="16 digits, from the family card",
        examples=["3276050101109998"],
        json_schema_extra={"pattern": r"^\d{16}$"},
    )
    full_name: Name = Field(examples=["Siti Aminah"])
    birth_date: Day = Field(examples=["1990-08-17"])
    mother_name: Name = Field(description="mother's maiden name", examples=["Dewi Lestari"])
    region: Annotated[str, AfterValidator(_region)] = Field(
        description="the regency or city you live in (Kemendagri code)", examples=["3276"]
    )

    def record(self) -> RegistryRecord:
        """As the registry is asked."""
        return RegistryRecord(self.nik, self.family_card_number, self.full_name, self.birth_date, self.mother_name)


EXPLANATIONS = {
    None: ("Belum diisi. Kirim data identitas Anda.", "Not sent yet. Send your identity data."),
    IdentityStatus.PENDING: (
        "Sedang diperiksa di Dukcapil. Hasil datang dengan sendirinya.",
        "Being checked at the civil registry. The result comes by itself.",
    ),
    IdentityStatus.VERIFIED: ("Identitas terverifikasi.", "Your identity is verified."),
    IdentityStatus.MISMATCH: (
        "NIK, nomor KK, nama, tanggal lahir, atau nama ibu tidak sesuai. Cocokkan dengan KTP dan KK, lalu kirim lagi.",
        "NIK, family card number, name, birth date or mother's name do not agree. Compare them with your cards and send again.",
    ),
    IdentityStatus.NOT_FOUND: (
        "NIK tidak ditemukan. Periksa salah ketik; bila sudah benar, hubungi Dukcapil di 1500-537.",
        "The NIK was not found. Check for typing errors; if it is right, call the civil registry at 1500-537.",
    ),
    IdentityStatus.DECEASED: (
        "Data Dukcapil menyatakan pemilik NIK ini telah meninggal. Hubungi Dukcapil di 1500-537 bila keliru.",
        "The civil registry says that the holder of this NIK has died. Call 1500-537 if that is wrong.",
    ),
    IdentityStatus.DUPLICATE: (
        "NIK ini tidak aktif atau ganda. Hubungi Dukcapil di 1500-537, lalu kirim lagi.",
        "This NIK is inactive or was given twice. Call the civil registry at 1500-537, then send again.",
    ),
    IdentityStatus.REFUSED: (
        "Dukcapil tidak dapat membaca data yang Anda kirim. Tulis persis seperti di KTP dan KK, lalu kirim lagi.",
        "The civil registry cannot read what you sent. Write it exactly as on your cards, and send it again.",
    ),
    IdentityStatus.TAKEN: (
        "NIK ini sudah terverifikasi di akun lain. Masuk dengan telepon atau email akun itu.",
        "This NIK is verified with another account. Sign in with that one's phone or e-mail.",
    ),
}


CONTACTS_FIRST = (
    "Verifikasi telepon dan email dahulu: POST /v1/contacts.",
    "Prove your phone and e-mail first: POST /v1/contacts.",
)


class IdentityView(View):
    """Where the check stands, in words, and what looks odd about what was sent."""

    status: IdentityStatus | None = Field(examples=["VERIFIED"])
    explanation: str
    warnings: list[str] = Field(examples=[["BIRTH_DATE_DIFFERS"]])
    can_send: bool = Field(description="whether identity data may be sent (again) now")

    @classmethod
    def of(cls, check: IdentityCheck, language: str) -> IdentityView:
        over = check.status in (IdentityStatus.PENDING, IdentityStatus.VERIFIED)
        indonesian, english = EXPLANATIONS[check.status] if check.contacts_proven or over else CONTACTS_FIRST
        return cls(
            status=check.status,
            explanation=english if language == "en" else indonesian,
            warnings=list(check.warnings),
            can_send=check.contacts_proven and not over,
        )


class RegionList(View):
    """Codes and names."""

    provinces: dict[str, str]
    regencies: dict[str, str]
