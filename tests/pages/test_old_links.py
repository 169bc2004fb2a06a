"""Links that people have kept still open the view that they were made for.

Every link here worked in an earlier version. Do not change one: where a parameter is renamed or a
label improved, teach the page to understand the old one. A default value is no part of a link.
Parameters of parts that are drawn when they come into sight (`why`, `moment`, `top_k`) are opened
by the browser tests.
"""

from urllib.parse import parse_qsl

import pytest

from viz_models.ui.kit import state

pytestmark = pytest.mark.slow
LINKS = {  # page file -> queries
    "attention/cost.py": ["upto=up to n = 4096", "upto=up to n = 512&n=512"],
    "attention/decode.py": ["text=i love cats&beam=2"],
    "attention/scores.py": [
        "cell=0,3",
        "mask=causal&mask=painted&painted=0.3&cell=0,0",
        "text=the black cat sleeps&fill=0&head=1,2&painted=3.0",
    ],
    "attention/positions.py": ["order=reversed", "order=shuffled"],
    "attention/sharing.py": ["kv=4"],
    "build/builder.py": [
        "depth=2",
        "depth=3&race=activation scale&part=stages.0.1",
        "depth=3&width=24&conv_groups=8",
        "net=MLP&layers=4&seeds=1 seed",
        "preset=VGG-11",
        "net=Recurrent&cell=GRU&way=both&layers=2&side=8&seeds=1 seed",
        "net=Recurrent&preset=char-rnn&features=32&seeds=1 seed",
    ],
    "build/compare.py": ["a=LeNet-5&seeds=1 seed", "a=VGG-11&b=plain-20&seeds=1 seed"],
    "build/surface.py": ["shown=map&blocks=1&directions=3"],
    "build/window.py": ["resnet_block=layer3.1", "windows=6&window=7&window_dilation=2"],
    "flow/tensor_flow.py": [
        "guess=true&step=layer2.0.conv1",
        "model=densenet121",
        "photo=coffee&tint=memory",
        "photo=coffee&weights=random, seed 3&step=layer2.0.bn2&cell=7,8,9",
        "tint=multiply-adds",
    ],
    "normalization/axes.py": [
        "cell=1,3,3,4",
        "norm=GN",
        "norm=LN&cell=4,2,1,0&gamma=2.0",
        "tensor=64×64×56×56, drawn&norm=IN",
        "tensor=one value a channel",
    ],
    "normalization/train_eval.py": [
        "batch=batches of 2&pixels=1×1 maps&momentum=average",
        "step=40&channel=channel 3",
    ],
}


@pytest.mark.parametrize(
    ("page", "query"), [(page, query) for page, queries in LINKS.items() for query in queries]
)
def test_an_old_link_is_understood(open_page, monkeypatch, page, query):
    understood, plain = {}, state.choice

    def choice(param, *args):
        understood[param] = plain(param, *args)
        return understood[param]

    monkeypatch.setattr(state, "choice", choice)
    at = open_page("pages/site.py")
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        asked.setdefault(name, []).append(value)
    for name, values in asked.items():
        at.query_params[name] = values if len(values) > 1 else values[0]
    at = at.switch_page(page).run()

    assert [e.value for e in at.exception] == []
    for name, values in asked.items():
        if name in understood:  # an instrument's choice, which falls back without a word
            assert understood[name] == ",".join(values)
        else:  # a widget: Streamlit removes from the URL what it cannot mean
            assert name in at.session_state, f"no widget reads {name!r}"
            assert at.query_params.get(name) in (values, values[0]), f"{name!r} fell back"
