"""`class`: start a class; the room's code for everybody, the secret link for the teacher."""

import argparse
import json
import time

from viz_models.cli.command import Command

ADDRESS = "http://localhost:8501"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url", default=ADDRESS, help="where the pages are open to the room; default: %(default)s"
    )
    parser.add_argument("--json", action="store_true")


def _run(options: argparse.Namespace) -> str:
    from viz_models.runs import client
    from viz_models.runs.classroom import classes

    if not options.url.startswith(("http://", "https://")):
        raise ValueError(f"{options.url!r} is no address: give one like {ADDRESS}")
    code, secret = classes.start(client.store().database)
    page = f"{options.url.rstrip('/')}/class"
    ends = time.strftime("%Y-%m-%d %H:%M", time.localtime(time.time() + classes.DAY_S))
    said = {
        "code": code,
        "students": f"{page}?room={code}",
        "teacher": f"{page}?teacher={secret}",
        "ends": ends,
    }
    if options.json:
        return json.dumps(said, indent=1)
    return "\n".join(
        (
            f"room code  {code}",
            f"students   {said['students']}",
            f"teacher    {said['teacher']}   (secret: whoever has it can ask and reveal)",
            f"ends       {ends}",
        )
    )


COMMAND = Command(
    "Start a class: prints the room's code and the teacher's secret link.", _add_arguments, _run
)
