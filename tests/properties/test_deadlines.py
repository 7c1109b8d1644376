"""Deadlines over all dates: each has one night, reminders lie before it, and who buys in time is never revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.membership import Membership, MembershipState, Scheme, latest_scheme, purchase_deadline, require_may_buy
from prakerja.membership.deadlines import (
    REVOKE,
    days_before,
    deadline_after_void,
    deadline_of,
    first_deadline,
    is_expired,
    member_kind,
    must_be_reminded,
    reminder,
    reminder_days,
    years_of,
)
from prakerja.membership.errors import PurchaseDeadlinePassed, SeasonOver
from prakerja.membership.seasons import Season, last_day
from prakerja.platform.clock import WIB, wib, wib_date

MOMENT = timedelta(microseconds=1)
SCHEME = latest_scheme("NORMAL_2023", date(2026, 1, 1))
BOUNDARIES = [time(0, 0), time(23, 59, 59), time(23, 59, 59, 999_999), time(6, 59, 59), time(7, 0)]
"""Midnight in Jakarta, and in UTC."""

moments = st.builds(
    lambda day, at: datetime.combine(day, at, tzinfo=WIB).astimezone(UTC),
    st.dates(date(2023, 1, 1), date(2050, 12, 31)),
    st.one_of(st.sampled_from(BOUNDARIES), st.times()),
)
schemes = st.builds(
    lambda days: replace(SCHEME, first_purchase_days=days), st.one_of(st.just(15), st.just(30), st.integers(1, 60))
)


def membership(decreed_at: datetime, scheme: Scheme, season: Season | None = None) -> Membership:
    return Membership(
        person_id="p",
        card_number="8" * 16,
        state=MembershipState.ACTIVE_UNPURCHASED,
        wave_id="w",
        scheme_name=scheme.name,
        scheme_version=scheme.version,
        decreed_at=decreed_at,
        purchase_deadline_at=first_deadline(decreed_at, scheme, season),
        account_linked=True,
    )


def season_of(decreed_at: datetime, day: int) -> Season:
    """A season whose last day to buy is the ``day``-th of the year of a decree."""
    year = wib_date(decreed_at).year
    end = datetime.combine(date(year, 1, 1) + timedelta(days=day), time(), tzinfo=WIB)
    return Season(year, 1, end, None, None, None, "made up")


@given(moments, schemes)
def test_a_deadline_is_midnight_in_jakarta_and_counts_the_day_of_the_decree(decreed: datetime, scheme: Scheme) -> None:
    found = membership(decreed, scheme)
    end = found.purchase_deadline_at
    assert wib(end).time() == time()
    assert found.last_purchase_day == wib_date(decreed) + timedelta(days=scheme.first_purchase_days - 1)
    assert last_day(end) == found.last_purchase_day


@given(moments, schemes)
def test_each_deadline_has_one_night_and_is_found_by_it(decreed: datetime, scheme: Scheme) -> None:
    end = membership(decreed, scheme).purchase_deadline_at
    night = wib_date(end)
    assert deadline_of(REVOKE, night) == end
    assert {deadline_of(REVOKE, night + timedelta(days=off)) == end for off in (-1, 1)} == {False}
    assert member_kind(decreed) in {f"MEMBER_{year}" for year in years_of(end)}


@given(moments, schemes)
def test_who_may_still_buy_is_not_expired_and_who_may_not_is(decreed: datetime, scheme: Scheme) -> None:
    found = membership(decreed, scheme)
    end = found.purchase_deadline_at
    require_may_buy(found, account_required=True, season=None, now=end - MOMENT)
    assert not is_expired(found, scheme, None, end - MOMENT)
    assert is_expired(found, scheme, None, end)
    assert not is_expired(replace(found, state=MembershipState.ACTIVE), scheme, None, end)
    with pytest.raises(PurchaseDeadlinePassed) as late:
        require_may_buy(found, account_required=True, season=None, now=end)
    assert late.value.facts == {"last_day": found.last_purchase_day.isoformat()}


@given(moments, schemes, st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True))
def test_every_reminder_has_one_morning_before_the_last_moment(
    decreed: datetime, scheme: Scheme, days: list[int]
) -> None:
    scheme = replace(scheme, deadlines=replace(scheme.deadline_rule, reminder_days=tuple(days)))
    found = membership(decreed, scheme)
    first, last = wib_date(decreed), found.last_purchase_day
    mornings = {
        day: [ahead for ahead in range(61) if must_be_reminded(found, scheme, reminder(ahead), day)]
        for day in (first + timedelta(days=number) for number in range((last - first).days + 2))
    }
    expected = {last - timedelta(days=ahead): [ahead] for ahead in days if last - timedelta(days=ahead) >= first}
    assert {day: told for day, told in mornings.items() if told} == expected
    assert reminder_days(found, scheme) == sorted(expected)
    bought = replace(found, state=MembershipState.ACTIVE)
    assert not any(must_be_reminded(bought, scheme, reminder(ahead), last) for ahead in range(61))


@given(st.integers(0, 400))
def test_the_name_of_a_reminder_says_how_many_days(days: int) -> None:
    assert days_before(reminder(days)) == days
    assert days_before(REVOKE) is None


@given(moments, schemes, st.integers(20, 364))
def test_a_season_shortens_the_time_and_takes_nobodys_card(decreed: datetime, scheme: Scheme, day: int) -> None:
    season = season_of(decreed, day)
    found = membership(decreed, scheme, season)
    full = purchase_deadline(decreed, scheme.first_purchase_days)
    assert found.purchase_deadline_at <= full
    if season.buy_until < full:
        for later in (season.buy_until, full, full + timedelta(days=400)):
            assert not is_expired(found, scheme, season, later)
    else:
        assert found.purchase_deadline_at == full
        assert is_expired(found, scheme, season, full)
    with pytest.raises(SeasonOver) as over:
        require_may_buy(found, account_required=True, season=season, now=season.buy_until)
    assert over.value.facts == {"last_day": last_day(season.buy_until).isoformat()}


@given(moments, moments, st.integers(0, 10))
def test_a_void_gives_no_less_than_was_left_and_some_whole_days(end: datetime, voided: datetime, days: int) -> None:
    after = deadline_after_void(end, voided, days)
    assert after >= end
    assert after - voided >= timedelta(days=days)
    assert after in (end, after.replace(second=0, microsecond=0))
    assert after == end or last_day(after) == wib_date(voided) + timedelta(days=days)
