"""The report's drawings: data in, drawing out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from model.colours import INK, LINE, RIGHT, WRONG, class_colour
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.report.data import Data
from model.report.svg import Drawing, draw
from model.runs.settings import Epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF, WIDE = 3.5, 5.2  # Inches across: two beside each other, or one
MANY_CLASSES, LONGEST_NAME = 6, 24
SPLIT_SHADES = {"train": 1.0, "valid": 0.55, "test": 0.25}
STRONG = 0.55  # From this tint on, figures are white.
CELL_IN, LEAST_IN, CHARACTER_IN = 0.29, 2.5, 0.075  # Of a confusion matrix


def shortened(name: str) -> str:
    """As much of a class's name as fits beside a drawing; the tables have all of it."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3].rstrip() + "..."


def loss_curves(history: Sequence[Epoch], best_epoch: int) -> Drawing:
    """Train loss (dashed) and validation loss (solid) after each epoch; the best has a dot."""
    best, last = next(one for one in history if one.epoch == best_epoch), history[-1]

    def plot(axes: "Axes") -> None:
        epochs = [one.epoch for one in history]
        axes.plot(
            epochs,
            [one.train_loss for one in history],
            "--",
            color=WRONG,
            linewidth=2,
            label="train loss",
        )
        axes.plot(
            epochs,
            [one.valid_loss for one in history],
            "-",
            color=RIGHT,
            linewidth=2,
            label="validation loss",
        )
        axes.plot(
            [best.epoch],
            [best.valid_loss],
            "o",
            color=RIGHT,
            markersize=8,
            label=f"best, epoch {best.epoch}",
        )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("loss")
        axes.legend(frameon=False)
        _over_epochs(axes)

    alt = (
        f"Learning curves over {len(history)} epochs. Train loss from {history[0].train_loss:.2f} to {last.train_loss:.2f}, "
        f"validation loss from {history[0].valid_loss:.2f} to {last.valid_loss:.2f}, lowest after epoch {best.epoch}."
    )
    return draw("losses", alt, (HALF, 2.6), plot)


def error_curve(history: Sequence[Epoch], best_epoch: int) -> Drawing:
    """The error rate on the validation photos after each epoch; the best has a dot."""
    best = next(one for one in history if one.epoch == best_epoch)

    def plot(axes: "Axes") -> None:
        axes.plot(
            [one.epoch for one in history],
            [100 * one.error_rate for one in history],
            "-",
            color=RIGHT,
            linewidth=2,
        )
        axes.plot(
            [best.epoch],
            [100 * best.error_rate],
            "o",
            color=RIGHT,
            markersize=8,
            label=f"best, epoch {best.epoch}",
        )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("validation error rate, %")
        axes.legend(frameon=False)
        _over_epochs(axes)

    told = ", ".join(f"{one.error_rate:.1%}" for one in history)
    return draw(
        "errors",
        f"Error rate on the validation photos after each epoch: {told}.",
        (HALF, 2.6),
        plot,
    )


def _over_epochs(axes: "Axes") -> None:
    axes.set_xlabel("epoch")
    axes.locator_params("x", integer=True)
    axes.grid(axis="y", color=LINE, linewidth=0.7)


def class_counts(data: Data) -> Drawing:
    """A bar a class, parted into splits by shade."""
    names = data.classes[::-1]  # The first on top

    def plot(axes: "Axes") -> None:
        start = np.zeros(len(names))
        least = 0.035 * max(
            sum(data.counts[name, split] for split in SPLIT_SHADES) for name in names
        )
        for split, shade in SPLIT_SHADES.items():
            widths = np.array([data.counts[name, split] for name in names])
            colours = [(class_colour(data.classes, name), shade) for name in names]
            axes.barh(
                range(len(names)),
                widths,
                left=start,
                color=colours,
                edgecolor="white",
                linewidth=1.2,
                height=0.68,
            )
            for row, (width, left) in enumerate(zip(widths, start, strict=True)):
                if width > least:
                    ink = "white" if shade > STRONG else INK
                    axes.text(
                        left + width / 2, row, str(width), ha="center", va="center", color=ink
                    )
            start += widths
        axes.set_yticks(range(len(names)), [shortened(name) for name in names])
        axes.set_xlabel("photos: train (dark), validation (lighter), test (lightest)")
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xticks([])

    by_class = {
        name: ", ".join(f"{data.counts[name, split]} {split}" for split in SPLIT_SHADES)
        for name in data.classes
    }
    told = "; ".join(f"{name}: {counts}" for name, counts in by_class.items())
    return draw(
        "counts", f"Photos of each class by split. {told}.", (WIDE, 0.6 + 0.26 * len(names)), plot
    )


def confusion_matrix(table: Evaluation, split: str) -> Drawing:
    """Actual down, predicted across; right answers green, wrong ones terracotta, the stronger the larger their share of the row."""
    counts, classes = table.confusion, table.classes
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (C, C)
    names = [shortened(name) for name in classes]
    narrow, longest = len(classes) > MANY_CLASSES, max(map(len, names))
    margin = CHARACTER_IN * longest
    side = max(CELL_IN * len(classes), LEAST_IN)

    def plot(axes: "Axes") -> None:
        from matplotlib.patches import Rectangle  # As in `draw`.

        for row, column in np.ndindex(counts.shape):
            tint = float(np.sqrt(shares[row, column]))
            colour = (RIGHT if row == column else WRONG, 0.05 + 0.95 * tint)
            axes.add_patch(Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, facecolor=colour))
            if counts[row, column] or not narrow:
                ink = "white" if tint > STRONG + 0.2 else INK
                size = 8 if narrow else 13
                axes.text(
                    column,
                    row,
                    str(counts[row, column]),
                    ha="center",
                    va="center",
                    color=ink,
                    fontsize=size,
                )
        axes.set(xlim=(-0.5, len(classes) - 0.5), ylim=(len(classes) - 0.5, -0.5), aspect="equal")
        slanted: dict[str, Any] = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"}
        axes.set_xticks(range(len(names)), names, **(slanted if narrow or longest > 10 else {}))
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        axes.set_ylabel("filed under")
        axes.set_title("predicted", fontsize=9.5, pad=9)
        axes.spines[:].set_visible(False)

    told = "; ".join(
        f"{counts[row, column]} {classes[row]} {'recognised' if row == column else f'taken for {classes[column]}'}"
        for row, column in zip(*np.nonzero(counts), strict=True)
    )
    size = (side + 0.55 + margin, side + 0.4 + margin / 2)
    return draw(
        f"confusion-{split}", f"Confusion matrix of the {split} photos: {told}.", size, plot
    )


def recalls(table: Evaluation, split: str, classes: tuple[str, ...]) -> Drawing:
    """How much of each class is recognised, with what chance leaves open; `classes` are the dataset's, for the colours."""
    counts = table.confusion
    rows = [
        (name, int(counts[row, row]), int(counts[row].sum()))
        for row, name in enumerate(table.classes)
    ][::-1]

    def plot(axes: "Axes") -> None:
        for place, (name, right, support) in enumerate(rows):
            if support:
                low, high = (100 * bound for bound in wilson(right, support))
                axes.plot(
                    [low, high],
                    [place, place],
                    color=class_colour(classes, name),
                    linewidth=5,
                    alpha=0.4,
                )
                axes.plot(
                    [100 * right / support],
                    [place],
                    "o",
                    color=class_colour(classes, name),
                    markersize=8,
                )
        axes.set_yticks(
            range(len(rows)),
            [f"{shortened(name)}, {right} of {support}" for name, right, support in rows],
        )
        axes.set(xlim=(0, 102), ylim=(-0.6, len(rows) - 0.4))
        axes.set_xlabel("recognised, %")
        axes.grid(axis="x", color=LINE, linewidth=0.7)
        axes.tick_params(axis="y", length=0)

    told = "; ".join(f"{name}: {right} of {support}" for name, right, support in rows[::-1])
    return draw(
        f"recalls-{split}",
        f"Photos recognised of each class, {split}. {told}.",
        (WIDE, 0.8 + 0.27 * len(rows)),
        plot,
    )
