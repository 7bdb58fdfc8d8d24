"""A class that comes at once, and what it costs the server."""
