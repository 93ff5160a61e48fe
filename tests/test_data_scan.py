"""SCAN: as many commands as were published, each with the meaning that was."""

from collections import Counter

import pytest

from seqtut import data


@pytest.fixture(scope="module")
def scan():
    return data.load("scan")


# As the authors print them on the page of their data.
PUBLISHED = {
    "jump": "JUMP",
    "jump left": "LTURN JUMP",
    "jump around right": "RTURN JUMP RTURN JUMP RTURN JUMP RTURN JUMP",
    "turn left twice": "LTURN LTURN",
    "jump thrice": "JUMP JUMP JUMP",
    "jump opposite left and walk thrice": "LTURN LTURN JUMP WALK WALK WALK",
    "jump opposite left after walk around left": "LTURN WALK LTURN WALK LTURN WALK LTURN WALK "
    "LTURN LTURN JUMP",
}


@pytest.mark.parametrize("command", PUBLISHED)
def test_a_command_means_what_its_authors_print(command):
    assert data.interpret(command) == tuple(PUBLISHED[command].split())


def test_turning_is_no_act_beside_its_turns():
    assert data.interpret("turn opposite right thrice") == ("RTURN",) * 6
    assert data.interpret("turn around left") == ("LTURN",) * 4


def test_there_are_20910_commands_of_at_most_48_actions_and_9_words():
    commands = data.all_commands()
    assert len(commands) == len(set(commands)) == 20_910
    assert max(len(command.split()) for command in commands) == 9
    assert max(len(data.interpret(command)) for command in commands) == 48


@pytest.mark.parametrize(
    ("split", "train", "test"),
    [("simple", 16_728, 4_182), ("length", 16_990, 3_920), ("jump", 14_670, 7_706)],
)
def test_a_split_has_the_published_sizes_and_shares_no_command(scan, split, train, test):
    found = getattr(scan, split)
    assert (len(found.train), len(found.test)) == (train, test)
    assert not set(found.train.commands) & set(found.test.commands)
    known = set(found.train.commands) | set(found.test.commands)
    assert known == set(data.all_commands())
    for part in (found.train, found.test):
        assert len(part.actions) == len(part)
        assert part.actions[-1] == data.interpret(part.commands[-1])


def test_training_of_the_length_split_has_22_actions_at_most(scan):
    assert max(map(len, scan.length.train.actions)) == 22
    assert min(map(len, scan.length.test.actions)) > 22


def test_training_of_the_jump_split_has_jump_alone(scan):
    jumping = Counter(command for command in scan.jump.train.commands if "jump" in command)
    assert jumping == {"jump": 1_467}
    assert len(set(scan.jump.train.commands)) == 13_203 + 1
    assert all("jump" in command for command in scan.jump.test.commands)


def test_scan_is_the_same_each_time_and_needs_no_download(scan):
    assert data.load("scan") == scan
    assert data.fetch("scan") == []


@pytest.mark.parametrize(
    "command",
    [
        "",
        "turn",
        "sing",
        "jump up",
        "jump left left",
        "twice",
        "walk and",
        "jump near left",
        "walk and run and jump",
        "walk twice twice",
        "opposite left",
    ],
)
def test_what_is_no_command_is_refused(command):
    with pytest.raises(data.DataError, match="no command of SCAN"):
        data.interpret(command)
