"""The settings of a game without a game directory, and the pytest plugin that sets Evennia up."""

import os

import django
from evennia.settings_default import *  # noqa: F403 # a settings module is made of names

SECRET_KEY = "for tests only"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}


def pytest_configure() -> None:
    """Make these the settings, as the launcher of a game does with the game's own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = __name__
    django.setup()
    import evennia

    evennia._init()
