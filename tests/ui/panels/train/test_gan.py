from dataclasses import replace

import pytest

from tests.alone import printed_alone
from viz_models.records.train.gan import GAN_LOSSES, GanSpec
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.training import script
from viz_models.training.gan import plane
from viz_models.training.loop import checks
from viz_models.ui.panels.train.lessons import gan_here


@pytest.mark.slow
def test_the_page_opens_and_follows_its_choices(open_page):
    at = open_page("pages/train/gan.py", data="moons", opt="SGD", part="G: gradient")
    assert not at.exception
    said = " ".join(c.value for c in at.caption)
    assert "on the two moons with SGD, 5 seeds find" in said
    assert any("goes through D" in m.value for m in at.markdown)


def test_what_is_trained_here_may_be_run():
    for loss in GAN_LOSSES:
        asked = gan_here.here(GanSpec(loss=loss, discriminator_steps=5, seed=4), seed=7)
        (arm,) = asked.arms
        assert asked.seeds == (7,)
        assert arm.run.lesson.seed == 0  # a link names the run, whatever its seed is
        checks.check(replace(arm.run, seed=7))


def test_odd_links_fall_back(open_page):
    at = open_page(
        "pages/train/gan.py", data="faces", opt="lion", moment="999", seed="-3", walk="x"
    )
    assert not at.exception


@pytest.mark.slow
def test_the_script_alone_prints_what_the_page_s_run_ends_with(tmp_path):
    spec = {"data": "moons", "optimizer": "adam", "seed": 1, "steps": 60, "batch_size": 64}
    file = tmp_path / "gan.py"
    file.write_text(script.source(lesson_run(GanSpec(**spec))), encoding="utf-8")
    said = printed_alone(file)
    for loss, line in zip(GAN_LOSSES, said.splitlines(), strict=True):
        found = plane.run(GanSpec(loss=loss, **spec))
        assert f"{found.parts[-1]} of 8 parts found, {found.near[-1]:.1%}" in line
