"""Sessions: what a host offers, the embedded host's own, and the login of a browser."""
