"""Upstream proxies, and whose address a connection through them has."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Upstreams"]


class Upstreams:
    """The proxies whose ``X-Forwarded-For`` header is believed.

    Takes their addresses and networks (``"127.0.0.1"``, ``"10.0.0.0/8"``, ``"fd00::/8"``), as in
    Evennia's setting ``UPSTREAM_IPS``. Raises ValueError for anything else.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        self._networks = []
        for address in addresses:
            try:
                self._networks.append(ip_network(address, strict=False))
            except ValueError:
                msg = (
                    f"{address!r} is not an upstream address: expected an IP address "
                    "or a network, such as '127.0.0.1' or '10.0.0.0/8'"
                )
                raise ValueError(msg) from None

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, *addresses: str) -> Upstreams:
        """Return the upstreams of ``addresses``, made once."""
        return cls(addresses)

    def client_address(self, peer: str | None, forwarded_for: str | None) -> str | None:
        """Return the address of the client behind the proxies.

        ``peer`` is the address of the connection, ``forwarded_for`` the header's value. Each
        proxy adds on the right the address that it saw, so the header is read from there: the
        first address that is no upstream's is the client's. What no proxy can have written
        ends the reading; the last upstream's address is then the answer.
        """
        if peer is None or not forwarded_for or not self._trusts(_parse(peer)):
            return peer
        for hop in reversed(forwarded_for.split(",")):
            address = _parse(hop)
            if address is None:
                break
            peer = str(address)
            if not self._trusts(address):
                break
        return peer

    def network_of(self, address: str | None) -> str | None:
        """Return the network that limits for each address count: an IPv4 address, or a /64.

        A customer of an IPv6 provider has a /64 or more, and may use any address of it.

        Args:
            address: The address of a client, as ``client_address`` returns it.

        Returns:
            The network; None for what is not counted: an upstream, which stands for many clients,
            and anything but an address.

        """
        parsed = None if address is None else _parse(address)
        if parsed is None or self._trusts(parsed):
            return None
        if isinstance(parsed, IPv6Address):
            return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
        text = str(parsed)
        return address if address == text else text  # an idle connection has this string already

    def _trusts(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _parse(hop: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with a port if need be; an IPv4 address in IPv6 clothes is the IPv4 one."""
    hop = hop.strip()
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ip_address(hop)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
