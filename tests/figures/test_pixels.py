import numpy as np

from viz_models.figures import pixels


def test_magnitudes_are_sequential_and_signed_values_diverge_from_zero():
    assert pixels.scheme(np.array([0.0, 2.0])) == "sequential"
    assert pixels.scheme(np.array([-1.0, 2.0])) == "diverging"
    assert pixels.limits(np.array([0.5, 2.0])) == (0.0, 2.0)
    assert pixels.limits(np.array([-1.0, 2.0])) == (-2.0, 2.0)
    assert pixels.limits(np.zeros(3)) == (0.0, 1.0)


def test_the_face_is_the_map_that_varies_most_scaled_over_itself():
    value = np.zeros((3, 4, 4), np.float32)
    value[0] = 5.0  # large, but flat
    value[2, 1, 1] = 1.0
    face = pixels.face(value)
    assert face.shape == (4, 4)
    assert face.dtype == np.uint8
    assert (face[1, 1], face[0, 0]) == (255, 0)


def test_zero_is_the_middle_of_a_signed_face():
    value = np.array([[[-1.0, 0.0, 0.5, 1.0]] * 2], np.float32)
    assert pixels.face(value)[0].tolist() == [0, 128, 191, 255]


def test_a_large_map_is_sampled_and_a_vector_is_one_row():
    assert pixels.face(np.random.default_rng(0).normal(size=(2, 112, 112))).shape == (56, 56)
    assert pixels.face(np.arange(512.0)).shape == (1, 512)


def test_channels_are_sorted_by_mean_activation():
    value = np.stack([np.full((2, 2), v) for v in (0.1, 3.0, 2.0, 3.0)])
    assert pixels.by_mean(value).tolist() == [1, 3, 2, 0]


def test_halving_a_heat_map_keeps_its_peaks():
    heat = np.zeros((4, 4))
    heat[1, 2] = 3.0
    assert pixels.halved(heat).tolist() == [[0, 3], [0, 0]]
