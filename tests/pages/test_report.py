"""Report: experiments asked, watched, cancelled and failing; a search that goes on.

The visitor's words and the file.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import numpy as np
import pytest
from sqlalchemy import select, update
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import KEEP
from model.catalogue.schema import DatasetRow, FeatureRow
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name, new_workspace_id
from model.cleaning.decisions import Decision, decide
from model.datasets.manage import choose_dataset, create_dataset
from model.errors import StoreUnavailable, WeightsMissing
from model.experiments.registry import EXPERIMENTS
from model.experiments.split_features import SplitFeatures, load_split_features
from model.experiments.variance import SeedAndSplitVariance
from model.networks.backbones import BACKBONES
from model.networks.features import STORED
from model.progress import Progress
from model.report.experiments import DRAWINGS, experiment_findings
from model.report.texts import MAX_LINE, Texts, texts
from model.runs.listing import runs_of
from pages.parts.report.tuning import TRIALS
from pages.shared.cache.works import get_experiment_jobs, get_head_jobs
from tests.conftest import fabricate
from tests.model.experiments.made_up import CHART, CLASS_SIZES
from tests.pages.conftest import open_page, text

CLASSES = ("ash", "*beech*")
SIZES = {"train": 60, "valid": 40, "test": 40}
APART = 4.0
FINISH_S = 60
MISTAKE = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def workspace(store: Store) -> str:
    """A visitor's, on a dataset of made-up photos whose features are clouds of points.

    Nothing was asked about it yet.
    """
    draw = np.random.default_rng(0)
    splits = [split for split, size in SIZES.items() for _ in range(size)]
    labels = np.arange(len(splits)) % len(CLASSES)
    rows = [(CLASSES[label], split) for label, split in zip(labels, splits, strict=True)]
    logits = np.stack(
        [np.where(labels == label, 2.0, 0.0) for label in range(len(CLASSES))], axis=1
    ).astype(np.float32)
    visitor, _ = fabricate(store, CLASSES, rows, logits)
    members = find_dataset(store, dataset_name(store, visitor)).photos
    with store.writing() as session:
        for backbone in BACKBONES.values():
            vectors = draw.normal(size=(len(members), backbone.channels))
            for labelled, vector in zip(members, vectors, strict=True):
                vector[CLASSES.index(labelled.label)] += APART
                kept = vector.astype(STORED).tobytes()
                session.add(FeatureRow(photo=labelled.photo, backbone=backbone.name, vector=kept))
    return visitor


def report(workspace: str, **parameters: str) -> AppTest:
    """Open the page by a link."""
    return open_page("report", workspace, **parameters)


def pressed(app: AppTest, key: str) -> AppTest:
    """Press a button and see the page that comes then."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def ended(app: AppTest, workspace: str) -> AppTest:
    """Wait for what is being found out, and see the page then."""
    inquiry = get_experiment_jobs().of(workspace)
    assert inquiry is not None
    assert inquiry.finished.wait(FINISH_S)
    app.run()
    assert not app.exception
    return app


def found_out(app: AppTest, kind: str, workspace: str) -> AppTest:
    """Ask one question, and wait for what comes of it."""
    return ended(pressed(app, f"report_start_{kind}"), workspace)


def keys(app: AppTest) -> set[str]:
    """The buttons there are."""
    return {button.key for button in app.button if button.key}


def charts(app: AppTest) -> int:
    """How many charts there are."""
    return len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart"))


def said(app: AppTest) -> str:
    """Everything written on the page, as a reader sees it."""
    errors = "\n".join(part.value for part in app.error)
    return f"{text(app)}\n{errors}".replace("\\", "").replace("\u2060", "")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every experiment waits until it is cancelled, or for the end of the test.

    The kinds that were begun.
    """
    begun, gate = list[str](), Event()

    def wait(_store: Store, kind: str, *_: object, progress: Progress, **__: object) -> None:
        begun.append(kind)
        progress(3, 20)
        while not gate.wait(0.01):
            progress(3, 20)

    monkeypatch.setattr("model.experiments.background.run_experiment", wait)
    yield begun
    gate.set()


def test_the_first_look_asks_five_questions_and_answers_none(workspace: str) -> None:
    app = report(workspace)
    assert app.title[0].value == "Why is the error stuck?"
    assert [part.value for part in app.subheader] == [
        "Would more photos help?",
        "Would cleaner labels help?",
        "Would another model help?",
        "Is it even real?",
        "Would other settings help?",
    ]
    assert all(experiment.method in text(app) for experiment in EXPERIMENTS.values())
    assert {
        "report_all",
        "report_search_more",
        *(f"report_start_{kind}" for kind in EXPERIMENTS),
    } <= keys(app)
    assert app.button(key="report_all").label == "Find out all"
    assert app.button(key="report_search_more").label == f"Try {TRIALS} settings"
    assert not any(button.disabled for button in app.button)
    assert (charts(app), list(app.error), list(app.warning)) == (0, [], [])


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_a_question_ends_in_its_sentence_and_chart(
    workspace: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_resnet(
        store: Store, dataset: Dataset, backbone: str, progress: Progress
    ) -> SplitFeatures:
        if backbone == "resnet18":
            raise WeightsMissing("The weights of *ResNet-18* are not here.")
        return load_split_features(store, dataset, backbone, progress)

    monkeypatch.setattr("model.experiments.registry.load_split_features", without_resnet)
    app = found_out(report(workspace), kind, workspace)
    answer = {
        "learning-curve": "60 more photos",
        "label-noise": "of the labels look plainly wrong",
        "backbones": "EfficientNet-Lite0",
        "reality": "With 40 validation photos, ",
    }[kind]
    assert answer in said(app)
    assert EXPERIMENTS[kind].method not in text(app)
    assert charts(app) == 1
    assert f"report_start_{kind}" not in keys(app)
    assert app.button(key="report_all").label == "Find out the rest"
    assert not app.error
    if kind == "backbones":
        assert r"ResNet-18: The weights of \*ResNet\-18\* are not here\." in text(app)


def test_fine_tuned_runs_stand_beside_the_backbones(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_out(report(workspace), "backbones", workspace)
    assert "Whole network" not in said(report(workspace))
    monkeypatch.setattr("pages.parts.report.experiments.is_fine_tuned", lambda run: True)
    assert re.search(
        r"Whole network, Made up, on efficientnet-lite0: [\d.]+% of the validation",
        said(report(workspace)),
    )


def test_all_are_found_out_at_once_and_the_button_goes(workspace: str) -> None:
    app = ended(pressed(report(workspace), "report_all"), workspace)
    assert charts(app) == len(EXPERIMENTS)
    assert "report_all" not in keys(app)
    assert not app.error


@contextmanager
def everybodys(store: Store, name: str) -> Iterator[str]:
    """A dataset that nobody owns, for a while: other tests count everybody's."""
    with store.writing() as session:
        row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one()
        owner, row.owner = row.owner, None
    yield name
    with store.writing() as session:
        session.execute(update(DatasetRow).where(DatasetRow.name == name).values(owner=owner))


def test_the_answer_is_there_at_once_for_another_visitor_of_the_dataset(
    store: Store, workspace: str
) -> None:
    answer = found_out(report(workspace), SeedAndSplitVariance.KIND, workspace)
    other = new_workspace_id()
    with everybodys(store, dataset_name(store, workspace)) as name:
        choose_dataset(store, other, name)
        app = report(other)
    [sentence] = [
        part.value for part in app.markdown if part.value.startswith("With 40 validation photos")
    ]
    assert sentence in text(answer)
    assert charts(app) == 1
    assert get_experiment_jobs().of(other) is None


def test_what_is_under_way_is_watched_after_a_reload_and_cancelled(
    workspace: str, held: list[str]
) -> None:
    pressed(report(workspace), f"report_start_{SeedAndSplitVariance.KIND}")
    app = report(workspace)
    assert app.get("progress")[0].proto.text.startswith("Is it even real?")
    assert [button.key for button in app.button if not button.disabled] == ["report_cancel"]
    pressed(app, "report_cancel")
    ended(app, workspace)
    assert app.info[0].value.replace("\\", "") == "Is it even real? Cancelled."
    assert f"report_start_{SeedAndSplitVariance.KIND}" in keys(app)
    assert not app.error
    pressed(app, "report_close")
    assert not app.info


def test_a_double_click_starts_one(workspace: str, held: list[str]) -> None:
    first, second = report(workspace), report(workspace)
    pressed(first, f"report_start_{SeedAndSplitVariance.KIND}")
    begun = get_experiment_jobs().of(workspace)
    pressed(second, f"report_start_{SeedAndSplitVariance.KIND}")
    assert begun is not None
    assert get_experiment_jobs().of(workspace) is begun
    assert held == [SeedAndSplitVariance.KIND]
    pressed(second, "report_cancel")
    ended(first, workspace)


def test_a_dataset_that_cannot_be_trained_on_says_so(store: Store) -> None:
    rows = [("*ash*", "train"), ("beech", "valid")]
    workspace, _ = fabricate(store, ("*ash*", "beech"), rows, np.zeros((2, 2), np.float32))
    app = report(workspace)
    assert r"\*ash\* has 1 training photos" in app.warning[0].value
    assert not app.subheader
    app.segmented_control(key="why").set_value("Report").run()
    assert not app.exception


def fails(error: Exception) -> Callable[..., None]:
    """What raises this, whatever it is asked."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_an_experiment_that_fails_by_name_is_a_sentence(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "model.experiments.background.run_experiment", fails(WeightsMissing("No *weights* here."))
    )
    app = found_out(report(workspace), SeedAndSplitVariance.KIND, workspace)
    assert app.error[0].value == r"Is it even real? No \*weights\* here\."
    assert not app.button(key=f"report_start_{SeedAndSplitVariance.KIND}").disabled
    pressed(app, "report_close")
    assert not app.error


@MISTAKE
def test_an_experiment_that_a_mistake_of_ours_ends_is_a_sentence(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.experiments.background.run_experiment", fails(ZeroDivisionError()))
    app = found_out(report(workspace), SeedAndSplitVariance.KIND, workspace)
    assert "by a mistake of ours. The server's log says why." in app.error[0].value.replace(
        "\\", ""
    )
    assert not app.button(key=f"report_start_{SeedAndSplitVariance.KIND}").disabled


def test_a_search_is_tried_continued_kept_and_started_over(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.report.tuning.TRIALS", 3)
    app = ended(pressed(report(workspace), "report_search_more"), workspace)
    assert "3 settings were tried." in said(app)
    assert "The best so far: learning rate " in said(app)
    assert "After ten trials it can be said which settings matter." in said(app)
    assert app.button(key="report_search_more").label == "Try 3 more"
    assert charts(app) == 1
    ended(pressed(app, "report_search_more"), workspace)
    assert "6 settings were tried." in said(app)

    pressed(app, "report_keep_best")
    job = get_head_jobs().of(workspace)
    assert job is not None
    assert job.finished.wait(FINISH_S)
    [own] = [entry for entry in runs_of(store, workspace) if entry.own]
    assert own.name == "Best of 6 trials"

    pressed(app.run(), "report_forget")
    assert "settings were tried" not in said(app)
    assert app.button(key="report_search_more").label == "Try 3 settings"
    assert charts(app) == 0


def test_after_ten_trials_it_is_said_what_matters(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.report.tuning.TRIALS", 10)
    app = ended(pressed(report(workspace), "report_search_more"), workspace)
    assert "**What matters**" in text(app)
    assert charts(app) == 2


def test_a_search_that_fails_is_a_sentence(workspace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "model.experiments.tuning.background.run_trials",
        fails(StoreUnavailable("The disk is *full*.")),
    )
    app = ended(pressed(report(workspace), "report_search_more"), workspace)
    assert app.error[0].value == r"Trying other settings The disk is \*full\*\."


def write(app: AppTest, workspace: str, store: Store, **typed: str) -> AppTest:
    """Type into the fields of the report."""
    name = dataset_name(store, workspace)
    for field, value in typed.items():
        key = f"report_text_{name}_{field}"
        (app.text_input if field in ("author", "title") else app.text_area)(key=key).set_value(
            value
        ).run()
        assert not app.exception
    return app


def test_texts_are_kept_and_come_back(store: Store, workspace: str) -> None:
    app = write(
        report(workspace, why="Report"),
        workspace,
        store,
        author="  Ada   *L* ",
        discussion="One.\r\n\r\nTwo.",
    )
    assert texts(store, workspace) == Texts(author="Ada *L*", discussion="One.\n\nTwo.")
    app = report(workspace, why="Report")
    name = dataset_name(store, workspace)
    assert app.text_input(key=f"report_text_{name}_author").value == "Ada *L*"
    assert app.text_area(key=f"report_text_{name}_discussion").value == "One.\n\nTwo."
    assert app.text_area(key=f"report_text_{name}_conclusion").value == ""
    write(app, workspace, store, author="")
    assert texts(store, workspace) == Texts(discussion="One.\n\nTwo.")


def test_a_text_that_cannot_be_kept_is_a_sentence(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pages.parts.report.document.set_text", fails(StoreUnavailable("The disk is *full*."))
    )
    app = write(report(workspace, why="Report"), workspace, store, title="x" * MAX_LINE)
    assert app.error[0].value == r"The disk is \*full\*\."


def test_texts_belong_to_the_dataset_they_were_written_about(store: Store, workspace: str) -> None:
    write(report(workspace, why="Report"), workspace, store, author="Ada")
    choose_dataset(store, workspace, STARTER)
    app = report(workspace, why="Report")
    assert app.text_input(key=f"report_text_{STARTER}_author").value == ""


def test_what_is_not_done_names_its_page_and_what_is_done_does_not(
    store: Store, workspace: str
) -> None:
    app = report(workspace, why="Report")
    missing = [part.value for part in app.markdown if "radio_button_unchecked" in part.value]
    assert [part.split(":gray[")[1].removesuffix(": not done yet]") for part in missing] == [
        "The ten highest losses, 0 judged",
        "Cleaning",
        "What a retraining changed",
        "Experiments: 0 of 5",
    ]
    assert [link.proto.label for link in app.get("page_link")][-4:] == [
        "Clean",
        "Clean",
        "Retrain",
        "Experiments",
    ]
    assert r":material/check: 140 photos of ash and \*beech\*, and where they come from" in text(
        app
    )
    photo = find_dataset(store, dataset_name(store, workspace)).photos[0].photo
    decide(store, workspace, [Decision(photo, KEEP)])
    app.segmented_control(key="why").set_value("Experiments").run()
    found_out(app, SeedAndSplitVariance.KIND, workspace)
    app.segmented_control(key="why").set_value("Report").run()
    assert ":material/check: Cleaning: 1 decision" in text(app)
    assert ":material/check: Experiments: 1 of 5" in text(app)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], bytes]]:
    """What each run of the page gives its download button to call when it is pressed."""
    calls: list[Callable[[], bytes]] = []

    def offer(
        _manager: MediaFileManager,
        data: Callable[[], bytes],
        mimetype: str,
        *_: object,
        **named: object,
    ) -> str:
        assert mimetype == "text/html"
        assert str(named["file_name"]).endswith(".html")
        calls.append(data)
        return "file"

    monkeypatch.setattr(MediaFileManager, "add_deferred", offer)
    return calls


def test_the_download_is_html_with_the_typed_text_escaped(
    store: Store, workspace: str, offered: list[Callable[[], bytes]]
) -> None:
    app = report(workspace, why="Report")
    assert app.download_button[0].label == "Download the report"
    assert not app.download_button[0].disabled
    write(
        app,
        workspace,
        store,
        author="Ada <b>",
        introduction="<script>alert(1)</script> *stars* stay",
    )
    html = offered[-1]().decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "Ada &lt;b&gt;" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *stars* stay" in html
    assert "<script" not in html
    assert workspace not in html


def test_a_click_before_the_page_ran_again_gets_the_last_words_too(
    store: Store, workspace: str, offered: list[Callable[[], bytes]]
) -> None:
    app = report(workspace, why="Report")
    before = offered[-1]
    write(app, workspace, store, conclusion="Typed a moment ago")
    assert b"Typed a moment ago" in before()


def test_an_own_dataset_without_a_run_has_a_report_too(
    store: Store, offered: list[Callable[[], bytes]]
) -> None:
    workspace = new_workspace_id()
    create_dataset(store, "Pets", ("cat", "dog"), owner=workspace)
    app = report(workspace)
    assert "cat has 0 training photos" in app.warning[0].value
    app.segmented_control(key="why").set_value("Report").run()
    assert not app.exception
    assert "Training table and curves: not done yet" in text(app)
    assert ":material/radio_button_unchecked: :gray[0 photos of cat and dog" in text(app)
    assert b"Not done yet." in offered[-1]()


def test_the_starter_set_has_a_report_at_first_sight(offered: list[Callable[[], bytes]]) -> None:
    workspace = new_workspace_id()
    app = report(workspace, why="Report")
    assert "Training table and curves of Shipped head" in said(app)
    assert b"Cactus, succulent or tree?" in offered[-1]()


def test_every_experiment_has_a_chart_and_every_drawing_an_experiment() -> None:
    from pages.shared.charts.experiments import CHARTS

    assert CHARTS.keys() == EXPERIMENTS.keys()
    assert DRAWINGS.keys() <= EXPERIMENTS.keys()  # One without has its sentence in the report.


@pytest.mark.parametrize("has_chart", [True, False], ids=["chart", "no chart"])
def test_a_made_up_experiment_is_asked_and_answered_on_the_page(
    store: Store, workspace: str, has_chart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.shared.charts.experiments import CHARTS

    kind = CLASS_SIZES.kind
    monkeypatch.setitem(EXPERIMENTS, kind, CLASS_SIZES)
    if has_chart:
        monkeypatch.setitem(CHARTS, kind, CHART)
    app = report(workspace)
    assert CLASS_SIZES.question in [part.value for part in app.subheader]
    assert CLASS_SIZES.method in text(app)
    app = found_out(app, kind, workspace)
    assert "The smallest class has 30 photos." in said(app)
    assert CLASS_SIZES.method not in text(app)
    assert charts(app) == has_chart
    assert ("A bar a class." in text(app)) == has_chart
    dataset = find_dataset(store, dataset_name(store, workspace), workspace=workspace)
    [finding] = [
        finding
        for finding in experiment_findings(store, dataset, None, workspace)
        if finding.question == CLASS_SIZES.question
    ]
    assert (finding.sentence, finding.drawing) == ("The smallest class has 30 photos.", None)
