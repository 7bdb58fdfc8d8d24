"""Photos in and out of a dataset as files; a visitor's own datasets; the quota.

May import: jobs, runs, catalogue, photos. Begin with `intake.py`. From a ZIP to a row, a file is

1. a `FoundFile` (`archives.py`): its name, a way to read it, what speaks against it;
2. an `ImportFile` (`folders.py: bundle`) with its folder's label and split, or a `RefusedFile`;
3. an `IncomingPhoto` (`import_plan.py: plan`) under a class of the dataset, with its origin;
4. a `_DecodedPhoto` (`intake.py: add_photos`): past the gate, with its fingerprint;
5. a `LabelRow` of the catalogue, in a split (`splits.py`), beside `PhotoRow`, `FingerprintRow`.

It leaves by a row of `export.py: FORMATS`.
"""
