"""A token bucket: a burst, a rate, and a debt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mudwire.token_bucket import TokenBucket


@pytest.fixture
def bucket():
    return TokenBucket(3, 0.5, 100.0)


def test_a_new_bucket_is_full(bucket):
    assert bucket.tokens(100.0) == 3
    assert bucket.is_full(100.0)
    assert bucket.seconds_until(3, 100.0) == 0


def test_the_burst_is_followed_by_the_rate(bucket):
    for _ in range(3):
        assert bucket.has_room(100.0)
        bucket.take(1)
    assert not bucket.has_room(101.9)
    assert bucket.has_room(102.0)
    assert bucket.tokens(1000.0) == 3


def test_a_debt_is_paid_first(bucket):
    bucket.take(10)
    assert bucket.tokens(100.0) == -7
    assert bucket.seconds_until(1, 100.0) == 16
    assert not bucket.has_room(115.9)
    assert bucket.has_room(116.0)
    assert not bucket.is_full(119.9)
    assert bucket.is_full(120.0)


@given(
    size=st.integers(1, 20),
    rate=st.integers(1, 10),
    gaps=st.lists(st.integers(0, 5), min_size=1, max_size=50),
)
def test_no_more_is_taken_than_the_burst_and_the_rate_allow(size, rate, gaps):
    bucket, now, taken = TokenBucket(size, rate, 0), 0, 0
    for gap in gaps:
        now += gap
        while bucket.has_room(now):
            bucket.take(1)
            taken += 1
        assert taken <= size + rate * now
