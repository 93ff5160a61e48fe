import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqtut import plotting


@pytest.fixture(autouse=True)
def closed():
    mpl.use("Agg")
    plotting.use_style()
    yield
    plt.close("all")


def test_the_style_is_legible_on_a_phone_and_fits_it():
    assert mpl.rcParams["font.size"] >= 11
    assert mpl.rcParams["figure.figsize"][0] <= 6


def test_the_cycle_holds_distinct_colours_of_the_palette():
    colours = [c["color"] for c in mpl.rcParams["axes.prop_cycle"]]
    assert len(set(colours)) == len(colours)
    assert set(colours) <= set(plotting.COLOURS.values())


def test_image_grid_draws_a_labelled_strip_a_row():
    rows = [np.zeros((3, 784)), np.ones((3, 28, 28))]
    figure = plotting.image_grid(rows, ["before", "after"])
    axes = figure.axes
    assert [axis.get_ylabel() for axis in axes] == ["before", "after"]
    strip = axes[1].images[0].get_array()
    assert strip.shape == (28, 84)
    assert strip.min() == 1


def test_image_grid_refuses_a_row_without_label():
    with pytest.raises(ValueError, match="2 rows, 1 labels"):
        plotting.image_grid([np.zeros((1, 784))] * 2, ["only"])


def test_interval_curve_draws_mean_and_band():
    _, axis = plt.subplots()
    plotting.interval_curve(axis, [1, 2], np.array([[1.0, 5.0], [3.0, 5.0]]), "model", "blue")
    line = axis.lines[0]
    assert line.get_ydata().tolist() == [2, 5]
    heights = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(2 - 12.706, abs=1e-2)  # t_1(0.975) = 12.706


def test_a_player_holds_the_whole_sound_its_controls_and_an_escaped_label():
    import base64
    import io
    import re
    import wave

    samples = np.array([0, 1, -2, 32767, -32768], np.int16)
    found = plotting.player(samples, 22050, 'say "a" <b>').data
    assert "<audio controls" in found and "http" not in found
    assert found.count("say &quot;a&quot; &lt;b&gt;") == 2
    sound = base64.b64decode(re.search(r"base64,([^\"]+)", found)[1])
    with wave.open(io.BytesIO(sound)) as file:
        assert file.getparams()[:4] == (1, 2, 22050, 5)
        np.testing.assert_array_equal(np.frombuffer(file.readframes(5), "<i2"), samples)


@pytest.mark.parametrize("samples", [np.zeros(3), np.zeros((2, 3), np.int16)])
def test_a_player_refuses_what_is_no_sound_of_int16(samples):
    with pytest.raises(ValueError, match="int16"):
        plotting.player(samples, 22050, "sound")
