"""What participants and operators send and see about waves."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, Strict

from prakerja.exclusions import PREFIX, told
from prakerja.platform.approvals import Approval
from prakerja.platform.clock import wib
from prakerja.platform.validation import Body, Moment, View
from prakerja.waves.model import AnnulReason, Application, ApplicationState, JoinsRoot, Wave, WaveDraft, WaveState

Count = Annotated[int, Strict(), Field(ge=0, le=10_000_000)]


class NewWave(Body):
    """A wave to be. Times need a zone; the wave can be joined from ``opens_at`` until just before ``closes_at``."""

    number: Annotated[int, Strict(), Field(ge=1, le=9999, examples=[72])]
    quota: Annotated[int, Strict(), Field(ge=1, le=10_000_000, description="people", examples=[10000])]
    reserves: Count = Field(0, description="people on the reserve list", examples=[1000])
    opens_at: Moment = Field(examples=["2026-02-17T19:00:00+07:00"])
    closes_at: Moment = Field(examples=["2026-02-21T00:00:00+07:00"])
    scheme_name: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")] = Field("NORMAL_2023", examples=["NORMAL_2023"])
    scheme_version: Annotated[int, Strict(), Field(ge=1, le=999)] | None = Field(
        None, description="default: the newest version in force on the day of opening", examples=[2]
    )

    def draft(self) -> WaveDraft:
        """As the command takes it."""
        return WaveDraft(
            self.number,
            self.quota,
            self.reserves,
            self.opens_at,
            self.closes_at,
            self.scheme_name,
            self.scheme_version,
        )


class WaveView(View):
    """A wave as everybody may see it."""

    wave_id: str
    number: int
    quota: int
    opens_at: AwareDatetime = Field(description="WIB")
    closes_at: AwareDatetime = Field(description="WIB, exclusive")
    scheme: str = Field(examples=["NORMAL_2023/1"])
    state: WaveState
    is_open: bool
    applications: int | None = Field(None, description="people who joined, once screened")
    competing: int | None = Field(None, description="people who took part in the draw")
    selected: int | None = None
    result_hash: str | None = Field(None, description="SHA-256 of the published manifest.json")
    annulled_for: AnnulReason | None = Field(None, description="why two operators cancelled it after its screening")

    @classmethod
    def of(cls, wave: Wave, *, is_open: bool) -> WaveView:
        return cls(
            wave_id=wave.wave_id,
            number=wave.number,
            quota=wave.quota,
            opens_at=wib(wave.opens_at),
            closes_at=wib(wave.closes_at),
            scheme=f"{wave.scheme_name}/{wave.scheme_version}",
            state=wave.state,
            is_open=is_open,
            applications=wave.applications,
            competing=wave.competing,
            selected=wave.selected,
            result_hash=wave.result_hash,
            annulled_for=AnnulReason(wave.annulled_for) if wave.annulled_for else None,
        )


class NewAnnulment(Body):
    """Why a wave whose draw has begun must end without members, and what shows it."""

    reason: AnnulReason
    evidence_reference: Annotated[
        str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["minutes 2026/117"], description="what shows it")
    ]


class WaveList(View):
    """A page of waves, latest opening first."""

    waves: list[WaveView]
    next: str | None = Field(None, description="send it as 'cursor' for the next page")


class RootView(View):
    """A Merkle root over all joins at a moment. Keep it: no join can be added or taken away later without you noticing."""

    taken_at: AwareDatetime
    count: int = Field(description="joins")
    root: str = Field(description="SHA-256, hex")

    @classmethod
    def of(cls, taken: JoinsRoot) -> RootView:
        return cls(taken_at=wib(taken.taken_at), count=taken.count, root=taken.root.hex())


class DrawFiles(View):
    """What is published of a draw so far. ``files``: name to an address that works for an hour; check the whole folder
    with the verifier."""

    result_hash: str | None
    files: dict[str, str]
    join_roots: list[RootView] = Field(description="hourly while the wave is open, latest first")


class JoinRequest(Body):
    """Joining is agreeing to the applicant's statements (pernyataan pendaftar)."""

    statements_accepted: Annotated[bool, Strict()] = Field(examples=[True])


class Receipt(View):
    """Signed proof of the join. Verify ``signature`` (Ed25519, hex) over ``text`` with the key ``kid`` of /v1/receipt-keys."""

    text: str
    kid: str
    signature: str


_NEXT = (
    "Data Anda tetap tersimpan: pilih gelombang berikutnya di GET /v1/waves dan ikut lagi.",
    "Your data stay as they are: choose the next wave at GET /v1/waves and join again.",
)
"""What can be done after a wave that was not drawn, or not decreed."""

EXPLANATIONS: dict[str, tuple[str, str]] = {
    "JOINED": (
        "Anda sudah bergabung. Tunggu gelombang ditutup dan diundi; urutan bergabung tidak berpengaruh.",
        "You have joined. Wait until the wave is closed and drawn; the order of joining does not matter.",
    ),
    "CANCELLED": (
        "Gelombang ini dibatalkan, jadi tidak diundi. " + _NEXT[0],
        "This wave was cancelled, so it is not drawn. " + _NEXT[1],
    ),
    "CANCELLED:BEACON_GONE": (
        "Gelombang ini dibatalkan: sumber acak untuk undian tidak lagi tersedia. " + _NEXT[0],
        "This wave was cancelled: the source of its random draw is gone for good. " + _NEXT[1],
    ),
    "CANCELLED:RESULT_WRONG": (
        "Gelombang ini dibatalkan: hasil undiannya terbukti keliru. " + _NEXT[0],
        "This wave was cancelled: the result of its draw proved to be wrong. " + _NEXT[1],
    ),
    "DECREED": (
        "Selamat! Anda lolos. Lihat kartu dan saldo di GET /v1/membership.",
        "Congratulations, you were selected. See your card and balance at GET /v1/membership.",
    ),
    "RESERVE": (
        "Belum berhasil: Anda di daftar cadangan nomor {rank}. Silakan ikut gelombang berikutnya.",
        "Not this time: you are number {rank} on the reserve list. You may join the next wave.",
    ),
    "QUOTA_REACHED": (
        "Belum berhasil: undian acak memilih {selected} dari {competing} peserta. Silakan ikut gelombang berikutnya.",
        "Not this time: the random draw chose {selected} of {competing} people. You may join the next wave.",
    ),
    "FAMILY_CAP": (
        "Belum berhasil: paling banyak dua anggota per Kartu Keluarga, dan keduanya sudah terisi.",
        "Not this time: at most two members per family card, and both seats are taken.",
    ),
    "INELIGIBLE:IDENTITY": (
        "Tidak memenuhi syarat: identitas tidak terverifikasi saat penyaringan. Lihat GET /v1/identity.",
        "Not eligible: your identity was not verified at the screening. See GET /v1/identity.",
    ),
    "INELIGIBLE:ALREADY_MEMBER": (
        "Tidak memenuhi syarat: Kartu Prakerja diberikan sekali seumur hidup.",
        "Not eligible: the card is given once in a lifetime.",
    ),
    "INELIGIBLE:EXCLUDED": (
        "Tidak memenuhi syarat: saat penyaringan Anda tercatat pada daftar suatu instansi. Tanyakan kepada layanan bantuan "
        "Prakerja instansi mana yang dapat memperbaikinya.",
        "Not eligible: at the screening you were on an agency's list. Ask the programme's help desk which agency can mend it.",
    ),
    "ALREADY_MEMBER": (
        "Tidak ditetapkan: Kartu Prakerja diberikan sekali seumur hidup.",
        "Not decreed: the card is given once in a lifetime.",
    ),
}
"""Why an application stands as it stands, in Indonesian and English."""


class ApplicationView(View):
    """A person's application: how it stands, why, and the odds."""

    application_id: str
    wave_id: str
    joined_at: AwareDatetime
    state: ApplicationState
    reason: str | None = Field(
        None,
        description="why it ended so; CANCELLED or CANCELLED:… of a wave that was called off",
        examples=["QUOTA_REACHED"],
    )
    explanation: str
    rank: int | None = None
    receipt: Receipt

    @classmethod
    def of(cls, wave: Wave, application: Application, receipt: Receipt, language: str) -> ApplicationView:
        reason, why = application.reason, application.reason or str(application.state)
        if wave.state is WaveState.CANCELLED:
            reason = why = f"CANCELLED:{wave.annulled_for}" if wave.annulled_for else "CANCELLED"
        indonesian, english = told(why) if why.startswith(PREFIX) else EXPLANATIONS[why]
        words = (english if language == "en" else indonesian).format(
            rank=application.rank, selected=wave.selected, competing=wave.competing
        )
        return cls(
            application_id=application.application_id,
            wave_id=application.wave_id,
            joined_at=wib(application.joined_at),
            state=application.state,
            reason=reason,
            explanation=words,
            rank=application.rank,
            receipt=receipt,
        )


class ApprovalView(View):
    """A proposal of one operator and, once given, the agreement of another."""

    approval_id: str
    kind: str = Field(examples=["DECREE"])
    subject_id: str
    content: dict[str, str | int] = Field(
        description="what is proposed, in facts, for whoever may agree and for auditors; amounts in rupiah",
        examples=[{"outcome": "RETURNED", "amount": 600000, "evidence_reference": "letter BNI 12/2026"}],
    )
    content_hash: str = Field(description="what the agreement binds")
    proposed_by: str
    proposed_at: str
    approved_by: str | None = None
    approved_at: str | None = None
    refused_by: str | None = None
    refused_at: str | None = None

    @classmethod
    def of(cls, approval: Approval, *, legible: bool = True) -> ApprovalView:
        return cls(**{**approval.__dict__, "content": dict(approval.content) if legible else {}})


class ApprovalList(View):
    """A page of proposals that wait for a second person, oldest first."""

    approvals: list[ApprovalView]
    next: str | None = Field(None, description="send it as 'cursor' for the next page; null: no more")
