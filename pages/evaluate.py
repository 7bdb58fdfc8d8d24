"""Where a run fails, on which photos, how sure that is, and whether its confidence means anything."""

import streamlit as st

from model.csv_files import as_csv
from model.evaluation.table import Evaluation
from model.runs.listing import runs_of
from pages.shared import state
from pages.shared.compare import show_comparison
from pages.shared.confusions import show_confusions
from pages.shared.figures import show_figures
from pages.shared.frame import require_frame, require_run
from pages.shared.losses import show_losses
from pages.shared.resources import Judged, get_judged, get_store
from pages.shared.runs import ask_for_run
from pages.shared.trust import show_trust
from pages.shared.words import SPLIT_NAMES, WHAT_IT_PROVES, by_heart, listed, named, wrong_of

VIEWS = ("Confusions", "Top losses", "Each class", "Trust", "Compare")


def show_headline(judged: Judged, split: str) -> None:
    """How many are wrong, how far that figure can be off, and how the splits differ."""
    from pages.shared.charts import error_rates  # Not before the first paint: see there.

    table = judged.tables[split]
    words, drawing = st.columns([6, 5], gap="medium")
    with words:
        st.header(wrong_of(table), anchor=False)
        st.markdown(f"An error rate of {table.errors / len(table.photos):.1%}. {WHAT_IT_PROVES[split]}")
        show_changes(judged, split)
    with drawing:
        there = {SPLIT_NAMES[name]: one for name, one in judged.tables.items() if one.photos}
        rates = listed([f"{name.lower()} {one.errors / len(one.photos):.1%}" for name, one in there.items()], "and")
        st.altair_chart(error_rates(there, SPLIT_NAMES[split]), alt=f"Error rates with their ranges: {rates}")
        st.caption(by_heart(judged.tables))


def show_changes(judged: Judged, split: str) -> None:
    """What was edited since this run was trained."""
    changes = [
        f"{number} {word}"
        for number, word in ((judged.relabelled, "relabelled"), (judged.removed, "removed"), (judged.added, "added"))
        if number
    ]
    if changes:
        notes = " What was added it has not been asked about." if judged.added else ""
        if judged.relabelled and split != "test":
            notes += " Correcting labels only where the run disagrees flatters it; the test photos stay and judge fairly."
        st.info(
            f"Since this run was trained: {listed(changes, 'and')}. The figures follow today's labels.{notes}",
            icon=":material/history:",
        )


def table_rows(judged: Judged, table: Evaluation) -> list[dict[str, object]]:
    """The evaluation of a split as it is taken away."""
    files = {member.photo: member.file for member in judged.dataset.members}
    return [
        {
            "file": files[photo],
            "photo": photo,
            "split": split,
            "label": table.classes[label],
            "predicted": table.classes[predicted],
            "loss": round(float(loss), 5),
            **{f"probability of {name}": round(float(share), 5) for name, share in zip(table.classes, shares, strict=True)},
        }
        for photo, split, label, predicted, loss, shares in zip(
            table.photos, table.splits, table.labels, table.predicted, table.losses, table.probabilities, strict=True
        )
    ]


require_frame()
store, workspace = get_store(), state.workspace()
used, names = require_run(workspace), {entry.id: entry.name for entry in runs_of(store, workspace)}

st.title("Where does it go wrong?", anchor=False)
if st.query_params.get(state.RUN, used) not in names:
    st.info("The run of this link is not one of this workspace's. Here is another.", icon=":material/info:")
asking, splitting = st.columns([7, 5], vertical_alignment="bottom")
with asking:
    run_id = ask_for_run("Run", names, state.RUN, used)
with splitting:
    shown = st.segmented_control(
        "Photos",
        SPLIT_NAMES.values(),
        default=SPLIT_NAMES["valid"],
        required=True,
        key=state.SPLIT,
        bind="query-params",
        width="stretch",
    )
split = next(name for name, title in SPLIT_NAMES.items() if title == shown)
judged = get_judged(run_id, workspace)
table = judged.tables[split]
if len(judged.dataset.classes) < 2:
    st.info("This dataset has only one class, so nothing can be taken for anything else. Add a second one.", icon=":material/info:")
elif judged.dataset.classes != judged.run.card.classes:
    st.warning(
        f"This run knows {named(judged.run.card.classes)}; the dataset now has {named(judged.dataset.classes)}. "
        "Train again to judge it.",
        icon=":material/difference:",
    )
elif not table.photos:
    st.info("This split has no photos that the run was asked about. Choose another one.", icon=":material/info:")
else:
    show_headline(judged, split)
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key=state.VIEW,
        bind="query-params",
        label_visibility="collapsed",
        width="stretch",
    )
    if view == "Confusions":
        show_confusions(judged, table)
    elif view == "Top losses":
        show_losses(judged, table)
    elif view == "Each class":
        show_figures(table)
    elif view == "Trust":
        show_trust(table)
    else:
        show_comparison(judged, split, names, workspace)
    st.download_button(
        f"{SPLIT_NAMES[split]} photos as CSV",
        lambda: as_csv(table_rows(judged, table)),
        f"areole-{run_id}-{split}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
