"""The fake sources of gathering, for the command that asks them."""

from tests.model.gather.conftest import clock, fake, fresh_queues, no_internet

__all__ = ["clock", "fake", "fresh_queues", "no_internet"]
