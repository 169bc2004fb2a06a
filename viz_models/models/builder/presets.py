"""Networks with names that people know, as specs."""

from dataclasses import replace

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.builder import presets_recurrent, presets_transformer
from viz_models.records import BuildSpec, ConvSpec

# LeCun et al. 1998, doi:10.1109/5.726791, as taught today: tanh, average pools, every map of the
# second convolution sees all maps of the first, a linear layer in place of the Gaussian outputs.
_LENET5 = ConvSpec(
    depths=(1, 1),
    widths=(6, 16),
    in_channels=1,
    stem="none",
    down="avg pool",
    last_pool="avg pool",
    kernel_size=5,
    padding="valid",
    connect="plain",
    activation="tanh",
    bias=True,
    hidden=(120, 84),
    flatten=True,
    init="torch",
)

# Simonyan & Zisserman 2015, table 1, column A: arXiv:1409.1556.
_VGG11 = ConvSpec(
    depths=(1, 1, 2, 2, 2),
    widths=(64, 128, 256, 512, 512),
    size=224,
    classes=1000,
    stem="none",
    down="max pool",
    last_pool="max pool",
    connect="plain",
    bias=True,
    hidden=(4096, 4096),
    dropout=0.5,
    flatten=True,
)

# He et al. 2016, table 1: arXiv:1512.03385; stride 2 on the 3x3, as torchvision has it.
_RESNET18 = ConvSpec(
    depths=(2, 2, 2, 2),
    widths=(64, 128, 256, 512),
    size=224,
    classes=1000,
    stem="7x7 pool",
    block="basic",
    norm="batch",
    activate="sum",
)
_RESNET50 = replace(
    _RESNET18,
    depths=(3, 4, 6, 3),
    widths=(256, 512, 1024, 2048),
    stem_width=64,
    block="bottleneck",
)

# The same paper, section 4.2, for CIFAR: shortcuts without weights (option A), so that the plain
# and the residual network have the same parameters.
_RES20 = ConvSpec(
    depths=(3, 3, 3),
    widths=(16, 32, 64),
    block="basic",
    norm="batch",
    activate="sum",
    shortcut="pad",
)

# The first block of DenseNet-121, with its stem: Huang et al. 2017, table 1, arXiv:1608.06993.
_DENSENET_BLOCK = ConvSpec(
    depths=(6,),
    widths=(32,),
    size=224,
    classes=1000,
    stem="7x7 pool",
    stem_width=64,
    block="bottleneck",
    connect="dense",
    norm="batch",
    pre_activation=True,
)

# Units of ShuffleNet's stage 2 with 3 groups: Zhang et al. 2018, figure 2b, arXiv:1707.01083.
_SHUFFLENET_UNIT = ConvSpec(
    depths=(3,),
    widths=(240,),
    size=28,
    stem_width=24,
    block="bottleneck",
    groups=60,
    pointwise_groups=3,
    shuffle=True,
    inner_activation=False,
    norm="batch",
    activate="sum",
)

# Units of ShuffleNet v2's stage 2: Ma et al. 2018, figure 3c and d, table 5, arXiv:1807.11164.
_SHUFFLENET_V2_UNIT = ConvSpec(
    depths=(4,),
    widths=(116,),
    size=56,
    stem_width=24,
    stride=2,
    block="bottleneck",
    expansion=1,
    groups=58,
    inner_activation=False,
    connect="split",
    norm="batch",
)

# Module 3a of GoogLeNet: Szegedy et al. 2014, table 1, arXiv:1409.4842; with BatchNorm as in
# torchvision, and with the paper's 5x5 windows.
_INCEPTION_MODULE = ConvSpec(
    depths=(1,),
    widths=(256,),
    size=28,
    stem_width=192,
    block="inception",
    connect="plain",
    norm="batch",
)

PRESETS: dict[str, BuildSpec] = {
    "lenet5": _LENET5,
    "vgg11": _VGG11,
    "resnet18": _RESNET18,
    "resnet34": replace(_RESNET18, depths=(3, 4, 6, 3)),
    "resnet50": _RESNET50,
    "resnext50": replace(_RESNET50, groups=32, expansion=2),  # 32x4d: arXiv:1611.05431
    "se_resnet18": replace(_RESNET18, se_ratio=16),  # arXiv:1709.01507
    "densenet_block": _DENSENET_BLOCK,
    "inception_module": _INCEPTION_MODULE,
    "shufflenet_unit": _SHUFFLENET_UNIT,
    "shufflenet_v2_unit": _SHUFFLENET_V2_UNIT,
    "plain20": replace(_RES20, connect="plain"),
    "res20": _RES20,
    "plain56": replace(_RES20, depths=(9, 9, 9), connect="plain"),
    "res56": replace(_RES20, depths=(9, 9, 9)),
    **presets_transformer.PRESETS,
    **presets_recurrent.PRESETS,
}

TITLES: dict[str, str] = {
    "lenet5": "LeNet-5",
    "vgg11": "VGG-11",
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnext50": "ResNeXt-50",
    "se_resnet18": "SE-ResNet-18",
    "densenet_block": N_("DenseNet block"),
    "inception_module": N_("Inception module"),
    "shufflenet_unit": N_("ShuffleNet units"),
    "shufflenet_v2_unit": N_("ShuffleNet v2 units"),
    "plain20": N_("plain-20"),
    "res20": N_("res-20"),
    "plain56": N_("plain-56"),
    "res56": N_("res-56"),
    "vit_tiny": N_("ViT-tiny"),
    "gpt_tiny": N_("GPT-tiny"),
    "rows": N_("rows of an image"),
    "char_rnn": N_("char-rnn"),
    "bilstm_tagger": N_("BiLSTM tagger"),
}


def preset(name: str) -> BuildSpec:
    """Return the spec of a network with a name.

    Raises:
        ValueError: If there is none with that name; the line lists them.
    """
    if name not in PRESETS:
        raise ValueError(
            _("unknown preset {name!r}; choose from {presets}").format(
                name=name, presets=", ".join(PRESETS)
            )
        )
    return PRESETS[name]
