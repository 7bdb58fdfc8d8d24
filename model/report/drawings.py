"""The report's drawings: data in, drawing out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from model.colours import INK, LINE, RIGHT, WRONG, class_colour
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.report.data import Data
from model.report.svg import Drawing, draw
from model.runs.settings import Epoch
from model.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF, WIDE = 3.5, 5.2  # Inches across: two beside each other, or one
MANY_CLASSES, LONGEST_NAME = 6, 24
SPLIT_SHADES = {"train": 1.0, "valid": 0.55, "test": 0.25}
STRONG = 0.55  # From this tint on, figures are white.
CELL_IN, LEAST_IN, CHARACTER_IN = 0.29, 2.5, 0.075  # Of a confusion matrix
Curve = tuple[str | None, str, str, list[float]]  # Label, style, colour, a value an epoch
LEAST_SHARE = 0.035  # Of the longest bar: narrower parts have no room for their figure.


def loss_curves(history: Sequence[Epoch], best_epoch: int) -> Drawing:
    """Draw train loss (dashed) and validation loss (solid) after each epoch; the best has a dot."""
    first, last = history[0], history[-1]
    alt = (
        f"Learning curves over {len(history)} epochs. "
        f"Train loss from {first.train_loss:.2f} to {last.train_loss:.2f}, validation loss from "
        f"{first.valid_loss:.2f} to {last.valid_loss:.2f}, lowest after epoch {best_epoch}."
    )
    train: Curve = ("train loss", "--", WRONG, [epoch.train_loss for epoch in history])
    valid: Curve = ("validation loss", "-", RIGHT, [epoch.valid_loss for epoch in history])
    plot = _epoch_curves(history, best_epoch, "loss", train, valid)
    return draw("losses", alt, (HALF, 2.6), plot)


def error_curve(history: Sequence[Epoch], best_epoch: int) -> Drawing:
    """Draw the error rate on the validation photos after each epoch; the best has a dot."""
    rates = ", ".join(f"{epoch.error_rate:.1%}" for epoch in history)
    alt = f"Error rate on the validation photos after each epoch: {rates}."
    errors: Curve = (None, "-", RIGHT, [100 * epoch.error_rate for epoch in history])
    plot = _epoch_curves(history, best_epoch, "validation error rate, %", errors)
    return draw("errors", alt, (HALF, 2.6), plot)


def _epoch_curves(
    history: Sequence[Epoch], best_epoch: int, title: str, *curves: Curve
) -> Callable[["Axes"], None]:
    """Make the plot of curves over the epochs, with a dot on the last one's best."""

    def plot(axes: "Axes") -> None:
        epochs = [epoch.epoch for epoch in history]
        for label, style, colour, values in curves:
            axes.plot(epochs, values, style, color=colour, linewidth=2, label=label)
        best, label = curves[-1][-1][epochs.index(best_epoch)], f"best, epoch {best_epoch}"
        axes.plot([best_epoch], [best], "o", color=RIGHT, markersize=8, label=label)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(title)
        axes.legend(frameon=False)
        axes.set_xlabel("epoch")
        axes.locator_params("x", integer=True)
        axes.grid(axis="y", color=LINE, linewidth=0.7)

    return plot


def class_counts(data: Data) -> Drawing:
    """Draw a bar a class, parted into splits by shade."""
    names = data.classes[::-1]  # The first on top

    def plot(axes: "Axes") -> None:
        _plot_bars(axes, data, names)
        axes.set_yticks(range(len(names)), [shortened(name, LONGEST_NAME) for name in names])
        axes.set_xlabel("photos: train (dark), validation (lighter), test (lightest)")
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xticks([])

    counts = "; ".join(
        f"{name}: {', '.join(f'{data.counts[name, split]} {split}' for split in SPLIT_SHADES)}"
        for name in data.classes
    )
    alt = f"Photos of each class by split. {counts}."
    return draw("counts", alt, (WIDE, 0.6 + 0.26 * len(names)), plot)


def _plot_bars(axes: "Axes", data: Data, names: Sequence[str]) -> None:
    """Plot the photos of classes from below, split after split, with their number where it fits."""
    totals = [sum(data.counts[name, split] for split in SPLIT_SHADES) for name in names]
    starts = np.zeros(len(names))
    for split, shade in SPLIT_SHADES.items():
        widths = np.array([data.counts[name, split] for name in names])
        colours = [(class_colour(data.classes, name), shade) for name in names]
        rows = range(len(names))
        axes.barh(rows, widths, 0.68, starts, color=colours, edgecolor="white", linewidth=1.2)
        ink = "white" if shade > STRONG else INK
        for row, (width, start) in enumerate(zip(widths, starts, strict=True)):
            if width > LEAST_SHARE * max(totals):
                middle = start + width / 2
                axes.text(middle, row, str(width), ha="center", va="center", color=ink)
        starts += widths


def confusion_matrix(table: Evaluation, split: str) -> Drawing:
    """Draw counts, actual down, predicted across: right answers green, wrong ones terracotta.

    The colour is stronger the larger their share of the row.
    """
    counts, classes = table.confusion, table.classes
    names = [shortened(name, LONGEST_NAME) for name in classes]
    narrow, longest = len(classes) > MANY_CLASSES, max(map(len, names))
    margin = CHARACTER_IN * longest
    side = max(CELL_IN * len(classes), LEAST_IN)

    def plot(axes: "Axes") -> None:
        _plot_cells(axes, counts, narrow)
        axes.set(xlim=(-0.5, len(classes) - 0.5), ylim=(len(classes) - 0.5, -0.5), aspect="equal")
        slanted: dict[str, Any] = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"}
        axes.set_xticks(range(len(names)), names, **(slanted if narrow or longest > 10 else {}))
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        axes.set_ylabel("filed under")
        axes.set_title("predicted", fontsize=9.5, pad=9)
        axes.spines[:].set_visible(False)

    cells = "; ".join(
        f"{counts[row, column]} {classes[row]} "
        f"{'recognised' if row == column else f'taken for {classes[column]}'}"
        for row, column in zip(*np.nonzero(counts), strict=True)
    )
    alt = f"Confusion matrix of the {split} photos: {cells}."
    size = (side + 0.55 + margin, side + 0.4 + margin / 2)
    return draw(f"confusion-{split}", alt, size, plot)


def _plot_cells(axes: "Axes", counts: np.ndarray, narrow: bool) -> None:
    """Plot the cells of a confusion matrix (C, C); where they are narrow, only figures over 0."""
    from matplotlib.patches import Rectangle  # As in `draw`.

    tints = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))  # (C, C)
    for row, column in np.ndindex(counts.shape):
        tint = float(tints[row, column])
        colour = (RIGHT if row == column else WRONG, 0.05 + 0.95 * tint)
        axes.add_patch(Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, facecolor=colour))
        if counts[row, column] or not narrow:
            ink, size = "white" if tint > STRONG + 0.2 else INK, 8 if narrow else 13
            figure = str(counts[row, column])
            axes.text(column, row, figure, ha="center", va="center", color=ink, fontsize=size)


def recalls(table: Evaluation, split: str, classes: tuple[str, ...]) -> Drawing:
    """Draw the recall of each class with its 95% interval, coloured by the dataset's `classes`."""
    counts = table.confusion
    rows = [
        (name, int(counts[row, row]), int(counts[row].sum()))
        for row, name in enumerate(table.classes)
    ]

    def plot(axes: "Axes") -> None:
        for place, (name, right, support) in enumerate(rows[::-1]):
            if support:
                ends = [100 * end for end in wilson(right, support)]
                colour = class_colour(classes, name)
                axes.plot(ends, [place, place], color=colour, linewidth=5, alpha=0.4)
                axes.plot([100 * right / support], [place], "o", color=colour, markersize=8)
        labels = [
            f"{shortened(name, LONGEST_NAME)}, {right} of {support}"
            for name, right, support in rows[::-1]
        ]
        axes.set_yticks(range(len(rows)), labels)
        axes.set(xlim=(0, 102), ylim=(-0.6, len(rows) - 0.4))
        axes.set_xlabel("recognised, %")
        axes.grid(axis="x", color=LINE, linewidth=0.7)
        axes.tick_params(axis="y", length=0)

    figures = "; ".join(f"{name}: {right} of {support}" for name, right, support in rows)
    alt = f"Photos recognised of each class, {split}. {figures}."
    return draw(f"recalls-{split}", alt, (WIDE, 0.8 + 0.27 * len(rows)), plot)
