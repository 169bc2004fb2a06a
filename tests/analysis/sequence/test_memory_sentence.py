"""What words still do to a state, beside differences of torch's own LSTM."""

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.sequence.memory_sentence import carried
from viz_models.models.sequence import shipped
from viz_models.records.sequence.translators import TranslateSpec


def test_it_is_the_jacobian_of_torchs_lstm():
    spec = TranslateSpec(text="the black cat sleeps", model="lstm")
    found = carried(spec)
    assert found.words == ("the", "black", "cat", "sleeps", "<eos>")
    with shipped.recurrent("lstm") as net:
        peer = nn.LSTM(32, 64, batch_first=True)
        peer.load_state_dict(net.encoder.state_dict())
        ids = torch.tensor([_ids("the black cat sleeps")])
        x = net.source_embedding(ids).detach()
    jacobian = torch.autograd.functional.jacobian(lambda v: peer(v)[0][0], x)
    expected = jacobian[:, :, 0].square().sum((1, 3)).sqrt().numpy()
    assert found.norms == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert not np.triu(found.norms, 1).any()
    assert np.diagonal(found.shares) == pytest.approx(1)


def _ids(text):
    from viz_models.models.vocabulary import EOS, tokenize

    return [*tokenize(text).ids, EOS]


def test_an_empty_text_says_so():
    with pytest.raises(ValueError, match="word"):
        carried(TranslateSpec(text=" ", model="lstm"))
