"""Turns: one at a time, in order; one that gave up holds up no other."""

from threading import Event, Thread
from time import sleep

import pytest

from model.errors import Cancelled
from model.jobs.threads import Turns

TIMEOUT_S = 20


def test_turns_are_taken_one_at_a_time_in_the_order_of_asking() -> None:
    turns, order, places = Turns(), list[int](), dict[int, list[int]]()
    first_holds, first_may_end = Event(), Event()

    def work(number: int) -> None:
        with turns.take(places.setdefault(number, []).append):
            order.append(number)
            if number == 0:
                first_holds.set()
                first_may_end.wait(TIMEOUT_S)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for number, thread in enumerate(threads):
        thread.start()
        if number == 0:
            assert first_holds.wait(TIMEOUT_S)
        while not places.get(number):  # It has its place in the queue.
            sleep(0.001)
    first_may_end.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    assert order == [0, 1, 2, 3]
    assert places[0] == [0]
    assert places[3][0] == 3
    assert places[3][-1] == 0
    assert sorted(places[3], reverse=True) == places[3]


def test_one_that_is_cancelled_while_it_waits_holds_up_no_one() -> None:
    turns = Turns()

    def cancelled(place: int) -> None:
        raise Cancelled("Cancelled.")

    with turns.take(lambda place: None), pytest.raises(Cancelled), turns.take(cancelled):
        raise AssertionError("It never had a turn.")
    with turns.take(lambda place: None):
        pass
