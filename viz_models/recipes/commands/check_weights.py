"""`check-weights`: the accuracy of the shipped network, computed again from its file."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.recipes.commands import train_demo

if TYPE_CHECKING:
    from viz_models.models.weights import WeightsCard
    from viz_models.recipes.photos import Count

TOLERANCE = 0.001  # as a share: another processor rounds otherwise
UNSURE_TOLERANCE = 0.005  # of a probability


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", help="as of train-demo")
    parser.add_argument(
        "--photos",
        metavar="DIR",
        help="test it on photos instead: one subfolder a class (dog, car, ...); subfolders with "
        "other names are things that it does not know",
    )
    parser.add_argument(
        "--keep", metavar="TEXT", help="which photos these are: write the share to the manifest"
    )


def _run(options: argparse.Namespace) -> str:
    from viz_models.models import weights

    card = weights.cards().get(train_demo.NAME)
    if card is None:
        raise ValueError(f"pretrained/ has no {train_demo.NAME}; train it: train-demo")
    if options.keep and not options.photos:
        raise ValueError("--keep goes with --photos DIR")
    if options.photos:
        return _on_photos(card, options.photos, options.keep)
    return _on_tests(card, options.data)


def _on_tests(card: "WeightsCard", folder: str | None) -> str:
    from viz_models.models import weights
    from viz_models.recipes.recognize import judged, network
    from viz_models.training.data import sets as data

    found = data.load(train_demo.asked(folder))
    sure, right = judged(network(weights.load(train_demo.NAME)), found)
    accuracy = right.float().mean().item()
    said = f"{accuracy:.2%} of {card.tested_on}; the manifest says {card.accuracy:.2%}"
    if abs(accuracy - card.accuracy) > TOLERANCE:
        raise ValueError(f"{said}: more than {TOLERANCE:.1%} apart")
    unsure = (sure[right] < (card.unsure_below or 0)).float().mean().item()
    return (
        f"{said}; {unsure:.0%} of those count as not sure (below {card.unsure_below}); "
        f"{_on_strangers(card)}"
    )


def _on_strangers(card: "WeightsCard") -> str:
    from viz_models.models import weights
    from viz_models.recipes import strangers
    from viz_models.recipes.recognize import network

    found = strangers.surest(network(weights.load(train_demo.NAME)))
    below = tuple(strangers.unsure_below(sure) for sure in found.unbind(1))
    noted = (card.unsure_below or 0, card.unsure_below_ten or 0)
    said = " and ".join(f"{value:.3f}" for value in below)
    if any(abs(a - b) > UNSURE_TOLERANCE for a, b in zip(below, noted, strict=True)):
        raise ValueError(f"other things are sure below {said}; the manifest says {noted}")
    return f"four of five pictures of other things stay below {said}"


def _on_photos(card: "WeightsCard", folder: str, keep: str | None) -> str:
    from viz_models.models import weights
    from viz_models.recipes import photos
    from viz_models.recipes.recognize import network

    net = network(weights.load(train_demo.NAME))
    counts = photos.measured(net, folder, (card.unsure_below_ten or 0, card.unsure_below or 0))
    right, by_middle, of = photos.accuracy(counts)
    changed, seen = sum(c.changed for c in counts), sum(c.photos for c in counts)
    lines = [
        *_lines(counts),
        f"ten parts of each photo averaged, as on the flow page; the middle alone in brackets: "
        f"it names {changed} of {seen} photos otherwise",
        f"{right} ({by_middle}) of {of} photos of the ten classes are named rightly",
    ]
    if keep:
        if not of:
            raise ValueError("these are no photos of the ten classes: nothing to keep")
        share = round(right / of, 4)
        weights.note(train_demo.NAME, photos=keep, photos_accuracy=share)
        lines.append(f"the manifest now says {share:.1%} of {keep}")
    return "\n".join(lines)


def _lines(counts: "Sequence[Count]") -> list[str]:
    lines = []
    for count in counts:
        right = f"{count.right} ({count.right_middle}) right, "
        told = right if count.label else "none of the ten, "
        skipped = f", {count.unreadable} unreadable" if count.unreadable else ""
        lines.append(
            f"{count.folder}: {count.photos} photos, {told}{count.sure} ({count.sure_middle}) sure "
            f"of the answer{skipped}"
        )
    return lines


COMMAND = Command(
    help="Test the shipped ResNet18 on CIFAR-10's test pictures (minutes), or on photos.",
    add_arguments=_add_arguments,
    run=_run,
)
