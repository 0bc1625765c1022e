"""The cookie that holds a browser's secret.

The page's scripts cannot read it (HttpOnly). Browsers send it with a request from another site
only if a link leads to the page (SameSite=Lax). Behind TLS its name begins with ``__Host-``:
another host of the domain cannot set such a cookie (RFC 6265bis, section 4.1.3).
"""

from mudwire.sessions.browser_store import MAX_AGE


def is_secure(forwarded_proto: str | None, tls: bool) -> bool:
    """Tell whether the browser speaks TLS, to this process or to a proxy before it.

    Args:
        forwarded_proto: The request's ``X-Forwarded-Proto``. Every client is believed, because
            a false value changes only the answer to that client.
        tls: Whether this process's own connection is encrypted.

    """
    nearest_browser = (forwarded_proto or "").partition(",")[0]
    return tls or nearest_browser.strip().lower() == "https"


def secret_in(header: str | None, secure: bool) -> str | None:
    """Return the secret in a request's ``Cookie`` header, or None.

    Args:
        header: The header's value.
        secure: Whether the browser speaks TLS.

    """
    for pair in (header or "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == _name(secure):
            return value
    return None


def set_cookie(secret: str, secure: bool) -> str:
    """Return the ``Set-Cookie`` header that gives a browser its secret.

    Args:
        secret: The secret.
        secure: Whether the browser speaks TLS.

    """
    attributes = f"Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax"
    return f"{_name(secure)}={secret}; {attributes}{'; Secure' if secure else ''}"


def _name(secure: bool) -> str:
    return "__Host-mudwire" if secure else "mudwire"
