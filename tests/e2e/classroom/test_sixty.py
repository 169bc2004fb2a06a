"""Sixty people vote within one second, over real sockets, and no vote is lost."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.served import Served
from benchmarks.votes import opened_class, vote
from viz_models.runs import home
from viz_models.runs.classroom import polls

pytestmark = pytest.mark.e2e
PEOPLE = 60


def test_sixty_votes_within_a_second_lose_none(server):
    with opened_class(home.database_url()) as (database, code):
        coming = vote(Served(server.url, 0, 0.0), code, PEOPLE)
        with ThreadPoolExecutor(1) as other:  # Playwright has a loop of its own in this thread
            students = other.submit(asyncio.run, coming).result()
        tally = polls.room(database, code).tally
    assert [student.errors for student in students if student.errors] == []
    assert tally.voters == PEOPLE
    assert tally.counts == {"0": PEOPLE // 2, "1": PEOPLE // 2}
