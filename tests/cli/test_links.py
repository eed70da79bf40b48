"""``commonswatch links``: each link of a page with its dataset, its role and the reason."""

from pathlib import Path

from tests.cli.asking import ask, rows

AT = "https://github.com/example-lab/faces/blob/main/README.md"
PAGE = """# Training data

## CASIA-WebFace

[Baidu](https://pan.baidu.com/s/1exampleexample)

## Pretrained model

Our model trained on CASIA-WebFace: [Google Drive](https://drive.google.com/file/d/0123456789abcdefghijklmnopqrstu12/view)

See [the paper](https://arxiv.org/abs/1411.7923).
"""


def test_each_link_has_its_place_its_dataset_its_role_and_a_reason(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"\ufeff{PAGE}", encoding="utf-8")
    data, weights, paper = rows("links", page, "--at", AT)
    assert (data["line"], data["url"], data["dataset"], data["role"]) == (
        5,
        "https://pan.baidu.com/s/1exampleexample",
        "casia-webface",
        "data",
    )
    assert (data["input"], data["key"]) == (data["url"], "baidu:exampleexample")
    assert (weights["line"], weights["role"]) == (9, "weights")
    assert paper["role"] == "other"
    assert all(row["reason"] for row in (data, weights, paper))
    assert set(data) == {"input", "key", "kind", "how", "line", "url", "dataset", "role", "reason"}


def test_a_page_may_come_by_standard_input_and_be_shown_as_a_table() -> None:
    answer = ask("links", "-", "--at", AT, given=PAGE.encode())
    assert answer.returncode == 0
    heading, *lines = answer.stdout.decode().splitlines()
    assert heading.split() == ["LINE", "ROLE", "DATASET", "KEY", "REASON"]
    assert lines[0].split()[:3] == ["5", "data", "casia-webface"]


def test_where_the_page_is_must_be_said() -> None:
    answer = ask("links", "-", given=PAGE.encode())
    assert answer.returncode == 2
    assert b"--at" in answer.stderr


def test_a_page_of_any_bytes_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"\x00\xff<html><a href='https://pan.baidu.com/s/1exampleexample'>\xe4 x</a>" + b"<b>" * 100_000)
    assert [row["key"] for row in rows("links", page, "--at", "https://a.example/")] == ["baidu:exampleexample"]
