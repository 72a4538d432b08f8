"""The model in numpy agrees with the library that it was published for, and knows what it cannot read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from itemwell.errors import ConfigError
from itemwell.similar import weights
from itemwell.similar.embed import EmbedError
from itemwell.similar.minilm import DIMENSIONS, MiniLM
from itemwell.similar.wordpiece import WordPieces

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def model():
    return MiniLM.found()


@pytest.fixture(scope="session")
def published():
    """Vectors of sentence-transformers 6.2 with the same weights."""
    return json.loads((HERE / "sentence_transformers.json").read_text("utf-8"))


def test_vectors_agree_with_sentence_transformers(model, published):
    vectors = model.embed(list(published))

    agreement = (vectors * np.array(list(published.values()))).sum(axis=1)

    assert agreement.min() > 0.9999


def test_word_pieces_agree_with_the_library():
    recorded = json.loads((HERE / "word_pieces.json").read_text("utf-8"))
    pieces = WordPieces.load(weights.find() / "vocab.txt")

    assert {text: pieces.encode(text, 10_000) for text in recorded} == recorded


def test_a_vector_hardly_depends_on_its_neighbours(model):
    texts = [
        "What is it?",
        "Which of the two answers is the longer one, and why is that so?",
        "word " * 60,
    ]

    together, alone = model.embed(texts), np.concatenate([model.embed([text]) for text in texts])

    assert together.shape == (3, DIMENSIONS)
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_nothing_for_nothing(model):
    assert model.embed([]).shape == (0, DIMENSIONS)


def test_an_empty_text_is_refused(model):
    with pytest.raises(EmbedError, match="text 1 has no word or sign"):
        model.embed(["What is it?", " \u202e "])


@pytest.mark.parametrize(
    "text",
    ["What is 12% of 250?", "Où est l'école à Zürich?", "What is α + β if x² = 4?", "Is π > 3? Ω"],
)
def test_latin_and_greek_are_known(model, text):
    assert model.knows(text)


@pytest.mark.parametrize(
    "text",
    [
        "เมืองหลวงของประเทศไทยคือเมืองใด",
        "የኢትዮጵያ ዋና ከተማ ማን ናት?",
        "តើរាជធានីកម្ពុជាជាអ្វី?",
        "भारत की राजधानी क्या है?",
        "ما هي عاصمة فرنسا؟",
        "한국의 수도는 어디입니까?",
        "法国的首都是哪里?",
        "日本の首都はどこですか",
        "Какая столица Франции?",
        "What does 🙂 mean?",
        "What does 谢谢 mean?",
        "word " * 300,
        "",
        "\ud800",
    ],
)
def test_what_it_cannot_read_is_told(model, text):
    assert not model.knows(text)


def test_other_weights_are_refused_in_one_line(tmp_path):
    source = weights.find()
    shutil.copy(source / "vocab.txt", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)

    with pytest.raises(
        ConfigError,
        match=r"model.safetensors has the sha256 cd00e292c597\.\.\. instead of 53aa51172d14",
    ):
        MiniLM.found(tmp_path)


def test_a_named_directory_without_the_files_is_refused_in_one_line(tmp_path):
    with pytest.raises(ConfigError, match=r"holds no model.safetensors and no vocab.txt"):
        MiniLM.found(tmp_path)


def test_missing_weights_are_none(monkeypatch):
    monkeypatch.setattr(weights, "PACKAGE", "no-such-package")

    assert weights.find() is None
    with pytest.raises(ConfigError, match="not installed"):
        MiniLM.found()
