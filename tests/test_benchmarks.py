"""Tests of the benchmarks' own machinery; what they measure is checked while it is measured."""

import json
import sys

import numpy as np
import pytest

from benchmarks import decoding_speed, processes, run, work


def test_a_spread_is_median_smallest_and_largest_to_four_digits():
    found = processes.spread([{"speed": 3.0}, {"speed": 1.00004}, {"speed": 7.0}])
    assert found == {"speed": [3.0, 1.0, 7.0]}


def test_runs_take_turns():
    order = []

    def noted(name):
        order.append(name)
        return {"size": len(order)}

    runs = {name: lambda name=name: noted(name) for name in ("a", "b")}
    assert processes.in_turn(2, runs) == {"a": {"size": [2.0, 1, 3]}, "b": {"size": [3.0, 2, 4]}}
    assert order == ["a", "b", "a", "b"]


def test_one_benchmark_leaves_the_figures_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RESULTS", tmp_path / "benchmarks.json")
    for name, value in (("training", 1), ("memory", 2), ("training", 3)):
        run._write(name, {"value": value})
    assert json.loads(run.RESULTS.read_text()) == {
        "training": {"value": 3},
        "memory": {"value": 2},
    }


def test_an_unknown_benchmark_is_refused_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run", "trainings"])
    with pytest.raises(SystemExit):
        run.main()
    assert "no benchmark is called 'trainings'; there are: allocator" in capsys.readouterr().err


def test_a_rival_that_says_something_else_stops_the_benchmark():
    own = [["A", str(index)] for index in range(50)]
    assert decoding_speed._agreement(own[:20], own) == 1.0
    with pytest.raises(SystemExit, match="96.0%"):
        decoding_speed._agreement([["B"]] * 2 + own[2:], own)


def test_a_token_passes_through_matrices_and_not_through_tables_and_biases():
    width, target = work.WIDTH, 20
    recurrent = 2 * width * 4 * width
    assert work.matrix_weights(work.model(10, target)) == (
        recurrent,
        recurrent + 2 * width * width + width * target,
    )
    assert work.looked_up_weights(work.model(10, target)) == recurrent / 2


def test_timed_batches_count_the_real_tokens_after_the_warm_up():
    pairs = [([5] * length, [6] * (length + 1)) for length in (3, 4)] * 6
    timed = work.Timed(pairs, warm_up=2, measured=3, size=2)
    batches = list(timed.epoch(0))
    assert len(batches) == 5 and timed.seconds > 0
    for part, counted in ((1, timed.source_tokens), (4, timed.target_tokens)):
        assert counted == sum(int(np.sum(batch[part])) for batch in batches[2:])
