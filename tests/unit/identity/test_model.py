"""Form of NIK and family card number: warnings warn, only the registry decides."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.identity.model import family_card_error, nik_parts_error, warnings
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
