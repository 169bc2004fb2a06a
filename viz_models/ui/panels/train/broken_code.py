"""The line of code behind each fault."""

from viz_models.records.train.broken import Fault

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
