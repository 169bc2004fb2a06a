import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torchvision

from viz_models.models import registry, zoo
from viz_models.records import ModelRef


def reference(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torchvision.models.resnet18(weights=None)


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("seed", [0, 3, 2**32 - 1])
def test_random_weights_are_torchvisions_bit_for_bit(seed):
    built = registry.build(ModelRef(seed=seed))
    assert built.training
    assert same(built, reference(seed))


def test_building_leaves_the_global_generator_alone():
    torch.manual_seed(11)
    expected = torch.rand(4)
    torch.manual_seed(11)
    registry.build(ModelRef(seed=5))
    assert torch.equal(torch.rand(4), expected)


def test_two_builds_at_once_do_not_mix_their_random_numbers():
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda s: registry.build(ModelRef(seed=s)), [1, 2, 1, 2]))
    assert same(built[0], reference(1))
    assert same(built[1], reference(2))
    assert same(built[0], built[2])
    assert same(built[1], built[3])


def test_nobody_waits_for_somebody_elses_large_network():
    begun, end = threading.Event(), threading.Event()

    def large():
        with registry.seeded(1):
            begun.set()
            assert end.wait(20)

    thread = threading.Thread(target=large)
    thread.start()
    assert begun.wait(5)
    small = threading.Thread(target=lambda: registry.build(ModelRef(seed=2)), daemon=True)
    small.start()
    small.join(15)
    waits = small.is_alive()
    end.set()
    thread.join()
    assert not waits


# one of each family of torchvision's that initializes itself in its own way
FAMILIES = (
    *("squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "mnasnet0_5"),
    *("efficientnet_b0", "regnet_y_400mf", "densenet121", "googlenet", "inception_v3"),
    *("convnext_tiny", "swin_t", "swin_v2_t", "maxvit_t", "resnext50_32x4d", "vit_b_32"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_draws_as_after_manual_seed_and_from_a_generator_of_its_own(name):
    before = torch.get_rng_state()
    built = registry.build(ModelRef(name=name, seed=4))
    assert torch.equal(torch.get_rng_state(), before)
    with torch.random.fork_rng():
        torch.manual_seed(4)
        assert same(built, zoo.network(name, recolored=False))


def test_what_is_shuffled_is_shuffled_as_after_manual_seed():
    with registry.seeded(3):
        ours = torch.randperm(50), torch.rand(5), torch.nn.LSTM(3, 4).state_dict()
    with torch.random.fork_rng():
        torch.manual_seed(3)
        theirs = torch.randperm(50), torch.rand(5), torch.nn.LSTM(3, 4).state_dict()
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[1], theirs[1])
    assert all(torch.equal(value, theirs[2][name]) for name, value in ours[2].items())


def test_on_the_meta_device_nothing_is_drawn():
    with registry.seeded(0), torch.device("meta"):
        torch.nn.Conv2d(3, 4, 3)


def test_the_card_tells_what_torchvision_says():
    card = registry.card(ModelRef())
    preset = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    assert (list(card.mean), list(card.std)) == (preset.mean, preset.std)
    assert card.input_shape == (3, *preset.crop_size * 2)
    assert len(card.labels) == registry.build(ModelRef()).fc.out_features


def test_a_shared_model_is_one_frozen_model_in_eval_mode():
    with registry.shared(ModelRef()) as first:
        pass
    with registry.shared(ModelRef()) as second:
        assert second is first
        assert not any(m.training for m in second.modules())
        assert not any(p.requires_grad for p in second.parameters())


def test_a_shared_model_is_lent_to_one_at_a_time():
    inside, most, guard = 0, 0, threading.Lock()

    def borrow(_):
        nonlocal inside, most
        with registry.shared(ModelRef()):
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(borrow, range(8)))
    assert most == 1


def test_the_lock_is_released_when_the_borrower_raises():
    with pytest.raises(RuntimeError), registry.shared(ModelRef()):
        raise RuntimeError
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_borrow_once).result(timeout=20)


def _borrow_once():
    with registry.shared(ModelRef()):
        pass


def test_two_networks_do_not_wait_for_each_other():
    with registry.shared(ModelRef(seed=0)), ThreadPoolExecutor(1) as pool:
        pool.submit(_borrow_other).result(timeout=20)


def _borrow_other():
    with registry.shared(ModelRef(seed=1)):
        pass


def test_shared_models_are_bounded_in_bytes(monkeypatch):
    with registry.shared(ModelRef(seed=0)) as model:
        size = sum(t.nbytes for t in model.state_dict().values())
    monkeypatch.setattr(registry, "SHARED_BYTES", 2 * size)
    for seed in (0, 1, 0, 2):
        with registry.shared(ModelRef(seed=seed)):
            pass
    assert [ref.seed for ref in registry._models] == [0, 2]  # the least lately used one went


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        (ModelRef(name="resnet19"), r"unknown model 'resnet19'; choose .* resnet18"),
        (ModelRef(weights="coco"), r"unknown weights 'coco'; choose demo, imagenet, random"),
        (ModelRef(name="alexnet", weights="demo"), r"no demo weights for alexnet"),
        (ModelRef(seed=-1), r"seed -1 is out of range"),
        (ModelRef(seed=2**32), r"out of range"),
    ],
)
def test_what_the_registry_does_not_have_is_named(ref, says):
    with pytest.raises(ValueError, match=says):
        registry.build(ref)
    with pytest.raises(ValueError, match=says), registry.shared(ref):
        pass
