"""Benchmarks: what the README's figures come from."""

# It sets the process up before numpy and torch come, as it does in the app.
import model  # noqa: F401
