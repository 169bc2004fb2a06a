from viz_models.analysis.flow.steps import steps_of
from viz_models.records import ModelRef
from viz_models.ui.panels.flow.value import seen

PHOTO = (224, 224)


def said(name, step, box):
    return seen({s.name: s for s in steps_of(ModelRef(name=name))}[step], box, PHOTO)


def test_only_a_bound_is_said_to_be_one():
    assert said("swin_t", "features.1.0.add", (0, 28, 28, 56)) == "sees at most 28×28 px"
    assert said("swin_t", "features.5.1.add", (0, 0, 224, 224)) == "sees at most all of it"
    assert said("swin_t", "head", (0, 0, 224, 224)) == "sees all of it"
    assert said("resnet18", "conv1", (-3, -3, 4, 4)) == "sees 4×4 px"
