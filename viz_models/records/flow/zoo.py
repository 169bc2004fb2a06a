"""torchvision's classification models, as a page lists them. A test holds this to torchvision."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "ResNet": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    "AlexNet": ("alexnet",),
    "VGG": (
        *("vgg11", "vgg13", "vgg16", "vgg19"),
        *("vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"),
    ),
    "Inception": ("googlenet", "inception_v3"),
    "DenseNet": ("densenet121", "densenet161", "densenet169", "densenet201"),
    "SqueezeNet": ("squeezenet1_0", "squeezenet1_1"),
    "ShuffleNetV2": (
        *("shufflenet_v2_x0_5", "shufflenet_v2_x1_0"),
        *("shufflenet_v2_x1_5", "shufflenet_v2_x2_0"),
    ),
    "MobileNet": ("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large"),
    "MNASNet": ("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    "ResNeXt": ("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
    "Wide ResNet": ("wide_resnet50_2", "wide_resnet101_2"),
    "EfficientNet": (
        *(f"efficientnet_b{i}" for i in range(8)),
        *("efficientnet_v2_s", "efficientnet_v2_m", "efficientnet_v2_l"),
    ),
    "RegNet": (
        *("regnet_x_400mf", "regnet_x_800mf", "regnet_x_1_6gf", "regnet_x_3_2gf"),
        *("regnet_x_8gf", "regnet_x_16gf", "regnet_x_32gf"),
        *("regnet_y_400mf", "regnet_y_800mf", "regnet_y_1_6gf", "regnet_y_3_2gf"),
        *("regnet_y_8gf", "regnet_y_16gf", "regnet_y_32gf", "regnet_y_128gf"),
    ),
    "ConvNeXt": ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
    "ViT": ("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32", "vit_h_14"),
    "Swin": ("swin_t", "swin_s", "swin_b", "swin_v2_t", "swin_v2_s", "swin_v2_b"),
    "MaxViT": ("maxvit_t",),
}
NAMES: tuple[str, ...] = tuple(name for members in FAMILIES.values() for name in members)

SIDE = 224  # px, what most of them take
SIDES: dict[str, int] = {
    "inception_v3": 299,
    "efficientnet_b1": 240,
    "efficientnet_b2": 288,
    "efficientnet_b3": 300,
    "efficientnet_b4": 380,
    "efficientnet_b5": 456,
    "efficientnet_b6": 528,
    "efficientnet_b7": 600,
    "efficientnet_v2_s": 384,
    "efficientnet_v2_m": 480,
    "efficientnet_v2_l": 480,
    "regnet_y_128gf": 384,
    "swin_v2_t": 256,
    "swin_v2_s": 256,
    "swin_v2_b": 256,
}


def family(name: str) -> tuple[str, ...]:
    """Return a model and its relatives; the name alone where it is not known."""
    return next((members for members in FAMILIES.values() if name in members), (name,))
