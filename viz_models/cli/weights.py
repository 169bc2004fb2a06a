"""`weights`: fetch large weights before class, so that nobody waits for them in it."""

import argparse

from viz_models.cli.command import Command, NoNetworkError

USUAL = ("resnet18", "vit_b_16")  # what pages offer to download: 45 and 330 MB


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("fetch", "list"), help="list says what is here")
    usual = " ".join(USUAL)
    parser.add_argument("names", nargs="*", help=f"as torchvision calls them; default: {usual}")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models import zoo

    names = options.names or USUAL
    for name in names:
        zoo.check(name)
    if options.what == "fetch":
        for name in names:
            _fetch(name)
    return "\n".join(_line(name) for name in names)


def _fetch(name: str) -> None:
    from viz_models.models import zoo
    from viz_models.models.download import DownloadError
    from viz_models.runs import home

    if not zoo.file(name).exists():
        try:
            for _ in zoo.fetch(name):
                pass
        except DownloadError as error:
            raise NoNetworkError(f"{name}: {error}") from error
    home.prefer(name, zoo.file(name))


def _line(name: str) -> str:
    from viz_models.models import zoo

    path = zoo.file(name)
    if not path.exists():
        return f"{name:12} not here; ImageNet's weights of {zoo.parameters(name):,} parameters"
    return f"{name:12} {path.stat().st_size >> 20} MiB  {path}"


COMMAND = Command("fetch ImageNet's weights, or list which are here", _add_arguments, _run)
