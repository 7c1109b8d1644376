"""What an institution and its participants do in tests: attendance, tasks, feedback, up to a completed course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prakerja import wiring
from prakerja.platform.access_patterns import PURCHASE
from prakerja.platform.problems import Unavailable
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import window_of
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.ports import FaceCheck, FaceOutcome
from prakerja.training.service.attending import attend
from prakerja.training.store.learning import load_visit
from prakerja.training.store.purchase import load_code
from tests.support.world import World

LMS = "https://lms.example.test/kembali"
"""Where institution ``lpk`` takes its participants back."""
SITE = "https://prakerja.test"
PHOTO = b"\xff\xd8\xff\xe0 a face"
STRANGER = PHOTO + b" SOMEBODY ELSE"
UK = {"scope": "uk", "sequence": POST_TEST}


class Faces:
    """The face check: ``down`` is away. Counts what it is asked, and whom it looked up in the registry."""

    def __init__(self) -> None:
        self.down = False
        self.asked: list[str] = []
        self.enrolled: set[str] = set()

    def match(self, *, person_id: str, nik: str, photo: bytes) -> FaceOutcome:
        if self.down:
            raise Unavailable
        assert len(nik) == 16
        self.asked.append(person_id)
        if b"SOMEBODY ELSE" in photo:
            return FaceOutcome.NO_MATCH
        self.enrolled.add(person_id)
        return FaceOutcome.MATCH


class Classroom:
    """The part of a market that teaches."""

    world: World

    def __init__(self) -> None:
        self.faces = Faces()
        self.face_check: Callable[[], FaceCheck] = lambda: self.faces

    def call(self, partner: str, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
        """A signed call of a partner: (HTTP status, envelope)."""
        raise NotImplementedError

    # the institution ----------------------------------------------------------------------------------------------
    def redeem(self, redeem_code: str, partner: str = "lpk") -> tuple[int, dict[str, Any]]:
        """``redeem-code/commit``."""
        return self.call(partner, "/payment/redeem-code/commit", {"redeem_code": redeem_code})

    def send(self, redeem_code: str, sequence: int | None = 1, *, partner: str = "lpk", **changes: Any) -> Any:
        """``oauth/url-generate``."""
        body = {"redeem_code": redeem_code, "sequence": sequence, "redirect_uri": LMS, "email": "peserta@lms.test"}
        return self.call(partner, "/oauth/url-generate", {**body, **changes})

    def state(self, redeem_code: str, sequence: int = 1) -> str:
        """The state of a ``url-generate`` that must work. Requests of one second would be one and the same."""
        self.world.clock.move(seconds=1)
        status, body = self.send(redeem_code, sequence)
        assert status == 200, body
        return str(body["data"]["state"])

    def submit(self, redeem_code: str, *, partner: str = "lpk", **changes: Any) -> tuple[int, dict[str, Any]]:
        """``tpm/submission``, of the skill demonstration if nothing else is said."""
        body = {"redeem_code": redeem_code, **UK, "url_file": "https://lms.example.test/a/b.pdf"}
        return self.call(partner, "/tpm/submission", {**body, **changes})

    def feedback(self, redeem_code: str, *, partner: str = "lpk", **changes: Any) -> tuple[int, dict[str, Any]]:
        """``tpm/feedback/submission``, to the skill demonstration if nothing else is said."""
        body = {"redeem_code": redeem_code, **UK, "url_file": "", "notes": "Rumusnya tepat."}
        return self.call(partner, "/tpm/feedback/submission", {**body, **changes})

    # the participant ----------------------------------------------------------------------------------------------
    def learner(self, redeem_code: str) -> str:
        """Whose code it is."""
        return self.redeem_code(redeem_code).person_id

    def redeem_code(self, redeem_code: str) -> RedeemCode:
        """A code as it stands."""
        found = load_code(self.world.table, redeem_code)
        assert found is not None
        return found

    def purchase_of(self, redeem_code: str) -> dict[str, Any]:
        """The purchase of a code."""
        code = self.redeem_code(redeem_code)
        found = self.world.table.get(PURCHASE, person_id=code.person_id, purchase_id=code.purchase_id)
        assert found is not None
        return found

    def wait_for(self, redeem_code: str, sequence: int) -> None:
        """Programme time goes on until a sequence can be attended."""
        window = window_of(self.redeem_code(redeem_code), sequence)
        assert window is not None
        left = window.opens_at - self.world.clock.programme()
        self.world.clock.travel(seconds=max(0.0, left.total_seconds()))

    def attend(self, redeem_code: str, sequence: int = 1, *, photo: bytes = PHOTO) -> str:
        """Be sent to us when the time has come, show one's face, be sent back: the address."""
        self.wait_for(redeem_code, sequence)
        return self.present(self.state(redeem_code, sequence), photo=photo)

    def present(self, state: str, *, photo: bytes = PHOTO, person_id: str | None = None) -> str:
        """Show one's face under a state (as its own participant, if nobody else is named): the address to go back to."""
        visit = load_visit(self.world.table, state)
        learner = person_id or (self.learner(visit.redeem_code) if visit else None)
        return attend(wiring.platform(), self.face_check(), state=state, person_id=learner, photo=photo)

    def learn(self, redeem_code: str) -> None:
        """Attend every session and the post-test."""
        for sequence in (*range(1, self.redeem_code(redeem_code).sessions + 1), POST_TEST):
            self.attend(redeem_code, sequence)

    def complete(self, redeem_code: str) -> None:
        """Attend everything, hand in the skill demonstration and get feedback: the course is completed."""
        self.learn(redeem_code)
        assert self.submit(redeem_code)[0] == 200
        assert self.feedback(redeem_code)[0] == 200
