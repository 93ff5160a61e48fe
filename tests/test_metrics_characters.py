"""chrF in parts: they add up to sacrebleu's score of the corpus."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import metrics

TEXTS = st.text("abc你好 .", max_size=12)
CORPORA = st.lists(
    st.tuples(TEXTS, st.lists(TEXTS.filter(str.strip), min_size=1, max_size=3)),
    min_size=1,
    max_size=6,
)


@given(CORPORA)
def test_the_parts_of_chrf_add_up_to_the_corpus(corpus):
    said, right = (list(column) for column in zip(*corpus, strict=True))
    parts = metrics.chrf_parts(said, right)
    assert parts.shape == (18, len(corpus))
    [found] = metrics.chrf_of_sums(parts.sum(axis=1)[None])
    assert found == pytest.approx(metrics.chrf(said, right).score)


def test_the_nearest_reference_counts():
    one = metrics.chrf_parts(["打开文件"], [["打开文件"]])
    assert np.array_equal(metrics.chrf_parts(["打开文件"], [["关闭", "打开文件"]]), one)
    assert metrics.chrf_of_sums(one.T) == [100]


def test_a_text_that_shares_nothing_scores_nothing():
    assert metrics.chrf_of_sums(metrics.chrf_parts(["ab"], [["你好"]]).T) == [0]
    assert metrics.chrf_of_sums(metrics.chrf_parts([""], [["你好"]]).T) == [0]


def test_systems_can_be_compared_by_their_chrf():
    right = [[f"第 {i} 个文件无法打开"] for i in range(30)]
    good, bad = [r[0] for r in right], [r[0].replace("无法", "不") for r in right]
    parts = [metrics.chrf_parts(said, right) for said in (good, bad)]
    found = metrics.paired_bootstrap(*parts, samples=200, statistic=metrics.chrf_of_sums)
    assert found.difference == pytest.approx(100 - metrics.chrf(bad, right).score)
    assert found.low > 0


@pytest.mark.parametrize("right", [[], [[]], [["a"], ["b"]]])
def test_what_has_no_reference_is_refused(right):
    with pytest.raises(ValueError, match="Received"):
        metrics.chrf_parts(["a"], right)
