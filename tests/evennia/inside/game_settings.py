"""Settings of a game without a game directory, and the pytest plugin that sets Evennia up."""

import os

import django
from evennia.settings_default import *  # noqa: F403 # a settings module is made of names

SECRET_KEY = "for tests only"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}


def pytest_configure() -> None:
    """Set Evennia up with these settings, as a game's launcher does with its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = __name__
    django.setup()
    import evennia

    evennia._init()
