"""One machine for the faults of a file: two places to compute, a dispatcher, warm workers."""

import pytest

from tests.runs.rig import Rig


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made = Rig(tmp_path_factory.mktemp("machine") / "home", patch)
        made.set(SLOTS=2, LINGER_S=60)
        yield made
        made.end()


@pytest.fixture(autouse=True)
def nothing_left_over(rig):
    """Each fault finds an idle machine, and all limits as usual."""
    yield
    for experiment in rig.store.experiments(None):
        rig.store.cancel(None, experiment.id)


@pytest.fixture
def count(request):
    """`count(few, all)`: how often a fault is made; all of it with --full."""
    return lambda few, all_: all_ if request.config.getoption("--full") else few


@pytest.fixture
def within(request):
    """`within(seconds)`: the target with --full, which has the machine to itself; else 5 times."""
    return lambda seconds: seconds if request.config.getoption("--full") else 5 * seconds
