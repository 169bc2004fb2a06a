"""A recurrent network as a file."""

from viz_models.analysis.export import file
from viz_models.analysis.export.layout import call
from viz_models.models.builder.recurrent import (
    CELLS,
    directions,
    inputs,
    outputs,
    predicts_tokens,
    steps,
)
from viz_models.records import RnnSpec

READ = {
    "last": "the last state names the class",
    "mean": "the mean of the states names the class",
    "every": "each state names a class",
}


def content(spec: RnnSpec) -> file.Content:
    """Classes and words of the file."""
    rows = spec.source == "rows"
    size = f"{spec.in_channels}, {spec.size}, {spec.size}"
    each = f"(N, {steps(spec)}, {outputs(spec)}) logits"
    if predicts_tokens(spec):
        each += " of the token that follows each"
    example = f"torch.randn(2, {size})"
    if not rows:
        example = f"torch.randint({spec.vocabulary}, (2, {spec.length}))"
    return file.Content(
        takes=f"(N, {size}) float32 pixels" if rows else f"(N, {spec.length}) int64 tokens",
        gives=each if spec.readout == "every" else f"(N, {spec.classes}) logits",
        example=example,
        classes=[_network(spec)],
        after=_forget(spec),
        initialize="initialize_recurrent",
    )


def _network(spec: RnnSpec) -> str:
    width = directions(spec) * spec.hidden
    body = []
    if spec.source == "tokens":
        embed = call("nn.Embedding", str(spec.vocabulary), str(spec.embed))
        body += file.attribute("embed", embed)
    body += file.attribute("cell", call(f"nn.{CELLS[spec.cell].__name__}", *_given(spec)))
    body += file.attribute("head", call("nn.Linear", str(width), str(outputs(spec))))
    what = "row of an image" if spec.source == "rows" else "token"
    read = "each state names the next token" if predicts_tokens(spec) else READ[spec.readout]
    return file.network(f"Each {what} is one step; {read}.", body, _forward(spec, width))


def _given(spec: RnnSpec) -> list[str]:
    """Return the arguments of torch's module; what is torch's default is left out."""
    return [
        str(inputs(spec)),
        str(spec.hidden),
        *([f"num_layers={spec.layers}"] if spec.layers > 1 else []),
        "batch_first=True",
        *([f"dropout={spec.dropout!r}"] if spec.dropout else []),
        *(["bidirectional=True"] if spec.bidirectional else []),
    ]


def _forward(spec: RnnSpec, width: int) -> list[str]:
    shape = f"(N, {steps(spec)}, {inputs(spec)})"
    read = f"rows = x.transpose(1, 2).flatten(2)  # {shape}: the top row first"
    if spec.source == "tokens":
        read = f"words = self.embed(x)  # {shape}"
    states = f"states, _ = self.cell({read.split()[0]})  # (N, {steps(spec)}, {width})"
    if spec.readout == "every":
        return [read, states, "return self.head(states)"]
    if spec.readout == "mean":
        return [read, states, "return self.head(states.mean(1))"]
    if not spec.bidirectional:
        return [read, states, "return self.head(states[:, -1])"]
    h = spec.hidden
    return [
        read,
        states,
        "# the direction that reads backward ends at the first step",
        f"last = torch.cat([states[:, -1, :{h}], states[:, 0, {h}:]], 1)",
        "return self.head(last)",
    ]


def _forget(spec: RnnSpec) -> list[str]:
    if not spec.forget_bias:
        return []
    rows = f"{spec.hidden}:{2 * spec.hidden}"
    return [
        "for name, bias in net.cell.named_parameters():",
        '    if name.startswith("bias_ih"):',
        f"        bias.data[{rows}] += {spec.forget_bias!r}  # of the forget gate",
    ]
