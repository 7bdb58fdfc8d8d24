"""Show where a run fails, on which photos, how sure that is, and what its confidence means."""

import streamlit as st

from model.csv_files import as_csv
from model.runs.listing import runs_of
from model.wording import SPLIT_NAMES
from pages.parts.evaluate.calibration import show_trust
from pages.parts.evaluate.class_figures import show_figures
from pages.parts.evaluate.confusions import show_confusions
from pages.parts.evaluate.headline import show_headline, table_rows
from pages.shared import state
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.cache.store import get_store
from pages.shared.comparison import show_comparison
from pages.shared.frame import require_frame, require_run
from pages.shared.loss_cards import show_losses
from pages.shared.run_choice import ask_for_run
from pages.shared.text import named

VIEWS = ("Confusions", "Top losses", "Each class", "Trust", "Compare")


require_frame()
store, workspace = get_store(), state.workspace()
used, names = require_run(workspace), {entry.id: entry.name for entry in runs_of(store, workspace)}

st.title("Where does it go wrong?", anchor=False)
if st.query_params.get(state.RUN, used) not in names:
    st.info(
        "The run of this link is not one of this workspace's. Here is another.",
        icon=":material/info:",
    )
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
judged = get_current_evaluation(run_id, workspace)
table = judged.tables[split]
if len(judged.dataset.classes) < 2:
    st.info(
        "This dataset has only one class, so nothing can be taken for anything else. Add a second "
        "one.",
        icon=":material/info:",
    )
elif judged.dataset.classes != judged.run.card.classes:
    st.warning(
        f"This run knows {named(judged.run.card.classes)}; the dataset now has "
        f"{named(judged.dataset.classes)}. "
        "Train again to judge it.",
        icon=":material/difference:",
    )
elif not table.photos:
    st.info(
        "This split has no photos that the run was asked about. Choose another one.",
        icon=":material/info:",
    )
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
