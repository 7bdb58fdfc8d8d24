"""The rules of the house that no linter sees."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [*ROOT.glob("*.py"), *ROOT.glob("model/**/*.py"), *ROOT.glob("pages/**/*.py")]


def in_fresh_process(code: str) -> str:
    """Run code in a new interpreter at the project's root; what it printed."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAVY = ("torch", "torchvision", "timm", "fastai", "streamlit", "altair", "pandas", "requests")


def heavy_imports_of(modules: str) -> set[str]:
    """Which heavy packages come along with an import."""
    return set(in_fresh_process(f"import sys, {modules}; print(*[name for name in {HEAVY} if name in sys.modules])").split())


def test_everything_imports_in_a_fresh_process() -> None:
    code = (
        "from model.torchvision_operators import define_missing_operators; define_missing_operators()\n"
        "import torchvision, timm, fastai.vision.all, streamlit, altair, model.__main__, model.training, pages.shared.frame\n"
        "print(torchvision.models.resnet18(num_classes=2).fc.out_features)"
    )
    assert in_fresh_process(code) == "2"


def test_the_first_paint_needs_nothing_heavy() -> None:
    assert heavy_imports_of("pages.shared.frame, pages.shared.gallery, pages.shared.colours") == {"streamlit"}
    top = ast.parse((ROOT / "pages" / "classify.py").read_text()).body
    imported = {ast.unparse(node) for node in top if isinstance(node, ast.Import | ast.ImportFrom)}
    assert not [line for line in imported if any(name in line for name in ("charts", "pandas", "altair", "torch"))]


def test_the_process_is_set_up_before_numpy_and_torch_come() -> None:
    watched = """
import os, sys
class Watch:
    def find_spec(self, name, *_):
        if name in ("numpy", "torch"):
            print(name, "OPENBLAS_THREAD_TIMEOUT" in os.environ and "GOMP_SPINCOUNT" in os.environ)
sys.meta_path.insert(0, Watch())
for name in ("OPENBLAS_THREAD_TIMEOUT", "GOMP_SPINCOUNT"):
    os.environ.pop(name, None)
import streamlit
import pages.shared.frame
import model.classifier
"""
    assert in_fresh_process(watched).split() == ["numpy", "True", "torch", "True"]


def test_model_never_imports_streamlit() -> None:
    assert heavy_imports_of("model.__main__, model.training") == {"torch"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_unpickles_or_swallows(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            called, options = ast.unparse(node.func), {option.arg: ast.unparse(option.value) for option in node.keywords}
            assert "pickle" not in called
            assert called not in ("torch.load", "load_state_dict_from_url") or options.get("weights_only") == "True"
            assert called != "np.load" or options.get("allow_pickle", "False") == "False"
            assert options.get("unsafe_allow_html") is None
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            assert not {"Exception", "BaseException"} & {ast.unparse(name) for name in caught} or source.name == "jobs.py"


def test_only_the_import_reads_the_starter_table_and_not_its_answer_key() -> None:
    readers = {source.name for source in SOURCES if "photos.csv" in source.read_text() and "FOLDER" in source.read_text()}
    assert readers == {"starter.py", "answer_key.py"}
    askers = {source.name for source in SOURCES if "model.answer_key import" in source.read_text()}
    assert askers == {"score.py", "edit_list.py"}  # The panel that scores a cleaning, and whoever asks if there is a key.
    strings = {
        node.value for node in ast.walk(ast.parse((ROOT / "model" / "starter.py").read_text())) if isinstance(node, ast.Constant)
    }
    assert {"file", "label", "split"} <= strings
    assert not {"truth", "defect", "twin", "kind"} & strings


def test_every_run_time_requirement_is_pinned_with_its_reason() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) > 10
    for line in lines:
        pin, _, reason = line.partition("#")
        assert "==" in pin
        assert len(reason.split()) > 1, f"{pin} has no reason"


def test_the_readme_is_finished() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.count("```sh\n") == 2
    for target in re.findall(r"\]\(([^)]+)\)", readme):
        assert target.startswith("https://") or (ROOT / target).exists(), target
    assert not re.findall(r"^[A-Z]{4,}$", readme, re.MULTILINE)
