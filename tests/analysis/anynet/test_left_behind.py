"""Nothing is left behind: after success, an error, Ctrl-C at any moment, or two threads at once."""

import os
import signal
import threading
import time

import pytest
import torch
from torch import nn
from torch.overrides import _get_current_function_mode_stack
from torch.utils import _python_dispatch as dispatch

from viz_models import trace
from viz_models.records import RecordSpec

FLAGS = [name for name in vars(dispatch) if name.startswith(("_is_in_", "_in_"))]


def state(net):
    """All that a recording touches of a network, of this thread and of the process."""
    return {
        "dicts": [{k: id(v) for k, v in vars(m).items() if callable(v)} for m in net.modules()],
        "hooks": [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules()],
        "buffers": [buffer.clone() for buffer in net.buffers()],
        "parameters": [(p.requires_grad, p.grad) for p in net.parameters()],
        "random": torch.get_rng_state(),
        "functions": _get_current_function_mode_stack(),
        "operators": dispatch._get_current_dispatch_mode_stack(),
        "flags": {name: getattr(dispatch, name) for name in FLAGS},
        "gradients": torch.is_grad_enabled(),
    }


def assert_same(before, after):
    for what, there in before.items():
        if what == "buffers":
            assert all(map(torch.equal, there, after[what]))
        elif what == "random":
            assert torch.equal(there, after[what])
        else:
            assert there == after[what], what


class Net(nn.Module):
    """In training mode: it draws random numbers and moves the mean of its norm."""

    def __init__(self, then=lambda: None):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout()) for _ in range(6))
        )
        self.then = then

    def forward(self, x):
        out = self.layers(x)
        self.then()
        return out


def test_after_success():
    net, x = Net(), torch.rand(4, 8)
    before = state(net)
    assert trace(net, x).check.exact
    trace(net, x, loss=lambda out: out.sum())
    assert_same(before, state(net))


@pytest.mark.parametrize("loss", [None, lambda out: out.sum()])
def test_after_an_error(loss):
    net, x = Net(lambda: 1 / 0), torch.rand(4, 8)
    before = state(net)
    with pytest.raises(ValueError, match="Net raised ZeroDivisionError"):
        trace(net, x, loss=loss)
    assert_same(before, state(net))


def test_after_ctrl_c_in_a_forward():
    net, x = Net(lambda: time.sleep(20)), torch.rand(4, 8)
    before = state(net)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        trace(RecordSpec(check=False), net, x)
    timer.join()
    assert_same(before, state(net))


def interrupted(run, seconds):
    """Run something, with Ctrl-C after a time; whether that came before the end."""
    running = [True]

    def stop(*_):
        if running:
            running.clear()  # one Ctrl-C, not two
            raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        run()
        running.clear()
    except KeyboardInterrupt:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("loss", [None, lambda out: out.sum()])
def test_after_ctrl_c_at_any_moment(loss):
    """Also while the forwards are shadowed, and while all is put back."""
    net, x = Net(), torch.rand(4, 8)
    trace(net, x, loss=loss)
    started = time.perf_counter()
    trace(net, x, loss=loss)
    took = time.perf_counter() - started
    before = state(net)
    stopped = 0
    for i in range(200):
        stopped += interrupted(lambda: trace(net, x, loss=loss), took * (i + 1) / 150)
        assert_same(before, state(net))
    assert stopped


def test_two_threads_and_the_flags_of_the_process():
    """The one that began first ends first, in the middle of the other's forward."""
    inside, ended = threading.Event(), threading.Event()

    def wait():
        inside.set()
        assert ended.wait(60)

    late, x = Net(wait).eval(), torch.rand(4, 8)
    early = Net(lambda: inside.wait(60)).eval()
    before = state(late)
    thread = threading.Thread(target=lambda: trace(RecordSpec(check=False), late, x))

    def start():
        thread.start()
        assert inside.wait(60)

    early.then = start
    assert len(trace(RecordSpec(check=False), early, x)) == 19
    ended.set()
    thread.join()
    assert_same(before, state(late))


def test_who_runs_the_module_meanwhile_is_not_traced():
    net, x = Net().eval(), torch.rand(4, 8)
    began, done = threading.Event(), threading.Event()
    given = []

    def other():
        assert began.wait(60)
        with torch.no_grad():
            given.extend(net.layers(x) for _ in range(5))
        done.set()

    net.then = lambda: (began.set(), done.wait(60))
    thread = threading.Thread(target=other)
    thread.start()
    found = trace(RecordSpec(check=False), net, x)
    thread.join()
    assert len(found) == 19  # the input, and six times three steps
    assert len(given) == 5
    with torch.no_grad():
        assert all(torch.equal(one, net.layers(x)) for one in given)
