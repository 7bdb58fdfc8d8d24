"""Parts of the pages: one folder a page; no page imports another's."""
