"""The address of a client behind proxies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mudwire.transport.upstreams import Upstreams

PROXIES = Upstreams(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "header", "address"),
    [
        # The peer is no trusted proxy.
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        (None, "9.9.9.9", None),
        ("unix", "9.9.9.9", "unix"),
        # One trusted proxy.
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        # Several addresses: the rightmost that is not trusted counts.
        ("127.0.0.1", "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        ("127.0.0.1", "6.6.6.6,9.9.9.9 , 10.1.2.3,fd00::1", "9.9.9.9"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        # Entries that are no address.
        ("127.0.0.1", "9.9.9.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "9.9.9.9, , 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        # Ports, and IPv4 addresses in IPv6 form.
        ("127.0.0.1", "9.9.9.9:1234", "9.9.9.9"),
        ("127.0.0.1", "[2001:db8::1]:1234", "2001:db8::1"),
        ("::ffff:127.0.0.1", "::ffff:9.9.9.9", "9.9.9.9"),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_is_the_client(peer, header, address):
    assert PROXIES.client_address(peer, header) == address


@pytest.mark.parametrize("address", ["localhost", "10.0.0.0/33", "", "10.0.0.0-10.0.0.9"])
def test_the_error_names_a_wrong_upstream_address(address):
    with pytest.raises(ValueError, match="is not an upstream address: expected") as error:
        Upstreams(["127.0.0.1", address])
    assert repr(address) in str(error.value)


@given(st.text())
def test_no_header_raises_or_returns_other_text_than_an_address(header):
    address = PROXIES.client_address("127.0.0.1", header)
    assert address is not None
    assert set(address) <= set("0123456789abcdefABCDEF.:%")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (None, None),
        ("", None),
        ("nonsense", None),
        ("10.1.2.3", None),  # an upstream
        ("::ffff:10.1.2.3", None),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_what_counts_as_one_address(address, network):
    assert Upstreams(["10.0.0.0/8"]).network_of(address) == network
