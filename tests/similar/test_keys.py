"""Keys say that questions are the same, that they differ, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.similar.keys import DIFFER, SAME, UNKNOWN, compare, traits


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("30", "30.0", SAME),
        ("1/2", "0.5", SAME),
        ("1,000", "1000", SAME),
        ("6 cm", "60 mm", SAME),
        ("twelve", "12", SAME),
        ("$40", "40 dollars", SAME),
        ("60 km/h", "60 kilometres per hour", SAME),
        ("42", "42 cm", SAME),
        ("The mitochondrion", "mitochondrion", SAME),
        ("Paris", "paris", SAME),
        ("30", "51", DIFFER),
        ("-3", "3", DIFFER),
        ("6 cm", "6 m", DIFFER),
        ("$6", "£6", DIFFER),
        ("Lima", "Cusco", DIFFER),
        ("CO", "Co", DIFFER),
        ("x + 1", "x - 1", DIFFER),
        ("Iron rusts.", "Iron does not rust.", DIFFER),
        ("It rises", "It falls", DIFFER),
        ("Yes", "No", DIFFER),
        ("True", "False", DIFFER),
        ("Yes", "yes", UNKNOWN),
        ("None of the above", "None of the above", UNKNOWN),
        ("B", "B", UNKNOWN),
        ("Paris", "Paris, France", UNKNOWN),
        ("0.5", "50%", UNKNOWN),
        ("It carries oxygen to the cells", "Carrying oxygen around the body", UNKNOWN),
        ("", "4", UNKNOWN),
        (None, "4", UNKNOWN),
        (None, None, UNKNOWN),
        ("4", "the fourth", UNKNOWN),
        (f"{'9' * 400} cm", "6 m", DIFFER),
    ],
)
def test_keys_relate(one, other, relation):
    assert compare(one, other) == compare(other, one) == relation


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_keys_relate_the_same_both_ways(one, other):
    assert compare(one, other) == compare(other, one)
    assert compare(one, one) != DIFFER


WRITTEN = st.one_of(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "-", "$", "the "]),
        st.sampled_from(["1/2", "0.5", "50", "5", "500", "60", "heart", "Heart"]),
        st.sampled_from(["", " cm", " mm", " m", "%", " dollars", "."]),
    ),
    st.text(max_size=20),
)


@given(WRITTEN, WRITTEN)
def test_keys_that_are_the_same_share_a_trait(one, other):
    shared = [mine for mine, its in zip(traits(one), traits(other), strict=True) if mine == its]

    assert compare(one, other) != SAME or any(each is not None for each in shared)
