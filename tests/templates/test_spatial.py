"""The solvers of the spatial models solve questions that were worked out by hand."""

import re
from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, Option, Posed, Stimulus
from itemwell.templates.spatial import (
    MODELS,
    cube_net,
    folded_paper,
    mirror,
    missing_piece,
    rolling_die,
    rotation,
    route,
    silhouettes,
    stacked_cubes,
    viewpoint,
)
from itemwell.templates.spatial.figures import cells, cropped, mirrored, read, turned
from itemwell.templates.spatial.nets import NETS
from itemwell.templates.spatial.stacks import drops

PICTURED_OPTIONS = [rotation, mirror, missing_piece, folded_paper, silhouettes]


def posed(stem, stimulus, *options):
    return Posed(
        stem=stem,
        stimulus=Stimulus(stimulus),
        options=tuple(Option(text) for text in options),
    )


def drawn(model, difficulty="hard", seeds=range(20)):
    return [model.draw(Random(seed), model.levels[difficulty]) for seed in seeds]


@pytest.mark.parametrize(
    ("turns", "right"),
    [
        ("a quarter turn clockwise", 0),
        ("a quarter turn anticlockwise", 1),
        ("a half turn", 2),
        ("a half turn and then a quarter turn clockwise", 1),
    ],
)
def test_a_figure_is_turned(turns, right):
    question = posed(
        f"Which option shows the figure after {turns}?",
        "A figure: Xo / Xo / XX.",
        "XXX / Xoo",
        "ooX / XXX",
        "XX / oX / oX",
        "oX / oX / XX",
    )

    assert rotation.solve(question) == [right]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("beside its right-hand edge", 0),
        ("above its top edge", 1),
        ("from its top left to its bottom right corner", 2),
        ("from its bottom left to its top right corner", 3),
    ],
)
def test_a_tile_is_reflected(line, right):
    question = posed(
        "Which option shows the tile reflected in the dashed line?",
        f"A tile: XXo / ooo / oXo. A dashed line runs {line}.",
        "oXX / ooo / oXo",
        "oXo / ooo / XXo",
        "Xoo / XoX / ooo",
        "ooo / XoX / ooX",
    )

    assert mirror.solve(question) == [right]


def test_a_piece_fills_the_gap_in_any_turn_but_not_flipped():
    question = posed(
        missing_piece.STEMS[0],
        "A square with a gap: ooo / oXX / XXX.",
        "XX / Xo / Xo",
        "XX / oX / oX",
        "XXX / Xoo",
        "XX / XX",
    )

    assert missing_piece.solve(question) == [1, 2]


def test_a_sheet_is_opened():
    question = posed(
        "Where are its holes?",
        "Fold 1: along the line between columns A and B, the left part over the right part. "
        "Fold 2: along the line between rows 2 and 3, the bottom part over the top part. "
        "Then holes are punched through all layers in B2.",
        "oooo / oXoo / oXoo / oooo",
        "oooo / XXoo / XXoo / oooo",
        "oooo / XXoo / oooo / oooo",
        "oooo / oXXo / oXXo / oooo",
    )

    assert folded_paper.solve(question) == [1]


@pytest.mark.parametrize(("face", "right"), [("J", "L"), ("H", "K"), ("M", "G")])
def test_a_face_is_opposite(face, right):
    net = "The net of a cube: oGoo / HJKL / oMoo."
    question = posed(f"Which letter is on the face opposite {face}?", net, *"GHJKL")

    assert cube_net.solve(question) == ["GHJKL".index(right)]


@pytest.mark.parametrize(("side", "right"), [("right", "K"), ("left", "H")])
def test_a_cube_is_held_with_its_letters_outside(side, right):
    question = posed(
        f"The cube stands with J at the bottom and G facing you. Which is on its {side}-hand face?",
        "The net of a cube: oGoo / HJKL / oMoo.",
        *"HKLM",
    )

    assert cube_net.solve(question) == ["HKLM".index(right)]


@pytest.mark.parametrize(
    ("rolls", "right"),
    [
        ("to the right", "4"),
        ("towards you", "5"),
        ("to the right and away from you", "2"),
        ("twice to the left", "6"),
        ("three times away from you and to the left", "3"),
    ],
)
def test_a_die_is_rolled(rolls, right):
    question = posed(
        f"Which number is on top after the die is rolled {rolls}?",
        "A die with 1 on top, 2 on the side that faces you and 3 on the right-hand side.",
        *"123456",
    )

    assert rolling_die.solve(question) == ["123456".index(right)]


@pytest.mark.parametrize(
    ("stem", "right"),
    [
        ("How many cubes are there?", 0),
        ("How many are missing to a block, 2 cubes long, 2 cubes wide and 3 cubes high?", 1),
    ],
)
def test_cubes_are_counted(stem, right):
    heights = "Heights of the columns, row by row from the back: 3 1 / 1 0."

    assert stacked_cubes.solve(posed(stem, heights, "5", "7", "3", "12")) == [right]


@pytest.mark.parametrize(
    ("side", "right"),
    [("front", 0), ("right-hand side", 1), ("back", 2), ("left-hand side", 3)],
)
def test_stacks_are_seen_from_a_side(side, right):
    question = posed(
        f"Which outline do the stacks show from the {side}?",
        "Cubes on each square, each row from left to right: 1 1 / 3 2.",
        "Xo / XX / XX",
        "Xo / Xo / XX",
        "oX / XX / XX",
        "oX / oX / XX",
    )

    assert silhouettes.solve(question) == [right]


def test_a_walk_is_followed():
    question = posed(
        "Rosa walks 2 squares forward, turns left, walks 1 square forward, turns left and walks "
        "1 square forward. In which square does the walk end?",
        "Rosa starts in square D4 and faces south.",
        *("E2", "E3", "C3", "D3"),
    )

    assert route.solve(question) == [1]


@pytest.mark.parametrize(
    ("front", "right"),
    [
        ("mill", "directly to the right"),
        ("pool", "directly to the left"),
        ("park", "ahead to the right"),
        ("well", "behind to the left"),
        ("hotel", "directly ahead"),
    ],
)
def test_a_place_is_seen_from_another(front, right):
    question = posed(
        f"You are standing at the tower, facing the {front}. Where is the kiosk from there?",
        "Places: mill D6, pool D2, park E5, well C3, hotel G4, tower D4 and kiosk F4.",
        *viewpoint.SECTORS,
    )

    assert viewpoint.solve(question) == [viewpoint.SECTORS.index(right)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_broken_question_has_no_answer(model):
    for item in drawn(model, seeds=range(5)):
        options = (item.key, *item.distractors)
        cut = Stimulus(item.stimulus.text[:40])

        assert model.solve(Posed(stem=item.stem, options=options, stimulus=cut)) == []
        assert model.solve(Posed(stem=item.stem, options=options)) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_an_option_that_stands_twice_is_right_twice(model):
    item = drawn(model, seeds=[1])[0]
    options = (item.key, *item.distractors, item.key)
    question = Posed(stem=item.stem, options=options, stimulus=item.stimulus)

    assert model.solve(question) == [0, len(options) - 1]


@pytest.mark.parametrize("module", PICTURED_OPTIONS, ids=lambda module: module.MODEL.name)
def test_pictures_show_what_their_texts_say(module):
    for item in drawn(module.MODEL):
        for option in (item.key, *item.distractors):
            marks = re.findall(r'M(\d+) (\d+)h22|<circle cx="(\d+)" cy="(\d+)"', option.svg)
            corners = [[int(number) for number in mark if number] for mark in marks]

            shown = {(y // 24, x // 24) for x, y in corners}

            assert cropped(shown) == cropped(cells(read(option.text)))


def test_the_picture_of_a_stack_shows_each_face_once():
    for item in drawn(stacked_cubes.MODEL):
        rows = re.search(r"back: (.*)\.", item.stimulus.text)[1].split(" / ")
        columns = drops(tuple(tuple(map(int, row.split())) for row in rows))
        floor, lids, lefts, rights = re.findall(r'<path d="([^"]*)"', item.stimulus.svg)

        assert floor.count("M") == sum(high == 0 for _, _, high, _, _ in columns)
        assert lids.count("M") == sum(high > 0 for _, _, high, _, _ in columns)
        assert lefts.count("M") == sum(high - left for _, _, high, left, _ in columns)
        assert rights.count("M") == sum(high - right for _, _, high, _, right in columns)


def test_the_nets_are_eleven_shapes():
    shapes = {
        min(turned(net, quarters) for net in (one, mirrored(one)) for quarters in range(4))
        for one in NETS
    }

    assert len(shapes) == 11


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_pictures_use_one_ink_and_say_who_they_are(model):
    for difficulty in DIFFICULTIES:
        item = drawn(model, difficulty, seeds=[2])[0]

        assert 'role="img"' in item.stimulus.svg
        assert "viewBox=" in item.stimulus.svg
        assert f"<desc>{item.stimulus.text}</desc>" in item.stimulus.svg
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', item.stimulus.svg)) <= {
            "currentColor",
            "none",
        }
