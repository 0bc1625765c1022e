"""What the tests of the drop-in stand on: Evennia's releases, real games, webclients."""
