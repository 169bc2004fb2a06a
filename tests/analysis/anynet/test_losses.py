"""Losses by name, beside torch's own."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from viz_models.analysis.anynet.opening.losses import loss_of


@pytest.mark.parametrize(
    ("text", "size", "torchs"),
    [
        ("sum", (2, 3), lambda out: out.sum()),
        ("mean", (2, 3, 4), lambda out: out.mean()),
        ("cross_entropy:2", (4, 3), lambda out: cross_entropy(out, torch.tensor([2] * 4))),
        (
            "cross_entropy:1",
            (2, 5, 3),
            lambda out: cross_entropy(out[:, -1], torch.tensor([1, 1])),
        ),
        (
            "cross_entropy:0",
            (2, 3, 4, 4),
            lambda out: nn.CrossEntropyLoss()(out, torch.zeros(2, 4, 4, dtype=torch.int64)),
        ),
    ],
)
def test_a_named_loss_is_torchs(text, size, torchs):
    torch.manual_seed(0)
    out = torch.randn(size, requires_grad=True)
    ours = loss_of(text)({"ids": torch.tensor(3), "logits": out})
    assert torch.equal(ours, torchs(out))
    assert all(word in loss_of(text).__name__ for word in text.replace("_", "-").split(":"))


def test_no_text_is_no_loss():
    assert loss_of("") is None


@pytest.mark.parametrize("text", ["nothing", "sum:3", "cross_entropy", "cross_entropy:-1", ":"])
def test_another_word_gets_one_line(text):
    with pytest.raises(ValueError, match=r"is no loss; write sum, mean or cross_entropy:CLASS$"):
        loss_of(text)


@pytest.mark.parametrize(
    ("size", "line"),
    [((3,), "needs logits"), ((2, 3), "there is no class 7: the output has 0 to 2")],
)
def test_what_does_not_fit_gets_one_line(size, line):
    with pytest.raises(ValueError, match=line):
        loss_of("cross_entropy:7")(torch.ones(size))
    with pytest.raises(ValueError, match="no tensor of floats"):
        loss_of("sum")([torch.ones(2, dtype=torch.int64)])
