"""Training over replicas: two devices of a process, two processes, and one of each kind."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

LAB = Path(__file__).with_name("training_lab.py")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    subprocess.run([sys.executable, LAB, "replicas", folder], check=True, timeout=3600)
    return lambda name: json.loads((folder / f"{name}.json").read_text())


def apart(one, other):
    pairs = zip(one["weights"], other["weights"], strict=True)
    return max(np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in pairs)


@pytest.mark.parametrize(("name", "most"), [("sgd", 1e-5), ("clipped", 1e-5), ("adam", 1e-4)])
def test_two_devices_train_the_weights_that_one_does(lab, name, most):
    """Batches whose halves hold few and many tokens: no mean of two means would do."""
    one, two = lab(f"one-{name}"), lab(f"two-{name}")
    assert apart(one, two) < most
    for part in ("train", "dev"):
        assert two["history"][part] == pytest.approx(one["history"][part], rel=1e-5)
    assert two["after"] == pytest.approx(one["after"], rel=1e-5)
    assert one["history"]["train"][-1] < one["history"]["train"][0]


def test_the_current_strategy_is_taken(lab):
    assert apart(lab("two-current"), lab("two-sgd")) == 0


def test_a_model_made_outside_of_the_scope_is_refused(lab):
    assert "outside of the strategy's scope. Make it in" in lab("outside")["error"]


def test_replicas_drop_different_numbers_and_keep_their_seeds_in_step(lab):
    found = lab("dropout")
    first, second = found["trained"]
    assert first != second
    assert found["measured"] == [sum(range(50))] * 2
    before, after = found["seeds"]
    assert before[0] == before[1] != after[0] == after[1]


def test_a_worker_whose_neighbour_is_killed_notices_and_stops(lab):
    """It ends by itself, with an error, and was not killed for waiting too long."""
    assert lab("killed")["statuses"] == [1, -9]


def test_two_workers_of_which_one_was_killed_resume_to_the_weights_of_one_device(lab):
    assert 1 <= lab("resumed")["reached"] < 4
    assert lab("resumed")["statuses"] == [0, 0]
    for index in range(2):
        assert apart(lab("one-clipped"), lab(f"worker-{index}")) < 1e-5
    assert apart(lab("worker-0"), lab("worker-1")) == 0


def test_the_chief_alone_writes(lab):
    assert lab("worker-0")["written"] == 4 - lab("resumed")["reached"]
    assert lab("worker-1")["written"] == 0


def test_workers_go_by_the_chiefs_score(lab):
    """Each worker's own differs; by its own, the second would have kept its first epoch."""
    one, other = (lab(f"worker-{index}")["history"] for index in range(2))
    assert one.pop("seconds") and other.pop("seconds")
    assert one == other
    assert one["score"][-1] == 1 - lab("worker-0")["written"]
    assert one["best_epoch"] == 3


@pytest.mark.parametrize("name", ["rate", "epochs"])
def test_workers_that_start_apart_are_all_told(lab, name):
    for index in range(2):
        assert "must start alike" in lab(f"worker-{index}")["apart"][name]
