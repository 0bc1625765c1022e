"""Sessions: the interface of an application, the embedded one's own, and browser logins."""
