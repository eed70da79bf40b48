"""Which of a place's files are worth reading, and in which order."""

from commonswatch.fetch.connectors import RemoteFile, choose


def names(*files: tuple[str, int | None]) -> list[str]:
    return [
        file.name for file in choose(RemoteFile("https://files.example/" + name, name, size) for name, size in files)
    ]


def test_lists_come_before_archives_and_telling_names_first() -> None:
    ordered = names(("all.zip", 1), ("a.csv", 1), ("image_list.txt.gz", 9), ("urls.tsv", 2))
    assert ordered == ["urls.tsv", "image_list.txt.gz", "a.csv", "all.zip"]


def test_what_cannot_be_a_listing_is_left_out() -> None:
    assert names(("a.py", 1), ("weights.pth", 1), ("package-lock.json", 1), ("README.md", 1), ("x.jpg", 1)) == []
    assert names(("huge.tar", 10**12), ("unknown.tar", None)) == ["unknown.tar"]


def test_at_most_fifty_are_read() -> None:
    assert len(names(*((f"{number}.csv", number) for number in range(60)))) == 50


def test_the_only_file_of_a_place_may_be_one_without_a_name() -> None:
    assert names(("1Example003AbCdEfGhIjKlMnOpQr", None)) == ["1Example003AbCdEfGhIjKlMnOpQr"]
    assert names(("1Example003AbCdEfGhIjKlMnOpQr", None), ("LICENSE", 1)) == []
    assert names(("weights.pth", None)) == []
