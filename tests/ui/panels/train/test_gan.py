import subprocess
import sys

import pytest

from viz_models.ui.kit import take_away


@pytest.mark.slow
def test_the_page_opens_and_follows_its_choices(open_page):
    at = open_page("pages/train/gan.py", data="moons", opt="SGD", part="G: gradient")
    assert not at.exception
    said = " ".join(c.value for c in at.caption)
    assert "on the two moons with SGD, 5 seeds find" in said
    assert any("goes through D" in m.value for m in at.markdown)


@pytest.mark.slow
def test_a_run_begins_and_can_be_stopped(open_page):
    at = open_page("pages/train/gan.py")
    at.button(key="gan_train").click().run()
    assert not at.exception
    live = at.session_state["forward_pass.gan"]
    live.job.stop()
    live.job.wait(20)
    assert not live.job.running
    at.run()
    assert not at.exception


def test_odd_links_fall_back(open_page):
    at = open_page(
        "pages/train/gan.py", data="faces", opt="lion", moment="999", seed="-3", walk="x"
    )
    assert not at.exception


@pytest.mark.slow
def test_the_script_alone_prints_what_the_page_s_run_ends_with(tmp_path):
    from viz_models.records.train.gan import GAN_LOSSES, GanSpec
    from viz_models.training.gan import plane

    spec = {"data": "moons", "optimizer": "adam", "seed": 1, "steps": 60, "batch_size": 64}
    file = tmp_path / "gan.py"
    quoted = {k: repr(v) for k, v in spec.items()}
    file.write_text(take_away.filled("train/gan", **quoted), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    for loss, line in zip(GAN_LOSSES, done.stdout.splitlines(), strict=True):
        found = plane.run(GanSpec(loss=loss, **spec))
        assert f"{found.parts[-1]} of 8 parts found, {found.near[-1]:.1%}" in line
