"""Where the attendance page ends: ways that lead on when nothing can be recorded, and photos at their very limit."""

from __future__ import annotations

import json

import pytest

from functions.participant_api import routes_learning
from functions.participant_api.handler import handler as participant_api
from functions.site import attendance
from functions.site.attendance import PHOTO_FORM
from prakerja.training.learning_api import MAX_PHOTO_BYTES as IN_AN_APP
from prakerja.training.model.attendance import LIFE, MAX_PHOTO_BYTES, MAX_WRONG_FACES
from tests.support.classroom import LMS, STRANGER
from tests.support.lesson import Class
from tests.support.scene_learning import in_base64
from tests.support.visiting import BOUNDARY, JPEG, Seen, multipart
from tests.support.wired import answer_of, request
from tests.support.world import World

LAMBDA_TAKES = 6 * 1024 * 1024
"""Bytes of an event that is answered at once."""


@pytest.fixture
def lesson(world: World, monkeypatch: pytest.MonkeyPatch) -> Class:
    return Class(world, monkeypatch)


def _leads_back(lesson: Class, shown: Seen, path: str, *words: str) -> None:
    """Says what happened and what to do; no form is left, and the one way is the registered address."""
    for word in words:
        assert shown.text.count(word) == 1, shown.text
    assert shown.forms == []
    state = path.rpartition("/")[2]
    assert [link for link in shown.links if "://" in link] == [f"{LMS}?state={state}"]
    assert "Kehadiran tidak dibuka" not in shown.text


# nothing can be recorded any more -----------------------------------------------------------------------------------
def test_a_page_that_is_too_old_leads_back(lesson: Class) -> None:
    page = lesson.page()
    lesson.site.world.clock.move(seconds=LIFE.total_seconds())
    words = "Halaman ini sudah kedaluwarsa", "mulai lagi dari sana", "Kembali ke lembaga pelatihan"
    _leads_back(lesson, lesson.who.submit(page.forms[0], photo=JPEG), page.path, *words)
    _leads_back(lesson, lesson.who.open(page.path), page.path, *words)


def test_a_page_that_takes_no_photos_any_more_leads_back(lesson: Class) -> None:
    page = lesson.page()
    shown = [lesson.who.submit(page.forms[0], photo=STRANGER) for _ in range(MAX_WRONG_FACES)][-1]
    words = "Terlalu banyak foto yang tidak cocok", "mulai lagi dari sana", "Kembali ke lembaga pelatihan"
    _leads_back(lesson, shown, page.path, *words)
    _leads_back(lesson, lesson.who.open(page.path), page.path, *words)


def test_a_course_that_was_cancelled_leads_back(lesson: Class) -> None:
    page, sold = lesson.page(), lesson.market.purchase_of(lesson.code)
    void = {name: sold[name] for name in ("invoice_code", "transaction_code")}
    assert lesson.market.call("toko", "/payment/void", void)[0] == 200
    _leads_back(lesson, lesson.who.submit(page.forms[0], photo=JPEG), page.path, "Kembali ke lembaga pelatihan")
    _leads_back(lesson, lesson.who.open(page.path), page.path, "Kembali ke lembaga pelatihan")


def test_what_is_recorded_says_so_however_old_the_page(lesson: Class) -> None:
    page = lesson.page()
    assert lesson.who.submit(page.forms[0], photo=JPEG).away
    lesson.site.world.clock.move(hours=1)
    shown = lesson.who.open(page.path)
    assert ("sudah tercatat" in shown.text, "kedaluwarsa" in shown.text) == (True, False)


def test_a_mistake_of_ours_names_no_state_in_the_log(
    lesson: Class, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = lesson.link()
    monkeypatch.setattr(attendance, "look_at_attendance", lambda *_, **__: 1 / 0)
    assert lesson.who.open(path).status == 500
    (line,) = [line for line in caplog.records if line.getMessage() == "unforeseen"]
    assert line.__dict__["route"] == "/attendance/<attendance>"
    assert path.rpartition("/")[2] not in str(line.__dict__)


# photos -------------------------------------------------------------------------------------------------------------
def _photo(size: int) -> bytes:
    return JPEG.ljust(size, b"x")


def test_the_page_says_how_large_a_photo_may_be(lesson: Class) -> None:
    assert f"Paling besar {MAX_PHOTO_BYTES // 1_000_000} MB" in lesson.page().text


def test_a_photo_of_exactly_the_most_is_taken_and_one_byte_more_is_not(lesson: Class) -> None:
    page = lesson.page()
    shown = lesson.who.submit(page.forms[0], photo=_photo(MAX_PHOTO_BYTES + 1))
    assert (shown.status, "Foto terlalu besar" in shown.text) == (422, True)
    assert "Pilih ukuran foto lebih kecil di pengaturan kamera" in shown.text
    assert lesson.who.submit(shown.forms[0], photo=_photo(MAX_PHOTO_BYTES)).away


def test_the_largest_form_is_read_and_fits_into_what_lambda_takes(lesson: Class) -> None:
    page = lesson.page()
    fields: dict[str, str | bytes] = {**page.forms[0].fields}
    empty = len(multipart({**fields, "photo": b""}))
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    for size, status in ((PHOTO_FORM, 422), (PHOTO_FORM + 4, 413)):
        body = multipart({**fields, "photo": _photo(size - empty)})
        assert len(body) == size
        assert len(json.dumps(lesson.who.event("POST", page.path, "", body, {}))) < LAMBDA_TAKES
        shown = lesson.who.post(page.path, body, kind)
        assert (shown.status, f"Paling besar {MAX_PHOTO_BYTES // 1_000_000} MB" in shown.text) == (status, True)


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 422)])
def test_an_app_sends_a_smaller_photo(lesson: Class, more: int, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes_learning, "face_check", lambda: lesson.market.faces)
    page = lesson.page()
    path = f"/v1{page.path.replace('attendance', 'attendances')}"
    token = lesson.site.access(lesson.member.person_id)
    body = {"photo": in_base64(_photo(IN_AN_APP + more))}
    made = request("PUT", path, body, authorization=f"Bearer {token}")
    assert answer_of(participant_api(made, None))[0] == status
