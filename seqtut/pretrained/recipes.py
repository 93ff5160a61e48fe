"""How each pretrained model is made: its data, its shape, and what it is trained with."""

import dataclasses
import difflib

from seqtut.pretrained.plans import PretrainedError as PretrainedError
from seqtut.pretrained.plans import Recipe as Recipe
from seqtut.pretrained.plans import build as build

# Two layers that read in both directions, one that writes.
_RECURRENT = {"layers": 2, "decoder_layers": 1, "bidirectional": True}

# The first is as good as we could make it. The other three have as many weights as each other,
# within 5 %, and as many epochs, which take half an hour of one core; the first of these is small
# enough for a page.
_SMALL = {"epochs": 48, "size": 256, "learning_rate": 2e-3}
# Ten thousand messages are few: small batches, for many steps, and much dropout. An epoch takes
# both as long, within a fifth.
_MESSAGES = {
    "data": "translation",
    "subwords": (2000, 2500),
    "epochs": 36,
    "size": 64,
    "learning_rate": 2e-3,
}
# What plays on a page, small enough to be fetched with it. Nothing is spelt or smoothed.
_PLAYING = {"label_smoothing": 0.0, "size": 64, "average": None}
# Each epoch has every strip in one of the two languages.
_CAPTIONS = {
    "model": "Captioner",
    "task": "captioning",
    "shape": {"channels": [16, 32, 32], "width": 128, "embedding_dim": 32, "dropout": 0.1},
    "epochs": 8,
    "size": 64,
    "label_smoothing": 0.0,
    "learning_rate": 2e-3,
}
# Both hear 36,000 recordings.
_SPEECH = {
    "data": "speech",
    "task": "dictating",
    "epochs": 12,
    "size": 96,
    "learning_rate": 2e-3,
    "average": 0.998,
}
# Docstrings are read and written in one vocabulary. With and without copying, all is equal but the
# epochs: after ten, the network that cannot copy has hardly begun.
_SUMMARIES = {
    "data": "docstrings",
    "task": "summarising",
    "subwords": (2000,),
    "shape": {
        "width": 160,
        "embedding_dim": 128,
        "bidirectional": True,
        "tied": True,
        "dropout": 0.25,
    },
    "epochs": 10,
    "size": 48,
    "learning_rate": 3e-3,
    # Where little is generated, most logs of a mixture are far below those of a softmax, and
    # smoothing would pull at all of them.
    "label_smoothing": 0.0,
}
RECIPES = {
    "cmudict": Recipe(
        data="cmudict",
        model="Seq2Seq",
        shape={**_RECURRENT, "width": 384, "embedding_dim": 128, "dropout": 0.25},
        epochs=16,
        decay_epochs=24,
    ),
    "cmudict-small": Recipe(
        data="cmudict",
        model="Seq2Seq",
        shape={**_RECURRENT, "width": 160, "embedding_dim": 64, "dropout": 0.1},
        **_SMALL,
    ),
    "cmudict-no-attention": Recipe(
        data="cmudict",
        model="Seq2Seq",
        shape={
            **_RECURRENT,
            "width": 168,
            "embedding_dim": 64,
            "attention": None,
            "dropout": 0.1,
        },
        **_SMALL,
    ),
    "cmudict-transformer": Recipe(
        data="cmudict",
        model="Transformer",
        shape={"width": 96, "layers": 2, "heads": 4, "hidden": 288, "dropout": 0.1},
        **_SMALL,
    ),
    "speech": Recipe(
        model="ListenAttendSpell",
        shape={"width": 160, "joins": [2, 2], "embedding_dim": 48, "dropout": 0.2},
        **_SPEECH,
    ),
    "speech-ctc": Recipe(
        model="CTCModel",
        shape={"width": 160, "joins": [2, 1], "dropout": 0.2},
        **(_SPEECH | {"epochs": 9}),
    ),
    "translation": Recipe(
        model="Seq2Seq",
        shape={**_RECURRENT, "width": 208, "embedding_dim": 128, "dropout": 0.3},
        **_MESSAGES,
    ),
    "translation-transformer": Recipe(
        model="Transformer",
        shape={"width": 144, "layers": 2, "heads": 4, "hidden": 432, "tied": True, "dropout": 0.2},
        **_MESSAGES,
    ),
    "digits-autoencoder": Recipe(
        data="digits",
        model="Autoencoder",
        shape={"hidden": [96, 32]},
        epochs=120,
        learning_rate=2e-3,
        task="redrawing",
        **_PLAYING,
    ),
    "digits-variational": Recipe(
        data="digits",
        model="VariationalAutoencoder",
        shape={"hidden": [96, 32]},
        epochs=80,
        learning_rate=2e-3,
        task="redrawing",
        **_PLAYING,
    ),
    "heartbeats": Recipe(
        data="ecg5000",
        model="Autoencoder",
        shape={"hidden": [64], "output_activation": None},
        epochs=60,
        learning_rate=4e-3,
        task="beating",
        **_PLAYING,
    ),
    "captions": Recipe(data="strips", **_CAPTIONS),
    "captions-without-3": Recipe(data="strips-without-3", **_CAPTIONS),
    "docstrings-model": Recipe(
        data="docstrings",
        model="LanguageModel",
        shape={"width": 128, "layers": 3, "heads": 4, "hidden": 384, "dropout": 0.1},
        task="writing",
        subwords=(2000,),
        epochs=6,
        size=32,
        learning_rate=3e-3,
        label_smoothing=0.0,
    ),
    "summary": Recipe(model="PointerGenerator", **_SUMMARIES),
    "summary-no-copy": Recipe(model="Seq2Seq", **(_SUMMARIES | {"epochs": 20})),
}


def recipe(name: str, epochs: int | None = None) -> Recipe:
    """Returns the recipe of a pretrained model.

    Args:
        name: One of `RECIPES`.
        epochs: Passes over the training pairs instead of its own, in which the learning rate
            comes all the way down.

    Raises:
        PretrainedError: If there is none of that name, or `epochs` is below 1.
    """
    if epochs is not None and epochs < 1:
        raise PretrainedError(f"A training has 1 epoch or more. Received: {epochs}.")
    if name in RECIPES:
        chosen = RECIPES[name]
        return (
            chosen
            if epochs is None
            else dataclasses.replace(chosen, epochs=epochs, decay_epochs=None)
        )
    near = difflib.get_close_matches(name, RECIPES, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise PretrainedError(
        f"There is no model of that name. Received: {name!r}.{meant} "
        f"The models are: {', '.join(RECIPES)}."
    )
