"""The scripts that the normalization lessons give away, run as a stranger would."""

from dataclasses import replace

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.digits import percent
from viz_models.records import NormSpec, RunningSpec, SentenceSpec
from viz_models.ui.panels.normalization import axes, axes_cards, tensors, train_eval, training
from viz_models.ui.panels.normalization import batch_size as norm_batch_size
from viz_models.ui.panels.normalization import sentences as norm_sentences
from viz_models.ui.results.normalization import axes as axes_results
from viz_models.ui.results.normalization import batch_size as batch_size_results
from viz_models.ui.results.normalization import sentences as sentences_results
from viz_models.ui.results.normalization import train_eval as train_eval_results
from viz_models.ui.results.normalization import training as training_results

pytestmark = pytest.mark.slow


def said(code, folder):
    """What the script prints in a fresh process that knows nothing of this project."""
    path = folder / "script.py"
    path.write_text(code, encoding="utf-8")
    return printed_alone(path)


@pytest.mark.parametrize(
    "source", [tensors.DIGITS, replace(tensors.DRAWN, side=1)], ids=["digits", "drawn"]
)
def test_batch_size(tmp_path, source):
    view = norm_batch_size.View(source, 8, batch_size_results.batch_errors(source))
    text = said(norm_batch_size.code(view), tmp_path)
    for size in norm_batch_size.SIZES:
        shown = percent(replace(view, size=size).at(view.result.mean_error)[1])
        assert f"N = {size}: the mean is off by {shown} of std" in text
    assert "BatchNorm - InstanceNorm = 0.0" in text
    assert batch_size_results.alone((1, 8, 1, 1)).refusal in text


@pytest.mark.parametrize(
    ("spec", "side"),
    [
        (RunningSpec(shift_at=30), None),
        (RunningSpec(momentum=None, shift_at=10, freeze_at=20, batch_size=2), 1),
        (RunningSpec(batch_size=128, momentum=1.0), None),  # reshuffled after 14 batches
    ],
    ids=["shift", "frozen", "epochs"],
)
def test_train_eval(tmp_path, spec, side):
    source = replace(tensors.DIGITS, side=side)
    trace = train_eval_results.running(source, spec)
    view = train_eval.View(source, trace, 3, 38)
    lines = said(train_eval.code(view), tmp_path).splitlines()
    printed = [float(line.split()[-1]) for line in lines if line.startswith("  ")]
    kept = trace.batch_mean[37, 3], trace.running_mean[38, 3], trace.running_variance[38, 3]
    assert printed[:3] == pytest.approx(kept, rel=2e-4)
    assert printed[3] == pytest.approx(trace.difference[37], rel=5e-3)


@pytest.mark.parametrize(
    "spec",
    [SentenceSpec(), replace(sentences_results.drawn((5, 5, 5, 5), 3), more_padding=9)],
    ids=["default", "equal lengths"],
)
def test_sentences(tmp_path, spec):
    view = norm_sentences.View(spec, sentences_results.sentences(spec))
    text = said(norm_sentences.code(view), tmp_path)
    names = ("batch_norm", "layer_norm", "layer_norm_over_all")
    for name, row in zip(names, view.result.rows, strict=True):
        for what, change in (("padding", row.padding_change), ("neighbors", row.neighbor_change)):
            assert f"{name}: {what} moves sentence 0 by {change:.3g}\n" in text


def test_backward_through_every_norm(tmp_path):
    views = []
    for spec in training.NORMS.values():
        facts = training_results.backward(training.SOURCE, replace(spec, eps=1e-3))
        views.append(training.View(facts, facts, training_results.training_grid()))
    text = said("\n".join(training.code(view) for view in views), tmp_path)
    printed = np.array([float(line.split()[-1]) for line in text.splitlines()])
    for view, own in zip(views, printed.reshape(len(views), -1), strict=True):
        np.testing.assert_allclose(own[:-1], view.facts.gradient_norms, rtol=1e-3)
        assert own[-1] == pytest.approx(training.slope(view.facts), abs=1e-3)


@pytest.mark.parametrize("source", ["ResNet18 layer1.0.conv1", "drawn, shifted", "drawn, normal"])
def test_axes_of_every_norm(tmp_path, source):
    specs = [replace(spec, gamma=1.5, beta=-0.5) for spec in axes.NORMS.values()]
    specs += [NormSpec(mode="eval"), NormSpec(norm="group", groups=4, eps=0.1)]
    views = [seen(axes.SOURCES[source], spec) for spec in specs]
    text = said("\n".join(axes_cards.code(view) for view in views), tmp_path)
    own = text.split(" groups of ")[1:]
    for view, lines in zip(views, own, strict=True):
        groups, mean, variance = view.result.grouping, view.result.mean, view.result.variance
        first, *told, last = lines.splitlines()[: min(10, groups.count) + 2]
        assert first == f"{groups.size} values"
        printed = [(float(line.split()[3]), float(line.split()[5])) for line in told]
        np.testing.assert_allclose(
            printed, np.stack([mean, variance], 1)[:10], rtol=1e-5, atol=1e-6
        )
        assert float(last.split()[-1]) < 2e-6


@pytest.mark.parametrize("source", ["digits net", "drawn, shifted"])
def test_axes_in_eval_mode_uses_what_a_module_has_kept(tmp_path, source):
    view = seen(axes.SOURCES[source], NormSpec(mode="eval"))
    assert not np.allclose(view.result.subtracted, 0)
    text = said(axes_cards.code(view), tmp_path)
    assert float(text.split()[-1]) < 2e-6


def test_axes_where_torch_refuses(tmp_path):
    view = seen(axes.SOURCES["one value a channel"], NormSpec())
    assert f"torch refuses this input: {view.result.refusal}" in said(
        axes_cards.code(view), tmp_path
    )


def seen(source, spec):
    x, result = axes_results.activation(source), axes_results.normalized(source, spec)
    return axes.View(source, "", spec, x, result, axes.first_place(x.shape))
