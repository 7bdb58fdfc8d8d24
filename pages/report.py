"""Run experiments on why the error is stuck, and write the assignment as a document."""

from pages.parts.report.document import show_document
from pages.parts.report.experiments import show_experiments
from pages.shared import state
from pages.shared.frame import ask_for_view, require_frame, show_header

EXPERIMENTS, REPORT = "Experiments", "Report"

visit = require_frame()

show_header("Why is the error stuck?")
if ask_for_view((EXPERIMENTS, REPORT), state.REPORT_VIEW) == EXPERIMENTS:
    show_experiments(visit)
else:
    show_document(visit)
