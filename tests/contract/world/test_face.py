"""The face check's adapter and its stand-in agree on every answer; the registry is asked once for each person."""

from __future__ import annotations

import pytest

from prakerja.gateways.face_check import HttpFaceCheck
from prakerja.platform.problems import Unavailable
from prakerja.training.ports import FaceOutcome
from sandbox.world.face import DEFAULT_API_KEY
from sandbox.world.people import Case, generate

from .conftest import Outside

PEOPLE = generate(7, 12, cases=list(Case))
WHO = next(person for person in PEOPLE if person.case is Case.ORDINARY)
CHECK = HttpFaceCheck("/face", DEFAULT_API_KEY)
PHOTO = b"\xff\xd8\xff\xe0 a face"
STRANGER = PHOTO + b" SOMEBODY ELSE"


@pytest.fixture
def check(outside: Outside) -> HttpFaceCheck:
    records = [record for person in PEOPLE if (record := person.record())]
    outside.post("/control/registry/people", {"people": records})
    return CHECK


def facts(outside: Outside) -> dict[str, object]:
    found: dict[str, object] = outside.get("/control/face").json()["facts"]
    return found


def test_a_face_is_enrolled_by_the_registry_once_and_known_from_then_on(check: HttpFaceCheck, outside: Outside) -> None:
    for _ in range(7):
        assert check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO) is FaceOutcome.MATCH
    assert facts(outside) == {"checks": 7, "registry_matches": 1, "enrolled": 1, "results": {"MATCH": 7}}


def test_somebody_else_never_matches_and_is_not_enrolled(check: HttpFaceCheck, outside: Outside) -> None:
    assert check.match(person_id="p-1", nik=WHO.nik, photo=STRANGER) is FaceOutcome.NO_MATCH
    assert facts(outside)["enrolled"] == 0
    assert check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO) is FaceOutcome.MATCH
    assert check.match(person_id="p-1", nik=WHO.nik, photo=STRANGER) is FaceOutcome.NO_MATCH


@pytest.mark.parametrize("case", [Case.UNKNOWN_NIK, Case.DECEASED, Case.DUPLICATE])
def test_who_is_not_known_alive_never_matches(check: HttpFaceCheck, case: Case) -> None:
    person = next(person for person in PEOPLE if person.case is case)
    assert check.match(person_id="p-2", nik=person.nik, photo=PHOTO) is FaceOutcome.NO_MATCH


def test_an_enrolled_face_is_not_another_number_s(check: HttpFaceCheck) -> None:
    check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO)
    other = next(person for person in PEOPLE if person.case is Case.ORDINARY and person.nik != WHO.nik)
    assert check.match(person_id="p-1", nik=other.nik, photo=PHOTO) is FaceOutcome.NO_MATCH


def test_a_wrong_key_is_unavailable_and_not_counted(check: HttpFaceCheck, outside: Outside) -> None:
    with pytest.raises(Unavailable):
        HttpFaceCheck("/face", "other key").match(person_id="p-1", nik=WHO.nik, photo=PHOTO)
    assert facts(outside)["checks"] == 0


@pytest.mark.parametrize("mode", ["down", "lossy"])
def test_trouble_is_unavailable_never_no_match(check: HttpFaceCheck, outside: Outside, mode: str) -> None:
    outside.post("/control/face", {"mode": mode, "requests": 1})
    with pytest.raises(Unavailable):
        check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO)
    assert check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO) is FaceOutcome.MATCH


@pytest.mark.parametrize(
    "change", [{"nik": "1"}, {"photo": "?"}, {"photo": "not base64"}, {"subject": ""}, {"extra": 1}]
)
def test_a_malformed_question_is_refused_and_not_counted(
    check: HttpFaceCheck, outside: Outside, change: dict[str, object]
) -> None:
    asked = {"subject": "p-1", "nik": WHO.nik, "photo": "/9j/4A==", **change}
    heard = outside.post("/face/v1/match", asked, **{"X-API-Key": DEFAULT_API_KEY})
    assert heard.status == 400
    assert facts(outside)["checks"] == 0


def test_no_photo_is_kept(check: HttpFaceCheck, outside: Outside) -> None:
    check.match(person_id="p-1", nik=WHO.nik, photo=PHOTO + b"canary of a photo")
    kept = b"".join(path.read_bytes() for path in outside.state_dir.rglob("*") if path.is_file())
    assert b"canary of a photo" not in kept
    outside.restart()
    assert facts(outside)["enrolled"] == 1
