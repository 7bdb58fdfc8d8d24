"""Blender: the only part of the generator that needs it."""
