"""`itemwell self-test`: the table, told a line a row, with nothing of the user's own in it."""

import json


def test_a_row_for_each_vendor_and_nothing_of_the_users_is_read_or_written(bare_program):
    folder = bare_program.folder
    (folder / ".env").write_text(
        "not a setting\nDATABASE_URL=postgresql://nobody@127.0.0.1:1/none\n"
    )
    (folder / "itemwell.toml").write_text("not = [valid")
    before = set(folder.rglob("*"))

    ended = bare_program("self-test", "--row", "a fence", OPENAI_API_KEY="sk-mine", COUNT="x")

    assert sorted(ended.out.splitlines()) == [  # each as it ends: they run side by side
        f"ok   {vendor:<9} JSON in a fence" for vendor in ("anthropic", "google", "openai")
    ]
    assert ended.status == 0
    assert ended.last_line.startswith("exit code: 0 (ok): 3 of 3 rows hold, in ")
    assert set(folder.rglob("*")) == before


def test_json_has_each_row_with_what_differs(bare_program):
    ended = bare_program("self-test", "--vendor", "google", "--row", "usage n", "--json")

    rows = json.loads(ended.out)["rows"]
    assert {(row["vendor"], row["ok"], *row["differences"]) for row in rows} == {("google", True)}
    assert [row["row"] for row in rows] == ["usage null", "usage negative"]


def test_a_row_that_is_not_there_is_named(bare_program):
    ended = bare_program("self-test", "--row", "flood")

    assert ended.status == 3
    assert "no row has 'flood' in its name" in ended.last_line
