"""A visit to the game's website with cookies, like a browser's."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener


class WebsiteVisit:
    """One browser session with the website at ``url``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def page(self, path: str, **form: str) -> str:
        """Fetch a page, or send its form."""
        data = urlencode(form).encode() if form else None
        with self._open(self._url + path, data, timeout=15) as answer:
            return answer.read().decode()

    def log_in(self, name: str, password: str) -> None:
        """Send the login form."""
        form = self.page("/auth/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        self.page("/auth/login/", csrfmiddlewaretoken=token[1], username=name, password=password)

    def csessid(self) -> str:
        """Return the key that the webclient's page puts into the websocket's address."""
        return re.search(r'var csessid = "([^"]+)"', self.page("/webclient/"))[1]
