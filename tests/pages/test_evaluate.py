"""Evaluate: what is wrong and where, chosen by box or link, following the labels.

And what it says when there is nothing to say.
"""

from dataclasses import replace
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.schema import DatasetRow, RunRow
from model.catalogue.starter import CLASSES, STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.cleaning.decisions import label_photo
from model.datasets.manage import create_dataset
from model.evaluation.comparison import compare
from model.evaluation.sentences import by_heart
from model.evaluation.top_losses import ranked
from model.runs.run import SHIPPED, load_run, run_folder, save_run
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from pages.shared.text import difference
from tests.conftest import fabricate
from tests.model.evaluation.test_table import table
from tests.pages.conftest import open_page, text


def evaluate(workspace: str, **parameters: str) -> AppTest:
    """Open the page by a link."""
    return open_page("evaluate", workspace, **parameters)


def test_the_first_look_says_how_many_are_wrong_and_on_which_photos(workspace: str) -> None:
    app = evaluate(workspace)
    assert app.header[0].value == "24 of 143 wrong: somewhere between 12% and 24%"
    assert "8 succulent photos taken for cactus" in text(app)
    assert app.button[0].label == "8 succulent photos were taken for cactus"
    assert not app.warning
    assert not app.error


def test_a_rerun_builds_no_chart_anew_and_another_cell_one(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = evaluate(workspace)
    built: list[str] = []

    def counted(chart: alt.LayerChart, indent: int | None) -> str:
        built.append(type(chart).__name__)
        return to_json(chart, indent=indent)

    to_json = alt.LayerChart.to_json
    monkeypatch.setattr(alt.LayerChart, "to_json", counted)
    app.run()
    assert built == []
    assert len(app.get("arrow_vega_lite_chart") or app.get("vega_lite_chart")) == 2
    app.toggle(key="shares").set_value(True).run()
    assert built == ["LayerChart"]


def test_boxes_and_sentences_choose_the_cell(workspace: str) -> None:
    app = evaluate(workspace)
    app.button(key="evaluate_pair_1").click().run()
    assert "7 cactus photos taken for succulent" in text(app)
    app.selectbox(key="predicted").set_value("tree").run()
    assert "5 cactus photos taken for tree" in text(app)
    app.selectbox(key="actual").set_value("tree").run()
    assert "43 tree photos recognised" in text(app)
    app.selectbox(key="actual").set_value("succulent").run()
    assert "0 succulent photos taken for tree" in text(app)
    assert "never makes this mistake" in app.info[0].value
    assert not app.exception


def test_a_link_reproduces_the_view(workspace: str) -> None:
    app = evaluate(workspace, split="Test", actual="cactus", predicted="succulent", shares="true")
    assert "14 of 125 wrong" in app.header[0].value
    assert "cactus photos taken for succulent" in text(app)
    assert app.toggle(key="shares").value
    losses = evaluate(workspace, view="Top losses", why="the label looks wrong", most="20")
    assert losses.selectbox(key="why").value == "the label looks wrong"
    assert losses.selectbox(key="most").value == 20
    assert "The label looks wrong" in text(losses)
    assert "Its own mistake" not in text(losses)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"split": "none"},
        {"actual": "palm"},
        {"predicted": "x" * 300},
        {"view": "?"},
        {"most": "-1"},
        {"view": "Trust", "threshold": "400"},
    ],
)
def test_nonsense_in_a_link_is_ignored(workspace: str, nonsense: dict[str, str]) -> None:
    assert "24 of 143 wrong" in evaluate(workspace, **nonsense).header[0].value


def test_a_run_that_is_not_there_is_a_sentence(workspace: str) -> None:
    app = evaluate(workspace, run="head-ffffffff")
    assert "not one of this workspace's" in app.info[0].value
    assert "24 of 143 wrong" in app.header[0].value


def test_another_visitors_run_is_not_offered(store: Store, workspace: str, app: AppTest) -> None:
    other = new_workspace_id()
    label_photo(
        store,
        other,
        next(m.photo for m in find_dataset(store, STARTER).photos if m.split == "train"),
        "tree",
    )
    private = train_head_run(
        store,
        TrainRequest(
            find_dataset(store, STARTER, workspace=other), name="private", workspace=other
        ),
    )
    mine = evaluate(workspace, run=private.card.id)
    assert "not one of this workspace's" in mine.info[0].value
    assert "private" not in "".join(mine.selectbox(key="run").options)
    assert "private" in "".join(evaluate(other, run=private.card.id).selectbox(key="run").options)


def test_the_figures_follow_a_corrected_label_without_inference(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "model.classify.classifier.feature_map", lambda *_: pytest.fail("looked at a photo again")
    )
    valid = load_run(run_folder(store, SHIPPED)).evaluation.for_split("valid")
    worst = valid.rows(ranked(valid)[:1])
    label_photo(store, workspace, worst.photos[0], valid.classes[worst.predicted[0]])
    app = evaluate(workspace)
    assert "23 of 143 wrong" in app.header[0].value
    assert "Since this run was trained: 1 relabelled" in app.info[0].value
    assert "23 of 143 validation photos wrong" in "\n".join(
        part.value for part in app.sidebar.markdown
    )


def test_top_losses_are_narrowed_by_class(workspace: str) -> None:
    app = evaluate(workspace, view="Top losses")
    assert "10 photos of 143. Loss" in text(app)
    app.selectbox(key="filed").set_value("tree").run()
    app.selectbox(key="taken").set_value("cactus").run()
    assert "2 photos of 2" in text(app)
    app.selectbox(key="why").set_value("unusual").run()
    assert "No photo fits" in app.info[0].value
    assert not app.exception


def test_a_card_can_be_opened_from_the_matrix(store: Store, workspace: str) -> None:
    app = evaluate(workspace, actual="succulent", predicted="cactus")
    valid = load_run(run_folder(store, SHIPPED)).evaluation.for_split("valid")
    photo = valid.photos[ranked(valid, actual="succulent", predicted="cactus")[0]]
    app.button(key=f"evaluate_cell_{photo}").click().run()
    assert f"loss {valid.losses[valid.photos.index(photo)]:.2f}" in text(app)
    assert "The label looks wrong" in text(app)
    assert not app.exception


def test_each_class_and_trust(workspace: str) -> None:
    app = evaluate(workspace, view="Each class")
    assert "Hardest to recognise: **cactus**, with 24% missed" in text(app)
    assert app.dataframe[0].value["support"].tolist() == [49, 47, 47]
    app = evaluate(workspace, view="Trust", threshold="100")
    assert "**0 of 143 photos** get an answer, so none is wrong, and none is of use" in text(app)
    app.slider(key="threshold").set_value(33).run()
    assert "**143 of 143 photos** get an answer, 24 of those wrong (16.8%)" in text(app)
    assert "Expected calibration error" in text(app)


def made_up(n: int, classes: tuple[str, ...], store: Store, split: str = "valid") -> AppTest:
    """The page on n made-up photos of the first classes, all recognised as the first."""
    rows = [
        (classes[row % min(2, len(classes))], split if row % 2 else "train") for row in range(n)
    ]
    logits = np.zeros((n, len(classes)), np.float32)
    logits[:, 0] = 2
    return evaluate(fabricate(store, classes, rows, logits)[0])


def test_one_run_alone_says_how_to_get_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: str
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path))
    assert "There is only one run so far" in evaluate(workspace, view="Compare").info[0].value


def test_a_run_that_cannot_be_read_disturbs_no_other(store: Store) -> None:
    workspace, run_id = fabricate(store, CLASSES, [("tree", "valid")], np.zeros((1, 3), np.float32))
    (run_folder(store, run_id) / "card.json").write_text("{")
    app = evaluate(workspace)
    assert "Made up (cannot be read)" in app.selectbox(key="run").options
    assert not app.error
    assert "is damaged" in evaluate(workspace, run=run_id).error[0].value


def test_a_class_without_validation_photos_is_named_and_nothing_is_nan(store: Store) -> None:
    app = made_up(12, ("ash", "beech", "*cedar*"), store)
    for view in ("Confusions", "Top losses", "Each class", "Trust", "Compare"):
        app.segmented_control(key="view").set_value(view).run()
        assert not app.exception
        assert "nan" not in text(app).lower()
        if view == "Each class":
            assert any(
                r"filed under \*cedar\*: its recall cannot be known" in info.value
                for info in app.info
            )


def test_a_split_without_photos_and_a_single_class_are_sentences(store: Store) -> None:
    app = made_up(12, ("ash", "beech"), store)
    app.segmented_control(key="split").set_value("Test").run()
    assert "no photos that the run was asked about" in app.info[0].value
    assert "only one class" in made_up(6, ("ash",), store).info[0].value


def test_a_run_of_other_classes_is_a_sentence(store: Store) -> None:
    workspace, run_id = fabricate(
        store, ("ash", "beech"), [("ash", "valid")], np.zeros((1, 2), np.float32)
    )
    with store.writing() as session:
        session.get_one(DatasetRow, session.get_one(RunRow, run_id).dataset_id).classes = [
            "ash",
            "beech",
            "cedar",
        ]
    app = evaluate(workspace, run=run_id)
    assert (
        "This run knows ash and beech; the dataset now has ash, beech and cedar"
        in app.warning[0].value
    )


def test_a_dataset_on_which_nothing_was_trained_says_what_to_do(
    store: Store, workspace: str
) -> None:
    create_dataset(store, "Pets", ["cat", "dog"], owner=workspace)
    for page in ("classify", "evaluate", "clean"):
        app = open_page(page, workspace)
        assert app.title[0].value == "Nothing trained yet"
        assert "Pets has 0 photos of cat and dog" in text(app)
        assert not app.metric


def test_thousands_of_photos_come_in_pages(store: Store) -> None:
    app = made_up(200, ("ash", "beech"), store)
    assert "100 beech photos taken for ash" in text(app)
    cards = [
        button.key
        for button in app.button
        if button.key and button.key.startswith("evaluate_cell_")
    ]
    assert len(cards) == 24


def test_two_runs_are_compared(store: Store) -> None:
    rows = [("ash", "valid")] * 20 + [("beech", "train")] * 2
    wrong, right = (
        np.tile(np.array([0.0, 1.0], np.float32), (22, 1)),
        np.tile(np.array([1.0, 0.0], np.float32), (22, 1)),
    )
    workspace, first = fabricate(store, ("ash", "beech"), rows, wrong)
    better = load_run(run_folder(store, first))
    mixed = np.vstack([right[:8], wrong[8:]])
    other = replace(
        better,
        card=replace(better.card, id=f"{first}-b"),
        evaluation=replace(better.evaluation, logits=mixed),
    )
    save_run(other, run_folder(store, other.card.id))
    with store.writing() as session:
        dataset = session.get_one(RunRow, first).dataset_id
        session.add(
            RunRow(id=other.card.id, workspace=workspace, dataset_id=dataset, name="Difference")
        )
    app = evaluate(workspace, view="Compare", run=first, other=other.card.id)
    assert "On the same 20 photos the second run makes 8 fewer mistakes" in text(app)
    assert "This is more than chance" in text(app)
    assert "**8 photos fixed**" in text(app)
    assert "**0 photos broken**" in text(app)
    assert "12 of 20 wrong" in text(app)
    app.button(key=f"evaluate_fixed_{better.evaluation.photos[0]}").click().run()
    assert "loss 1.31" in text(app)  # The card of the run that is wrong about it.
    assert not app.exception
    back = evaluate(workspace, view="Compare", run=other.card.id, other=first)
    assert "makes 8 more mistakes" in text(back)
    assert "**8 photos broken**" in text(back)


@pytest.mark.parametrize(
    ("fixed", "broken", "said"),
    [
        (1, 1, "as many"),
        (5, 0, "too few photos differ"),
        (6, 0, "more than chance"),
        (8, 6, "This may be chance"),
    ],
)
def test_what_is_said_of_a_difference(fixed: int, broken: int, said: str) -> None:
    first = [[0.0, 1.0]] * fixed + [[1.0, 0.0]] * broken
    second = [[right, wrong] for wrong, right in first]
    labels = [0] * len(first)
    assert said in difference(compare(table(labels, first), table(labels, second)))


def test_learning_by_heart_is_said_only_where_the_ranges_part() -> None:
    good, bad = (
        table([0] * 100, [[1.0, 0.0]] * 100),
        table([0] * 100, [[0.0, 1.0]] * 50 + [[1.0, 0.0]] * 50),
    )
    assert "learned some of them by heart" in by_heart({"train": good, "valid": bad})
    assert "no sign" in by_heart({"train": good, "valid": good})
    assert "nobody can say" in by_heart({"train": good.rows([]), "valid": good})
