"""Benchmarks: what the README's figures come from."""

import model  # noqa: F401  # Sets the process up before numpy and torch come, as it does in the app.
