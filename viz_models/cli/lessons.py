"""`lessons`: the guided lessons that come with the site, and a check of one's own file."""

import argparse
from pathlib import Path

from viz_models.cli.command import Command
from viz_models.guides import reading, shelf
from viz_models.records.guides import Guide

_HINT = "lessons check FILE, with a file such as skips.en.md"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["list", "check"], default="list")
    parser.add_argument("file", nargs="?", type=Path, help="a lesson of your own, to be checked")


def _run(options: argparse.Namespace) -> str:
    if options.action == "check":
        if options.file is None:
            raise ValueError(f"name the file: {_HINT}")
        return _checked(options.file)
    if options.file is not None:
        raise ValueError(f"list takes no file; to check one: {_HINT}")
    return "\n".join(map(_line, shelf.shipped().values()))


def _checked(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no text in UTF-8") from None
    guide = reading.read(text, file.name.split(".")[0], shelf.pages())
    asked = sum(bool(step.question) for step in guide.steps)
    return f"{file}: {guide.title}, {len(guide.steps)} steps, {asked} questions, no mistakes"


def _line(guide: Guide) -> str:
    return f"{guide.name:<12}{guide.minutes:>3} min  {len(guide.steps)} steps  {guide.title}"


COMMAND = Command(
    help="guided lessons: list those that come with the site, or check a file",
    add_arguments=_add_arguments,
    run=_run,
)
