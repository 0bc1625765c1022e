"""The tokens with which pages fetch the cookies of their logins."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from mudwire.portal import cookie_tokens
from mudwire.portal.cookie_tokens import TOKEN_SECONDS, CookieTokens


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tokens(clock):
    return CookieTokens(clock.seconds)


def test_a_token_is_redeemed_once(tokens):
    token = tokens.issue("secret")
    assert tokens.redeem(token) == "secret"
    assert tokens.redeem(token) is None


def test_each_token_is_new_and_holds_nothing_of_the_secret(tokens):
    issued = {tokens.issue("secret") for _ in range(100)}
    assert len(issued) == 100
    assert all(len(token) == 43 for token in issued)


@pytest.mark.parametrize("token", [None, "", "unknown", "\u00e9"])
def test_an_unknown_token_is_worth_nothing(tokens, token):
    tokens.issue("secret")
    assert tokens.redeem(token) is None


def test_an_old_token_is_worth_nothing_and_forgotten(tokens, clock):
    old = tokens.issue("secret")
    clock.advance(TOKEN_SECONDS - 1)
    young = tokens.issue("other")
    clock.advance(1)
    assert tokens.redeem(old) is None
    assert list(tokens._tokens) == [young]
    assert tokens.redeem(young) == "other"


def test_the_oldest_token_makes_room_for_a_new_one(tokens, monkeypatch):
    monkeypatch.setattr(cookie_tokens, "MAX_TOKENS", 2)
    first, second, third = (tokens.issue(str(number)) for number in range(3))
    assert [tokens.redeem(token) for token in (first, second, third)] == [None, "1", "2"]
