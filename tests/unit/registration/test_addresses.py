"""One address has one spelling, and only addresses that messages can reach are taken."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.registration.model.address import BAD_EMAIL, BAD_PHONE, Channel, normalised


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "+6281234567890",
        "6281234567890",
        " +62 812-3456-7890 ",
        "(0812) 3456.7890",
    ],
)
def test_one_phone_has_one_spelling(typed: str) -> None:
    assert normalised(Channel.PHONE, typed) == "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    [
        "0215550123",  # fixed line
        "08123",
        "0812345678901234",
        "+14155552671",
        "+6581234567",
        "",
        "phone",
        "0812345678９0",  # full-width digit
        "081234567890;ext=1",
        "+62812 3456 7890 / 081234567891",
    ],
)
def test_other_phones_are_refused_without_repeating_them(typed: str) -> None:
    with pytest.raises(ValueError, match=re.escape(BAD_PHONE)) as caught:
        normalised(Channel.PHONE, typed)
    assert str(caught.value) == BAD_PHONE


@given(
    prefix=st.sampled_from(["0811", "0812", "0813", "0821", "0852", "0857", "0878", "0896"]),
    rest=st.from_regex(r"[0-9]{7,8}", fullmatch=True),
    data=st.data(),
)
def test_spaces_hyphens_and_prefixes_make_no_difference(prefix: str, rest: str, data: st.DataObject) -> None:
    national = prefix + rest
    expected = normalised(Channel.PHONE, national)
    assert re.fullmatch(r"\+628[0-9]{8,11}", expected)
    assert normalised(Channel.PHONE, expected) == expected
    typed = data.draw(st.sampled_from(["0", "+62", "62", "+62 "])) + national[1:]
    at = data.draw(st.integers(4, len(typed) - 1))
    assert normalised(Channel.PHONE, typed[:at] + data.draw(st.sampled_from([" ", "-", ""])) + typed[at:]) == expected


@given(st.text(max_size=40))
def test_any_text_is_a_phone_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert re.fullmatch(r"\+628[0-9]{8,11}", normalised(Channel.PHONE, text))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Budi@Contoh.ID ", "budi@contoh.id"),
        ("budi.santoso+prakerja@mail.contoh.co.id", "budi.santoso+prakerja@mail.contoh.co.id"),
        ("o'neil@contoh.id", "o'neil@contoh.id"),
    ],
)
def test_one_mailbox_has_one_spelling(typed: str, stored: str) -> None:
    assert normalised(Channel.EMAIL, typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "budi",
        "budi@contoh",
        "@contoh.id",
        "budi@@contoh.id",
        ".budi@contoh.id",
        "budi..s@contoh.id",
        "budi@-contoh.id",
        "budi@contoh.1d",
        "budi@contoh.id\nBcc: x@y.id",
        "budi santoso@contoh.id",
        "búdi@contoh.id",
        "a" * 65 + "@contoh.id",
        "a@" + "b" * 64 + ".id",
        "a@" + "bcd." * 70 + "id",
    ],
)
def test_other_mailboxes_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=re.escape(BAD_EMAIL)):
        normalised(Channel.EMAIL, typed)
