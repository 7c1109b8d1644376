"""Form of NIK and family card number: warnings warn, only the registry decides."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from prakerja.identity.api import EXPLANATIONS, IdentityClaim
from prakerja.identity.model import IdentityStatus, family_card_error, name_error, nik_parts_error, warnings
from prakerja.identity.regions import regions


@given(
    region=st.sampled_from(sorted(regions()["regencies"])),
    district=st.integers(1, 99),
    born=st.dates(date(1940, 1, 1), date(2010, 12, 31)),
    woman=st.booleans(),
    serial=st.integers(1, 9999),
)
def test_every_well_formed_nik_passes_without_warning(
    region: str, district: int, born: date, woman: bool, serial: int
) -> None:
    day = born.day + 40 * woman
    nik = f"{region}{district:02d}{day:02d}{born:%m%y}{serial:04d}"
    if len(set(nik)) > 1:
        assert nik_parts_error(nik) is None
    assert warnings(nik, born, regions()["provinces"]) == ()


@pytest.mark.parametrize("province", ["91", "92", "93", "94", "95", "96"])
def test_the_new_provinces_of_papua_are_known(province: str) -> None:
    assert warnings(f"{province}71011708900001", date(1990, 8, 17), regions()["provinces"]) == ()


def test_old_regions_and_other_birth_dates_warn_only() -> None:
    assert warnings("5401011708900001", date(1991, 8, 17), regions()["provinces"]) == (
        "UNKNOWN_REGION",
        "BIRTH_DATE_DIFFERS",
    )
    assert nik_parts_error("5401011708900001") is None


@pytest.mark.parametrize(
    "nik", ["", "123", "327605570890999", "32760557089099990", "3276055708900000", "1" * 16, "3276057208909999",
            "3276055713909999", "3276050008909999", "327605570890999x", "３276055708909999"]
)  # fmt: skip
def test_impossible_niks_are_named(nik: str) -> None:
    error = nik_parts_error(nik)
    assert error is not None
    assert " | " in error


def test_family_card_numbers() -> None:
    assert family_card_error("3276050101110001") is None
    assert family_card_error("327605010111000") is not None
    assert family_card_error("0" * 16) is not None


CLAIM = {
    "nik": "3276055708909999",
    "family_card_number": "3276050101109998",
    "full_name": "Siti Aminah",
    "birth_date": "1990-08-17",
    "mother_name": "Dewi Lestari",
    "region": "3276",
}


@pytest.mark.parametrize(
    "name",
    ["Moh. Sa'id", "Sa’id", "Nur`aini", "Ni Luh Putu (Dewi)", "R.A. Kartini", "Yohanes-Paulus", "M. Ali/Budi", "Suharto",
     "Drs. H. Amir, M.Si.", "Désirée", "De\u0301sire\u0301e", "李小龙", "محمد", "ꦱꦶꦠꦶ", "-", "Siti\u00a0Aminah"]
)  # fmt: skip
def test_names_as_they_stand_on_cards_are_taken(name: str) -> None:
    assert name_error(name) is None
    assert IdentityClaim.model_validate({**CLAIM, "full_name": name, "mother_name": f" {name} "}).mother_name == name


@pytest.mark.parametrize(
    "name", ["Siti\x00Aminah", "Siti\nAminah", "Siti\tAminah", "Siti\x7f", "Siti\u200bAminah", "Siti\u202eAminah", "Siti 😀",
             "Siti ❤️", "👩‍🎓", "Siti\u2028Aminah", "<Siti>", "Siti\ue000"]
)  # fmt: skip
@pytest.mark.parametrize("field", ["full_name", "mother_name"])
def test_what_stands_on_no_card_is_named_before_the_registry_is_asked(name: str, field: str) -> None:
    error = name_error(name)
    assert error is not None
    assert " | " in error
    with pytest.raises(ValidationError):
        IdentityClaim.model_validate({**CLAIM, field: name})


def test_each_status_is_explained_in_both_languages() -> None:
    assert EXPLANATIONS.keys() == {None, *IdentityStatus}
    assert all(all(texts) for texts in EXPLANATIONS.values())
