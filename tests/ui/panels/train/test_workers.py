from dataclasses import replace

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.records.train.workers import SplitSpec
from viz_models.training.loop import checks
from viz_models.ui.panels.train.lessons import workers as panel
from viz_models.ui.panels.train.lessons import workers_here
from viz_models.ui.results.train import workers as results


def test_a_link_chooses_case_and_workers(open_page):
    at = open_page("pages/train/workers.py", workers="2", batch="32", case="BatchNorm")
    assert not at.exception
    said = " ".join(c.value for c in at.caption)
    assert "the mean of 2 gradients of 16 digits each" in said
    assert any("BatchNorm: the batch, worker by worker" in m.value for m in at.markdown)


def test_what_is_trained_here_differs_in_its_processes_alone():
    for norm in workers_here.NORMS.values():
        one, two = (arm.run for arm in workers_here.here(norm, seed=0).arms)
        assert (one.workers, two.workers) == (1, 2)
        assert replace(two, workers=1) == one
        checks.check(two)


def test_nonsense_falls_back(open_page):
    at = open_page("pages/train/workers.py", workers="3", batch="many", case="<b>")
    assert not at.exception


def test_a_host_starts_no_processes_for_visitors(open_page, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    at = open_page("pages/train/workers.py")
    assert not at.exception
    assert not {"ddp_run", "start"} & {b.key for b in at.button}
    assert any("starts no processes for visitors" in c.value for c in at.caption)


@pytest.mark.slow
def test_the_script_alone_prints_the_page_s_numbers(tmp_path):
    found = results.split(SplitSpec(workers=2, batch_size=16))
    file = tmp_path / "workers.py"
    file.write_text(panel.code(panel.View(found, "equal")), encoding="utf-8")
    said = printed_alone(file)
    printed = dict(line.split(": ") for line in said.splitlines())
    assert list(printed) == [g.case for g in found.gaps]
    for gap in found.gaps:
        assert float(printed[gap.case]) == pytest.approx(
            float(np.median(gap.gap)), rel=0.06, abs=1e-7
        )
