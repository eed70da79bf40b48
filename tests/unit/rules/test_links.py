"""Reading the links of a page: every vector, and what must hold for any page somebody may write."""

import json
import time
from pathlib import Path

import pytest
from commonswatch.rules.catalogue import DATASETS
from commonswatch.rules.links import MOST_LINKS, Link, offers_copy, read_links
from commonswatch.rules.links.vocabulary import RULES
from hypothesis import given, settings
from hypothesis import strategies as st

FIXTURES = Path(__file__).parents[2] / "fixtures"
VECTORS = json.loads((FIXTURES / "vectors" / "links.json").read_text(encoding="utf-8"))
AT = "https://github.com/example-lab/face-kit/blob/main/README.md"
SLOW = json.loads((FIXTURES / "slow_pages.json").read_text(encoding="utf-8"))
SHARE = "https://pan.baidu.com/s/1ExampleExampleExampleE"
BROKEN = [
    "[",
    "](",
    "](http://a.example/x.zip",
    "<a href=",
    "<td>",
    "</table>",
    "```",
    "| a |\n|---|\n",
    "~~",
    "\\",
    "&amp;",
    "- ",
]


def only(page: str, at: str = AT) -> Link:
    links = read_links(page, at)
    assert len(links) == 1, links
    return links[0]


@pytest.mark.parametrize("page", VECTORS, ids=lambda page: page["page"])
def test_pages_are_read_as_the_vectors_say(page) -> None:
    text = (FIXTURES / "pages" / page["page"]).read_text(encoding="utf-8")
    found = [vars(link) for link in read_links(text, page["at"])]
    assert [{name: one[name] for name in page["links"][0]} for one in found] == page["links"]


def test_the_vectors_name_known_datasets_and_have_each_role_in_both_languages() -> None:
    links = [link for page in VECTORS for link in page["links"]]
    assert {link["dataset"] for link in links} <= {None, *(one.id for one in DATASETS)}
    for chinese in (True, False):
        pages = [
            page for page in VECTORS if page["page"].startswith(("readme_zh", "zh_", "wash_zh", "blog")) == chinese
        ]
        assert {link["role"] for page in pages for link in page["links"]} == {
            "data",
            "features",
            "list",
            "weights",
            "other",
        }


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.one_of(st.sampled_from([*BROKEN, SHARE, "MS1M", "dataset", "\n"]), st.text(max_size=20)), max_size=40)
)
def test_no_page_raises_and_every_link_stands_in_its_line(parts: list[str]) -> None:
    page = "".join(parts)
    lines = page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for media_type in (None, "text/html", "text/markdown"):
        for link in read_links(page, page, media_type):
            assert 1 <= link.line <= len(lines)


def long_page(parts: list[tuple[str, float]], size: int) -> str:
    """A page of about so many characters: each unit repeated to its share of them, with its number in it."""
    return "".join(
        unit.replace("{i}", str(number))
        for unit, share in parts
        for number in range(max(1, int(size * share) // len(unit)))
    )


@pytest.mark.parametrize(
    "written", [*SLOW, *({"name": unit, "parts": [(unit, 1)]} for unit in BROKEN)], ids=lambda written: written["name"]
)
def test_reading_takes_time_in_proportion_to_the_length(written) -> None:
    def seconds(size: int) -> float:
        page = long_page(written["parts"], size)
        start = time.process_time()
        links = read_links(page, AT, "text/html" if written.get("html") else "text/markdown")
        assert len(links) <= MOST_LINKS
        return time.process_time() - start

    most = 8 * max(seconds(20_000), 0.05)
    assert any(seconds(80_000) < most for _ in range(3)), "three times: garbage of others may be collected in one"


def test_what_stands_behind_the_first_million_characters_is_not_read() -> None:
    link = f" [a]({SHARE})"
    assert len(read_links(" " * (999_999 - len(link)) + "\n" + link, AT)) == 1
    assert read_links(" " * 1_000_000 + "\n" + link, AT) == []


def test_no_more_links_are_read_than_said() -> None:
    page = "\n".join(f"[x](https://pan.baidu.com/s/1Example{number:08})" for number in range(MOST_LINKS + 10))
    assert len(read_links(page, AT)) == MOST_LINKS


def test_a_link_of_which_nothing_is_said_is_other() -> None:
    assert only(f"[here]({SHARE})").role == "other"
    assert only(f"Dataset: [here]({SHARE})").role == "other"


def test_a_page_that_is_about_a_dataset_hands_nothing_out_by_linking_papers_and_pages() -> None:
    page = "Download the MS-Celeb-1M dataset from [its page](https://www.example.org/ms-celeb-1m/) or [a repository](https://github.com/example/ms1m)."
    links = read_links(page, AT)
    assert [link.dataset for link in links] == ["ms-celeb-1m", "ms-celeb-1m"]
    assert not offers_copy(links)


def test_the_derived_dataset_beats_the_one_it_was_made_from() -> None:
    assert only(f"MS1M-ArcFace, made from the MS-Celeb-1M dataset: [Baidu]({SHARE})").dataset == "ms1m-arcface"


def test_the_name_of_the_file_beats_the_text_of_the_link() -> None:
    link = only("The VGGFace2 dataset: [lfw.bin](https://www.dropbox.com/s/abcdefghij12345/faces_umd.zip?dl=0)")
    assert (link.dataset, link.role) == ("umdfaces", "data")


def test_a_name_inside_another_word_is_none() -> None:
    assert only(f"The megafaces2 and xms1mv2 datasets: [Baidu]({SHARE})").dataset is None


def test_short_names_count_only_as_their_makers_spell_them() -> None:
    assert only(f"Download the DiF dataset: [Baidu]({SHARE})").dataset == "ibm-dif"
    assert only(f"See the dif of both datasets: [Baidu]({SHARE})").dataset is None


def test_a_name_nobody_knows_takes_no_dataset_from_a_heading() -> None:
    assert only(f"# MS1M-ArcFace datasets\n\n[FooFaces]({SHARE})").role == "other"
    assert only(f"# MS1M-ArcFace datasets\n\n[Baidu Yun]({SHARE})").role == "data"


def test_the_name_of_the_repository_counts() -> None:
    page = f"### Aligned face images\n\n* OneDrive, 8 files: [download]({SHARE})"
    assert only(page, "https://github.com/example/ms-celeb-1m-site/blob/main/download.md").dataset == "ms-celeb-1m"
    assert only(page).dataset is None


def test_the_access_code_near_a_share_is_kept_apart_from_the_reason() -> None:
    link = only(f"MS1M-ArcFace 数据集 链接: {SHARE} 提取码: ab12")
    assert link.access == "ab12"
    assert "ab12" not in link.reason + repr(link)
    assert SHARE not in repr(link)


def test_reasons_quote_the_rules_and_never_the_page() -> None:
    link = only(f"Mail jane@example.org for the VGGFace2 dataset: [Baidu]({SHARE})")
    assert link.reason == "the text before it says “vggface2”; the text before it says “dataset”"


def test_struck_links_and_links_behind_pictures_are_read() -> None:
    assert only(f"~~VGGFace2 dataset: [Baidu]({SHARE})~~").role == "data"
    assert only(f"VGGFace2 dataset: [![Baidu](https://img.example/b.svg)]({SHARE})").role == "data"


def test_html_is_recognised_without_a_media_type() -> None:
    page = (
        f"<!doctype html><p>VGGFace2 dataset: <a href='{SHARE}'>here</a>, # no heading, [no](https://link.example/)</p>"
    )
    assert [link.url for link in read_links(page, AT)] == [SHARE, "https://link.example/"]


def test_no_rule_names_a_page_or_a_repository() -> None:
    words = json.dumps(sorted(RULES.words.marks))
    assert not any(name in words for name in ("insightface", "deepinsight", "github", "gitlab"))


def test_a_line_may_hold_thousands_of_commands() -> None:
    line = "".join(f"gdown 1{'A' * 25}{number:05} " for number in range(2000))
    assert len(read_links(line, AT)) == 2000
