import pytest
import torch

from viz_models.__main__ import main
from viz_models.models import text_models, weights
from viz_models.recipes import attention as attention_recipes


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["train-attention", *arguments])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    return err


def test_bad_input_is_told_in_one_line(capsys, tmp_path):
    assert "vision" in refused(capsys, "sound")
    assert "choose 1 or more" in refused(capsys, "language", "--steps", "0")
    assert "out of range" in refused(capsys, "language", "--seed", "-1")
    assert "make it first" in refused(capsys, "language", "--into", str(tmp_path / "none"))


@pytest.mark.slow
def test_what_is_trained_is_kept_with_its_facts_and_is_the_same_again(capsys, tmp_path):
    threads = torch.get_num_threads()
    kept = []
    for folder in ("one", "two"):
        into = tmp_path / folder
        into.mkdir()
        assert main(["train-attention", "language", "--steps", "3", "--into", str(into)]) == 0
        out, err = capsys.readouterr()
        assert out.startswith(f"wrote {into / 'language.safetensors'}: ")
        assert "language: 3 of 3 steps" in err
        kept.append(weights.cards(into)["language"])
        loaded = weights.load("language", into)
        text_models.build("language").load_state_dict(loaded)
    assert kept[0].sha256 == kept[1].sha256
    assert kept[0].command == "python -m viz_models train-attention language --seed 0 --steps 3"
    assert torch.get_num_threads() == threads


@pytest.mark.slow
def test_a_translator_and_those_made_from_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(attention_recipes, "TEST_SENTENCES", 20)
    assert main(["train-attention", "translate", "--steps", "1", "--into", str(tmp_path)]) == 0
    names = ["translate", "translate_kv2", "translate_kv1", "translate_orderless"]
    assert list(weights.cards(tmp_path)) == names
    shapes = [
        weights.load(n, tmp_path)["encoder.0.self_attention.k_proj.weight"].shape for n in names
    ]
    assert [tuple(s) for s in shapes] == [(32, 32), (16, 32), (8, 32), (32, 32)]
    assert "never" in capsys.readouterr().out
