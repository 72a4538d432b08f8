"""Each difference that vectors miss has a name, the same from both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.similar.guard import masked_ratio, read, reasons

NAMED = [
    ("num", "What is 12% of 250?", "What is 15% of 340?"),
    ("num", "Three friends share 20 sweets.", "Four friends share 20 sweets."),
    ("num", "12 boys and 18 girls", "18 boys and 18 girls"),
    ("num", "What is one third of 90?", "What is one fifth of 90?"),
    ("num", "Is -7 prime?", "Is 7 prime?"),
    ("num", "كم ٣ زائد ٤؟", "كم ٥ زائد ٦؟"),
    ("unit", "Run 5 km in an hour.", "Run 5 miles in an hour."),
    ("numorder", "Subtract 15 from 42.", "Subtract 42 from 15."),
    ("more", "Ann has 3 pens and buys 4.", "Ann has 3 pens and buys 4, and loses 2."),
    ("neg", "Which of these is a mammal?", "Which of these is NOT a mammal?"),
    ("neg", "What happens with air inside it?", "What happens without air inside it?"),
    ("neg", "以下哪个是哺乳动物", "以下哪个不是哺乳动物"),
    ("neg", "ข้อใดเป็นสัตว์เลี้ยงลูกด้วยนม", "ข้อใดไม่เป็นสัตว์เลี้ยงลูกด้วยนม"),
    ("pol", "Which planet is the largest?", "Which planet is the smallest?"),
    ("pol", "Why is it safe to mix these?", "Why is it unsafe to mix these?"),
    ("pol", "Which holds for all A or B?", "Which holds for all A and B?"),
    ("pol", "What did he give the girl?", "What did she give the girl?"),
    ("sign", "What is x-1 at 3?", "What is x+1 at 3?"),
    ("sign", "What is a[i] here?", "What is a(i) here?"),
    ("order", "How did Rome conquer Carthage?", "How did Carthage conquer Rome?"),
    ("order", "Does a predator depend on its prey?", "Does a prey depend on its predator?"),
    ("ent", "What is the capital of France?", "What is the capital of Germany?"),
    ("ent", "What does the CPU do?", "What does the GPU do?"),
    ("part", "How many sweets has each?", "How many sweets has each if Ann eats her share?"),
    ("slot", "Which enzyme digests starch?", "Which enzyme digests protein?"),
]


@pytest.mark.parametrize(("reason", "one", "other"), NAMED)
def test_a_difference_has_its_name_from_both_sides(reason, one, other):
    first, second = read(one), read(other)

    assert reason in reasons(first, second)
    assert reasons(first, second) == reasons(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the powerhouse of the cell?", "Which organelle is the cell's powerhouse?"),
        ("Convert 5 kilometres to metres.", "How many metres are there in 5 kilometres?"),
        ("How long are 5 km?", "How long are 5000 m?"),
        ("Five machines make five widgets.", "5 machines make 5 widgets."),
        ("What is LIFO?", "What is last in, first out?"),
    ],
)
def test_paraphrases_are_clean_of_numbers_names_and_polarity(one, other):
    assert not {"num", "unit", "numorder", "neg", "pol", "ent"} & set(
        reasons(read(one), read(other))
    )


def test_a_template_is_the_same_under_its_mask():
    one = read("Maria is 9 years old and has 4 pens.")
    other = read("Tom is 11 years old and has 6 pens.")

    assert masked_ratio(one, other) == 1.0


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_two_texts_compare_the_same_both_ways(one, other):
    first, second = read(one), read(other)

    assert reasons(first, second) == reasons(second, first)
    assert masked_ratio(first, second) == masked_ratio(second, first)
    assert reasons(first, first) == ()


WORDS = st.lists(
    st.sampled_from(
        "Tom Ann 3 5 km m not largest smallest red ball is the of + - ( ) $ half a".split()
    ),
    max_size=9,
).map(" ".join)


@given(WORDS, WORDS)
def test_texts_of_the_guard_s_own_words_compare_the_same_both_ways(one, other):
    first, second = read(one), read(other)

    assert reasons(first, second) == reasons(second, first)
    assert masked_ratio(first, second) == masked_ratio(second, first)


def test_ten_thousand_tokens_are_compared_in_reasonable_time():
    one, other = read("ก" * 10_000 + "ข"), read("ข" + "ก" * 10_000)

    assert masked_ratio(one, other) == 1.0
    assert "order" in reasons(one, other)


def test_a_quoted_sign_is_the_same_sign_and_another_one_is_not():
    plus, times = read('What does "+" mean?'), read('What does "×" mean?')

    assert reasons(plus, plus) == ()
    assert "ent" in reasons(plus, times)
