"""File layout of an exported dataset: the table beside the photos, and its columns."""

from dataclasses import fields

from model.catalogue.origins import Origin

TABLE, ATTRIBUTION = "photos.csv", "ATTRIBUTION.txt"
ORIGIN_COLUMNS = {field.name: field.name.replace("_", " ") for field in fields(Origin)}
MAX_TABLE_BYTES = 20_000_000
