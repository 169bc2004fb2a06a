"""What sharing K/V heads keeps right on sentences that no training run has seen, and its costs."""

import copy
import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from torch import Tensor, nn
from torch.nn.utils import parametrize

from viz_models.analysis.attention import cache_costs
from viz_models.analysis.attention.sharing import (
    KV_HEADS,
    group_sums,
    network,
    right_translations,
)
from viz_models.models.attention import MultiHeadAttention
from viz_models.models.text_models import KvHeads
from viz_models.models.transformer import Translator
from viz_models.models.versions import torch_version
from viz_models.recipes import translate
from viz_models.recipes.attention import AGAIN
from viz_models.recipes.fitting import FitSpec
from viz_models.recordings.sharing import SEED, SENTENCES, SharingRecording
from viz_models.records import (
    CacheGrowth,
    CacheTimes,
    CacheTimesSpec,
    Provenance,
    SharingAccuracy,
    SharingKind,
    WordTimes,
)
from viz_models.training.data.grammar import test_pairs

Costs = TypeVar("Costs", CacheGrowth, CacheTimes, WordTimes)
VERSIONS: tuple[tuple[SharingKind, KvHeads], ...] = (
    ("trained", 4),
    *((kind, heads) for kind in ("pooled", "retrained", "summed") for heads in KV_HEADS),
    ("summed_retrained", 2),
    ("summed_retrained", 1),
)
RETRAIN = replace(AGAIN, seed=1)  # as the retrained versions are


def measure(
    told: Callable[[int, int], None] = lambda done, total: None,
    retrain: FitSpec = RETRAIN,
    sentences: int = SENTENCES,
) -> SharingRecording:
    """Everything that the lesson on shared K/V heads does not measure while somebody waits.

    Args:
        told: How many versions are done, and of how many.
        retrain: How the version with summed queries is trained on.
        sentences: How many each version translates.
    """
    accuracies = []
    for done, (kind, heads) in enumerate(VERSIONS):
        told(done, len(VERSIONS))
        model = summed(heads, retrain) if kind == "summed_retrained" else network(kind, heads)
        accuracies.append(accuracy(model, kind, heads, sentences))
    told(len(VERSIONS), len(VERSIONS))
    return SharingRecording(
        accuracies=tuple(accuracies),
        growth=_recorded(cache_costs.growth()),
        times=_recorded(cache_costs.layer_times(CacheTimesSpec())),
        words=_recorded(cache_costs.word_times()),
    )


def accuracy(model: Translator, kind: SharingKind, heads: KvHeads, count: int) -> SharingAccuracy:
    """How many sentences with an unseen word pairing are translated word for word."""
    pairs = [(" ".join(pair.english), pair.french) for pair in test_pairs(count, SEED)]
    versions = torch_version()
    return SharingAccuracy(
        kind=kind,
        kv_heads=heads,
        right=right_translations(model, pairs),
        of=count,
        provenance=_today(Provenance(seed=SEED, versions=versions)),
    )


class GroupSum(nn.Module):
    """W_Q, or its bias, of which only the sum over each group of heads is used."""

    def __init__(self, kv_heads: int, d_k: int) -> None:
        """For so many groups of heads of d_k rows."""
        super().__init__()
        self.kv_heads, self.d_k = kv_heads, d_k

    def forward(self, values: Tensor) -> Tensor:
        """Return what the attention uses instead of the values that are trained."""
        return group_sums(values, self.kv_heads, self.d_k)


def summed(heads: KvHeads, retrain: FitSpec) -> Translator:
    """Train on the pooled translator whose groups ask with the sum of their queries.

    It begins as the version that was not trained on, and sums at every step of the training.
    """
    model = copy.deepcopy(network("pooled", heads)).requires_grad_(True).train()
    for module in list(model.modules()):
        if isinstance(module, MultiHeadAttention):
            for name in ("weight", "bias"):
                one = GroupSum(heads, module.d_k)
                parametrize.register_parametrization(module.q_proj, name, one)
    for _ in translate.train(model, retrain):
        pass
    return model.eval().requires_grad_(False)


def _recorded(result: Costs) -> Costs:
    return replace(result, provenance=_today(result.provenance))


def _today(provenance: Provenance) -> Provenance:
    return replace(provenance, kind="recorded run", date=datetime.date.today().isoformat())
