"""The site's front page, what is not there, and attendance, as a browser meets them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions.site.handler import handler
from prakerja.platform.clock import wib
from prakerja.platform.web.forms import FormSigner
from prakerja.training.model.catalogue import POST_TEST, CourseType
from prakerja.training.service.testing import issue_test_codes
from tests.support.classroom import LMS, STRANGER
from tests.support.lesson import Class
from tests.support.people import plant_person, someone
from tests.support.site import Site
from tests.support.visiting import BOUNDARY, JPEG, multipart
from tests.support.wired import sample
from tests.support.world import World


@pytest.fixture
def lesson(world: World, monkeypatch: pytest.MonkeyPatch) -> Class:
    return Class(world, monkeypatch)


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(world, monkeypatch)


# front page, and what is not there --------------------------------------------------------------------------------
def test_the_front_page_knows_who_is_signed_in(site: Site) -> None:
    assert "/masuk" in site.visitor().open("/").links
    assert "/masuk/keluar" in site.signed_in("somebody").open("/").links


@pytest.mark.parametrize("path", ["/tidak-ada", "/attendance", "/attendance/a/b", "/consent-sso/a", "/docs/nobody"])
def test_what_is_not_there_is_told_in_plain_words(site: Site, path: str) -> None:
    page = site.visitor().open(path)
    assert page.status == 404
    assert "Tidak ditemukan" in page.text
    assert page.headers["x-correlation-id"] in page.text
    assert "/" in page.links


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/v1", "*/*", "application/problem+json"),
        ("/operator", "text/html", "application/problem+json"),
        ("/tidak-ada", "application/json", "application/problem+json"),
        ("/tidak-ada", "text/html,application/json", "text/html; charset=utf-8"),
        ("/tidak-ada", "", "text/html; charset=utf-8"),
    ],
)
def test_programs_get_a_problem_in_json(site: Site, path: str, accept: str, kind: str) -> None:
    answer = site.handle(site.visitor(accept=accept).event("GET", path, "", None, {}))
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, kind)
    if "json" in kind:
        assert json.loads(answer["body"])["type"].endswith("/not-found")


def test_a_method_that_is_not_allowed(site: Site) -> None:
    answer = site.handle(site.visitor().event("DELETE", "/", "", None, {}))
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET")


def test_head_is_answered_like_get(site: Site) -> None:
    assert site.handle(site.visitor().event("HEAD", "/", "", None, {}))["statusCode"] == 200


def test_a_mistake_of_ours_is_a_page_with_a_number(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "_visitor", lambda _: 1 / 0)
    page = site.visitor().open("/")
    assert page.status == 500
    assert page.headers["x-correlation-id"] in page.text
    assert "ZeroDivision" not in page.html


@pytest.mark.parametrize("case", ["home", "attendance", "attend", "consent", "agree"])
def test_samples_are_answered(site: Site, case: str) -> None:
    assert site.handle(sample("site", case))["statusCode"] in (200, 303, 400)


# attendance -------------------------------------------------------------------------------------------------------
def test_attending_with_a_photo(lesson: Class) -> None:
    page = lesson.page()
    for words in ("Dasar Excel", "Lpk", "Pertemuan ke-1", "Foto wajah Anda"):
        assert words in page.text
    form = page.forms[0]
    assert (form.method, form.files) == ("post", ["photo"])
    assert "form-action 'self' https://lms.example.test;" in page.headers["Content-Security-Policy"]
    end = lesson.who.submit(form, photo=JPEG)
    assert end.away.startswith(LMS + "?")
    assert end.query == {"state": page.path.rpartition("/")[2]}
    assert lesson.attended() == 1
    assert lesson.market.faces.asked == [lesson.member.person_id]


def test_coming_again_says_that_it_is_recorded_and_leads_back(lesson: Class) -> None:
    page = lesson.page()
    first = lesson.who.submit(page.forms[0], photo=JPEG)
    again = lesson.who.open(page.path)
    assert "Kehadiran Anda sudah tercatat" in again.text
    assert first.away in again.links
    assert again.forms == []
    assert lesson.who.submit(page.forms[0], photo=STRANGER).away == first.away, "nobody looks at the photo any more"
    assert len(lesson.market.faces.asked) == 1


def test_the_redirects_own_query_is_kept(lesson: Class) -> None:
    lesson.market.wait_for(lesson.code, 1)
    _, body = lesson.market.send(lesson.code, redirect_uri=f"{LMS}?kelas=7&state=old")
    page = lesson.who.open(f"/attendance/{body['data']['state']}")
    end = lesson.who.submit(page.forms[0], photo=JPEG)
    assert end.query == {"kelas": "7", "state": body["data"]["state"]}


def test_somebody_elses_face(lesson: Class) -> None:
    page = lesson.page()
    for left in (4, 3, 2, 1):
        shown = lesson.who.submit(page.forms[0], photo=STRANGER)
        assert (shown.status, f"Sisa percobaan: {left}" in shown.text) == (409, True)
    assert "Terlalu banyak foto yang tidak cocok" in lesson.who.submit(page.forms[0], photo=STRANGER).text
    assert lesson.who.submit(page.forms[0], photo=JPEG).status == 409, "this state is dead"
    assert lesson.attended() == 0
    assert lesson.who.submit(lesson.page().forms[0], photo=JPEG).away, "the institution's next link is not"


def test_a_face_check_that_is_away_decides_nothing(lesson: Class) -> None:
    page = lesson.page()
    lesson.market.faces.down = True
    shown = lesson.who.submit(page.forms[0], photo=JPEG)
    assert (shown.status, "sedang tidak tersedia" in shown.text) == (503, True)
    assert shown.headers["Retry-After"]
    assert shown.forms, "the form is there to try again"
    lesson.market.faces.down = False
    assert lesson.who.submit(shown.forms[0], photo=JPEG).away


@pytest.mark.parametrize("photo", [b"", b"GIF89a", b"<svg/>", "text"])
def test_what_is_no_photo(lesson: Class, photo: bytes | str) -> None:
    page = lesson.page()
    shown = lesson.who.submit(page.forms[0], photo=photo)
    assert (shown.status, "Foto tidak dapat dipakai" in shown.text) == (422, True)
    assert lesson.market.faces.asked == []


def test_a_large_photo_of_a_phone_is_taken_and_a_larger_one_refused(lesson: Class) -> None:
    page = lesson.page()
    shown = lesson.who.submit(page.forms[0], photo=JPEG + b"x" * 4_200_000)
    assert (shown.status, "Paling besar 4 MB" in shown.text) == (413, True)
    assert lesson.who.submit(page.forms[0], photo=JPEG + b"x" * 3_900_000).away


def test_too_early_and_too_late(lesson: Class) -> None:
    early = lesson.who.open(lesson.link())
    assert "Kehadiran tidak dibuka sekarang" in early.text
    assert early.forms == []
    page = lesson.page()
    lesson.site.world.clock.travel(hours=3)
    shown = lesson.who.submit(page.forms[0], photo=JPEG)
    assert (shown.status, "belum atau tidak lagi dibuka" in shown.text) == (409, True)
    assert "Kehadiran tidak dibuka sekarang" in lesson.who.open(page.path).text


def test_times_are_shown_in_wib(lesson: Class) -> None:
    page = lesson.page()
    opens = wib(lesson.site.world.clock.programme())
    assert f"{opens:%H.%M} WIB" in page.text
    assert f"{opens + timedelta(hours=2):%H.%M} WIB" in page.text


def test_a_state_of_yesterday(lesson: Class) -> None:
    page = lesson.page()
    lesson.site.world.clock.move(minutes=16)
    assert "Halaman ini sudah kedaluwarsa" in lesson.who.submit(page.forms[0], photo=JPEG).text
    assert lesson.attended() == 0


# whose it is ------------------------------------------------------------------------------------------------------
def test_who_is_not_signed_in_signs_in_first_and_comes_back(lesson: Class) -> None:
    link = lesson.link()
    nobody = lesson.site.visitor()
    start = nobody.open(link)
    assert start.path == "/masuk"
    assert start.forms[0].fields["next"] == link


def test_an_unknown_state_looks_like_a_known_one_to_who_is_not_signed_in(lesson: Class) -> None:
    for state in (lesson.link(), "/attendance/" + "0" * 40):
        assert lesson.site.visitor().open(state).path == "/masuk"


def test_other_peoples_states_look_like_unknown_ones(lesson: Class) -> None:
    stranger = lesson.site.signed_in(plant_person(lesson.site.world, someone(9)).person_id)
    page = lesson.page()
    shown = [stranger.open(path) for path in (page.path, "/attendance/" + "0" * 40)]
    assert [one.status for one in shown] == [404, 404]
    first, second = (one.text.replace(one.headers["x-correlation-id"], "…") for one in shown)
    assert first == second
    assert "Dasar Excel" not in first


def test_other_peoples_states_cannot_be_attended(lesson: Class) -> None:
    stranger = lesson.site.signed_in(plant_person(lesson.site.world, someone(9)).person_id, "another-session-id")
    page = lesson.page()
    stolen = stranger.submit(page.forms[0], photo=JPEG)
    assert (stolen.status, "terlalu lama terbuka" in stolen.text) == (403, True), "the form is the member's session's"
    form, now = page.forms[0], lesson.site.world.clock.wall()
    own = FormSigner("FORM_SECRET for tests", "another-session-id").token(page.path, form.fields["token"][11:47], now)
    form.fields["token"] = own
    assert stranger.submit(form, photo=JPEG).status == 404
    assert lesson.attended() == 0
    assert lesson.market.faces.asked == []


def test_a_session_that_ran_out_meanwhile_signs_in_again(lesson: Class) -> None:
    page = lesson.page()
    lesson.who.jar.clear()
    start = lesson.who.submit(page.forms[0], photo=JPEG)
    assert (start.path, start.forms[0].fields["next"]) == ("/masuk", page.path)
    assert lesson.attended() == 0


def test_a_photo_that_comes_after_the_access_token_leads_back_to_its_page(lesson: Class) -> None:
    page = lesson.page()
    lesson.who.jar["prakerja_access"] = (lesson.site.access(lesson.member.person_id, minutes_ago=90), "/")
    start = lesson.who.submit(page.forms[0], photo=JPEG)
    assert (start.path, start.forms[0].fields["next"]) == ("/masuk", page.path)


@pytest.mark.parametrize("headers", [{"origin": "https://lms.example.test"}, {"sec_fetch_site": "cross-site"}])
def test_institutions_cannot_attend_in_a_participants_name(lesson: Class, headers: dict[str, str]) -> None:
    page = lesson.page()
    body = multipart({**page.forms[0].fields, "photo": JPEG})
    shown = lesson.who.post(page.path, body, f"multipart/form-data; boundary={BOUNDARY}", **headers)
    assert shown.status == 403
    assert lesson.attended() == 0


# self-paced -------------------------------------------------------------------------------------------------------
def test_the_second_day_of_a_self_paced_course_waits_for_the_first(lesson: Class) -> None:
    lesson.market.offer("C2", "S2", course_type=CourseType.SELF_PACED)
    lesson.market.member(2, card="8000000000000002")
    bought = lesson.market.buy(card="8000000000000002", course_code="C2", schedule_code="S2", invoice="INV-2")
    who = lesson.site.signed_in(someone(2).person_id)
    lesson.market.wait_for(bought["redeem_code"], 1)
    page = who.open(f"/attendance/{lesson.market.state(bought['redeem_code'], 2)}")
    assert "Ikuti pertemuan sebelumnya lebih dahulu" in page.text
    assert page.forms == []


# test codes -------------------------------------------------------------------------------------------------------
def test_a_test_code_needs_no_sign_in_and_no_photo(lesson: Class) -> None:
    p = lesson.site.world.platform
    for code in issue_test_codes(p, institution=lesson.market.partner("lpk"), operator="office"):
        sequence = POST_TEST if 1 in code.attended else 1
        page = lesson.site.visitor().open(f"/attendance/{lesson.market.state(code.redeem_code, sequence)}")
        assert "Ini kode uji coba" in page.text
        assert page.forms[0].files == []
        nobody = lesson.site.visitor()
        end = nobody.submit(nobody.open(page.path).forms[0])
        assert end.away.startswith(LMS)
        assert end.query["state"] == page.path.rpartition("/")[2]
    assert lesson.market.faces.asked == []
