"""Why is the error stuck? Experiments instead of opinions, and the assignment as a document that
writes itself.
"""

import streamlit as st

from pages.parts.report.document import show_document
from pages.parts.report.experiments import show_experiments
from pages.shared import state
from pages.shared.cache.store import get_dataset
from pages.shared.frame import require_frame
from pages.shared.text import plain

EXPERIMENTS, REPORT = "Experiments", "Report"

require_frame()
workspace = state.workspace()
dataset = get_dataset(workspace)

st.title("Why is the error stuck?", anchor=False)
failure = state.take_failure()
if failure:
    st.error(plain(failure), icon=":material/error:")
view = st.segmented_control(
    "View",
    (EXPERIMENTS, REPORT),
    default=EXPERIMENTS,
    required=True,
    key=state.REPORT_VIEW,
    bind="query-params",
    label_visibility="collapsed",
    width="stretch",
)
if view == EXPERIMENTS:
    show_experiments(dataset, workspace)
else:
    show_document(dataset, workspace)
