import json

import pytest

from viz_models.__main__ import main


def printed(capsys, *arguments):
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    return err


def test_detect_says_what_is_there(capsys):
    found = json.loads(printed(capsys, "detect", "--scene", "7", "--json"))
    assert found["equals_torchvision"] is True
    assert found["anchors"] == 1536
    names = sorted(thing["digit"] for thing in found["found"])
    assert names == sorted(thing["digit"] for thing in found["truth"])
    assert all(thing["iou"] > 0.7 for thing in found["found"])
    assert "bit for bit" in printed(capsys, "detect", "--scene", "7")


def test_an_empty_scene_is_an_answer(capsys):
    assert json.loads(printed(capsys, "detect", "--count", "0", "--json"))["found"] == []


def test_roi_pools_one_box(capsys):
    options = ("--box", "10,12,30,40", "--pool", "roi_pool")
    found = json.loads(printed(capsys, "roi", *options, "--json"))
    assert len(found["pooled"]) == 32
    assert found["max_difference"] < 1e-5
    assert sum(found["scores"]) == pytest.approx(1, abs=1e-5)
    assert "1568 numbers with roi_pool" in printed(capsys, "roi", *options)
    assert "clipped" in printed(capsys, "roi", "--box=-5,12,30,40")


def test_bad_input_is_told_in_one_line(capsys):
    assert "no area" in refused(capsys, "roi", "--box", "10,12,10,40")
    assert "four numbers" in refused(capsys, "roi", "--box", "ten")
    assert "without anything between" in refused(capsys, "detect", "--digits", "3,7")
    assert "choose 0 to 4" in refused(capsys, "detect", "--count", "7")
    assert "must be 0 to 1" in refused(capsys, "detect", "--nms", "2")
    assert "0 or more" in refused(capsys, "detect", "--scene", "-1")
