"""The stand-in LMS of an institution: opens courses for redeem codes, sends learners to be seen, grades their tasks.

It believes nobody's browser. A learner who comes back is looked up by the state, and let in only if the programme says
that this very sequence was attended.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.demo.api import Api
from sandbox.demo.partner import PartnerClient

POST_TEST = 999
NOTHING_YET, SUCCESS = 0, 2


@dataclass(frozen=True)
class Errand:
    """A row of its table: who was sent to be seen, for which sequence. Found again by the state."""

    redeem_code: str
    sequence: int
    page: str
    """Where in the course the learner was: goes with the address, in its query."""


@dataclass
class Work:
    """A task that a learner handed in. ``score`` stays here: the contract has none."""

    file: str
    versions: int = 1
    notes: str = ""
    score: int | None = None


class Lms(PartnerClient):
    """One institution. ``commits``: it declares codes used, as in 2022, instead of by the first attendance."""

    def __init__(self, api: Api, client_code: str, sign_key: str, *, return_to: str, commits: bool) -> None:
        super().__init__(api, client_code, sign_key)
        self.return_to = return_to
        self.commits = commits
        self.errands: dict[str, Errand] = {}
        """By state."""
        self.opened: set[str] = set()
        """Redeem codes whose course is open."""
        self.present: set[tuple[str, int]] = set()
        """(redeem code, sequence) that learners were let into."""
        self.tasks: dict[tuple[str, str, int], Work] = {}
        """By redeem code, scope and sequence."""

    # redeem codes ------------------------------------------------------------------------------------------------
    def status(self, redeem_code: str, sequence: int | None = None) -> dict[str, Any]:
        """A redeem code, at a sequence."""
        body: dict[str, Any] = {"redeem_code": redeem_code}
        return self.call("/payment/redeem-code/status", body | ({"sequence": sequence} if sequence else {}))

    def open_course(self, redeem_code: str) -> None:
        """A learner types a code in: is it there, and not used?"""
        if self.status(redeem_code)["status"] == 0 and self.commits:
            self.call("/payment/redeem-code/commit", {"redeem_code": redeem_code})
        if self.commits and self.status(redeem_code)["status"] != 1:
            raise RuntimeError("a redeemed code is not redeemed")
        self.opened.add(redeem_code)

    # attendance --------------------------------------------------------------------------------------------------
    def send_away(self, redeem_code: str, sequence: int, email: str) -> str:
        """The address at which the programme sees the learner."""
        page = f"{redeem_code[:4]}/{sequence}"
        data = self.call(
            "/oauth/url-generate",
            {
                "redeem_code": redeem_code,
                "sequence": sequence,
                "redirect_uri": f"{self.return_to}?{urlencode({'halaman': page, 'kembali': 1})}",
                "email": email,
            },
        )
        self.errands[data["state"]] = Errand(redeem_code, sequence, page)
        self.secrets.add(data["state"])
        return str(data["url"])

    def welcome_back(self, address: str) -> bool:
        """A browser has come back: is the learner let in? Raises RuntimeError if it does not come as it was sent."""
        query = parse_qs(urlsplit(address).query)
        errand = self.errands[query["state"][0]]
        if not address.startswith(f"{self.return_to}?") or query["halaman"] != [errand.page]:
            raise RuntimeError("a browser came back to another address, or without its query")
        if self.status(errand.redeem_code, errand.sequence)["attendance_status"] != 1:
            return False
        self.present.add((errand.redeem_code, errand.sequence))
        return True

    # tasks -------------------------------------------------------------------------------------------------------
    def hand_in(self, redeem_code: str, scope: str, sequence: int) -> None:
        """Pass a learner's file on. Handing it in again replaces it."""
        key, name = (redeem_code, scope, sequence), secrets.token_hex(6)
        file = f"https://cdn.lms.example/tugas/{name}.pdf?unduh=1&nama=Tugas%20{sequence}"
        self._task("/tpm/submission", key, url_file=file)
        work = self.tasks.setdefault(key, Work(file, versions=0))
        work.file, work.versions = file, work.versions + 1
        self._expect(key, SUCCESS, NOTHING_YET)

    def grade(self, redeem_code: str, scope: str, sequence: int, score: int) -> None:
        """Give feedback on it."""
        key = (redeem_code, scope, sequence)
        work = self.tasks[key]
        notes = f"Rumus & tabelnya tepat, langkah <{sequence}> sudah runtut."
        self._task("/tpm/feedback/submission", key, url_file=work.file, notes=notes)
        work.score, work.notes = score, notes
        self._expect(key, SUCCESS, SUCCESS)

    def graded(self, redeem_code: str) -> int:
        """How many tasks of a learner it has graded."""
        return sum(code == redeem_code and work.score is not None for (code, _, _), work in self.tasks.items())

    def _expect(self, key: tuple[str, str, int], assignment: int, feedback: int) -> None:
        data = self._task("/tpm/submission/status", key)
        if (data["assignment"]["status"], data["feedback"]["status"]) != (assignment, feedback):
            raise RuntimeError(f"a task stands at {data}")

    def _task(self, path: str, key: tuple[str, str, int], **more: str) -> dict[str, Any]:
        redeem_code, scope, sequence = key
        return self.call(path, {"redeem_code": redeem_code, "scope": scope, "sequence": sequence, **more})
