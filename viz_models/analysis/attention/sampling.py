"""Drawing words from the language model: temperature, top-k, and a seed."""

import torch
from torch import Tensor

from viz_models.analysis.attention.incremental import Incremental
from viz_models.models import text_models
from viz_models.models.transformer import LanguageModel
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, ENGLISH, EOS, tokenize
from viz_models.records import Provenance, Sample, SampleSpec

MAX_WORDS = 16  # drawn after a prompt
MAX_SENTENCES = 20


def tempered(logits: Tensor, temperature: float, top_k: int | None = None) -> Tensor:
    """Return softmax(logits / temperature) over the top k words; the others get exactly 0.

    Args:
        logits: (..., V) float.
        temperature: Below 1 sharpens, above 1 flattens.
        top_k: Words that may be drawn, the likeliest ones; None is all.

    Raises:
        ValueError: If the temperature is not above 0 or top_k is out of range.

    References:
        Hinton et al. 2015, eq. 1, arXiv:1503.02531; top-k: Fan et al. 2018, arXiv:1805.04833.
    """
    words = logits.shape[-1]
    if not temperature > 0:
        raise ValueError(f"temperature {temperature} is not above 0; for the likeliest use top_k 1")
    if top_k is not None and not 1 <= top_k <= words:
        raise ValueError(f"top_k {top_k} is out of range; choose 1 to {words}")
    if top_k is not None:
        order = logits.argsort(dim=-1, descending=True, stable=True)[..., top_k:]
        logits = logits.scatter(-1, order, -torch.inf)
    return (logits / temperature).softmax(-1)


def sample(spec: SampleSpec) -> Sample:
    """Return the next word's probabilities before and after, and sentences drawn from the latter.

    Raises:
        ValueError: If a setting is out of range, or the prompt cannot be read.
    """
    if not 1 <= spec.sentences <= MAX_SENTENCES:
        raise ValueError(f"{spec.sentences} sentences; choose 1 to {MAX_SENTENCES}")
    words = tokenize(spec.prompt)
    prompt = torch.tensor([BOS, *words.ids])
    with text_models.language_model() as model, torch.no_grad():
        whole = model.run(prompt[None]).logits[0, -1]
        drawn, first = _drawn(model, prompt, spec)
        greedy, _ = _drawn(model, prompt, SampleSpec(top_k=1, sentences=1))
    before = whole.softmax(-1)
    after = tempered(whole, spec.temperature, spec.top_k)
    return Sample(
        spec=spec,
        prompt=words.tokens,
        unknown=words.unknown,
        vocabulary=ENGLISH,
        before=before.numpy(),
        after=after.numpy(),
        entropy=(_bits(before), _bits(after)),
        sentences=drawn,
        greedy=greedy[0],
        max_difference=float((first.softmax(-1) - before).abs().max()),
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _drawn(
    model: LanguageModel, prompt: Tensor, spec: SampleSpec
) -> tuple[tuple[tuple[str, ...], ...], Tensor]:
    """Draw sentences after a prompt, "<eos>" last where they end; return the first logits (V,) too.

    Sentence i is drawn with seed + i, so that asking for more of them changes none.
    """
    many = spec.sentences
    generators = [torch.Generator().manual_seed(spec.seed + i) for i in range(many)]
    decoder = Incremental(model, batch=many, room=len(prompt) + MAX_WORDS)
    logits = torch.empty(0)
    for word in prompt:
        logits = decoder.step(word.expand(many)).logits
    first = logits[0]
    drawn: list[list[int]] = [[] for _ in range(many)]
    for _ in range(MAX_WORDS):
        chances = tempered(logits, spec.temperature, spec.top_k)
        words = torch.cat(
            [torch.multinomial(chances[i], 1, generator=g) for i, g in enumerate(generators)]
        )
        for ids, word in zip(drawn, words.tolist(), strict=True):
            if EOS not in ids:
                ids.append(word)
        if all(EOS in ids for ids in drawn):
            break
        logits = decoder.step(words).logits
    return tuple(tuple(ENGLISH[i] for i in ids) for ids in drawn), first


def _bits(probabilities: Tensor) -> float:
    """Return the entropy in bits; a word of probability 0 adds nothing."""
    p = probabilities.double()
    return float(-torch.special.xlogy(p, p).sum() / torch.log(torch.tensor(2.0)))
