"""A visit: the data folder, a workspace, and its view of a dataset, asked once a rerun."""

from dataclasses import dataclass
from functools import cached_property

from model.catalogue.store import Store
from model.catalogue.workspaces import View, view_of
from model.runs.listing import RunEntry, active_run, runs_of


@dataclass(frozen=True)
class Visit:
    """One workspace as one rerun sees it; `view` changes with its dataset and with every edit.

    A callback runs before the frame makes the next visit, and may hold one of long ago: it asks for
    `renewed()`.
    """

    store: Store
    workspace: str
    view: View

    @classmethod
    def begin(cls, store: Store, workspace: str) -> "Visit":
        """Ask the database which dataset the workspace is on, and how often both have changed."""
        return cls(store, workspace, view_of(store, workspace))

    def renewed(self) -> "Visit":
        """Begin another visit of the same workspace, after edits or a long time."""
        return Visit.begin(self.store, self.workspace)

    @property
    def key(self) -> tuple[str, View, int | None]:
        """Key of what is computed from the workspace's dataset, edits and labels.

        All who have edited nothing see the same: thirty who come at once load it once.
        """
        return self.workspace if self.view.last_edit else "", self.view, self.store.identity

    @cached_property
    def runs(self) -> dict[str, RunEntry]:
        """Runs that the workspace may look at, by id, the newest first."""
        return {entry.id: entry for entry in runs_of(self.store, self.workspace)}

    @cached_property
    def preferred_runs(self) -> list[str]:
        """Ids of its runs, the one in use first, then the oldest first."""
        used = active_run(self.store, self.workspace)
        return [run for run in dict.fromkeys((used, *reversed(self.runs))) if run in self.runs]

    @property
    def run_names(self) -> dict[str, str]:
        """Names of its runs, by id, the newest first."""
        return {run: entry.name for run, entry in self.runs.items()}
