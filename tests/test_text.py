import io
import json
import random
from itertools import pairwise

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import text
from seqtut.text import BEGIN, END, PAD, UNKNOWN, Subwords, TextError, Vocabulary

# Any Unicode that UTF-8 can hold, with the characters that such code trips over more often.
AWKWARD = "\u2581\ufdd0\ufdd1\ufeff\u200b\u3000\x00\n\r\t <s>ab"
ANY_TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(AWKWARD)))
TOKENS = st.text(max_size=4)  # half surrogate pairs too

CORPUS = [
    *("the cat sat on the mat", "the dog ran to the cat", "a mat is flat", "tab\there"),
    *("你好 世界", "世界 你好", "  two  spaces ", "a line\nand more", "one \u2581 of its own"),
] * 5


# Vocabulary


def test_special_ids_are_the_same_everywhere():
    assert (PAD, BEGIN, END, UNKNOWN) == (0, 1, 2, 3)
    assert len(Vocabulary([])) == len(text.SPECIAL_NAMES) == 4


def test_the_most_frequent_tokens_come_first_and_ties_by_code_point():
    vocabulary = Vocabulary.build(["banana", "bandana", "cz"])
    assert vocabulary.tokens == ("a", "n", "b", "c", "d", "z")
    assert vocabulary.encode("can") == [7, 4, 5]


@given(sequences=st.lists(st.lists(TOKENS)), seed=st.integers(0, 99))
def test_the_order_of_the_sequences_does_not_matter(sequences, seed):
    turned = [sequence[::-1] for sequence in sequences]
    random.Random(seed).shuffle(turned)
    assert Vocabulary.build(sequences) == Vocabulary.build(turned)


@given(sequences=st.lists(st.lists(TOKENS)))
def test_decoding_gives_back_what_was_encoded(sequences):
    vocabulary = Vocabulary.build(sequences)
    for sequence in sequences:
        ids = vocabulary.encode(sequence)
        assert all(UNKNOWN < index < len(vocabulary) for index in ids)
        assert vocabulary.decode(ids) == sequence
        assert vocabulary.decode([BEGIN, *ids, END, PAD, PAD]) == sequence


@given(tokens=st.lists(TOKENS, unique=True))
def test_a_vocabulary_is_the_same_after_json(tokens):
    vocabulary = Vocabulary(tokens)
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again == vocabulary
    assert again.content_hash == vocabulary.content_hash
    assert hash(again) == hash(vocabulary)


def test_tokens_out_of_the_vocabulary_are_unknown():
    vocabulary = Vocabulary(["a", "b"])
    assert vocabulary.encode("axb") == [4, UNKNOWN, 5]
    assert vocabulary.decode([4, UNKNOWN, 5]) == ["a", "<unknown>", "b"]
    assert vocabulary.decode([UNKNOWN], unknown="?") == ["?"]
    assert "a" in vocabulary
    assert "x" not in vocabulary


def test_a_token_spelt_like_a_special_one_ends_nothing():
    vocabulary = Vocabulary.build([["<end>", "<pad>", "x"]])
    ids = vocabulary.encode(["<end>", "x", "<pad>"])
    assert min(ids) > UNKNOWN
    assert vocabulary.decode(ids) == ["<end>", "x", "<pad>"]


def test_what_follows_the_end_is_not_decoded():
    assert Vocabulary("ab").decode([BEGIN, 4, END, 5, 999]) == ["a"]


def test_rare_tokens_can_be_left_out():
    sequences = ["aaa", "bb", "c"]
    assert Vocabulary.build(sequences, min_count=2).tokens == ("a", "b")
    assert Vocabulary.build(sequences, max_size=5).tokens == ("a",)


def test_vocabularies_differ_by_order_and_say_so_in_their_hash():
    one, other = Vocabulary("ab"), Vocabulary("ba")
    assert one != other
    assert one.content_hash != other.content_hash
    assert Vocabulary(["ab"]).content_hash != one.content_hash
    assert repr(one) == f"<Vocabulary of 6 ids, {one.content_hash[:8]}>"


@pytest.mark.parametrize("tokens", [[1], [None], [b"a"]])
def test_tokens_that_are_no_strings_are_refused(tokens):
    with pytest.raises(TypeError, match="A token is a string. Received"):
        Vocabulary(tokens)
    with pytest.raises(TypeError, match="A token is a string. Received"):
        Vocabulary.build([tokens])


def test_a_vocabulary_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"Received more than once: \['a'\]"):
        Vocabulary("aba")
    with pytest.raises(TypeError, match="Received: one string, 'abc'"):
        Vocabulary.build("abc")
    with pytest.raises(ValueError, match="Received: min_count=0"):
        Vocabulary.build(["a"], min_count=0)
    with pytest.raises(ValueError, match="max_size=4"):
        Vocabulary.build(["a"], max_size=4)


@pytest.mark.parametrize("index", [-1, 6])
def test_ids_of_another_vocabulary_are_refused(index):
    with pytest.raises(ValueError, match=rf"in \[0, 6\). Received: {index}"):
        Vocabulary("ab").decode([4, index])


@pytest.mark.parametrize(
    "written", ["", "{", "[]", "{}", '"ab"', '{"tokens": ["a"]}', '{"tokens": [1], "sha256": ""}']
)
def test_json_of_something_else_is_refused(written):
    with pytest.raises(TextError, match="no vocabulary as to_json writes it"):
        Vocabulary.from_json(written)


def test_altered_json_is_refused():
    written = json.loads(Vocabulary("ab").to_json())
    written["tokens"] = ["b", "a"]
    with pytest.raises(TextError, match="altered"):
        Vocabulary.from_json(json.dumps(written))


# Subwords


@pytest.fixture(scope="module", params=["unigram", "bpe"])
def kind(request):
    return request.param


@pytest.fixture(scope="module", params=[True, False], ids=["leading space", "no leading space"])
def subwords(request, kind):
    return Subwords.train(CORPUS, 330, kind, leading_space=request.param)


@given(written=ANY_TEXT)
@settings(max_examples=300)
def test_any_text_comes_back_from_its_subwords(subwords, written):
    ids = subwords.encode(written)
    assert all(UNKNOWN < index < len(subwords) for index in ids)
    assert subwords.decode(ids) == written
    assert subwords.decode([BEGIN, *ids, END, PAD, 5]) == written


def test_text_spelt_like_a_special_piece_is_only_text(subwords):
    for written in ("<s>", "</s>", "<unk>", "<pad>", "<0x41>"):
        assert min(subwords.encode(written)) > UNKNOWN
        assert subwords.decode(subwords.encode(written)) == written


def test_training_twice_gives_the_same_bytes(kind):
    first = Subwords.train(CORPUS, 330, kind)
    again = Subwords.train(iter(CORPUS), 330, kind)
    assert first == again
    assert first.model == again.model
    assert hash(first) == hash(again)
    assert first.content_hash == again.content_hash
    assert first != Subwords.train(CORPUS[:-1], 330, kind)
    assert repr(first).startswith(f"<Subwords of {len(first)} ids")


def test_frequent_words_are_pieces_and_rare_characters_bytes():
    subwords = Subwords.train(CORPUS, 330, "bpe")
    assert subwords.pieces("the cat") == ["\u2581the", "\u2581cat"]
    assert subwords.pieces("the é")[-2:] == ["<0xC3>", "<0xA9>"]
    assert len(subwords) <= 330


def test_a_leading_space_gives_a_word_the_same_pieces_everywhere():
    spaced = Subwords.train(CORPUS, 330, "bpe")
    bare = Subwords.train(CORPUS, 330, "bpe", leading_space=False)
    assert spaced.pieces("cat cat") == ["\u2581cat"] * 2
    assert bare.pieces("cat cat")[0] != "\u2581cat"


def test_without_bytes_what_was_not_seen_is_unknown():
    subwords = Subwords.train(["abc ab", "bca"], 30, byte_fallback=False)
    assert UNKNOWN in subwords.encode("abx")
    assert len(subwords) <= 30


def test_low_coverage_spells_the_rarest_characters_as_bytes():
    texts = ["aaaa bbbb cccc dddd"] * 100 + ["z"]
    whole, partly = (Subwords.train(texts, 300, coverage=share) for share in (1.0, 0.999))
    assert "z" in "".join(whole.pieces("z"))
    assert partly.pieces("z")[-1] == "<0x7A>"
    assert partly.decode(partly.encode("z")) == "z"


def test_a_long_text_is_learned_from_and_not_left_out():
    subwords = Subwords.train(["ab" * 5000 + " \u4f60"], 300)
    assert "\u4f60" in "".join(subwords.pieces("\u4f60"))


def test_a_saved_model_is_the_same_after_loading(subwords, tmp_path):
    path = tmp_path / "subwords.model"
    subwords.save(path)
    subwords.save(str(path))
    assert Subwords.load(path) == subwords
    assert Subwords.load(str(path)).encode("the mat") == subwords.encode("the mat")
    assert [found.name for found in tmp_path.iterdir()] == ["subwords.model"]


def test_training_and_refusing_say_nothing_on_the_terminal(capfd):
    Subwords.train(CORPUS, 330)
    Subwords.train(CORPUS, 5000)
    for model in (b"", b"junk", Subwords.train(CORPUS, 330).model[:-9]):
        with pytest.raises(TextError):
            Subwords(model)
    with pytest.raises(TextError):
        Subwords.train(CORPUS, 20)
    assert capfd.readouterr() == ("", "")


def test_subwords_that_cannot_be_learned_are_refused():
    with pytest.raises(TextError, match="from 0 texts.*Give more text"):
        Subwords.train([], 300)
    with pytest.raises(TextError, match="from 1 texts with size=300"):
        Subwords.train([""], 300)
    with pytest.raises(TextError, match="size=100.*smaller than required_chars"):
        Subwords.train(["abc"], 100)
    with pytest.raises(TypeError, match="Received: one string, 'abc'"):
        Subwords.train("abc", 300)
    with pytest.raises(TypeError, match="A text is a string. Received: 3"):
        Subwords.train([3], 300)


@pytest.mark.parametrize("options", [{"kind": "word"}, {"coverage": 0}, {"coverage": 2}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match="Received"):
        Subwords.train(CORPUS, 300, **options)


def test_text_that_utf8_cannot_hold_is_refused(subwords):
    with pytest.raises(ValueError, match=r"half a surrogate pair at 1: '\\ud800'"):
        subwords.encode("a\ud800")
    with pytest.raises(TypeError, match="A text is a string"):
        subwords.encode(None)


def test_ids_of_another_model_are_refused(subwords):
    for index in (-1, len(subwords)):
        with pytest.raises(ValueError, match="Received"):
            subwords.decode([index])


def test_bytes_that_are_no_character_are_marked(subwords):
    high_byte = subwords.encode("\u00e9")[-2]
    assert "\ufffd" in subwords.decode([high_byte])


def test_no_bytes_are_no_model():
    with pytest.raises(TextError, match="at least one byte. Received: none"):
        Subwords(b"")


def test_a_file_that_is_no_model_is_refused_by_name(tmp_path):
    path = tmp_path / "broken.model"
    with pytest.raises(TextError, match="broken.model cannot be loaded"):
        Subwords.load(path)
    path.write_bytes(b"junk")
    with pytest.raises(TextError, match="broken.model cannot be loaded.*no SentencePiece model"):
        Subwords.load(path)
    subwords = Subwords.train(CORPUS, 330)
    with pytest.raises(TextError, match="could not be written"):
        subwords.save(tmp_path / "missing" / "subwords.model")
    (tmp_path / "folder").mkdir()
    with pytest.raises(TextError, match="could not be written"):
        subwords.save(tmp_path / "folder")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["broken.model", "folder"]


def test_a_model_with_other_special_ids_is_refused():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=model,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    with pytest.raises(TextError, match=r"Received a model with \(-1, 1, 2, 0\)"):
        Subwords(model.getvalue())


# Padding

IDS = st.lists(st.integers(3, 50), max_size=12)


@given(sequences=st.lists(IDS), more=st.integers(0, 3))
def test_padding_keeps_every_id_and_marks_it(sequences, more):
    longest = max(map(len, sequences), default=0)
    ids, mask = text.pad(sequences, longest + more)
    assert ids.shape == mask.shape == (len(sequences), longest + more)
    assert (ids.dtype, mask.dtype) == ("int32", bool)
    assert [row[kept].tolist() for row, kept in zip(ids, mask, strict=True)] == sequences
    assert ((ids != PAD) == mask).all()
    assert text.lengths(mask).tolist() == [len(sequence) for sequence in sequences]


def test_padding_goes_to_the_longest_sequence_unless_told():
    assert text.pad([[5], [6, 7]])[0].tolist() == [[5, 0], [6, 7]]
    assert text.pad([[5], [6, 7]], 3)[1].tolist() == [[True, False, False], [True, True, False]]


def test_padding_cuts_nothing_off():
    with pytest.raises(ValueError, match="a sequence of 3 ids for length=2"):
        text.pad([[5, 6, 7], [8]], 2)


@pytest.mark.parametrize("sequence", [[5, PAD, 6], [-1], [2**31]])
def test_ids_that_are_none_are_not_padded(sequence):
    with pytest.raises(ValueError, match="ids are above PAD = 0"):
        text.pad([[5], sequence])


@pytest.mark.parametrize("sequence", [[5.0], ["a"], [None]])
def test_only_integers_are_padded(sequence):
    with pytest.raises(TypeError, match="Ids are integers. Received"):
        text.pad([sequence])


def test_lengths_need_a_mask_without_gaps():
    with pytest.raises(ValueError, match="a False before a True"):
        text.lengths([[True, False, True]])
    for mask in ([True], [[1, 0]]):
        with pytest.raises(ValueError, match=r"a mask \(B, S\) of bool. Received"):
            text.lengths(mask)


def test_a_decoder_sees_begin_first_and_says_end_last():
    assert text.shift_target([7, 8]) == ([BEGIN, 7, 8], [7, 8, END])
    assert text.shift_target([]) == ([BEGIN], [END])


@pytest.mark.parametrize("special", [PAD, BEGIN, END])
def test_a_target_has_no_marks_of_its_own(special):
    with pytest.raises(ValueError, match="no PAD, BEGIN or END of its own. Received"):
        text.shift_target([7, special])


# Batches


@st.composite
def batched(draw):
    pairs = draw(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=40))
    limit = draw(
        st.one_of(
            st.fixed_dictionaries({"size": st.integers(1, 12)}),
            st.fixed_dictionaries({"tokens": st.integers(40, 200)}),
        )
    )
    options = {
        "seed": draw(st.one_of(st.none(), st.integers(0, 99))),
        "multiple": draw(st.integers(1, 8)),
        "pool": draw(st.one_of(st.none(), st.integers(1, 50))),
    }
    return pairs, text.BucketedBatches(pairs, **limit, **options)


@given(batched(), st.integers(0, 9))
def test_an_epoch_holds_each_example_once_and_unharmed(batched, epoch):
    pairs, batches = batched
    seen = []
    for chosen, batch in zip(batches.plan(epoch), batches.epoch(epoch), strict=True):
        seen.extend(chosen.tolist())
        for row, index in enumerate(chosen):
            source, source_mask, decoder_input, target, target_mask = (a[row] for a in batch)
            assert source[source_mask].tolist() == pairs[index][0]
            assert decoder_input[target_mask].tolist() == [BEGIN, *pairs[index][1]]
            assert target[target_mask].tolist() == [*pairs[index][1], END]
            assert not decoder_input[~target_mask].any()
    assert sorted(seen) == list(range(len(pairs)))
    assert len(batches) == len(batches.plan(0))


@given(batched())
def test_batches_keep_their_limits_and_their_shapes(batched):
    pairs, batches = batched
    for source, source_mask, decoder_input, target, target_mask in batches.epoch(0):
        assert source.shape == source_mask.shape
        assert decoder_input.shape == target.shape == target_mask.shape
        assert source.dtype == decoder_input.dtype == target.dtype == "int32"
        assert source_mask.dtype == target_mask.dtype == bool
        for mask in (source_mask, target_mask):
            steps, longest = mask.shape[1], max(int(mask.sum(axis=1).max()), 1)
            assert steps % batches.multiple == 0
            assert 0 <= steps - longest < batches.multiple
        if batches.size is None:
            assert source.size + target.size <= batches.tokens
        else:
            assert len(source) <= batches.size


@given(batched(), st.integers(0, 5))
def test_the_reported_padding_is_what_the_batches_hold(batched, epoch):
    _, batches = batched
    masks = [mask for batch in batches.epoch(epoch) for mask in (batch[1], batch[4])]
    kept, positions = sum(int(m.sum()) for m in masks), sum(m.size for m in masks)
    assert batches.padding(epoch) == pytest.approx(1 - kept / positions)


def varied(count=400, seed=0):
    rng = random.Random(seed)
    return [([9] * rng.randint(1, 30), [9] * rng.randint(1, 30)) for _ in range(count)]


def members(batches, epoch):
    return {frozenset(chosen.tolist()) for chosen in batches.plan(epoch)}


def plan(batches, epoch):
    return [chosen.tolist() for chosen in batches.plan(epoch)]


@pytest.mark.parametrize("limit", [{"size": 10}, {"tokens": 500}])
def test_the_order_is_a_function_of_seed_and_epoch(limit):
    one, same, other = (text.BucketedBatches(varied(), **limit, seed=s) for s in (1, 1, 2))
    assert plan(one, 3) == plan(same, 3) == plan(one, 3)
    assert plan(one, 3) != plan(one, 4)
    assert plan(one, 3) != plan(other, 3)


@pytest.mark.parametrize("limit", [{"size": 10}, {"tokens": 500}])
def test_a_batch_has_new_members_in_another_epoch(limit):
    batches = text.BucketedBatches(varied(), **limit, seed=1)
    shared = members(batches, 0) & members(batches, 1)
    assert len(shared) < 0.1 * len(batches)


def test_even_when_few_lengths_are_alike_a_batch_has_new_members():
    pairs = [([9] * steps, [9] * steps) for steps in range(1, 81)]
    batches = text.BucketedBatches(pairs, size=10, seed=1, multiple=1)
    assert batches.pool == 40
    assert not members(batches, 0) & members(batches, 1)


def test_batches_are_not_met_in_the_order_of_their_length():
    batches = text.BucketedBatches(varied(), size=10, seed=1, pool=400)
    steps = [batch[0].shape[1] for batch in batches.epoch(0)]
    assert any(a > b for a, b in pairwise(steps))
    assert any(a < b for a, b in pairwise(steps))


def test_without_a_seed_all_epochs_are_alike_and_sorted():
    batches = text.BucketedBatches(varied(), size=10)
    assert plan(batches, 0) == plan(batches, 7)
    steps = [batch[0].shape[1] for batch in batches.epoch(0)]
    assert steps == sorted(steps)


def test_only_one_batch_of_an_epoch_is_short():
    batches = text.BucketedBatches(varied(93), size=10, seed=0, pool=25)
    assert batches.pool == 30
    sizes = sorted(len(chosen) for chosen in batches.plan(0))
    assert sizes == [3] + [10] * 9
    assert len(batches) == 10


def test_like_lengths_together_leave_much_less_padding():
    pairs = [(ids, ids) for ids, _ in varied(1000)]
    sorted_together = text.BucketedBatches(pairs, size=20, seed=0, multiple=1).padding()
    as_they_come = text.BucketedBatches(pairs, size=20, seed=0, multiple=1, pool=20).padding()
    assert sorted_together < 0.1 < 0.4 < as_they_come


def test_what_the_order_depends_on_is_on_record():
    batches = text.BucketedBatches(varied(40), tokens=400, seed=3, pool=7)
    assert batches.settings == {
        **{"examples": 40, "size": None, "tokens": 400},
        **{"seed": 3, "multiple": 4, "pool": 7},
    }
    assert json.loads(json.dumps(batches.settings)) == batches.settings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "size=None, tokens=None"),
        ({"size": 2, "tokens": 50}, "size=2, tokens=50"),
        ({"size": 0}, "1 or more"),
        ({"tokens": 0}, "1 or more"),
        ({"size": 2, "multiple": 0}, "1 or more"),
        ({"size": 2, "pool": 0}, "1 or more"),
        ({"size": 2, "seed": -1}, "seed=-1"),
        ({"tokens": 11}, "tokens=11, and an example of 12 padded positions"),
    ],
)
def test_batches_that_cannot_be_made_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        text.BucketedBatches([([5], [6]), ([5] * 6, [6])], **options)


def test_pairs_that_are_none_are_refused():
    with pytest.raises(ValueError, match="at least one pair. Received: none"):
        text.BucketedBatches([], size=2)
    with pytest.raises(ValueError, match="no PAD, BEGIN or END"):
        text.BucketedBatches([([5], [6, END])], size=2)
    with pytest.raises(ValueError, match="above PAD"):
        text.BucketedBatches([([5, PAD], [6])], size=2)
    for pair in (([5.5], [6]), ([5], [6.5])):
        with pytest.raises(TypeError, match="Ids are integers"):
            text.BucketedBatches([pair], size=2)
