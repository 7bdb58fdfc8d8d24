"""What the commands have in common: JSON for programs, sentences and bars for people, arguments that know their range."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Number = TypeVar("Number", int, float)
DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2  # Exit codes.


def tell(options: argparse.Namespace, line: dict[str, object], sentence: str) -> None:
    """One fact: as JSON for programs, or as a sentence for a person."""
    if options.json:
        print(json.dumps(line), flush=True)
    else:
        say(sentence)


def say(sentence: str) -> None:
    """A sentence for a person."""
    print(sentence, file=sys.stderr)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal that appears with the first report."""
    with tqdm(desc=title, unit=" photos", disable=None, delay=0.1, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


def between(kind: type[Number], least: Number, most: Number) -> Callable[[str], Number]:
    """An argument's type that also knows its range."""

    def parse(text: str) -> Number:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least} and {most}")
        return value

    parse.__name__ = kind.__name__  # argparse names it in "invalid int value".
    return parse
