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
def test_the_scheme_nearest_the_browser_decides(forwarded_proto, tls, secure):
    assert is_secure(forwarded_proto, tls) is secure


@pytest.mark.parametrize("secure", [False, True])
def test_a_set_secret_is_found_among_other_cookies(secure):
    pair = set_cookie("secret", secure).partition(";")[0]
    assert secret_in(f'a=1; broken; "=; {pair}; b=2', secure) == "secret"
    assert secret_in(pair, not secure) is None


@pytest.mark.parametrize("header", [None, "", "mudwire", "xmudwire=1", "mudwire2=1"])
def test_a_header_without_the_cookie_has_no_secret(header):
    assert not secret_in(header, secure=False)
