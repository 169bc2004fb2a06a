"""A Transformer as a file."""

from viz_models.analysis.export import file
from viz_models.analysis.export.layout import Group, call, lines
from viz_models.analysis.export.leaves import constructor
from viz_models.models.builder.parts import activation
from viz_models.models.builder.transformer import (
    POSITIONS_STD,
    hidden,
    predicts_tokens,
    tokens,
)
from viz_models.records import TransformerSpec

POSITIONS = {"learned": "LearnedPositions", "sinusoidal": "SinusoidalPositions"}


def content(spec: TransformerSpec) -> file.Content:
    """Classes and words of the file."""
    patches, every = spec.source == "patches", predicts_tokens(spec)
    classes = []
    if patches:
        blanks = {"channels": spec.in_channels, "patch": spec.patch, "side": _side(spec)}
        classes.append(file.snippet("PatchEmbedding", **blanks))
    if spec.positions in POSITIONS:
        classes.append(file.snippet(POSITIONS[spec.positions], std=POSITIONS_STD))
    if spec.positions == "rotary":
        classes.append(file.snippet("rotate"))
    size = f"{spec.in_channels}, {spec.size}, {spec.size}"
    random_tokens = f"torch.randint({spec.vocabulary}, (2, {spec.length}))"
    return file.Content(
        takes=f"(N, {size}) float32 pixels" if patches else f"(N, {spec.length}) int64 tokens",
        gives=f"(N, {spec.length}, {spec.vocabulary}) logits of the token that follows each"
        if every
        else f"(N, {spec.classes}) logits",
        example=f"torch.randn(2, {size})" if patches else random_tokens,
        classes=[*classes, _attention(spec), _block(spec), _network(spec)],
        constants=_constants(spec),
    )


def _side(spec: TransformerSpec) -> int:
    return spec.size // spec.patch


def _constants(spec: TransformerSpec) -> list[str]:
    d_k = spec.d_model // spec.num_heads
    shared = spec.num_kv_heads < spec.num_heads
    kv = [f"KV_HEADS = {spec.num_kv_heads}"] if shared else []
    why = f"  # {_side(spec)} x {_side(spec)} patches" if spec.source == "patches" else ""
    return [
        f"TOKENS = {tokens(spec)}{why}",
        f"D_MODEL = {spec.d_model}",
        f"HEADS = {spec.num_heads}",
        *kv,
        f"D_K = {d_k}  # of each head",
        f"HIDDEN = {hidden(spec)}  # units of the feed-forward net",
    ]


def _attention(spec: TransformerSpec) -> str:
    group = spec.num_heads // spec.num_kv_heads
    kv = "KV_HEADS" if group > 1 else "HEADS"
    words = f"; {group} query heads share one K and V" if group > 1 else ""
    text = [
        "class Attention(nn.Module):",
        f'    """softmax(Q K^T / sqrt(D_K)) V in every head{words}."""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        "        self.q_proj = nn.Linear(D_MODEL, D_MODEL)",
        f"        self.k_proj = nn.Linear(D_MODEL, {kv} * D_K)",
        f"        self.v_proj = nn.Linear(D_MODEL, {kv} * D_K)",
        "        self.o_proj = nn.Linear(D_MODEL, D_MODEL)",
    ]
    if spec.causal:
        text += [
            "        later = torch.ones(TOKENS, TOKENS, dtype=torch.bool).triu(1)",
            '        self.register_buffer("later", later, persistent=False)',
        ]
    return "\n".join([*text, "", *_attention_forward(spec)])


def _attention_forward(spec: TransformerSpec) -> list[str]:
    group = spec.num_heads // spec.num_kv_heads
    kv = "KV_HEADS" if group > 1 else "HEADS"
    text = [
        "    def forward(self, x: Tensor) -> Tensor:",
        "        q = self.q_proj(x).unflatten(-1, (HEADS, D_K)).transpose(1, 2)"
        "  # (N, HEADS, TOKENS, D_K)",
        f"        k = self.k_proj(x).unflatten(-1, ({kv}, D_K)).transpose(1, 2)",
        f"        v = self.v_proj(x).unflatten(-1, ({kv}, D_K)).transpose(1, 2)",
    ]
    if spec.positions == "rotary":
        text.append("        q, k = rotate(q), rotate(k)")
    if group > 1:
        text += [f"        {n} = {n}.repeat_interleave({group}, dim=1)" for n in "kv"]
    text.append(
        "        scores = q @ k.transpose(-2, -1) / math.sqrt(D_K)  # (N, HEADS, TOKENS, TOKENS)"
    )
    if spec.causal:
        text.append("        scores = scores.masked_fill(self.later, -math.inf)")
    text += [
        "        heads = scores.softmax(dim=-1) @ v  # (N, HEADS, TOKENS, D_K)",
        "        return self.o_proj(heads.transpose(1, 2).flatten(2))",
    ]
    return text


def _norm(spec: TransformerSpec) -> str:
    return "nn.LayerNorm(D_MODEL)" if spec.norm == "layer" else "nn.RMSNorm(D_MODEL)"


def _block(spec: TransformerSpec) -> str:
    act = f"{constructor(activation(spec.activation))[0]}()"
    ffn = call("nn.Sequential", "nn.Linear(D_MODEL, HIDDEN)", act, "nn.Linear(HIDDEN, D_MODEL)")
    joins = [_joined(spec, name) for name in ("attention", "ffn")]
    text = [
        "class Block(nn.Module):",
        f'    """{_words(spec)}."""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        f"        self.attention_norm = {_norm(spec)}",
        "        self.attention = Attention()",
        f"        self.ffn_norm = {_norm(spec)}",
        *lines(ffn, indent=2, before="self.ffn = "),
    ]
    if spec.dropout:
        text.append(f"        self.dropout = nn.Dropout({spec.dropout!r})")
    text += [
        "",
        "    def forward(self, x: Tensor) -> Tensor:",
        f"        x = {joins[0]}",
        f"        return {joins[1]}",
    ]
    return "\n".join(text)


def _words(spec: TransformerSpec) -> str:
    stream = "x + " if spec.residual else ""
    if spec.pre_norm:
        return f"{stream}attention(norm(x)), then {stream}ffn(norm(x))"
    return f"norm({stream}attention(x)), then norm({stream}ffn(x))"


def _joined(spec: TransformerSpec, name: str) -> str:
    """One of the two branches, with what stands around it."""
    branch = f"self.{name}({f'self.{name}_norm(x)' if spec.pre_norm else 'x'})"
    if spec.dropout:
        branch = f"self.dropout({branch})"
    joined = f"x + {branch}" if spec.residual else branch
    return joined if spec.pre_norm else f"self.{name}_norm({joined})"


def _network(spec: TransformerSpec) -> str:
    every = predicts_tokens(spec)
    embed = f"nn.Embedding({spec.vocabulary}, D_MODEL)"
    layers = Group("nn.Sequential", call("", f"*(Block() for _ in range({spec.layers}))").items)
    body = file.attribute("embed", "PatchEmbedding()" if spec.source == "patches" else embed)
    steps = ["self.embed(x)"]
    if spec.positions in POSITIONS:
        body += file.attribute("positions", f"{POSITIONS[spec.positions]}()")
        steps.append("self.positions(h)")
    if spec.dropout:
        body += file.attribute("dropout", f"nn.Dropout({spec.dropout!r})")
        steps.append("self.dropout(h)")
    body += file.attribute("layers", layers)
    steps.append("self.layers(h)")
    if spec.pre_norm:
        body += file.attribute("norm", _norm(spec))
        steps.append("self.norm(h)")
    outputs = spec.vocabulary if every else spec.classes
    body += file.attribute("head", f"nn.Linear(D_MODEL, {outputs})")
    shape = "  # (N, TOKENS, D_MODEL)"
    forward = [f"h = {step}{'' if i else shape}" for i, step in enumerate(steps)]
    forward.append("return self.head(h)" if every else "return self.head(h.mean(1))")
    blocks = "one block" if spec.layers == 1 else f"{spec.layers} blocks"
    source = "Patches" if spec.source == "patches" else "Tokens"
    return file.network(f"{source}, {blocks}, head.", body, forward)
