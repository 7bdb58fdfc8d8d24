"""How long work still takes, by a clock of our own."""

from model.progress import Pace


class Clock:
    """A clock that stands still unless it is set on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_first_few_units() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.report(0, 100)
    assert pace.seconds_left is None
    clock.now += 4
    pace.report(2, 100)
    assert pace.seconds_left is None  # Too few
    clock.now += 28
    pace.report(16, 100)
    assert pace.seconds_left == 84 * 2
    clock.now += 4
    pace.report(20, 100)
    assert pace.seconds_left == 80 * 36 / 20
    pace.report(100, 100)
    assert pace.seconds_left == 0


def test_what_was_there_before_took_no_time() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.report(600, 750)  # 600 had their features already.
    clock.now += 8
    pace.report(616, 750)
    assert pace.seconds_left == 134 / 2


def test_other_work_has_a_pace_of_its_own() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.report(0, 750)
    clock.now += 10
    pace.report(750, 750)
    pace.report(0, 750)  # The next backbone
    assert pace.seconds_left is None
    clock.now += 6
    pace.report(3, 750)
    assert pace.seconds_left == 747 * 2
    pace.report(0, 12)  # Trainings
    assert pace.seconds_left is None
