"""The pages of each chapter as the home page lists them: address -> file."""

FLOW, TRAIN = "flow/tensor_flow.py", "train/train.py"
STEPS = ("input", "layer1.0.conv1", "bn1", "maxpool", "layer1.1.add", "layer2.0.add")
OWN = {"yours": "flow/yours.py"}
BUILD = {
    "build": "build/builder.py",
    "compare": "build/compare.py",
    "window": "build/window.py",
    "surface": "build/surface.py",
}
NORMALIZE = {
    "normalize": "normalization/axes.py",
    "batch-size": "normalization/batch_size.py",
    "train-eval": "normalization/train_eval.py",
    "sentences": "normalization/sentences.py",
    "norm-training": "normalization/training.py",
}
ATTEND = {
    "attend": "attention/scores.py",
    "positions": "attention/positions.py",
    "heads": "attention/heads.py",
    "sharing": "attention/sharing.py",
    "scale": "attention/scale.py",
    "decode": "attention/decode.py",
    "attention-cost": "attention/cost.py",
    "patches": "attention/patches.py",
}
SEQUENCE = {
    "memory": "sequence/memory.py",
    "gates": "sequence/gates.py",
    "bottleneck": "sequence/translators.py",
    "masked-words": "sequence/masked_words.py",
    "new-task": "sequence/new_task.py",
    "bleu": "sequence/bleu.py",
}
VISION = {
    "architectures": "vision/architectures.py",
    "inception": "vision/inception.py",
    "boxes": "vision/detector.py",
    "fast": "vision/fast.py",
    "captions": "vision/captions.py",
    "dense-memory": "vision/dense_memory.py",
    "squeeze": "vision/squeeze.py",
}
TRAINING = {
    "descend": "train/optimizers.py",
    "broken": "train/broken.py",
    "regularize": "train/regularization.py",
    "freeze": "train/freezing.py",
    "gan": "train/gan.py",
    "workers": "train/workers.py",
    "sweep": "train/sweep.py",
}
OTHERS = {
    "my-lesson": "home/my_lesson.py",
    "flow": FLOW,
    "runs": "train/runs.py",
    "class": "classroom/room.py",
}


def every() -> dict[str, str]:
    """Return all pages but the home page: address -> file."""
    listed = (OWN, BUILD, NORMALIZE, ATTEND, SEQUENCE, VISION, TRAINING, OTHERS)
    return {path: file for chapter in listed for path, file in chapter.items()} | {"train": TRAIN}
