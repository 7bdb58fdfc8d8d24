"""The rules of the house that no linter sees."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from model.catalogue.store import Store
from model.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
SOURCES = [*ROOT.glob("*.py"), *ROOT.glob("model/**/*.py"), *ROOT.glob("pages/**/*.py")]


def in_fresh_process(code: str) -> str:
    """Run code in a new interpreter at the project's root; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAVY = ("torch", "torchvision", "timm", "fastai", "streamlit", "altair", "pandas", "requests")


def heavy_imports_of(modules: str) -> set[str]:
    """Which heavy packages come along with an import."""
    return set(
        in_fresh_process(
            f"import sys, {modules}; print(*[name for name in {HEAVY} if name in sys.modules])"
        ).split()
    )


def test_everything_imports_in_a_fresh_process() -> None:
    code = (
        "from model.networks.torchvision_operators import define_missing_operators\n"
        "define_missing_operators()\n"
        "import torchvision, timm, fastai.vision.all, streamlit, altair\n"
        "import model.cli.main, model.training.head_run, pages.shared.frame\n"
        "print(torchvision.models.resnet18(num_classes=2).fc.out_features)"
    )
    assert in_fresh_process(code) == "2"


def test_the_first_paint_needs_nothing_heavy() -> None:
    assert heavy_imports_of("pages.shared.frame, pages.shared.gallery, pages.shared.colours") == {
        "streamlit"
    }
    top = ast.parse((ROOT / "pages" / "classify.py").read_text()).body
    imported = {ast.unparse(node) for node in top if isinstance(node, ast.Import | ast.ImportFrom)}
    assert not [
        line
        for line in imported
        if any(name in line for name in ("charts", "pandas", "altair", "torch"))
    ]


def test_the_process_is_set_up_before_numpy_comes_and_pages_bring_no_torch() -> None:
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
import model.classify.classifier
"""
    assert in_fresh_process(watched).split() == ["numpy", "True"]


def test_commands_bring_only_what_they_need(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(store.home))
    code = "import sys; from model.cli.main import main; main(['datasets'])"
    heavy = f"[name for name in {(*HEAVY, 'onnxruntime', 'optuna')} if name in sys.modules]"
    assert in_fresh_process(f"{code}; print(*{heavy})") == ""


def test_model_never_imports_streamlit() -> None:
    assert heavy_imports_of("model.cli.main, model.training.head_run") == set()


HALL = {"errors", "settings", "runtime", "progress", "wording", "csv_files"}
HALL |= {"colours", "untrusted_text", "links"}
ARROWS = {  # A room, and the rooms below it that it may import; all may import the hall.
    "photos": "",
    "catalogue": "photos",
    "evaluation": "photos",
    "runs": "catalogue evaluation photos",
    "networks": "catalogue photos",
    "jobs": "catalogue runs",
    "classify": "networks runs evaluation catalogue photos",
    "training": "jobs networks runs evaluation catalogue photos",
    "datasets": "jobs runs catalogue photos",
    "cleaning": "datasets networks runs evaluation catalogue photos",
    "gather": "datasets jobs catalogue photos",
    "experiments": "cleaning training jobs networks runs evaluation catalogue photos",
    "report": "experiments cleaning runs networks evaluation catalogue photos",
    "take_home": "jobs networks runs evaluation catalogue photos",
    "classroom": "take_home report cleaning training classify datasets jobs runs evaluation "
    "catalogue photos",
}


def is_for_types(node: ast.stmt) -> bool:
    """Tell whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports_of(source: Path) -> set[str]:
    """Modules of ours that a file imports, inside functions too; the hall's, not for types."""
    tree = ast.parse(source.read_text())
    if source.stem in HALL and source.parent.name == "model":
        tree.body = [node for node in tree.body if not is_for_types(node)]
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in ("model", "pages")}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(source: Path) -> None:
    top, *folders = source.relative_to(ROOT).with_suffix("").parts
    for name in imports_of(source):
        other_top, other, *rest = name.split(".")
        if top == "model" and folders[0] not in ("cli", "__main__", "__init__"):
            room = "hall" if folders[0] in HALL else folders[0]
            allowed = {room} | HALL | set(ARROWS.get(room, "").split())
            assert other_top == "model"
            assert other in allowed, f"{room} may not import {name}"
        elif top == "pages" and other_top == "pages":
            rooms = {"shared", "routes" if folders[0] == "routes" else "parts"}
            assert other in rooms, f"{source} may not import {name}"
            if other == "parts":  # pages/x.py and pages/parts/x/ use the parts of x; shared none
                own = folders[1] if folders[0] == "parts" else folders[0]
                assert rest[0] == own, f"{source} imports another page's part: {name}"
        elif top == "pages":
            assert other not in ("cli", "__main__")


def test_every_room_has_its_arrows() -> None:
    rooms = {path.parent.name for path in ROOT.glob("model/*/__init__.py")}
    assert rooms <= ARROWS.keys() | {"cli"}
    for path in ROOT.glob("model/**/__init__.py"):
        assert len(ast.parse(path.read_text()).body) == 1 or path.parent.name == "model"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_unpickles_or_swallows(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            called, options = (
                ast.unparse(node.func),
                {option.arg: ast.unparse(option.value) for option in node.keywords},
            )
            assert "pickle" not in called
            assert (
                called not in ("torch.load", "load_state_dict_from_url")
                or options.get("weights_only") == "True"
            )
            assert called != "np.load" or options.get("allow_pickle", "False") == "False"
            assert options.get("unsafe_allow_html") is None
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            assert (
                not {"Exception", "BaseException"} & {ast.unparse(name) for name in caught}
                or source.name == "records.py"  # Notes the end of a job, and raises again
            )


def test_only_the_import_reads_the_starter_table_and_not_its_answer_key() -> None:
    readers = {
        source.name
        for source in SOURCES
        if "photos.csv" in source.read_text() and "FOLDER" in source.read_text()
    }
    assert readers == {"starter.py", "answer_key.py"}
    askers = {
        source.name
        for source in SOURCES
        if "model.cleaning.answer_key import" in source.read_text()
    }
    assert askers == {
        "score.py",
        "decisions.py",
    }  # The panel that scores a cleaning, and the list that asks if there is a key.
    strings = {
        node.value
        for node in ast.walk(ast.parse((ROOT / "model" / "catalogue" / "starter.py").read_text()))
        if isinstance(node, ast.Constant)
    }
    assert {"file", "label", "split"} <= strings
    assert not {"truth", "defect", "twin", "kind"} & strings


def test_every_run_time_requirement_is_pinned_with_its_reason() -> None:
    lines = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert len(lines) > 10
    for line in lines:
        pin, _, reason = line.partition("#")
        assert "==" in pin
        assert len(reason.split()) > 1, f"{pin} has no reason"


PAGES_OF_WORDS = [
    ROOT / name
    for name in (
        "README.md",
        "HOSTING.md",
        "tests/benchmarks/README.md",
        "assets/starter/README.md",
        "assets/starter/generator/README.md",
    )
]
README, HOSTING, FIGURES = (page.read_text() for page in PAGES_OF_WORDS[:3])


def anchors_of(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def cells_of(page: str, head: str) -> list[list[str]]:
    """Rows of the table whose first line begins with `| head |`, a list of cells each."""
    table = re.search(rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert table
    rows = table[1].splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def test_the_readme_is_finished() -> None:
    assert len(re.findall(r"^```sh$", README, re.MULTILINE)) == 2  # .ci/run takes both out.
    assert README.count("![") == 1
    assert not re.findall(r"^[A-Z]{4,}$", README, re.MULTILINE)


def test_the_readme_has_at_most_700_words_besides_code_and_tables() -> None:
    prose = re.sub(r"^```.*?^```$|^\|[^\n]*$", "", README, flags=re.MULTILINE | re.DOTALL)
    words = re.findall(r"\w\S*", re.sub(r"\]\([^)]+\)", "]", prose))
    assert len(words) <= 700


@pytest.mark.parametrize("page", PAGES_OF_WORDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            there = page.parent / file if file else page
            assert there.exists(), target
            assert not anchor or anchor in anchors_of(there), target


def test_the_readme_names_every_room_and_only_paths_that_exist() -> None:
    _hall, *rows = cells_of(README, "room in `model/`")
    rooms = {file.parent.name for file in ROOT.glob("model/*/[!_]*.py")} - {"cli"}
    assert {row[0].strip("`/") for row in rows} == rooms
    for path in re.findall(r"`((?:model|pages|tests|assets)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path


def test_the_readme_names_only_figures_that_were_measured() -> None:
    for _title, value, _how in cells_of(README, "figure"):
        assert f"| {value} " in FIGURES, value


def test_every_benchmark_is_named_beside_its_figures() -> None:
    scripts = {file.stem for file in (ROOT / "tests/benchmarks").glob("[!_]*.py")}
    assert {row[0].split(".")[0].strip("[") for row in cells_of(FIGURES, "script")} == scripts
    assert set(re.findall(r"python -m tests\.benchmarks\.(\w+)", FIGURES)) == scripts


def test_hosting_names_every_setting() -> None:
    sources = [*SOURCES, *ROOT.glob("tests/**/*.py")]
    settings = {
        name for source in sources for name in re.findall(r"AREOLE_[A-Z_]+", source.read_text())
    }
    named = " ".join(row[0] for row in cells_of(HOSTING, "variable"))
    assert set(re.findall(r"AREOLE_[A-Z_]+", named)) == settings - {"AREOLE_"}


def test_hosting_names_every_command_and_option() -> None:
    rows = {row[0].split()[0].strip("`"): " ".join(row) for row in cells_of(HOSTING, "command")}
    training = " ".join(row[0] for row in cells_of(HOSTING, "option"))
    assert list(rows) == list(COMMANDS)
    app = typer.Typer()
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for name, row in rows.items():
        text = f"{row} {training}" if "training options" in row else row
        group = typer.main.get_command(app)
        command_line = group.commands[name]  # type: ignore[attr-defined]  # Of several commands
        for parameter in command_line.params:
            option = parameter.opts[0]
            if option.startswith("--") and not parameter.hidden:
                assert re.search(rf"[` ]{option}[ `]", text), f"{name} {option}"
