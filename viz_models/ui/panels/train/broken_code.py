"""The line of code behind each fault, and the whole script with it."""

from viz_models.records.train.broken import BrokenSpec, Fault

LINES: dict[Fault, tuple[str, str]] = {  # wrong, mended
    "rate": (
        "optimizer = SGD(net.parameters(), lr=2.0, momentum=0.9)",
        "optimizer = SGD(net.parameters(), lr=0.02, momentum=0.9)",
    ),
    "zero_init": (
        "for p in net.parameters():\n    nn.init.zeros_(p)",
        "for p in net.parameters():\n    pass  # torch's own random weights stay",
    ),
    "no_norm": (
        "layers += [nn.Linear(64, 64), nn.ReLU()]",
        "layers += [nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU()]",
    ),
    "softmax_twice": (
        "loss = cross_entropy(net(x).softmax(-1), y)",
        "loss = cross_entropy(net(x), y)  # takes logits",
    ),
    "shifted": (
        "labels = labels.roll(1)  # every picture gets its neighbor's",
        "labels = labels  # look at a few pictures with their labels",
    ),
    "classes": (
        "labels = (labels + 1) % 10  # in training only",
        "labels = labels  # the same 0 to 9 in training and test",
    ),
    "zero_grad": (
        "loss.backward()\noptimizer.step()",
        "optimizer.zero_grad()\nloss.backward()\noptimizer.step()",
    ),
    "no_eval": (
        "accuracy = test(net)",
        "net.eval()\naccuracy = test(net)\nnet.train()",
    ),
    "not_shuffled": (
        "DataLoader(sorted_by_class, batch_size=32)",
        "DataLoader(sorted_by_class, batch_size=32, shuffle=True)",
    ),
    "not_normalized": (
        "x = pixels.float()  # 0 to 255",
        "x = (pixels.float() - mean) / std  # of the training set",
    ),
}
_MARK = "  # <- the fault"


def script_blanks(fault: Fault, spec: BrokenSpec) -> dict[str, object]:
    """Return what fills the script: healthy lines but for the fault's."""
    deep = spec.depth if spec.net == "deep" else 2
    norm = spec.net != "mlp" and fault != "no_norm"
    parts = "nn.Linear(64, 64), " + ("nn.BatchNorm1d(64), " if norm else "") + "nn.ReLU()"
    parts += ", nn.Dropout(0.5)" if spec.net == "dropout" else ""
    data = {
        "shifted": f"targets = targets.roll(1){_MARK}",
        "classes": f"targets = (targets + 1) % 10{_MARK}",
        "not_normalized": "low, high = inputs.min(), inputs.max()\n"
        "tests = (tests - tests.min()) / (tests.max() - tests.min()) * 255\n"
        f"inputs = (inputs - low) / (high - low) * 255{_MARK}",
    }
    return {
        "split_seed": 0,
        "test_size": 360,
        "data": data.get(fault, ""),
        "depth": deep,
        "parts": parts,
        "norm_fault": f"{_MARK}: no BatchNorm1d" if fault == "no_norm" else "",
        "init": f"    for p in net.parameters():\n        nn.init.zeros_(p){_MARK}"
        if fault == "zero_init"
        else "",
        "rate": f"{spec.rate * (100 if fault == 'rate' else 1):g}",
        "momentum": spec.momentum,
        "steps": spec.steps,
        "batch_size": spec.batch_size,
        "sort": f"        order = targets.argsort(stable=True){_MARK}"
        if fault == "not_shuffled"
        else "",
        "zero_grad": f"pass{_MARK}: no zero_grad()"
        if fault == "zero_grad"
        else "optimizer.zero_grad()",
        "softmax": f"        logits = logits.softmax(-1){_MARK}"
        if fault == "softmax_twice"
        else "",
        "evaluate": f"pass{_MARK}: no eval()" if fault == "no_eval" else "net.eval()",
        "test_every": spec.test_every,
    }
