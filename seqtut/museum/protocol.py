"""The room of protocol: true numbers that answer another question."""

import numpy as np

from seqtut import laws
from seqtut.museum.specimen import Specimen

# Sums such as 13+8, of four signs at most; 0 is the blank behind a shorter one.
ANSWERS = np.array([[2, 1, 0, 0], [4, 3, 0, 0], [1, 5, 6, 0], [7, 2, 0, 0], [9, 8, 1, 0]])
SAID = np.array([[2, 1, 0, 0], [4, 3, 0, 0], [1, 5, 7, 0], [7, 3, 0, 0], [9, 8, 1, 0]])


def _signs_right(target, mask, found):
    return np.mean(found == target)


def _answers_right(target, mask, found):
    return np.mean(np.all((found == target) | ~mask, axis=1))


# One anomaly in ten; the detector finds two of twenty and raises as many false alarms.
ANOMALOUS = np.arange(200) >= 180
ALARMS = np.isin(np.arange(200), (5, 50, 185, 195))


def _recall_of_normal(alarms, anomalous):
    return np.sum(~alarms & ~anomalous) / np.sum(~anomalous)


def _recall_of_anomalies(alarms, anomalous):
    return np.sum(alarms & anomalous) / np.sum(anomalous)


# Errors on 200 normal beats, one of which is normal only by its label, and on 50 others.
NORMAL = np.append(np.random.default_rng(3).gamma(4, 0.25, 199), 9.0)
STRANGE = np.random.default_rng(4).gamma(12, 0.25, 50)


def _largest(scores):
    return np.max(scores)


def _quantile(scores, rate=0.05):
    return np.sort(scores)[int(np.ceil((1 - rate) * (len(scores) + 1))) - 1]


def _found(threshold) -> float:
    return float(np.mean(threshold(NORMAL) < STRANGE))


X = np.random.default_rng(5).normal(size=(90, 40)) * np.geomspace(3, 0.3, 40)
TRAIN, TEST, OTHER = X[:30], X[30:60], X[60:]


def _fit_on_all(train, test):
    return np.linalg.svd(np.concatenate([train, test]), full_matrices=False)[2][:10]


def _fit_on_train(train, test):
    return np.linalg.svd(train, full_matrices=False)[2][:10]


def _error_on_test(fit) -> float:
    directions = fit(TRAIN, TEST)
    return float(np.mean((TEST - TEST @ directions.T @ directions) ** 2))


SPECIMENS = (
    Specimen(
        name="signs-right",
        room="protocol",
        mistake="right signs, blanks among them, reported for right answers",
        seen="Keras, addition_rnn",
        law="one wrong sign is wrong",
        quantity="share right",
        spec=".2f",
        broken=_signs_right,
        repaired=_answers_right,
        test=lambda score: laws.one_wrong_sign_is_wrong(score, ANSWERS, ANSWERS > 0),
        number=lambda score: score(ANSWERS, ANSWERS > 0, SAID),
    ),
    Specimen(
        name="normal-found",
        room="protocol",
        mistake="recall of the normal class",
        seen="TensorFlow, autoencoder",
        law="silence earns nothing",
        quantity="recall",
        spec=".2f",
        broken=_recall_of_normal,
        repaired=_recall_of_anomalies,
        test=lambda score: laws.silence_earns_nothing(score, ANOMALOUS),
        number=lambda score: score(ALARMS, ANOMALOUS),
    ),
    Specimen(
        name="largest-error",
        room="protocol",
        mistake="the threshold is the largest training error",
        seen="Keras, time series",
        law="one outlier moves little",
        quantity="recall",
        spec=".2f",
        broken=_largest,
        repaired=_quantile,
        test=lambda threshold: laws.one_outlier_moves_little(threshold, NORMAL[:-1]),
        number=_found,
    ),
    Specimen(
        name="trained-on-test",
        room="protocol",
        mistake="fitted on training and test data together",
        seen="Keras, VAE",
        law="test changes nothing",
        quantity="squared error on the test part",
        spec=".2f",
        broken=_fit_on_all,
        repaired=_fit_on_train,
        test=lambda fit: laws.test_changes_nothing(fit, TRAIN, TEST, OTHER),
        number=_error_on_test,
    ),
)
