"""Parts of the Clean page."""
