import tomllib
from itertools import combinations

import numpy as np
import plotly.colors
import plotly.graph_objects as go
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from tests.conftest import ROOT
from viz_models.figures import theme

CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
SEEN_BY = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
THEMES = [
    pytest.param("light", theme.LIGHT, id="light"),
    pytest.param("dark", theme.DARK, id="dark"),
]


def linear(color):
    s = np.array(theme.rgb(color)) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """WCAG 2.2, 1.4.3."""
    high, low = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(color, eyes):
    seen = np.clip(np.array(SEEN_BY[eyes]) @ linear(color), 0, 1)
    return rgb2lab(np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055))


def difference(a, b):
    """CIEDE2000 as the eyes see it that have most trouble with the two."""
    return min(deltaE_ciede2000(lab(a, eyes), lab(b, eyes)) for eyes in SEEN_BY)


@pytest.mark.parametrize(("name", "palette", "bound"), [
    ("light", theme.LIGHT, 13.0), ("dark", theme.DARK, 14.2),
])  # fmt: skip
def test_ten_colors_that_every_eye_can_tell_apart(name, palette, bound):
    assert len(set(palette.categorical)) == 10
    smallest = min(difference(a, b) for a, b in combinations(palette.categorical, 2))
    assert smallest >= bound, f"{name}: {smallest:.2f}"


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_no_series_looks_chosen(name, palette):
    found = [c for c in palette.categorical if c != palette.gold]
    assert min(difference(c, palette.orange) for c in found) >= 13.0


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_contrast(name, palette):
    for ground in (palette.ground, palette.card):
        for color in (*palette.categorical, palette.blue, palette.orange, palette.green):
            assert contrast(color, ground) >= 3, color
        letters = ("text", "muted", "blue", "orange_text", "green_text", "red", "gold")
        for role in letters:
            assert contrast(getattr(palette, role), ground) >= 4.5, role


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_contrast_of_captions(name, palette):
    """Streamlit writes captions in the text's color, 60 % opaque."""
    for ground in (palette.ground, palette.card):
        pairs = zip(theme.rgb(palette.text), theme.rgb(ground), strict=True)
        red, green, blue = (round(0.6 * text + 0.4 * behind) for text, behind in pairs)
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ground) >= 4.5


def test_these_eyes_see_what_is_known_to_be_confused():
    d3 = plotly.colors.qualitative.D3
    assert min(difference(a, b) for a, b in combinations(d3, 2)) < 2
    green, red = d3[2], d3[3]
    assert deltaE_ciede2000(lab(green, "normal"), lab(red, "normal")) > 70
    assert deltaE_ciede2000(lab(green, "deutan"), lab(red, "deutan")) < 5


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_config_repeats_the_palette(name, palette):
    written = CONFIG["theme"][name]
    expected = {
        "primaryColor": palette.blue,
        "backgroundColor": palette.ground,
        "secondaryBackgroundColor": palette.card,
        "textColor": palette.text,
        "borderColor": palette.border,
        "linkColor": palette.blue,
        "codeTextColor": palette.text,
        "codeBackgroundColor": palette.card,
        "blueColor": palette.blue,
        "blueTextColor": palette.blue,
        "orangeColor": palette.orange,
        "orangeTextColor": palette.orange_text,
        "greenColor": palette.green,
        "greenTextColor": palette.green_text,
        "redColor": palette.red,
        "redTextColor": palette.red,
        "yellowColor": palette.gold,
        "yellowTextColor": palette.gold,
        "grayColor": palette.muted,
        "grayTextColor": palette.muted,
        "chartCategoricalColors": list(palette.categorical),
        "chartSequentialColors": ten("sequential", name),
        "chartDivergingColors": ten("diverging", name),
    }
    assert written == expected


def ten(scheme, name):
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in theme.sampled(scheme, 10, dark=name == "dark")]


def test_config_repeats_the_typefaces():
    assert CONFIG["theme"]["font"] == theme.FONT
    assert CONFIG["theme"]["codeFont"] == theme.CODE_FONT


def test_streamlit_knows_every_setting():
    from streamlit import config

    def keys(section, table):
        for key, value in table.items():
            yield from (
                keys(f"{section}.{key}", value) if isinstance(value, dict) else [f"{section}.{key}"]
            )

    known = config.get_config_options()
    assert [k for s, table in CONFIG.items() for k in keys(s, table) if k not in known] == []


@pytest.mark.parametrize(
    ("scheme", "dark", "plotly_scale"),
    [("sequential", False, "Viridis"), ("diverging", False, "RdBu_r")],
)
def test_lut_is_what_plotly_shows(scheme, dark, plotly_scale):
    shown = plotly.colors.sample_colorscale(plotly_scale, [i / 255 for i in range(256)])
    expected = np.array([plotly.colors.unlabel_rgb(c) for c in shown])
    np.testing.assert_allclose(theme.lut(scheme, dark=dark), expected, atol=1)


@pytest.mark.parametrize("dark", [False, True])
def test_diverging_is_centered_near_the_ground(dark):
    table, ground = theme.lut("diverging", dark=dark).astype(int), theme.palette(dark).ground
    assert np.abs(table[127] - table[128]).max() <= 2
    far = np.abs(table - theme.rgb(ground)).sum(axis=1)
    assert far.argmin() in (126, 127, 128, 129)
    assert table[0, 2] > table[0, 0]  # blue below zero
    assert table[255, 0] > table[255, 2]  # red above


@pytest.mark.parametrize("scheme", ["sequential", "diverging"])
def test_lut_is_a_shared_read_only_table(scheme):
    table = theme.lut(scheme)
    assert (table.shape, table.dtype) == ((256, 3), np.uint8)
    assert not table.flags.writeable


@pytest.mark.parametrize("dark", [False, True])
def test_style_keeps_the_data_and_the_title(dark):
    fig = go.Figure(
        go.Bar(y=[3, 1], name="a"), layout={"title": "Zeros", "xaxis": {"title": "step"}}
    )
    before = fig.to_plotly_json()["data"]
    assert theme.style(fig, dark=dark, height=200, scale=1.5) is fig
    assert fig.to_plotly_json()["data"] == before
    assert (fig.layout.title.text, fig.layout.xaxis.title.text) == ("Zeros", "step")
    assert fig.layout.height == 300
    assert fig.layout.font.color == theme.palette(dark).text
    assert fig.layout.colorway == theme.palette(dark).categorical


def test_only_the_figure_can_be_saved_from_the_bar():
    assert theme.CONFIG["modeBarButtons"] == [["toImage"]]
    assert theme.CONFIG["displaylogo"] is False
