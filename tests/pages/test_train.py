"""The Train page without a browser: what shows before and after a prediction, links, refusals."""

import json
import re

import pytest

from tests.runs.rig import tiny
from tests.training.data import idx_files
from viz_models.records import MlpSpec
from viz_models.runs import client
from viz_models.training.cards.cards import CARDS, OPENING
from viz_models.training.data import folders, idx
from viz_models.training.data.folder_listing import listed
from viz_models.ui.panels.train import live
from viz_models.ui.panels.train.view import OWN
from viz_models.ui.results.train import train as results

pytestmark = pytest.mark.slow
PAGE = "train/train.py"


@pytest.fixture
def train(open_page):
    """The page with these parameters."""

    def _open(**params):
        at = open_page("pages/site.py")
        for name, value in params.items():
            at.query_params[name] = value
        at = at.switch_page(PAGE).run()
        assert [e.value for e in at.exception] == []
        return at

    return _open


def test_who_looked_at_the_answer_has_no_vote_in_another_tab(train, monkeypatch):
    card = list(CARDS)[-1]
    first = train(card=CARDS[card].title)
    button(first, "Just show it").click().run()
    second = train(card=CARDS[card].title)  # the same browser, no memory but the cookie
    assert "Just show it" not in labels(second)
    assert not any(b.label in CARDS[card].choices.values() for b in second.button)


def test_the_curves_of_a_run_come_before_anything_that_needs_torch(train, monkeypatch):
    run = client.store().submit("local", tiny(), "curves first").id
    order = []
    for module, name in ((live, "draw_live"), (results, "presets"), (results, "price")):
        whole = getattr(module, name)

        def noted(*args, name=name, whole=whole, **options):
            order.append(name)
            return whole(*args, **options)

        monkeypatch.setattr(module, name, noted)
    train(run=run)
    assert order[0] == "draw_live"
    assert "presets" in order


def text(at):
    return "\n".join([m.value for m in at.markdown] + [c.value for c in at.caption])


def button(at, label):
    return next(b for b in at.button if b.label == label)


def labels(at):
    return [b.label for b in at.button]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_keeps_its_answer_until_somebody_predicts(train, card):
    """The card that the page opens with as well."""
    asked = CARDS[card]
    at = train() if card == OPENING else train(card=asked.title)
    assert "pairs" not in text(at)
    assert "only the beginning" in text(at)
    assert "recorded run" in text(at)
    assert "What it means" not in text(at)
    choice = asked.choices["higher"]
    at = button(at, choice).click().run()
    assert [e.value for e in at.exception] == []
    assert f"You predicted: **{choice}**" in text(at)
    assert "n = 5 pairs" in text(at)
    assert "What it means" in text(at)
    assert "Run it here" in labels(at)
    assert "{" not in text(at)


def test_both_times_of_a_card_are_processor_time_and_the_arms_add_up(train):
    """It said 12 s of one core beside arms that took 50 s by the clock of a busy machine."""
    at = train(card=CARDS["rows"].title)
    total = re.search(r"steps took ([\d.]+) s of processor time", text(at))
    at = button(at, "Just show it").click().run()
    arms = re.search(r"takes ([\d.]+) s .*?, ([\d.]+) s .*? and ([\d.]+) s", text(at))
    assert "measured as processor time" in text(at)
    assert sum(map(float, arms.groups())) * 5 == pytest.approx(float(total[1]), rel=0.03)


def test_the_confusion_of_two_arms_shows_with_precision_recall_and_f1(train):
    at = train(card=CARDS["rows"].title)
    at = button(at, "Just show it").click().run()
    chosen = {s.key: s.value for s in at.selectbox}
    assert chosen["confusion_left"] == "RNN, row by row"
    assert chosen["confusion_right"] == "MLP"
    assert "Recall" in text(at)


def test_who_predicts_right_is_told_so(train):
    at = train(card=CARDS["hidden-layers"].title)
    at = button(at, CARDS["hidden-layers"].choices["not larger than the seed noise"]).click().run()
    assert "correct" in text(at)


def test_who_predicts_wrong_is_told_what_came_out(train):
    at = train(card=CARDS["depth"].title)
    at = button(at, CARDS["depth"].choices["lower"]).click().run()
    assert f"The result is different: **{CARDS['depth'].choices['higher']}**" in text(at)


def test_just_showing_it_is_no_prediction(train):
    at = train(card=CARDS["depth"].title)
    at = button(at, "Just show it").click().run()
    assert "You predicted" not in text(at)
    assert "n = 5 pairs" in text(at)


def test_blocks_that_begin_as_the_identity_change_nothing(train):
    at = train(card=CARDS["growth"].title)
    at = button(at, "Just show it").click().run()
    assert "changes the loss by 0 (exactly)" in text(at)


def test_a_network_of_the_builder_is_fitted_and_priced(train):
    at = train(spec=json.dumps({"family": "conv", "depths": [2]}))
    assert at.title[0].value == "Train a network of your own"
    assert "in_channels: 3 → 1" in text(at)
    assert "parameters" in text(at)
    assert not button(at, "Start").disabled


def test_what_is_too_much_is_refused_with_the_nearest_that_fits(train):
    at = train(
        spec=json.dumps({"family": "conv", "depths": [40], "widths": [256]}),
        examples="1024",
        budget="1000",
    )
    assert button(at, "Start").disabled
    assert "fits" in at.warning[0].value


def test_a_link_that_names_no_network_says_so(train):
    at = train(spec="{nonsense")
    assert "The link names no network" in at.warning[0].value
    assert not button(at, "Start").disabled


def test_an_unknown_run_leaves_the_recorded_card(train):
    at = train(run=32 * "0")
    assert "No such run" in at.warning[0].value
    assert "recorded run" in text(at)


def test_what_cannot_be_an_id_is_no_run(train):
    at = train(run="../../etc/passwd")
    assert "No such run" in at.warning[0].value


def test_the_flow_page_says_why_a_run_cannot_be_followed(open_page):
    at = open_page("pages/site.py")
    at.query_params["run"] = 32 * "0"
    at = at.switch_page("flow/tensor_flow.py").run()
    assert [e.value for e in at.exception] == []
    assert "You see ResNet18 instead" in at.warning[0].value


def test_the_builder_offers_to_train_a_perceptron(train):
    at = train(spec=json.dumps({"family": "mlp", "depth": MlpSpec().depth}))
    assert "in_channels: 3 → 1" in text(at)


@pytest.mark.parametrize("data", ["MNIST", "Fashion-MNIST", "CIFAR-10"])
def test_the_preset_that_the_page_opens_with_reads_every_set(train, data):
    at = train(card="your own run", dataset=data)
    assert not [w.value for w in at.warning if "reads 8x8" in w.value]
    assert not button(at, "Start").disabled
    (budget,) = [s for s in at.select_slider if s.key == "budget"]
    assert int(budget.value) <= 2


def test_a_network_of_torchvision_can_be_trained(train):
    at = train(card="your own run", base="torchvision", network="mobilenet_v3_small")
    assert not button(at, "Start").disabled
    assert "parameters" in text(at)
    (size,) = [s for s in at.select_slider if s.key == "pixels"]
    assert int(size.value) == 32


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ('{"seed": -5}', "seed -5: choose a whole number"),
        ('{"optimizer": {"lr": NaN}}', "learning rate nan must be a number above 0"),
        ('{"data": {"label_noise": NaN}}', "label noise nan must be a share"),
        ('{"data": {"label_noise": -1}}', "label noise -1 must be a share"),
        ('{"budget": {"amount": NaN}}', "a budget of nan samples must be a number above 0"),
        ('{"batch_size": 0}', "batch size 0: choose a whole number"),
        ('{"optimizer": {"momentum": NaN}}', "momentum nan: choose"),
    ],
)
def test_a_number_that_no_run_can_have_is_one_line(train, spec, line):
    at = train(spec=spec)
    assert any(line in w.value.replace("\\", "") for w in at.warning)


@pytest.mark.parametrize("folder", ["/etc", "\\\\evil.example\\share", "~", "."])
def test_a_link_opens_no_folder_before_a_click(train, folder, monkeypatch):
    looked = []
    monkeypatch.setattr(folders, "listed", lambda name: looked.append(name) or refuse())
    at = train(card=OWN, dataset="image folder", folder=folder)
    assert looked == []
    at.button(key="read_folder").click().run()
    assert set(looked) == {folder}


def refuse():
    raise ValueError("there is no folder like that")


@pytest.mark.parametrize("folder", ["\\\\evil.example\\share", "//evil.example/share"])
def test_a_folder_of_another_machine_is_never_asked_for(folder):
    with pytest.raises(ValueError, match="folders of other machines are not read"):
        listed(folder)


def test_a_host_does_not_even_look_whether_a_folder_is_there(train, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    monkeypatch.setattr(folders, "listed", lambda name: pytest.fail("it looked"))
    at = train(spec='{"data": {"name": "folder", "folder": "/etc", "size": 32}}')
    assert len(at.warning) == 1


def test_mnist_is_read_from_the_readers_folder(train, tmp_path):
    at = train(card=OWN, dataset="MNIST")
    field = at.text_input(key="idx")
    field.set_value(str(tmp_path)).run()
    (said,) = [w.value.replace("\\", "") for w in at.warning]
    assert "lacks train-images-idx3-ubyte" in said
    idx_files.write(tmp_path, train=30, test=10)
    at.run()
    assert [w.value for w in at.warning] == []
    assert not at.button(key="start").disabled


def test_a_link_to_idx_files_opens_nothing_before_a_click(train, monkeypatch):
    looked = []
    monkeypatch.setattr(idx, "found", lambda place, within=(): looked.append(place) or refuse())
    at = train(card=OWN, dataset="MNIST", idx="/etc")
    assert "/etc" not in looked
    spec = '{"data": {"name": "mnist", "folder": "/etc"}}'
    train(card=OWN, spec=spec)
    assert "/etc" not in looked
    at.button(key="read_idx").click().run()
    assert "/etc" in looked


def test_a_host_looks_into_no_folder_of_idx_files(train, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    looked = []
    monkeypatch.setattr(idx, "found", lambda place, within=(): looked.append(place) or refuse())
    train(spec='{"data": {"name": "mnist", "folder": "/etc"}}', idx="/etc")
    assert "/etc" not in looked


def test_a_card_runs_on_the_readers_files(train, tmp_path):
    at = train(card=CARDS["mnist-batch"].title)
    at.text_input(key="idx").set_value(str(tmp_path)).run()
    assert at.button(key="start").disabled
    assert any("lacks train-images" in w.value.replace("\\", "") for w in at.warning)
    idx_files.write(tmp_path)
    at.run()
    assert not at.button(key="start").disabled
