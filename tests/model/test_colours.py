"""Colours of classes: as many as can be told apart, and grey beyond the dataset."""

from model.colours import CLASS_COLOURS, PAPER_QUIET, RIGHT, WRONG, class_colour


def test_each_class_has_its_own_colour_until_they_run_out() -> None:
    classes = tuple(f"class {number}" for number in range(len(CLASS_COLOURS) + 1))
    colours = [class_colour(classes, name) for name in classes]
    assert colours[:-1] == list(CLASS_COLOURS)
    assert len(set(CLASS_COLOURS)) == len(CLASS_COLOURS) == 20
    assert colours[-1] == colours[0]


def test_a_class_that_is_gone_is_grey() -> None:
    assert class_colour(("cactus",), "tree") == PAPER_QUIET


def test_right_and_wrong_differ() -> None:
    assert RIGHT != WRONG
