"""The catalogue of datasets as pages: what they tell, to whom, and how the lineage is drawn."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from commonswatch.context import Context
from commonswatch.domain.states import CaseState
from commonswatch.rules import catalogue
from commonswatch.rules.catalogue import DATASETS
from commonswatch.rules.datasets import Dataset, State
from commonswatch.web import lineage
from flask import Flask
from flask.testing import FlaskClient

from tests import factories


def words(page: str) -> str:
    """What a reader sees of a page, blanks evened out."""

    class Reader(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data + " "

    reader = Reader()
    reader.feed(page[page.index("<main") : page.index("</main>")])
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(reader.said.split()))


def listed(page: str) -> set[str]:
    return set(re.findall(r'class="card case-row" href="/datasets/([^"]+)"', page))


# ---- the list --------------------------------------------------------------------------------------------------------


def test_strangers_find_all_datasets_through_the_menu(client: FlaskClient) -> None:
    assert 'href="/datasets"' in client.get("/").text
    page = client.get("/datasets").text
    assert listed(page) == {one.id for one in DATASETS}
    assert "53 datasets" in words(page)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("refine v2", {"ms1m-arcface"}),
        ("brainwash cafe", {"brainwash"}),
        ("MSCELEB1M", {"ms-celeb-1m", "c-ms-celeb", "ms1m-arcface"}),
        ("calfw", {"lfw"}),
        ("SenseNets", {"dukemtmc"}),
    ],
)
def test_a_search_looks_at_names_origins_organisations_and_users(
    client: FlaskClient, search: str, expected: set[str]
) -> None:
    found = listed(client.get("/datasets", query_string={"search": search}).text)
    assert expected <= found
    assert len(found) < 20


def test_status_and_family_narrow_the_list_together_and_stay_chosen(client: FlaskClient) -> None:
    page = client.get("/datasets?family=yfcc100m&status=withdrawn").text
    assert listed(page) == {"megaface", "ibm-dif"}
    assert '<option value="yfcc100m" selected>' in page
    assert '<option value="withdrawn" selected>' in page
    assert "2 of 53 datasets" in words(page)


def test_the_list_says_when_nothing_is_like_that(client: FlaskClient) -> None:
    page = client.get("/datasets?search=nothing-like-this").text
    assert "No dataset in the catalogue is like that" in page
    assert 'value="nothing-like-this"' in page
    assert listed(page) == set()


@pytest.mark.parametrize(
    "query", ["status=stolen", "family=nobody", "search=%00%ff", "search=" + "x" * 5000, "page=-1"]
)
def test_a_strange_question_is_answered_all_the_same(client: FlaskClient, query: str) -> None:
    assert client.get(f"/datasets?{query}").status_code == 200


def test_what_is_searched_for_is_shown_as_text(client: FlaskClient) -> None:
    assert "<script>x" not in client.get("/datasets", query_string={"search": '"><script>x</script>'}).text


# ---- one dataset -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", DATASETS, ids=lambda one: one.id)
def test_each_page_tells_what_is_known_with_its_sources(client: FlaskClient, one: Dataset) -> None:
    answer = client.get(f"/datasets/{one.id}")
    page, said = answer.text, words(answer.text)
    assert answer.status_code == 200
    for fact in (one.name, one.organisation, one.origin):
        assert fact in said
    for other in (*catalogue.ancestors(one.id), *catalogue.derived(one.id)):
        assert f'href="/datasets/{other.id}"' in page
    for source in one.sources:
        assert (source.title in said) != source.hands_out, "a page that hands out copies is not named"
    assert not re.search(r"[0-9a-f]{32}", re.sub(r"[^\"]*\.(?:js|css|svg)\?[^\"]*", "", page)), "no digest is shown"
    assert "style=" not in page
    assert "<script>" not in page


def test_a_withdrawn_dataset_says_when_and_by_whose_word(client: FlaskClient) -> None:
    said = words(client.get("/datasets/ms-celeb-1m").text)
    assert "withdrawn in June 2019" in said
    assert "According to: Financial Times, 6 June 2019" in said
    assert "10,490,534 pictures, 100,000 people" in said
    assert "withdrawn on 2 June 2019" in words(client.get("/datasets/dukemtmc").text)
    assert "withdrawn in 2020" in words(client.get("/datasets/megaface").text)


def test_a_disputed_one_tells_both_accounts_each_with_its_source(client: FlaskClient) -> None:
    said = words(client.get("/datasets/uccs").text)
    accounts = said[said.index("each side says") : said.index("What it was made from")]
    assert "open to the public from 2016" in accounts
    assert "only ever given out under a licence" in accounts
    assert "koaa.com" in accounts
    assert "Reply of the researchers" in accounts


def test_users_are_told_as_reported_and_never_as_proven(client: FlaskClient) -> None:
    said = words(client.get("/datasets/megaface").text)
    assert "As reported: named in papers or by journalists. That is not proof" in said
    assert "NTechLab According to: New York Times" in said
    assert "The sources we know name nobody." in words(client.get("/datasets/lfw").text)


def test_the_way_out_that_makers_offer_is_told(client: FlaskClient) -> None:
    assert "Copies elsewhere are not reached by it" in client.get("/datasets/ffhq").text


def test_another_name_leads_to_the_page_and_an_unknown_one_to_none(client: FlaskClient) -> None:
    assert client.get("/datasets/MS1M_V2").location == "/datasets/ms1m-arcface"
    for name in ("nothing-like-this", "%00", "..%2f..", "x" * 9000):
        assert client.get(f"/datasets/{name}").status_code == 404


def test_copies_are_counted_by_month_once_a_moderator_confirmed_the_place(
    client: FlaskClient, context: Context
) -> None:
    assert "No copy has been reported here yet." in client.get("/datasets/ms-celeb-1m").text
    now = context.now()
    with context.database.writing() as session:
        for state in (CaseState.CONFIRMED, CaseState.OPEN):
            page = factories.location(session, now, url=f"https://github.com/someone/{state.value}-faces")
            case = factories.case(session, now, (), at=page, state=state)
            case.decided_at = now if state == CaseState.CONFIRMED else None
            factories.copy(session, now - timedelta(minutes=1), page)
    said = words(client.get("/datasets/ms-celeb-1m").text)
    assert "1 place with a copy was reported here and confirmed" in said
    assert f"{now:%B %Y} 1" in said
    assert "someone" not in said, "where it is stays with those who are told"


# ---- the drawing -----------------------------------------------------------------------------------------------------

DRAWN = [one for one in DATASETS if lineage.picture(one)]


@pytest.mark.parametrize("one", DRAWN, ids=lambda one: one.id)
def test_no_box_lies_on_another_or_outside_and_every_arrow_leads_to_the_right(one: Dataset) -> None:
    picture = lineage.picture(one)
    assert picture
    corners = {(box.x, box.y) for box in picture.boxes}
    assert len(corners) == len(picture.boxes) == len(catalogue.relatives(one.id))
    for box in picture.boxes:
        assert 0 < box.x <= picture.width - picture.box_width
        assert 0 < box.y <= picture.height - picture.box_height
        for other in picture.boxes:
            apart = abs(box.y - other.y) >= picture.box_height or abs(box.x - other.x) >= picture.box_width
            assert apart or other is box
    left = {box.dataset.id: box.x for box in picture.boxes}
    arrows = [(origin, made.id) for made in catalogue.relatives(one.id) for origin in made.derived_from]
    assert len(picture.lines) == len(picture.heads) == len(arrows)
    assert all(left[origin] < left[made] for origin, made in arrows)


@pytest.mark.parametrize("one", DRAWN, ids=lambda one: one.id)
def test_lines_pass_between_boxes_and_never_through_one(one: Dataset) -> None:
    picture = lineage.picture(one)
    assert picture
    for line in picture.lines:
        for start, y in re.findall(r"(\d+) (\d+)H\d+", line):
            crossed = [
                box for box in picture.boxes if box.x == int(start) and box.y <= int(y) <= box.y + picture.box_height
            ]
            assert crossed == []


def test_a_dataset_without_relatives_has_no_drawing(client: FlaskClient) -> None:
    assert lineage.picture(DATASETS[[one.id for one in DATASETS].index("brainwash")]) is None
    page = client.get("/datasets/brainwash").text
    assert "<desc" not in page
    assert "made from no other dataset, and no other was made from it" in page


def test_the_drawing_tells_state_and_place_in_words_and_lines_not_in_colours(client: FlaskClient) -> None:
    page = client.get("/datasets/ms1m-arcface").text
    drawing = page[page.index('<svg width="') : page.index("</svg>", page.index('<svg width="'))]
    boxes = dict(re.findall(r'<a href="/datasets/([\w-]+)"(.*?)</a>', drawing, re.DOTALL))
    assert set(boxes) == {other.id for other in catalogue.relatives("ms1m-arcface")}
    assert "this dataset" in boxes["ms1m-arcface"]
    assert 'stroke-width="4"' in boxes["ms1m-arcface"]
    assert "withdrawn in June 2019" in boxes["ms-celeb-1m"]
    assert "stroke-dasharray" in boxes["ms-celeb-1m"]
    assert "stroke-dasharray" not in boxes["ms1m-arcface"]
    assert "#" not in re.sub(r"&#?\w+;", "", drawing), "no colour of its own"
    assert "<title id=" in drawing
    assert "<desc id=" in drawing


@pytest.mark.parametrize("one", DRAWN, ids=lambda one: one.id)
def test_the_list_tells_all_that_the_drawing_tells(one: Dataset) -> None:
    told: set[tuple[str, str]] = set()

    def read(branches: list[lineage.Branch], above: str) -> None:
        for branch in branches:
            told.add((above, branch.dataset.id))
            read(branch.branches, branch.dataset.id)

    read(lineage.branches(one), "")
    relatives = catalogue.relatives(one.id)
    assert {made for _, made in told} == {other.id for other in relatives}
    assert {pair for pair in told if pair[0]} == {(up, made.id) for made in relatives for up in made.derived_from}


def test_every_state_has_words_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        parts = app.jinja_env.get_template("datasets/_parts.html").make_module()
        said = {str(parts.state_word(state)).strip() for state in State}
    assert len(said) == len(State)
    assert "" not in said
