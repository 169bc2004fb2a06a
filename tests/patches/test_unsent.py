"""What waits in Streamlit's own queue when a fragment is run again, without and with the change."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from viz_models.patches import unsent


def element(path, fragment):
    made = ForwardMsg()
    made.metadata.delta_path.extend(path)
    made.delta.new_element.markdown.body = "said"
    made.delta.fragment_id = fragment
    return made


def container(path, fragment):
    made = ForwardMsg()
    made.metadata.delta_path.extend(path)
    made.delta.add_block.SetInParent()
    made.delta.fragment_id = fragment
    return made


def seen_before(path):
    made = ForwardMsg(ref_hash="a1")
    made.metadata.delta_path.extend(path)
    return made


def finished():
    made = ForwardMsg()
    made.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    return made


PLACES = [(0, 0), (0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2), (0, 1, 2, 0), ()]


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setattr(ForwardMsgQueue, "clear", unsent._clear)  # whatever ran before
    made = ForwardMsgQueue()
    for message in (
        element((0, 0), ""),
        container((0, 1), "outer"),
        element((0, 1, 0), "outer"),
        seen_before((0, 1, 1)),
        container((0, 1, 2), "inner"),
        element((0, 1, 2, 0), "inner"),
        finished(),
    ):
        made.enqueue(message)
    return made


def places(queue):
    return [tuple(message.metadata.delta_path) for message in queue.flush()]


def test_streamlit_keeps_what_has_lost_its_place(queue):
    """If this fails, Streamlit has mended it, and `unsent` can go."""
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["outer"])
    assert places(queue) == [(0, 0), (0, 1, 1), (0, 1, 2), (0, 1, 2, 0), ()]


@pytest.mark.parametrize("fragment", ["outer", "inner"])
def test_nothing_is_thrown_away_and_what_is_new_comes_last(queue, fragment):
    unsent.keep()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[fragment])
    queue.enqueue(element((0, 1, 0), "outer"))  # Streamlit would put it where the old one was
    assert places(queue) == [*PLACES, (0, 1, 0)]


def test_a_run_of_the_whole_page_replaces_all_but_the_words_on_runs(queue):
    unsent.keep()
    queue.clear(retain_lifecycle_msgs=True)
    (left,) = queue.flush()
    assert left.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
    assert queue.is_empty()
