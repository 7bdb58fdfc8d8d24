"""The benchmark of a class at once, with one visitor, so that it follows the pages."""

import re
import subprocess
import sys

import pytest

from tests.benchmarks.visitors import is_on_this_machine
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.e2e


def test_a_visitor_of_the_benchmark_uploads_trains_and_meets_no_error(address: str) -> None:
    options = ["--visitors", "1", "--url", address, "--think", "0", "--uploads", "1", "--train"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.visitors", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for step in ("classify", "upload of 1", "evaluate", "clean", "retrain", "Train, until"):
        assert re.search(rf"^{step}.* 1( +\d+\.\d\d){{3}}$", done.stdout, re.MULTILINE), done.stdout
    assert "failed visits: 0 of 1\nerrors shown on pages: 0\n" in done.stdout


def test_the_benchmark_asks_servers_of_this_machine_only() -> None:
    assert is_on_this_machine("http://127.0.0.1:8501/base")
    for url in ("http://192.0.2.1:8501", "http://127.0.0.1:8501@192.0.2.1:80", "http://localhost"):
        assert not is_on_this_machine(url)
