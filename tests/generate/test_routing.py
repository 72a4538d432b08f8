"""Who drafts, solves and judges with one, two and three vendors, with and without routes."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.bank import Slot, Stratum
from itemwell.generate.routing import VENDORS, ModelName, Routing
from itemwell.settings import Settings

SOME = [names for number in (1, 2, 3) for names in combinations(VENDORS, number)]


def a_routing(*vendors, **routes):
    keys = {f"{vendor}_api_key": "k" for vendor in vendors or VENDORS}
    return Routing.of(Settings(**keys, routes=routes))


def a_slot(ordinal=0, attempts=0):
    return Slot(1, Stratum("math", "easy"), ordinal, "seed", attempts)


def vendors(names):
    return [each.vendor for each in names]


def test_only_vendors_with_a_key_are_asked():
    assert vendors(a_routing("google", "openai").models) == ["openai", "google"]
    assert Routing.of(Settings()).models == ()


def test_a_server_of_ones_own_needs_no_key():
    own = Settings(openai_base_url="http://localhost:11434/v1", openai_model="llama3.3")

    assert Routing.of(own).models == (ModelName("openai", "llama3.3"),)


@pytest.mark.parametrize("some", SOME)
def test_the_authors_vendor_judges_only_where_there_is_no_other(some):
    for author in some:
        for seat in range(6):
            found = vendors(a_routing(*some).arbiters("math", author, seat))
            assert found
            assert (author in found) == (len(some) == 1)


@pytest.mark.parametrize("some", SOME)
def test_the_first_solver_is_of_another_vendor_where_there_is_one(some):
    for author in some:
        found = vendors(a_routing(*some).solvers("math", author, 0))
        assert sorted(found) == sorted(some)
        assert len(some) == 1 or found[0] != author


def test_seats_are_taken_by_one_vendor_after_the_other():
    routing = a_routing()

    first = [routing.solvers("math", "openai", seat)[0].vendor for seat in range(4)]

    assert first == ["anthropic", "google", "openai", "anthropic"]


def test_vendors_take_turns_at_writing_and_the_others_stand_by():
    routing = a_routing()

    assert [routing.authors(a_slot(n))[0].vendor for n in range(4)] == [*VENDORS, "openai"]
    assert sorted(vendors(routing.authors(a_slot()))) == sorted(VENDORS)


def test_an_author_mends_its_own_draft_once_and_then_another_writes():
    routing = a_routing()

    first = [routing.authors(a_slot(0, attempts))[0].vendor for attempts in range(4)]

    assert first == ["openai", "openai", "anthropic", "anthropic"]


def test_a_route_names_models_in_order_and_vendors_without_a_key_fall_out():
    route = {"draft": ["google:gemini-4-argon", "anthropic", "openai:gpt-6-astra"]}

    found = a_routing("openai", "google", math=route).authors(a_slot())

    assert found == [ModelName("google", "gemini-4-argon"), ModelName("openai", "gpt-6-astra")]


def test_a_vendor_alone_means_its_default_model():
    found = a_routing(math={"judge": ["anthropic"]}).arbiters("math", "openai")

    assert found == [ModelName("anthropic", Settings().anthropic_model)]


def test_the_route_of_the_type_goes_before_the_default_one():
    routing = a_routing(math={"solve": ["google"]}, default={"solve": ["anthropic"]})

    assert vendors(routing.solvers("math", "openai", 0)) == ["google"]
    assert vendors(routing.solvers("logic", "openai", 0)) == ["anthropic"]


def test_a_route_of_which_nobody_can_be_asked_is_no_route():
    routing = a_routing("openai", "google", math={"judge": ["anthropic"]})

    assert vendors(routing.arbiters("math", "openai")) == ["google"]


def test_a_route_that_names_the_author_alone_gives_way_to_another_vendor():
    routing = a_routing("openai", "google", math={"judge": ["openai:gpt-6-astra"]})

    assert vendors(routing.arbiters("math", "openai")) == ["google"]
    assert vendors(routing.arbiters("math", "google")) == ["openai"]


def test_every_model_that_may_be_asked_is_named_once():
    routing = a_routing("openai", math={"draft": ["openai:gpt-6-astra"], "judge": ["openai"]})

    assert [each.model for each in routing.all()] == [Settings().openai_model, "gpt-6-astra"]


@given(
    some=st.sampled_from(SOME),
    judges=st.lists(st.sampled_from(VENDORS), max_size=4),
    author=st.sampled_from(VENDORS),
    seat=st.integers(0, 12),
)
def test_whatever_the_routes_the_author_never_judges_beside_another(some, judges, author, seat):
    found = vendors(a_routing(*some, default={"judge": judges}).arbiters("logic", author, seat))

    assert found
    assert author not in found or set(some) == {author}
