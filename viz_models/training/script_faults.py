"""The lines of a training script that a fault changes."""

from viz_models.records import RunSpec
from viz_models.training.data import sets as data
from viz_models.training.loop import loop

FAULT = "  # <- the fault"


def of_examples(spec: RunSpec, classes: int) -> list[str]:
    """Return what a fault does to the examples, after everything else is done to them."""
    made = {
        "shifted": "train_y = train_y.roll(1)",
        "classes": f"train_y = (train_y + 1) % {classes}",
        "not_normalized": "train_x, test_x = as_bytes(train_x), as_bytes(test_x)"
        if spec.data.name in data.FLOATS
        else 'scaled = {"mean": 0.0, "std": 1.0}',
    }
    return [made[spec.fault] + FAULT] if spec.fault in made else []


def lines(spec: RunSpec) -> dict[str, str]:
    """Return the lines that a fault changes, as they are with or without it."""
    fault, seed = spec.fault, spec.seed
    order = f"order(len(train_x), {spec.batch_size}, seed={seed})"
    init = f"    for p in net.parameters():\n        nn.init.zeros_(p){FAULT}\n"
    evaluate = f"torch.manual_seed({seed} * {loop.SEED_STRIDE} + step){FAULT}: no net.eval()"
    by_class = f"by_class(train_y, {spec.batch_size}){FAULT}"
    return {
        "init": init if fault == "zero_init" else "",
        "order": by_class if fault == "not_shuffled" else order,
        "zero_grad": f"pass{FAULT}: no zero_grad()"
        if fault == "zero_grad"
        else "optimizer.zero_grad()",
        "scores": "logits.softmax(1)" if fault == "softmax_twice" else "logits",
        "twice": FAULT if fault == "softmax_twice" else "",
        "evaluate": evaluate if fault == "no_eval" else "net.eval()",
    }
