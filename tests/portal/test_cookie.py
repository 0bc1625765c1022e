"""The cookie that holds a browser's secret."""

import pytest

from mudwire.portal.cookie import is_secure, secret_in, set_cookie


@pytest.mark.parametrize(
    ("forwarded_proto", "tls", "secure"),
    [
        (None, False, False),
        (None, True, True),
        ("http", False, False),
        ("HTTPS", False, True),
        ("https, http", False, True),
        ("http, https", False, False),
    ],
)
def test_the_browsers_end_counts(forwarded_proto, tls, secure):
    assert is_secure(forwarded_proto, tls) is secure


@pytest.mark.parametrize("secure", [False, True])
def test_what_was_set_is_found_among_others(secure):
    pair = set_cookie("secret", secure).partition(";")[0]
    assert secret_in(f'a=1; broken; "=; {pair}; b=2', secure) == "secret"
    assert secret_in(pair, not secure) is None


@pytest.mark.parametrize("header", [None, "", "mudwire", "xmudwire=1", "mudwire2=1"])
def test_what_is_not_there_is_not_found(header):
    assert not secret_in(header, secure=False)
