"""Transformers with names that people know."""

from viz_models.records import TransformerSpec

PRESETS: dict[str, TransformerSpec] = {
    # ViT-Ti/16 (Touvron et al. 2021, arXiv:2012.12877), with the mean of the tokens as its head's
    # input instead of a class token: 2 x 192 parameters fewer
    "vit_tiny": TransformerSpec(
        layers=12, d_model=192, num_heads=3, num_kv_heads=3, size=224, patch=16, classes=1000
    ),
    # GPT-2's block (pre-norm, learned positions) at the size of minGPT's gpt-micro, over the
    # 65 characters of its Shakespeare file; input and output embeddings are not tied
    "gpt_tiny": TransformerSpec(
        layers=4,
        d_model=128,
        num_heads=4,
        num_kv_heads=4,
        causal=True,
        source="tokens",
        vocabulary=65,
        length=128,
    ),
}
