"""What a person sees on a cheap phone: the way in, attendance, consent, and pages that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from prakerja.platform.problems import Conflict
from prakerja.registration.model.address import Channel
from prakerja.registration.store.person import claim_address
from tests.support.browsing import Phone, hosts_of, institution, served
from tests.support.classroom import PHOTO, STRANGER
from tests.support.clients import OAUTH, PROFILE, ask_as_client, take_part
from tests.support.market import Market
from tests.support.people import Someone
from tests.support.site import Site
from tests.support.world import World

MOST_BYTES = 50_000


@dataclass
class Town:
    """The pages, an institution's site, and a member who has bought a course there."""

    phone: Phone
    site: Site
    market: Market
    base: str
    lms: str
    member: Someone
    code: str

    def signed_in(self) -> None:
        """The member has signed in on this phone before."""
        jar = self.site.signed_in(self.member.person_id).jar
        self.phone.cookie(self.base, "prakerja_access", jar["prakerja_access"][0])

    def link(self) -> str:
        """Where the institution sends the member now."""
        self.market.wait_for(self.code, 1)
        self.site.world.clock.move(seconds=1)
        _, body = self.market.send(self.code, redirect_uri=f"{self.lms}?kelas=7")
        return f"{self.base}/attendance/{body['data']['state']}"

    def consent(self, **changes: str) -> str:
        """Where a client sends the member to be asked."""
        asked = {"client_id": "lpk", "redirect_uri": f"{self.lms}/masuk", "login_uri": f"{self.lms}/gagal"}
        return f"{self.base}/consent-sso?{urlencode({**asked, 'scope': 'name email', 'state': 'a b', **changes})}"

    def attended(self) -> bool:
        return 1 in self.market.redeem_code(self.code).attended

    def newest(self, channel: Channel) -> str:
        """The code that came last."""
        self.site.deliver()
        return self.site.inboxes[channel].code


@pytest.fixture
def town(phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    market = Market(world, monkeypatch)
    site = Site(world, monkeypatch, market=market)
    member = market.member()
    for channel, address in ((Channel.PHONE, member.phone), (Channel.EMAIL, member.email)):
        digests = world.guards.digests(channel.value, address)
        world.table.commit(*claim_address(member.person_id, channel, digests, Conflict()))
    code = market.buy()["redeem_code"]
    world.take()
    with served(site.handle) as base, institution() as lms:
        market.change_partner("lpk", redirect_uris=[lms])
        take_part(world, "lpk", sso_redirect_uris=[f"{lms}/masuk"], sso_login_uris=[f"{lms}/gagal"])
        yield Town(phone, site, market, base, lms, member, code)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "wajah.jpg"
    file.write_bytes(PHOTO)
    return file


def fine(town: Town) -> None:
    """Everything that must hold for every page, of the one that is shown now."""
    phone = town.phone
    look = phone.look()
    assert look.too_wide == []
    assert look.faint == []
    assert look.unlabelled == []
    assert look.small == []
    assert look.headings == 1
    assert look.language == "id"
    assert look.title.endswith("– Kartu Prakerja")
    assert all(shows for _, shows in phone.walk())
    requests = phone.requests()
    assert hosts_of(requests) <= {urlsplit(town.base).netloc, urlsplit(town.lms).netloc}
    assert max(size for _, size in requests) <= MOST_BYTES
    assert phone.complaints() == []


def test_from_the_institution_through_signing_in_to_attendance_and_back(town: Town, photo: Path) -> None:
    phone = town.phone
    phone.open(town.link())
    assert phone.address.startswith(f"{town.base}/masuk?next=%2Fattendance%2F")
    fine(town)
    phone.type("address", "0" + town.member.phone.removeprefix("+62"))
    phone.press("Kirim kode")
    fine(town)
    phone.type("code", town.newest(Channel.PHONE))
    phone.press("Masuk")
    assert "Perangkat ini baru bagi kami" in phone.text
    fine(town)
    phone.type("code", town.newest(Channel.EMAIL))
    phone.press("Masuk")
    assert "Dasar Excel" in phone.text
    fine(town)
    phone.type("photo", str(photo))
    phone.press("Catat kehadiran")
    assert phone.address.startswith(f"{town.lms}/?kelas=7&state=")
    assert "Selamat datang kembali" in phone.text
    assert town.attended()
    assert phone.complaints() == []


def test_attendance_without_scripts(town: Town, photo: Path) -> None:
    phone, link = town.phone, town.link()
    phone.forget(scripts=False)
    town.signed_in()
    phone.open(link)
    phone.type("photo", str(photo))
    phone.press("Catat kehadiran")
    assert "Selamat datang kembali" in phone.text
    assert town.attended()
    phone.open(link)
    assert "Kehadiran Anda sudah tercatat" in phone.text
    phone.press("Kembali ke lembaga pelatihan")
    assert "Selamat datang kembali" in phone.text


def test_signing_in_without_scripts(town: Town) -> None:
    phone = town.phone
    phone.forget(scripts=False)
    phone.open(f"{town.base}/masuk")
    phone.type("address", "081299990001")
    phone.press("Kirim kode")
    phone.type("code", town.newest(Channel.PHONE))
    phone.press("Masuk")
    assert "Anda sudah masuk" in phone.text
    phone.press("Keluar")
    phone.press("Keluar")
    assert "Anda sudah keluar" in phone.text


def test_a_photo_of_somebody_else(town: Town, photo: Path) -> None:
    photo.write_bytes(STRANGER)
    town.signed_in()
    town.phone.open(town.link())
    town.phone.type("photo", str(photo))
    town.phone.press("Catat kehadiran")
    assert "Foto tidak cocok" in town.phone.text
    fine(town)
    assert not town.attended()


def test_attendance_that_is_recorded(town: Town) -> None:
    link = town.link()
    elsewhere = town.site.signed_in(town.member.person_id)
    elsewhere.submit(elsewhere.open(urlsplit(link).path).forms[0], photo=PHOTO)
    town.signed_in()
    town.phone.open(link)
    assert "Kehadiran Anda sudah tercatat" in town.phone.text
    fine(town)


def test_attendance_that_came_too_late_leads_back(town: Town) -> None:
    link = town.link()
    town.signed_in()
    town.site.world.clock.move(minutes=15)
    town.phone.open(link)
    assert "Halaman ini sudah kedaluwarsa" in town.phone.text
    fine(town)
    town.phone.press("Kembali ke lembaga pelatihan")
    assert town.phone.address.startswith(f"{town.lms}/?kelas=7&state=")


def test_consent_is_given(town: Town) -> None:
    phone = town.phone
    town.signed_in()
    phone.open(town.consent())
    assert "Lpk meminta data Anda" in phone.text
    fine(town)
    phone.press("Izinkan")
    landed = urlsplit(phone.address)
    assert (f"{landed.scheme}://{landed.netloc}", landed.path) == (town.lms, "/masuk")
    found = parse_qs(landed.query)
    assert set(found) == {"code", "state"}
    assert found["state"] == ["a b"]
    assert phone.complaints() == []


def test_consent_that_outlives_the_session_is_asked_for_again(town: Town) -> None:
    phone = town.phone
    town.signed_in()
    phone.open(town.consent())
    phone.cookie(town.base, "prakerja_access", town.site.access(town.member.person_id, minutes_ago=90))
    phone.press("Izinkan")
    assert phone.address.startswith(f"{town.base}/masuk?next=%2Fconsent-sso%3F")
    phone.type("address", town.member.email)
    phone.press("Kirim kode")
    phone.type("code", town.newest(Channel.EMAIL))
    phone.press("Masuk")
    phone.type("code", town.newest(Channel.PHONE))
    phone.press("Masuk")
    assert "Lpk meminta data Anda" in phone.text
    fine(town)
    phone.press("Izinkan")
    landed = urlsplit(phone.address)
    assert (f"{landed.scheme}://{landed.netloc}{landed.path}") == f"{town.lms}/masuk"
    assert parse_qs(landed.query)["state"] == ["a b"]
    assert phone.complaints() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_consent_is_taken_back(town: Town, scripts: bool) -> None:
    phone = town.phone
    phone.forget(scripts=scripts)
    town.signed_in()
    phone.open(town.consent())
    phone.press("Izinkan")
    (code,) = parse_qs(urlsplit(phone.address).query)["code"]
    tokens = ask_as_client("POST", f"{OAUTH}/token", {"code": code}).data
    phone.open(town.base)
    phone.press("Izin yang Anda berikan")
    assert "alamat e-mail Anda" in phone.text
    fine(town)
    phone.press("Cabut izin – Lpk")
    assert "Tidak ada pihak lain yang dapat membaca data Anda" in phone.text
    fine(town)
    assert ask_as_client("GET", PROFILE, authorization=tokens["access_token"]).status == 400
    assert phone.complaints() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_consent_is_refused(town: Town, scripts: bool) -> None:
    phone = town.phone
    phone.forget(scripts=scripts)
    town.signed_in()
    phone.open(town.consent())
    phone.press("Tolak")
    landed = urlsplit(phone.address)
    assert (f"{landed.scheme}://{landed.netloc}", landed.path) == (town.lms, "/gagal")
    assert parse_qs(landed.query) == {"error": ["access_denied"], "state": ["a b"]}
    assert phone.complaints() == []


def test_refusing_where_there_is_no_page_for_failures(town: Town) -> None:
    town.signed_in()
    town.phone.open(town.consent(login_uri=""))
    town.phone.press("Tolak")
    assert "Anda menolak" in town.phone.text
    fine(town)


@pytest.mark.parametrize(
    ("path", "words"),
    [("/tidak-ada", "Tidak ditemukan"), ("/consent-sso?client_id=x", "tidak kami kenal"), ("/", "Selamat datang")],
)
def test_pages_for_everybody(town: Town, path: str, words: str) -> None:
    town.phone.open(town.base + path)
    assert words in town.phone.text
    fine(town)


def test_mistakes_are_told_at_the_field(town: Town) -> None:
    phone = town.phone
    phone.open(f"{town.base}/masuk")
    phone.type("address", "0812")
    phone.press("Kirim kode")
    assert "Alamat belum benar" in phone.text
    fine(town)


def test_another_site_cannot_frame_a_page_or_use_its_form(town: Town, tmp_path: Path) -> None:
    """A page of a stranger frames the consent page and sends its form: Chromium shows nothing, and nothing is done."""
    phone = town.phone
    town.signed_in()
    form = "".join(f'<input name="{name}" value="x">' for name in ("token", "client_id", "jawaban"))
    evil = tmp_path / "evil.html"
    evil.write_text(
        f'<iframe src="{town.consent()}"></iframe><form method=post action="{town.base}/consent-sso">{form}<button>Hadiah</button></form>'
    )
    phone.open(evil.as_uri())
    assert "frame-ancestors" in " ".join(phone.complaints())
    phone.press("Hadiah")
    assert "tidak dikirim dari halaman kami" in phone.text
