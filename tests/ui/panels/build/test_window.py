"""The script that the lesson on windows gives out."""

import re

import pytest

from tests.alone import printed_alone
from viz_models.analysis.build.window import windows
from viz_models.records import WindowSpec
from viz_models.ui.kit import take_away


@pytest.mark.slow
@pytest.mark.parametrize("spec", [WindowSpec(), WindowSpec(layers=2, dilation=2, channels=8)])
def test_the_script_prints_the_same_digits(spec, tmp_path):
    file = tmp_path / "windows.py"
    file.write_text(
        take_away.filled(
            "build/window",
            layers=spec.layers,
            kernel=spec.kernel_size,
            dilation=spec.dilation,
            channels=spec.channels,
        )
    )
    said = printed_alone(file)
    found = windows(spec)
    printed = re.findall(r"([\d,]+) weights, (\d+) of \d+ .*?\n +([\d.]+)%", said)
    assert printed == [
        (f"{s.parameters:,}", str(s.seen), f"{100 * s.middle:.1f}")
        for s in (found.stack, found.single)
    ]
