"""Show where a run fails, on which photos, how sure that is, and what its confidence means."""

import streamlit as st

from model.csv_files import as_csv
from model.evaluation.table import Evaluation
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES
from pages.parts.evaluate.calibration import show_trust
from pages.parts.evaluate.class_figures import show_figures
from pages.parts.evaluate.confusions import show_confusions
from pages.parts.evaluate.headline import show_headline, table_rows
from pages.shared import state
from pages.shared.asking import ask_for_run
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.comparison import show_comparison
from pages.shared.export import offer_csv
from pages.shared.frame import ask_for_view, require_frame, require_run, show_header
from pages.shared.loss_cards import show_losses
from pages.shared.text import named
from pages.shared.visit import Visit

VIEWS = ("Confusions", "Top losses", "Each class", "Trust", "Compare")
CONFUSIONS, LOSSES, CLASSES, TRUST, COMPARE = VIEWS


def ask_for_run_and_split(visit: Visit) -> tuple[str, str]:
    """Ask for the run to evaluate and the split to look at."""
    used, names = require_run(visit), visit.run_names
    show_header("Where does it go wrong?")
    if st.query_params.get(state.RUN, used) not in names:
        gone = "The run of this link is not one of this workspace's. Here is another."
        st.info(gone, icon=":material/info:")
    left, right = st.columns([7, 5], vertical_alignment="bottom")
    with left:
        run_id = ask_for_run("Run", names, state.RUN, used)
    title = right.segmented_control(
        "Photos",
        SPLIT_NAMES.values(),
        default=SPLIT_NAMES["valid"],
        required=True,
        key=state.SPLIT,
        bind="query-params",
        width="stretch",
    )
    return run_id, next(split for split, name in SPLIT_NAMES.items() if name == title)


def can_be_evaluated(current: CurrentEvaluation, table: Evaluation) -> bool:
    """Check that a run fits the dataset and was asked about the split; a sentence says why not."""
    classes, learned = current.dataset.classes, current.run.card.classes
    if len(classes) < 2:
        st.info(
            "This dataset has only one class, so nothing can be taken for anything else. "
            "Add a second one.",
            icon=":material/info:",
        )
    elif classes != learned:
        st.warning(
            f"This run knows {named(learned)}; the dataset now has {named(classes)}. "
            "Train again to judge it.",
            icon=":material/difference:",
        )
    elif not table.photos:
        empty = "This split has no photos that the run was asked about. Choose another one."
        st.info(empty, icon=":material/info:")
    else:
        return True
    return False


visit = require_frame()
run_id, split = ask_for_run_and_split(visit)
current = get_current_evaluation(run_id, visit)
table = current.tables[split]
if not can_be_evaluated(current, table):
    st.stop()

show_headline(current, split)
view = ask_for_view(VIEWS, state.VIEW)
if view == CONFUSIONS:
    show_confusions(current, table)
elif view == LOSSES:
    show_losses(current, table)
elif view == CLASSES:
    show_figures(table)
elif view == TRUST:
    show_trust(table)
else:
    show_comparison(current, split, visit)
offer_csv(
    f"{SPLIT_NAMES[split]} photos as CSV",
    lambda: as_csv(table_rows(current, table)),
    f"areole-{run_id}-{split}.csv",
)
