"""The report: it tells the truth, says what was not done, and keeps visitors' text as text."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from model.catalogue.dataset import Split, find_dataset
from model.catalogue.edits import DELETE, KEEP, NOTE, RELABEL
from model.catalogue.origins import Origin
from model.catalogue.starter import STARTER
from model.catalogue.store import Store, forget_photos
from model.catalogue.workspaces import new_workspace_id
from model.cleaning.decisions import Decision, decide, history
from model.cleaning.worksheet import WorksheetCase, worksheet
from model.cli.main import main
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.datasets.manage import create_dataset
from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import compare
from model.evaluation.intervals import wilson
from model.evaluation.table import per_class
from model.photos.photo_id import PhotoId
from model.report.contents import Contents, Finding, ReportTable, report_contents
from model.report.data import wants_credit
from model.report.drawings import loss_curves
from model.report.html import report_html
from model.report.svg import draw
from model.report.texts import MAX_LINE, MAX_TEXT, Texts, set_text, texts
from model.runs.run import SHIPPED, Run, load_run, run_folder, save_run
from model.runs.settings import FineTuneSettings, Mode
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.conftest import encoded, fabricate, picture
from tests.starter_set import IN_SPLIT, PHOTOS
from tests.test_house import in_fresh_process

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><b>bold</b>",
    "{{ 7 * 7 }} {% raw %} $x$ & 'q' -->",
)
VOID = {"meta", "img", "br"}


@dataclass
class Document(HTMLParser):
    """A parsed report."""

    html: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # By the id of the last heading
    tables: dict[str, list[list[str]]] = field(default_factory=dict)  # By caption
    articles: list[str] = field(default_factory=list)
    drawings: dict[str, list[str]] = field(
        default_factory=dict
    )  # The words in a drawing, by what it is said to show
    _open: list[str] = field(default_factory=list)
    _place: str = ""
    _caption: str = ""
    _drawing: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "h2":
            self._place = attributes.get("id", "")
        if tag in ("caption", "article"):
            self._caption = ""
        if tag == "article":
            self.articles.append("")
        if tag == "tr":
            self.tables.setdefault(self._caption, []).append([])
        if tag in ("th", "td"):
            self.tables[self._caption][-1].append("")
        if tag == "svg":
            self._drawing = attributes["aria-label"]
            self.drawings[self._drawing] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag  # Whatever is open is closed in its turn.

    def handle_data(self, data: str) -> None:
        self.texts[self._place] = self.texts.get(self._place, "") + data
        if "caption" in self._open:
            self._caption += data
        if "article" in self._open:
            self.articles[-1] += data
        if {"th", "td"} & set(self._open):
            self.tables[self._caption][-1][-1] += data
        if self._open and self._open[-1] == "text":
            self.drawings[self._drawing].append(data)

    def table(self, about: str) -> list[list[str]]:
        """The rows of the one table whose caption says this, without its head."""
        [rows] = [rows for caption, rows in self.tables.items() if about in caption]
        return rows[1:]

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]

    @property
    def text(self) -> str:
        return "".join(self.texts.values())


def written(
    store: Store, workspace: str | None, run: str | None, experiments: tuple[Finding, ...] = ()
) -> Document:
    return Document(report_html(store, report_contents(store, workspace, run, experiments)))


def check_document(document: Document) -> None:
    """Check any report: it needs nothing else, has alternative texts, and no link is broken."""
    names = {tag for tag, _ in document.tags}
    assert not names & {
        "script",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "audio",
        "video",
        "image",
    }
    assert not [
        name
        for _, attributes in document.tags
        for name in attributes
        if name.startswith("on") or name in ("srcset", "action")
    ]
    assert all(
        address.startswith("data:image/jpeg;base64,") for address in document.attributes("src")
    )
    for tag, attributes in document.tags:
        target = attributes.get("href", attributes.get("xlink:href", "#"))
        assert target.startswith("#") or (tag == "a" and target.startswith("https://")), target
        assert tag != "img" or attributes["alt"].strip()
        assert tag != "svg" or (attributes["role"] == "img" and attributes["aria-label"].strip())
    for forbidden in ("url(http", "@import", "<?xml", "<!DOCTYPE svg"):
        assert forbidden not in document.html
    ids = document.attributes("id")
    assert len(set(ids)) == len(ids)
    assert {target[1:] for target in document.attributes("href") if target.startswith("#")} <= set(
        ids
    )


@dataclass(frozen=True)
class Made:
    """A workspace that cleaned the starter set and trained again."""

    store: Store
    workspace: str
    run: Run
    cases: list[WorksheetCase]
    document: Document

    @property
    def labels(self) -> dict[PhotoId, str]:
        return find_dataset(self.store, STARTER, workspace=self.workspace).labels


@pytest.fixture(scope="module")
def made(store: Store) -> Made:
    workspace, shipped = new_workspace_id(), load_run(run_folder(store, SHIPPED))
    cases = worksheet(shipped.evaluation.for_split("valid"), {})
    actions = [
        (RELABEL, case.predicted) if case.predicted != case.label else (DELETE, None)
        for case in cases
    ]
    actions[5:] = [(DELETE, None), (KEEP, None), (NOTE, None)]
    for number, (case, (action, label)) in enumerate(zip(cases, actions, strict=False)):
        decide(store, workspace, [Decision(case.photo, action, label, f"reason {number}")])
    trees = [
        labelled.photo
        for labelled in find_dataset(store, STARTER).photos
        if labelled.split == "train" and labelled.label == "tree"
    ][:3]
    decide(store, workspace, [Decision(photo, RELABEL, "cactus", "as a test") for photo in trees])
    for name in ("author", "title", "introduction", "discussion"):
        set_text(store, workspace, name, f"My {name}.\nIts second line.\n\nA paragraph.")
    dataset = find_dataset(store, STARTER, workspace=workspace)
    run = train_head_run(store, TrainRequest(dataset, name="Cleaned", workspace=workspace))
    now = history(store, workspace).standing
    return Made(
        store,
        workspace,
        run,
        worksheet(shipped.evaluation.for_split("valid"), now),
        written(store, workspace, run.card.id),
    )


def test_a_report_needs_nothing_else_and_its_links_lead_somewhere(made: Made) -> None:
    check_document(made.document)
    assert made.document.html.count("data:image/jpeg") > 70
    assert len(made.document.html) < 3_000_000
    assert "default-src 'none'" in made.document.attributes("content")[0]


def test_the_errors_are_those_of_the_evaluation_with_their_intervals(made: Made) -> None:
    for split, name in (("valid", "validation"), ("test", "test")):
        table = made.run.evaluation.relabelled(made.labels).for_split(split)
        low, high = wilson(table.errors, len(table.photos))
        errors, photos = table.errors, len(table.photos)
        sentence = f"{errors} of {photos} {name} photos wrong: {errors / photos:.1%}. "
        assert (
            f"{sentence}The true rate lies between {low:.1%} and {high:.1%}"
            in made.document.texts["results"]
        )
        assert sentence in made.document.texts[""]  # On the cover


def test_the_confusion_matrices_and_class_figures_are_those_of_the_evaluation(made: Made) -> None:
    for split, name in (("valid", "validation"), ("test", "test")):
        table = made.run.evaluation.relabelled(made.labels).for_split(split)
        [drawn] = [
            words
            for alt, words in made.document.drawings.items()
            if f"Confusion matrix of the {split}" in alt
        ]
        assert [int(word) for word in drawn if word.isdecimal()] == table.confusion.ravel().tolist()
        rows = made.document.table(f"Each class, {name}")
        for row, (class_name, figures) in zip(
            rows, per_class(table.confusion, table.classes).items(), strict=True
        ):
            shares = [
                f"{100 * (figures[column] or 0):.0f}%" for column in ("precision", "recall", "f1")
            ]
            assert row == [class_name, *shares, str(figures["support"])]


def test_the_training_table_is_the_runs_history_with_the_best_epoch_marked(made: Made) -> None:
    rows = made.document.table("epoch by epoch")
    for row, epoch in zip(rows, made.run.card.history, strict=True):
        mark = " ●" if epoch.epoch == made.run.card.best_epoch else ""
        figures = [
            f"{epoch.train_loss:.4f}",
            f"{epoch.valid_loss:.4f}",
            f"{100 * epoch.error_rate:.2f}%",
        ]
        assert row[:4] == [f"{epoch.epoch}{mark}", *figures]


def test_the_data_is_counted_as_it_is_now(made: Made) -> None:
    members = find_dataset(made.store, STARTER, workspace=made.workspace).photos
    *rows, together = made.document.table("by split")
    for name, *counts in rows:
        splits = [labelled.split for labelled in members if labelled.label == name]
        expected = [*(splits.count(split) for split in Split), len(splits)]
        assert counts == [str(number) for number in expected]
    assert together[-1] == str(len(members))
    assert made.document.table("Sources") == [["rendered for Areole", "CC0 1.0", str(len(members))]]


def test_the_ten_losses_come_with_the_reasons_and_actions_of_the_worksheet(made: Made) -> None:
    assert len(made.document.articles) == len(made.cases) == 10
    for number, (article, case) in enumerate(zip(made.document.articles, made.cases, strict=True)):
        assert f"{number + 1}." in article
        assert f"loss {case.loss:.2f}" in article
        assert (case.edit.reason if case.edit else "Not done yet: page Clean") in article
        assert (case.action or "Not done yet: page Clean") in article
    assert "the run before the cleaning" in made.document.texts["losses"]
    left = worksheet(made.run.evaluation.for_split("valid"), {})
    assert all(
        f"loss {case.loss:.2f}" in made.document.texts["losses"].partition("What is left")[2]
        for case in left
    )


def test_cleaning_is_counted_by_kind_and_held_against_the_same_photos(made: Made) -> None:
    standing = history(made.store, made.workspace).standing.values()
    titles = {
        "moved to another class": RELABEL,
        "deleted": DELETE,
        "kept as they are": KEEP,
        "only noted": NOTE,
    }
    rows = dict(made.document.table("What was decided"))
    for name, action in titles.items():
        assert rows[name] == str(sum(edit.action == action for edit in standing))
    assert int(rows["tree → cactus"]) >= 3
    shipped = load_run(run_folder(made.store, SHIPPED)).evaluation
    for (_, *cells), split in zip(
        made.document.table("before and after"), ("valid", "test"), strict=True
    ):
        both = compare(
            *(
                table.relabelled(made.labels).for_split(split)
                for table in (shipped, made.run.evaluation)
            )
        )
        assert cells[:4] == [
            str(n)
            for n in (both.before.errors, both.after.errors, len(both.fixed), len(both.broken))
        ]
        assert cells[4].startswith("no" if both.is_noise else "yes")
    assert "The goalposts moved" in made.document.texts["cleaning"]


def test_the_students_words_keep_their_lines(made: Made) -> None:
    assert made.document.texts["introduction"].count("My introduction.\nIts second line.") == 1
    assert made.document.html.count('<p class="own">A paragraph.</p>') == 2
    assert "My author. Its second line. A paragraph." in made.document.texts[""]
    assert (
        "Not done yet. This part is for the author to write." in made.document.texts["conclusion"]
    )


def test_the_command_is_there_and_the_workspaces_id_is_not(made: Made) -> None:
    card = made.run.card
    assert (
        f"--edits {find_dataset(made.store, STARTER, workspace=made.workspace).edits}"
        in made.document.texts["reproduction"]
    )
    assert made.workspace in card.command
    assert made.workspace not in made.document.html
    assert "--workspace=WORKSPACE" in made.document.texts["reproduction"]
    assert all(
        f"{package} {version}" in made.document.texts["reproduction"]
        for package, version in card.versions.items()
    )


def test_what_was_edited_after_the_training_is_said(made: Made) -> None:
    fresh = new_workspace_id()
    photo = load_run(run_folder(made.store, SHIPPED)).evaluation.for_split("valid").photos[0]
    decide(made.store, fresh, [Decision(photo, DELETE)])
    document = written(made.store, fresh, SHIPPED)
    assert "Since this run was trained: 1 photo removed." in document.texts["training"]
    assert f"of {IN_SPLIT['valid'] - 1} validation photos wrong" in document.texts["results"]
    assert "Since this run was trained" not in made.document.text


def test_what_was_not_done_is_said_with_the_page_where_it_is_done(
    store: Store, workspace: str
) -> None:
    document = written(store, workspace, SHIPPED)
    check_document(document)
    pages = {
        "introduction": "Report",
        "losses": "Clean",
        "cleaning": "Clean",
        "experiments": "Report",
        "discussion": "Report",
    }
    for place, page in pages.items():
        assert "Not done yet." in document.texts[place]
        assert f"This is done on the page {page}." in document.texts[place]
    assert "Not done yet" not in document.texts["training"] + document.texts["results"]
    assert "The author is not named yet" in document.texts[""]
    assert "before and after" not in document.text


def test_without_a_workspace_it_is_about_the_dataset_as_it_was_imported(made: Made) -> None:
    document = written(made.store, None, made.run.card.id)
    check_document(document)
    assert f"holds {PHOTOS} photos" in document.texts["data"]
    assert "Not done yet" in document.texts["introduction"] + document.texts["cleaning"]


def test_a_run_that_is_anothers_is_not_reported(made: Made) -> None:
    for run in (made.run.card.id, "nothing", "../../etc"):
        with pytest.raises(NotFound):
            report_contents(made.store, new_workspace_id(), run)


def test_experiments_come_with_their_sentence_drawing_and_table(
    store: Store, workspace: str
) -> None:
    drawing = draw("noise", "A <b> flat line", (3, 2), lambda axes: axes.set_xlabel("<seed>"))
    findings = (
        Finding(
            "Is it even real?",
            "Nine seeds agree.",
            drawing,
            ReportTable("By seed", ("Seed", "Wrong"), (("0", "<i>9</i>"),)),
        ),
        Finding("Would more photos help?", None),
    )
    document = written(store, workspace, SHIPPED, findings)
    check_document(document)
    assert "Is it even real?\nNine seeds agree." in document.texts["experiments"]
    assert document.table("By seed") == [["0", "<i>9</i>"]]
    assert "<seed>" in document.drawings["A <b> flat line"]
    assert document.texts["experiments"].count("Not done yet.") == 1


def logits_for(labels: list[int], classes: int) -> np.ndarray:
    """Every third photo is taken for the next class."""
    predicted = [(label + (row % 3 == 0)) % classes for row, label in enumerate(labels)]
    return 3 * np.eye(classes, dtype=np.float32)[predicted]


def fabricated_run(
    store: Store, classes: tuple[str, ...], splits: tuple[str, ...], each: int = 3
) -> tuple[str, str]:
    """A workspace and a run with so many photos of each class in each split."""
    rows = [(name, split) for split in splits for name in classes for _ in range(each)]
    return fabricate(
        store, classes, rows, logits_for([classes.index(name) for name, _ in rows], len(classes))
    )


def test_hostile_texts_stay_texts(store: Store) -> None:
    workspace, run = fabricated_run(store, HOSTILE, ("train", "valid", "test"))
    cases = worksheet(load_run(run_folder(store, run)).evaluation.for_split("valid"), {})
    for case, text in zip(cases, HOSTILE, strict=False):
        decide(store, workspace, [Decision(case.photo, KEEP, reason=text)])
    set_text(store, workspace, "discussion", "\n".join(HOSTILE))
    set_text(store, workspace, "title", HOSTILE[2])
    set_text(store, workspace, "author", HOSTILE[1])
    document = written(store, workspace, run)
    check_document(document)
    assert "\n".join(HOSTILE) in document.texts["discussion"]
    assert all(text in article for text, article in zip(HOSTILE, document.articles, strict=False))
    assert [row[0] for row in document.table("by split")[:-1]] == list(HOSTILE)
    [words] = [
        words for alt, words in document.drawings.items() if alt.startswith("Photos of each class")
    ]
    assert set(words) >= {"<script>alert(1)</scr...", "</style></title><b>bo..."}
    assert "49" not in document.texts["discussion"]


@pytest.mark.parametrize("number", [2, 20])
def test_it_is_whole_with_few_and_with_many_classes(store: Store, number: int) -> None:
    classes = tuple(f"a class called {position} 仙人掌" for position in range(number))
    workspace, run = fabricated_run(store, classes, ("train", "valid", "test"), each=2)
    document = written(store, workspace, run)
    check_document(document)
    table = load_run(run_folder(store, run)).evaluation.for_split("test")
    [drawn] = [
        words for alt, words in document.drawings.items() if "Confusion matrix of the test" in alt
    ]
    assert sum(int(word) for word in drawn if word.isdecimal()) == len(table.photos)
    assert len(document.table("Each class, test")) == number


def test_without_test_photos_nobody_claims_to_know(store: Store) -> None:
    document = written(store, *fabricated_run(store, ("ant", "bee"), ("train", "valid")))
    check_document(document)
    assert "There are no test photos" in document.texts["results"]
    assert not [alt for alt in document.drawings if "test photos" in alt]


def test_a_fine_tuned_run_shows_its_frozen_epoch_and_its_own_settings(store: Store) -> None:
    workspace, run_id = fabricated_run(store, ("ant", "bee"), ("train", "valid", "test"))
    run = load_run(run_folder(store, run_id))
    events = ("Cancelled after epoch 3.",)
    card = replace(
        run.card, mode=Mode.FINE_TUNE, settings=FineTuneSettings(image_px=160), events=events
    )
    save_run(replace(run, card=card), run_folder(store, run_id))
    document = written(store, workspace, run_id)
    check_document(document)
    assert "The whole network EfficientNet-Lite0" in document.texts["training"]
    assert "Cancelled after epoch 3." in document.texts["training"]
    assert ["photo size in pixels", "160"] in document.tables[
        next(c for c in document.tables if "Settings" in c)
    ]
    assert document.table("epoch by epoch")[0][0] == "0"


def test_photos_that_were_destroyed_meanwhile_leave_a_note(store: Store) -> None:
    workspace, run = fabricated_run(store, ("ant", "bee"), ("train", "valid", "test"))
    case = worksheet(load_run(run_folder(store, run)).evaluation.for_split("valid"), {})[0]
    with store.writing() as session:
        forget_photos(store, session, [case.photo])
    document = written(store, workspace, run)
    check_document(document)
    assert "This photo is no longer here." in document.articles[0]
    assert "This photo is no longer here." not in document.articles[1]


ORIGINS = (
    Origin(
        "iNaturalist",
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
        "Ann <b>",
        "https://example.org/1",
        "My cactus",
    ),
    Origin("a ZIP", "CC BY-SA 4.0", "javascript:alert(1)", "Bo", "javascript:alert(2)", "Trap"),
    Origin(
        "iNaturalist",
        "CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "Cy",
        "http://example.org/3",
        "Free",
    ),
    Origin(),
)


@pytest.fixture
def own(store: Store, workspace: str) -> Contents:
    """Contents about a workspace's own dataset, before anything was trained on it."""
    name = create_dataset(store, "My plants", ("cactus", "fern"), owner=workspace)
    jpegs = (encoded(picture(seed=700 + number)) for number in range(len(ORIGINS)))
    arrivals = [
        IncomingPhoto(f"{number}.jpg", "cactus", partial(bytes, jpeg), origin, "train")
        for number, (jpeg, origin) in enumerate(zip(jpegs, ORIGINS, strict=True))
    ]
    add_photos(store, name, arrivals, ImportResult(), total=len(arrivals), owner=workspace)
    return report_contents(store, workspace, None)


def test_an_own_dataset_names_authors_and_licences_and_links_only_what_is_safe(
    store: Store, own: Contents
) -> None:
    document = Document(report_html(store, own))
    check_document(document)
    assert "“My plants” holds 4 photos" in document.texts["data"]
    assert sorted(row[:2] for row in document.table("Sources")) == sorted(
        [origin.source or "not recorded", origin.licence or "no licence given"]
        for origin in ORIGINS
    )
    credits = document.texts["credits"]
    assert (
        "0.jpg: “My cactus” by Ann <b>, CC BY 4.0, from iNaturalist (https://example.org/1)"
        in credits
    )
    assert "1.jpg: “Trap” by Bo, CC BY-SA 4.0, from a ZIP\n" in credits
    assert "Cy" not in credits  # Given to everybody
    links = {target for target in document.attributes("href") if not target.startswith("#")}
    assert links == {ORIGINS[0].licence_url, ORIGINS[0].page, ORIGINS[2].licence_url}


def test_before_a_training_it_says_so(store: Store, own: Contents) -> None:
    document = Document(report_html(store, own))
    for place in ("training", "results", "losses", "reproduction"):
        assert "Not done yet." in document.texts[place]
        assert "page Retrain" in document.texts[place]
    assert (own.training, own.results, own.losses, own.effect) == (None, {}, None, None)


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (Origin(licence="CC BY-NC 4.0"), True),
        (Origin(author="Ann"), True),
        (Origin(licence="CC0 1.0", author="Ann"), False),
        (Origin(licence="public domain", author="Ann"), False),
        (Origin(source="upload"), False),
    ],
)
def test_authors_are_named_unless_their_licence_lets_them_go(origin: Origin, wanted: bool) -> None:
    assert wants_credit(origin) == wanted


def test_texts_are_kept_cleaned_for_the_workspace_and_the_dataset(
    store: Store, workspace: str
) -> None:
    assert texts(store, workspace) == Texts()
    set_text(store, workspace, "discussion", " one\0\u202e\r\ntwo \ud800\n")
    set_text(store, workspace, "author", " Mira\n Okonkwo ")
    assert texts(store, workspace) == Texts(author="Mira Okonkwo", discussion="one\ntwo ?")
    assert texts(store, new_workspace_id()) == Texts()
    create_dataset(store, "Another", ("a", "b"), owner=workspace)
    assert texts(store, workspace) == Texts()


def test_texts_are_replaced_and_have_an_end(store: Store, workspace: str) -> None:
    set_text(store, workspace, "conclusion", "first")
    set_text(store, workspace, "conclusion", "x" * (MAX_TEXT + 1))
    set_text(store, workspace, "title", "y" * (MAX_LINE + 1))
    assert texts(store, workspace) == Texts(conclusion="x" * MAX_TEXT, title="y" * MAX_LINE)
    with pytest.raises(InvalidRequest, match="no colour"):
        set_text(store, workspace, "colour", "red")


def test_the_command_writes_a_report(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(made.store.home))
    out = tmp_path / "report.html"
    arguments = [
        "report",
        "--run",
        made.run.card.id,
        f"--workspace={made.workspace}",
        "--out",
        str(out),
        "--author",
        "Ada",
    ]
    assert main(arguments) == 0
    document = Document(out.read_text())
    check_document(document)
    assert "Ada" in document.texts[""]
    assert texts(made.store, made.workspace).author.startswith("My author")  # As it was
    assert main(["report", "--out", str(out)]) == 0
    assert "Shipped head" in Document(out.read_text()).texts[""]


@pytest.mark.parametrize(
    "wrong", [["--run", "nothing"], ["--run", "../x"], ["--out", "/no/such/folder/x.html"]]
)
def test_what_cannot_be_reported_is_wrong_usage(
    wrong: list[str], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(store.home))
    assert main(["report", "--out", str(tmp_path / "x.html"), *wrong]) == 2
    assert not (tmp_path / "x.html").exists()


def test_threads_draw_the_same_as_one_alone(store: Store) -> None:
    card = load_run(run_folder(store, SHIPPED)).card
    alone = loss_curves(card.history, card.best_epoch)
    with ThreadPoolExecutor(4) as pool:
        assert {
            drawing.svg
            for drawing in pool.map(lambda _: loss_curves(card.history, card.best_epoch), range(8))
        } == {alone.svg}


def test_a_drawing_leaves_matplotlibs_settings_as_they_were() -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 17.0}):
        before = dict(mpl.rcParams)
        assert "<svg" in draw("one", "One", (2, 1), lambda axes: axes.set_xlabel("x")).svg
        assert dict(mpl.rcParams) == before


def test_no_other_command_pays_for_reports() -> None:
    assert in_fresh_process(
        "import sys, model.cli.main\n"
        "print(*[name in sys.modules for name in ('matplotlib', 'jinja2.environment')])"
    ) in (
        "False False",
        "False True",  # torch brings jinja2 along.
    )
