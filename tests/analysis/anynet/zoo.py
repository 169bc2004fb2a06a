"""Networks that nobody here wrote, small enough for a test, with inputs that they take.

Each entry is a family, a name, and a function that makes (network, args, kwargs). Weights are
random. What a library is needed for is imported inside.
"""

import torch
import torchvision
from torch import nn

IMAGE = (1, 3, 64, 64)


def pixels(*shape):
    return torch.rand(*shape or IMAGE, generator=torch.Generator().manual_seed(7))


def torchvision_entries():
    """Every model of torchvision, by the kind of its input."""
    for name in torchvision.models.list_models():
        if name.startswith("quantized_"):
            yield "torchvision, quantizable", name, lambda n=name: _quantizable(n)
        else:
            module = torchvision.models.get_model_builder(name).__module__
            family = next((f for f in _KINDS if f".{f}." in module), "classification")
            yield f"torchvision, {family}", name, lambda n=name, f=family: _torchvision(n, f)


_KINDS = ("detection", "segmentation", "video", "optical_flow")


def _torchvision(name, family):
    options = {"weights": None}
    if family in ("detection", "segmentation"):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    if family == "detection" and "ssd" not in name:
        options |= {"min_size": 96, "max_size": 128}
    net = torchvision.models.get_model(name, **options).eval()
    if family == "optical_flow":
        return net, (pixels(1, 3, 128, 128), pixels(1, 3, 128, 128)), {"num_flow_updates": 2}
    if family == "video":
        side, frames = (224, 16) if "mvit" in name else (64, 16 if name == "s3d" else 4)
        side = 224 if name == "s3d" else side
        return net, (pixels(1, 3, frames, side, side),), {}
    if family == "detection":
        return net, ([pixels(3, 96, 96)],), {}
    side = {"inception_v3": 96}.get(name, 224 if "vit" in name else 64)
    return net, (pixels(1, 3, side, side),), {}


def _quantizable(name):
    builder = getattr(torchvision.models.quantization, name.removeprefix("quantized_"))
    options = {"init_weights": False} if name.endswith(("googlenet", "inception_v3")) else {}
    side = 96 if "inception" in name else 64
    return builder(weights=None, quantize=False, **options).eval(), (pixels(1, 3, side, side),), {}


TIMM = (
    *("resnet10t", "mobilenetv4_conv_small", "vit_tiny_patch16_224", "convnext_atto"),
    *("mixer_s32_224", "efficientformerv2_s0"),
)


def timm_entry(name):
    import timm

    net = timm.create_model(name, pretrained=False).eval()
    channels, height, width = net.pretrained_cfg.get("input_size", (3, 224, 224))
    return net, (pixels(1, channels, height, width),), {}


_TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 48,
    "vocab_size": 99,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
}
TRANSFORMERS = {  # architecture -> what its config needs besides the above
    "bert": {},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64},
    "llama": {},
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4},
    "mistral": {},
    "qwen2": {},
    "qwen3": {"head_dim": 8},
    "gemma": {"head_dim": 8},
    "gemma2": {"head_dim": 8},
    "phi": {},
    "falcon": {},
    "gpt_neox": {},
    "opt": {"ffn_dim": 48, "word_embed_proj_dim": 32},
    "bloom": {"n_layer": 2, "n_head": 4},
    "roberta": {},
    "electra": {"embedding_size": 32},
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    "albert": {"embedding_size": 32},
    "deberta-v2": {},
    "mobilebert": {},
    "bart": {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2},
    "mamba": {"state_size": 4},
    "vit": {"image_size": 32, "patch_size": 8},
    "deit": {"image_size": 32, "patch_size": 8},
    "dinov2": {"image_size": 32, "patch_size": 8},
    "convnext": {"hidden_sizes": [8, 8, 8, 8], "depths": [1, 1, 1, 1]},
    "clip_vision_model": {"image_size": 32, "patch_size": 8},
    "wav2vec2": {"conv_dim": [16, 16], "conv_kernel": [8, 4], "conv_stride": [4, 4],
                 "num_feat_extract_layers": 2, "num_conv_pos_embeddings": 16,
                 "num_conv_pos_embedding_groups": 4},
}  # fmt: skip


def transformers_entry(name):
    import transformers

    more = TRANSFORMERS[name]
    config = transformers.AutoConfig.for_model(name, **_TINY | more)
    torch.manual_seed(0)
    net = transformers.AutoModel.from_config(config).eval()
    if name == "wav2vec2":
        return net, (pixels(1, 800),), {}
    if getattr(net, "main_input_name", "") == "pixel_values":
        side = more.get("image_size", 64)
        return net, (), {"pixel_values": pixels(1, 3, side, side)}
    ids = torch.randint(3, 99, (1, 8), generator=torch.Generator().manual_seed(3))
    both = {"decoder_input_ids": ids} if config.is_encoder_decoder else {}
    return net, (), {"input_ids": ids, **both}


class Spectrum(nn.Module):
    """Filters in the frequency domain: complex numbers between real ones."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.linspace(0, 1, 9))

    def forward(self, x):
        return torch.fft.irfft(torch.fft.rfft(x) * self.gain)


class Writes(nn.Module):
    """Overwrites its input, parts of a tensor, views of it, and what `out=` names."""

    def forward(self, x):
        x += 1
        y = x * 2
        row = y[0]
        row.mul_(3)
        y[:, 1] = -1
        z = torch.empty_like(y)
        torch.add(y, x, out=z)
        flat = z.view(-1)
        flat[:2] = 0
        return z.relu_() + y


class DataDependent(nn.Module):
    """Takes as many rounds as its input says."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        while x.norm() < 3:
            x = x + self.layer(x).abs() + 0.5
        return {"out": x, "rounds": [x.sum(), x.argmax()]}


class Boxes:
    """Inputs in an object of their own."""

    def __init__(self, left, right):
        self.left, self.right = left, right


class TakesObject(nn.Module):
    def forward(self, boxes, scale=1.0):
        for row in boxes.left:
            scale = scale + row.mean()
        return boxes.left @ boxes.right * scale


class Shared(nn.Module):
    """Uses one layer twice, under two names."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = self.a

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


def own_entries():
    """Nets of torch's own layers, and the odd things that networks do."""
    yield "torch", "LSTM", lambda: (nn.LSTM(5, 7, 2, batch_first=True), (pixels(2, 6, 5),), {})
    yield (
        "torch",
        "GRU, both ways",
        lambda: (nn.GRU(5, 7, bidirectional=True), (pixels(6, 2, 5),), {}),
    )
    yield (
        "torch",
        "Transformer",
        lambda: (
            nn.Transformer(16, 2, 1, 1, 32, batch_first=True).eval(),
            (pixels(2, 5, 16), pixels(2, 4, 16)),
            {},
        ),
    )
    yield "torch", "TransformerEncoder with padding", _padded
    yield (
        "torch",
        "MultiheadAttention",
        lambda: (nn.MultiheadAttention(8, 2, batch_first=True).eval(), (pixels(2, 4, 8),) * 3, {}),
    )
    yield (
        "torch",
        "ScriptModule",
        lambda: (torch.jit.script(nn.Sequential(nn.Linear(4, 4), nn.ReLU())), (pixels(2, 4),), {}),
    )
    yield (
        "torch",
        "ScriptModule with buffers",
        lambda: (
            torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval()),
            (pixels(),),
            {},
        ),
    )
    yield (
        "torch",
        "training mode",
        lambda: (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5)),
            (pixels(),),
            {},
        ),
    )
    yield "odd", "FFT", lambda: (Spectrum(), (pixels(2, 16),), {})
    yield "odd", "writes in place", lambda: (Writes(), (pixels(3, 4),), {})
    yield "odd", "data-dependent flow", lambda: (DataDependent(), (pixels(4),), {})
    yield (
        "odd",
        "an object as input",
        lambda: (TakesObject(), (Boxes(pixels(2, 3), pixels(3, 2)),), {"scale": 2.0}),
    )
    yield "odd", "a shared layer", lambda: (Shared(), (pixels(2, 4),), {})
    yield "odd", "bfloat16", lambda: (nn.Linear(4, 4).bfloat16(), (pixels(2, 4).bfloat16(),), {})


def _padded():
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    mask = torch.tensor([[False, False, True], [False, False, False]])
    net = nn.TransformerEncoder(layer, 2).eval()
    return net, (pixels(2, 3, 16),), {"src_key_padding_mask": mask}


def timm_names():
    """One member of every family of timm, the shortest name first: that is mostly a small one."""
    import timm

    found = {}
    for name in sorted(timm.list_models(), key=lambda n: (_size(n), len(n))):
        family = timm.models._registry._model_to_module[name]
        found.setdefault(family, name)
    return sorted(found.values())


def _size(name):
    order = ("atto", "femto", "pico", "nano", "tiny", "xxs", "_t", "_xs", "_s", "small", "b0", "18")
    return next((i for i, word in enumerate(order) if word in name), len(order))
