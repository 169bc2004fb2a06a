from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.profiler import profile

from viz_models.analysis.attention import cost, cost_layers
from viz_models.analysis.pricing.held import peak_bytes
from viz_models.recordings import attention as recordings_attention
from viz_models.records import LAYER_KINDS, CostPoint, CostSpec, PathPoint

SPEC = CostSpec(sizes=(8, 16, 32), path_sizes=(4, 9, 27), width=16, window=4, repeats=2)


@pytest.fixture(scope="module")
def run():
    return cost.measure(SPEC)


def layer(kind, n=16, spec=SPEC):
    return cost._drawn(spec, kind, n)


# ---------------------------------------------------------------- the layers are what they say


def test_attention_is_torchs():
    ours, x = layer("attention")
    torchs = nn.MultiheadAttention(16, 1, bias=False)
    with torch.no_grad():
        torchs.in_proj_weight.copy_(torch.cat([ours.q.weight, ours.k.weight, ours.v.weight]))
        torchs.out_proj.weight.copy_(ours.o.weight)
    torch.testing.assert_close(ours(x), torchs(x, x, x, need_weights=False)[0])


def test_the_fused_kernel_gives_the_same_numbers():
    ours, x = layer("attention")
    fused, _ = layer("fused")
    torch.testing.assert_close(ours(x), fused(x))


@pytest.mark.parametrize("n", [1, 3, 16])
def test_restricted_attention_is_attention_under_a_band_mask(n):
    ours, x = layer("windowed", n)
    far = torch.arange(n)[:, None] - torch.arange(n)
    q, k, v = (part(x)[None, None] for part in (ours.q, ours.k, ours.v))
    allowed = (far >= 0) & (far < SPEC.window)
    expected = functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)[0, 0]
    torch.testing.assert_close(ours(x), ours.o(expected))


def test_the_recurrence_is_torchs():
    ours, x = layer("recurrence")
    torchs = nn.RNN(16, 16, bias=False)
    with torch.no_grad():
        torchs.weight_ih_l0.copy_(ours.w.weight)
        torchs.weight_hh_l0.copy_(ours.u.weight)
    torch.testing.assert_close(ours(x), torchs(x)[0])
    first = ours(x[:6])
    torch.testing.assert_close(ours(x[6:], first[-1:]), torchs(x)[0][6:])


def test_the_convolution_looks_back_and_not_ahead():
    ours, x = layer("convolution")
    expected = nn.functional.conv1d(x.mT[None], ours.conv.weight, padding=2)[0].mT[:16]
    torch.testing.assert_close(ours(x), expected)
    changed = x.clone()
    changed[10:] += 1
    torch.testing.assert_close(ours(changed)[:10], ours(x)[:10], rtol=0, atol=0)


# ---------------------------------------------------------------- what is measured


@pytest.mark.parametrize("n", [1, 8, 100])
def test_multiply_adds_are_those_of_the_formulas(n):
    d, k, r = SPEC.width, SPEC.kernel, SPEC.window
    projections = 4 * n * d**2
    expected = {
        "attention": projections + 2 * n**2 * d,
        "fused": projections + 2 * n**2 * d,
        "windowed": projections + 2 * n * r * d,
        "recurrence": 2 * n * d**2,
        "convolution": k * n * d**2,
    }
    assert {kind: cost.multiply_adds(SPEC, kind, n) for kind in LAYER_KINDS} == expected


def test_a_chain_is_counted_by_hand():
    x = torch.ones(3, requires_grad=True)
    assert cost.chain(x.exp().sin() + x) == 3  # exp, sin, add; the other side is shorter
    assert cost.chain((x.exp() * x.exp()).sum()) == 3
    with pytest.raises(ValueError, match="no autograd graph"):
        cost.chain(x.detach())


def test_only_the_recurrence_waits_longer_for_longer_sentences(run):
    for kind in LAYER_KINDS:
        chains = [p.chain for p in run.of(kind)]
        if kind == "recurrence":
            assert [chains[1] - chains[0], chains[2] - chains[1]] == [3 * 8, 3 * 16]
        else:
            assert len(set(chains)) == 1


@pytest.mark.parametrize("n", [2, 8, 9, 10, 27, 28, 64])
def test_path_lengths_are_those_of_the_paper(n):
    logarithm = next(i for i in range(1, 9) if SPEC.kernel**i >= n)
    found = {kind: cost.path_length(SPEC, kind, n) for kind in LAYER_KINDS}
    reach = SPEC.window - 1
    assert found == {
        "attention": 1,
        "fused": 1,
        "windowed": -(-(n - 1) // reach),
        "recurrence": n,
        "convolution": logarithm,
    }


def test_a_single_token_needs_one_layer():
    assert {cost.path_length(SPEC, kind, 1) for kind in LAYER_KINDS} == {1}


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_memory_is_what_torchs_profiler_sees_allocated(kind):
    made, x = layer(kind, 1024, CostSpec())
    with torch.no_grad():
        made(x)
        with profile(profile_memory=True) as profiled:
            made(x)
    events = [e for e in profiled.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = peak = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        now += event.nbytes()
        peak = max(peak, now)
    if kind in ("fused", "convolution"):  # a kernel's own scratch space is on top
        assert peak_bytes(made, x) < peak < 2 * peak_bytes(made, x)
    else:
        assert peak_bytes(made, x) == peak


def test_memory_of_attention_grows_by_its_two_matrices():
    small, large = (peak_bytes(*layer("attention", n)) for n in (128, 256))
    assert large - small >= 2 * 4 * (256**2 - 128**2)
    small, large = (peak_bytes(*layer("fused", n)) for n in (128, 256))
    assert large == 2 * small


def test_memory_counts_a_view_once_and_forgets_what_is_freed():
    class Steps(nn.Module):
        def forward(self, x):
            for _ in range(5):
                x = x.view(-1).view(4, 256) + 1
            return x

    assert peak_bytes(Steps(), torch.zeros(4, 256)) == 2 * 4096


def test_times_are_positive_and_the_fastest_is_not_above_the_median(run):
    assert all(0 < p.milliseconds <= p.median for p in run.points)


# ---------------------------------------------------------------- the run


def test_every_layer_is_measured_at_every_size(run):
    found = {(p.kind, p.n) for p in run.points}
    assert found == {(kind, n) for kind in LAYER_KINDS for n in SPEC.sizes}
    assert {(p.kind, p.n) for p in run.paths} == {
        (kind, n) for kind in LAYER_KINDS for n in SPEC.path_sizes
    }
    assert run.provenance.kind == "recorded run"


def test_parts_come_one_by_one_and_can_be_left():
    parts = cost.parts(SPEC)
    first = [next(parts) for _ in range(len(LAYER_KINDS) * 3 + 7)]
    parts.close()
    made = cost.collected(SPEC, first, "measured now")
    assert [p.n for p in made.of("attention")] == [8, 16]
    assert [p.n for p in made.of("recurrence")] == [8]
    assert not any(s.kind == "recurrence" for s in made.slopes)
    assert all(isinstance(p, PathPoint) for p in first[:15])
    assert made.provenance == replace(made.provenance, kind="measured now", date="")


def test_progress_ends_with_all_parts():
    seen = []
    cost.measure(replace(SPEC, sizes=(4,), path_sizes=()), lambda done, of: seen.append((done, of)))
    assert seen == [(i, 5) for i in range(1, 6)]


@pytest.mark.parametrize("power", [0, 1, 2])
def test_a_slope_is_the_exponent(power):
    sizes = (8, 16, 32, 64, 128, 256)
    points = [
        CostPoint(
            kind="attention", n=n, multiply_adds=3 * n**power, chain=1, milliseconds=1.0,
            median=1.0, peak_bytes=7 * n,
        )
        for n in sizes
    ]  # fmt: skip
    found = {s.what: s for s in cost.slopes(points)}
    assert found["multiply_adds"].value == pytest.approx(power, abs=1e-6)
    assert found["peak_bytes"].value == pytest.approx(1)
    assert found["chain"].fitted == sizes[-cost.FITTED :]


def test_measuring_leaves_the_number_of_threads_as_it_was():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        cost.measure(replace(SPEC, sizes=(4,), path_sizes=()))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"kinds": ()}, "at least one layer"),
    ({"sizes": (0, 8)}, "between 1 and 8192"),
    ({"sizes": (16_384,)}, "between 1 and 8192"),
    ({"sizes": (16, 8)}, "must rise"),
    ({"path_sizes": (2048,)}, "between 1 and 1024"),
    ({"window": 1}, "window 2 or more"),
    ({"repeats": 0}, "repeats must be 1"),
])  # fmt: skip
def test_what_cannot_be_measured_is_said_before_anything_is(wrong, says):
    with pytest.raises(ValueError, match=says):
        cost.measure(replace(SPEC, **wrong))


def test_a_run_survives_its_file(run, tmp_path):
    assert (
        recordings_attention.load_cost(recordings_attention.save(run, tmp_path / "run.json")) == run
    )


# ---------------------------------------------------------------- the recording


def test_the_recording_is_of_the_pages_default():
    recorded = recordings_attention.load_cost()
    assert recorded.spec == CostSpec(), "run `python -m viz_models record attention_cost`"
    assert len(recorded.points) + len(recorded.paths) == cost.total(recorded.spec)
    assert recorded.provenance.kind == "recorded run"
    assert recorded.provenance.date
    assert recorded.slopes == cost.slopes(recorded.points)


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_what_does_not_depend_on_the_machine_is_still_so(kind):
    recorded = recordings_attention.load_cost()
    for point in recorded.of(kind):
        if point.n <= 256:
            assert point.multiply_adds == cost.multiply_adds(recorded.spec, kind, point.n)
            made, x = layer(kind, point.n, recorded.spec)
            assert point.chain == cost.chain(made(x))
            assert point.peak_bytes == peak_bytes(made, x)
    for path in recorded.paths:
        if path.kind == kind and path.n <= 64:
            assert path.length == cost.path_length(recorded.spec, kind, path.n)


def test_the_recorded_times_grow_as_the_operations_do():
    """Wide margins: caches and another machine move them, the order of growth they do not."""
    times = {
        s.kind: s.value for s in recordings_attention.load_cost().slopes if s.what == "milliseconds"
    }
    assert 1.6 < times["attention"] < 2.6
    assert 1.5 < times["fused"] < 2.2
    for kind in ("windowed", "recurrence", "convolution"):
        assert 0.7 < times[kind] < 1.3


def test_a_deeper_convolution_is_dilated():
    built = cost_layers.build(SPEC, "convolution", depth=2)
    assert built.conv.dilation == (9,)
