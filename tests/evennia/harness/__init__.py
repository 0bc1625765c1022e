"""Support for the tests of the drop-in: Evennia's releases, real games, webclients."""
