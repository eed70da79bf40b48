"""From a place to the files behind it, at each kind of host."""

import pytest
from commonswatch.domain.keys import LocationKey
from commonswatch.fetch import FetchFailed
from commonswatch.fetch.connectors import Closed, Shelf, choose, files_behind
from commonswatch.fetch.connectors.shelf import MOST_FILES
from commonswatch.rules.locations import location

from tests.unit.fetch.connectors.conftest import Hosts

SHA = "ab" * 32
MD5 = "cd" * 16
REPOSITORY = "https://api.github.com/repos/lab/faces"
TREE = {
    "tree": [
        {"path": "README.md", "type": "blob", "size": 12},
        {"path": "lists", "type": "tree"},
        {"path": "lists/list one.tsv", "type": "blob", "size": 34},
        {"path": "lists/two.csv", "type": "blob", "size": 56},
        {"path": None, "type": "blob"},
    ],
    "truncated": False,
}
RELEASE = {
    "name": "list.tsv.gz",
    "size": 78,
    "digest": "sha256:" + SHA,
    "browser_download_url": "https://github.com/lab/faces/releases/download/v1/list.tsv.gz",
}


def place(url: str) -> LocationKey:
    found = location(url)
    assert found is not None
    return found


def behind(hosts: Hosts, url: str) -> Shelf:
    return files_behind(place(url), hosts.reader)


def names(shelf: Shelf) -> list[str]:
    return [file.name for file in shelf.files]


@pytest.fixture
def repository(hosts: Hosts) -> Hosts:
    hosts.at(REPOSITORY, {"default_branch": "trunk"})
    hosts.at(REPOSITORY + "/git/trees/trunk?recursive=1", TREE)
    hosts.at(REPOSITORY + "/git/trees/v2?recursive=1", {**TREE, "truncated": True})
    hosts.at(REPOSITORY + "/releases?per_page=100", [{"assets": [RELEASE, {"name": "odd"}]}])
    return hosts


def test_a_repository_gives_its_tree_and_what_its_releases_carry(repository: Hosts) -> None:
    shelf = behind(repository, "https://github.com/lab/faces")
    assert names(shelf) == ["README.md", "lists/list one.tsv", "lists/two.csv", "list.tsv.gz"]
    assert shelf.complete
    assert shelf.files[1].url == "https://raw.githubusercontent.com/lab/faces/trunk/lists/list%20one.tsv"
    assert (shelf.files[3].size, shelf.files[3].digests) == (78, (("sha256", SHA),))


def test_a_folder_of_a_repository_gives_what_is_below_it_at_its_branch(repository: Hosts) -> None:
    shelf = behind(repository, "https://github.com/lab/faces/tree/v2/lists")
    assert [name for name in names(shelf) if name != "list.tsv.gz"] == ["lists/list one.tsv", "lists/two.csv"]
    assert not shelf.complete  # the host said that it cut the tree


def test_where_the_tree_was_cut_folders_with_telling_names_are_asked_for(hosts: Hosts) -> None:
    trees = REPOSITORY + "/git/trees/"
    hosts.at(REPOSITORY, {"default_branch": "main"})
    hosts.at(trees + "main?recursive=1", {"tree": [{"path": "code/a.csv", "type": "blob"}], "truncated": True})
    folders = [{"path": f"part{n}", "type": "tree", "sha": f"{n:040}"} for n in range(9)]
    lists = {"path": "lists", "type": "tree", "sha": "ab" * 20}
    hosts.at(trees + "main", {"tree": [{"path": "top.csv", "type": "blob"}, *folders, lists]})
    hosts.at(trees + "ab" * 20 + "?recursive=1", {"tree": [{"path": "one/all.tsv", "type": "blob", "size": 5}]})
    shelf = behind(hosts, "https://github.com/lab/faces")
    assert set(names(shelf)) == {"top.csv", "lists/one/all.tsv", "code/a.csv"}
    assert not shelf.complete
    assert len(hosts.asked) < 10


def test_a_list_behind_thousands_of_pictures_is_found(hosts: Hosts) -> None:
    hosts.at(REPOSITORY, {"default_branch": "main"})
    pictures = [{"path": f"images/{n}.jpg", "type": "blob", "size": 5} for n in range(MOST_FILES + 5)]
    lists = [{"path": f"lists/{n}.csv", "type": "blob", "size": 5} for n in range(3)]
    hosts.at(REPOSITORY + "/git/trees/main?recursive=1", {"tree": pictures + lists, "truncated": False})
    shelf = behind(hosts, "https://github.com/lab/faces")
    assert (len(shelf.files), shelf.complete) == (MOST_FILES + 3, False)
    assert [file.name for file in choose(shelf.files)] == ["lists/0.csv", "lists/1.csv", "lists/2.csv"]


def test_a_file_and_a_release_are_themselves(repository: Hosts) -> None:
    one = behind(repository, "https://github.com/lab/faces/blob/main/lists/two.csv")
    assert [file.url for file in one.files] == ["https://raw.githubusercontent.com/lab/faces/main/lists/two.csv"]
    assert not repository.asked
    released = behind(repository, RELEASE["browser_download_url"])  # type: ignore[arg-type]
    assert names(released) == ["list.tsv.gz"]


def test_a_repository_without_releases_is_read_all_the_same(hosts: Hosts) -> None:
    hosts.at(REPOSITORY, {"default_branch": "main"})
    hosts.at(REPOSITORY + "/git/trees/main?recursive=1", TREE)
    assert len(behind(hosts, "https://github.com/lab/faces").files) == 3


def test_githubs_limit_is_a_rest_and_not_an_end(hosts: Hosts) -> None:
    used_up = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}
    hosts.at(REPOSITORY, {"message": "API rate limit exceeded"}, status=403, **used_up)
    reader = hosts.reader
    with pytest.raises(FetchFailed) as failed:
        files_behind(place("https://github.com/lab/faces"), reader)
    assert (failed.value.status, failed.value.permanent) == (403, False)
    with pytest.raises(FetchFailed) as again:
        files_behind(place("https://github.com/lab/faces"), reader)
    assert again.value.reason == "paused"


@pytest.mark.parametrize(
    ("status", "headers"),
    [(403, {"Retry-After": "60"}), (429, {"RateLimit": '"api";r=0;t=120'}), (429, {"Retry-After": "30"})],
)
def test_a_host_that_asks_for_patience_is_left_alone(hosts: Hosts, status: int, headers: dict[str, str]) -> None:
    """GitHub's secondary limit is a 403 with Retry-After; Hugging Face says when the window ends."""
    hosts.at(REPOSITORY, {"message": "slow down"}, status=status, **headers)
    reader = hosts.reader
    for reason in ("status", "paused"):
        with pytest.raises(FetchFailed) as failed:
            files_behind(place("https://github.com/lab/faces"), reader)
        assert (failed.value.reason, failed.value.permanent) == (reason, False)
    assert len(hosts.asked) == 1


def test_a_gist_gives_its_files_and_no_address_of_another_host(hosts: Hosts) -> None:
    number = "0123456789abcdef0123"
    raw = f"https://gist.githubusercontent.com/lab/{number}/raw/list.txt"
    listed = {
        "list.txt": {"filename": "list.txt", "size": 5, "raw_url": raw},
        "odd.txt": {"filename": "odd.txt", "size": 5, "raw_url": "https://elsewhere.example/odd.txt"},
    }
    hosts.at(f"https://api.github.com/gists/{number}", {"files": listed, "truncated": False})
    assert [file.url for file in behind(hosts, f"https://gist.github.com/lab/{number}").files] == [raw]


def test_a_dataset_of_hugging_face_is_read_page_by_page_with_its_parquet_files(hosts: Hosts) -> None:
    home = "https://huggingface.co/api/datasets/lab/faces"
    more = home + "/tree/main?recursive=true&cursor=2"
    large = {"type": "file", "path": "data/a.tar", "size": 9, "lfs": {"oid": SHA, "size": 9, "pointerSize": 1}}
    hosts.at(
        home + "/tree/main?recursive=true", [{"type": "directory", "path": "data"}, large], Link=f'<{more}>; rel="next"'
    )
    hosts.at(more, [{"type": "file", "path": "list.csv", "size": 5, "oid": "ef" * 20}])
    converted = "https://huggingface.co/api/datasets/lab/faces/parquet/default/train/0.parquet"
    hosts.at(home + "/parquet", {"default": {"train": [converted, "https://elsewhere.example/1.parquet"]}})
    shelf = behind(hosts, "https://huggingface.co/datasets/lab/faces")
    assert names(shelf) == ["data/a.tar", "list.csv", "default/train/0.parquet"]
    assert shelf.complete
    assert shelf.files[0].url == "https://huggingface.co/datasets/lab/faces/resolve/main/data/a.tar"
    assert shelf.files[0].digests == (("sha256", SHA),)


def test_pages_of_a_listing_lead_nowhere_else_and_end(hosts: Hosts) -> None:
    home = "https://huggingface.co/api/datasets/lab/faces/tree/main?recursive=true"
    row = [{"type": "file", "path": "list.csv", "size": 5}]
    hosts.at(home, row, Link='<https://elsewhere.example/next>; rel="next"')
    assert not behind(hosts, "https://huggingface.co/datasets/lab/faces").complete
    hosts.at(home, row, Link=f'<{home}>; rel="next"')
    shelf = behind(hosts, "https://huggingface.co/datasets/lab/faces")
    assert (len(shelf.files), shelf.complete) == (1, False)
    assert len(hosts.asked) < 60


def test_a_list_beside_thousands_of_files_of_a_dataset_is_found(hosts: Hosts) -> None:
    tree = "https://huggingface.co/api/datasets/lab/faces/tree/main"
    pictures = [{"type": "file", "path": f"images/{n}.jpg", "size": 5} for n in range(MOST_FILES)]
    hosts.at(tree + "?recursive=true", pictures, Link=f'<{tree}?recursive=true&cursor=2>; rel="next"')
    hosts.at(tree, [{"type": "directory", "path": "images"}, {"type": "file", "path": "metadata.csv", "size": 5}])
    shelf = behind(hosts, "https://huggingface.co/datasets/lab/faces")
    assert [file.name for file in choose(shelf.files)] == ["metadata.csv"]
    assert not shelf.complete


def test_a_dataset_behind_a_gate_says_what_a_moderator_can_do(hosts: Hosts) -> None:
    hosts.at("https://huggingface.co/api/datasets/lab/faces/tree/main?recursive=true", {"error": "gated"}, status=401)
    with pytest.raises(Closed, match=r"let in.*upload that as a scan"):
        behind(hosts, "https://huggingface.co/datasets/lab/faces")


def test_a_model_has_no_word_before_its_name_but_in_the_api(hosts: Hosts) -> None:
    row = {"type": "file", "path": "list.csv", "size": 5}
    hosts.at("https://huggingface.co/api/models/lab/faces/tree/main?recursive=true", [row])
    [file] = behind(hosts, "https://huggingface.co/lab/faces").files
    assert file.url == "https://huggingface.co/lab/faces/resolve/main/list.csv"


@pytest.mark.parametrize("access", ["restricted", "embargoed"])
def test_a_record_that_gives_strangers_nothing_says_so(hosts: Hosts, access: str) -> None:
    hosts.at("https://zenodo.org/api/records/12345", {"files": [], "metadata": {"access_right": access}})
    with pytest.raises(Closed, match="upload that as a scan"):
        behind(hosts, "https://zenodo.org/records/12345")


def test_a_record_of_zenodo_of_before_2023_is_read_too(hosts: Hosts) -> None:
    """Then files had addresses of their buckets, and a bare number in front of the digest's name."""
    content = "https://zenodo.org/api/files/0123-4567/list.csv"
    files = [
        {"key": "list.csv", "size": 5, "checksum": "md5:" + MD5, "links": {"self": content}, "bucket": "0123-4567"}
    ]
    hosts.at("https://zenodo.org/api/records/12345", {"files": files})
    assert behind(hosts, "https://zenodo.org/record/12345").files[0].url == content


def test_a_record_of_zenodo_gives_its_files_with_their_digests(hosts: Hosts) -> None:
    content = "https://zenodo.org/api/records/12345/files/list.csv/content"
    files = [{"key": "list.csv", "size": 5, "checksum": "md5:" + MD5, "links": {"self": content}}, {"key": "no.csv"}]
    hosts.at("https://zenodo.org/api/records/12345", {"files": files})
    shelf = behind(hosts, "https://zenodo.org/records/12345")
    assert [(file.url, file.size, file.digests) for file in shelf.files] == [(content, 5, (("md5", MD5),))]


def test_an_article_of_figshare_leaves_out_what_is_only_a_link(hosts: Hosts) -> None:
    home = "https://ndownloader.figshare.com/files/"
    listed = [
        {"name": "list.csv", "size": 5, "download_url": home + "7", "computed_md5": MD5, "is_link_only": False},
        {"name": "far.csv", "size": 5, "download_url": home + "8", "computed_md5": "", "is_link_only": True},
    ]
    hosts.at("https://api.figshare.com/v2/articles/123456", {"files": listed})
    shelf = behind(hosts, "https://figshare.com/articles/dataset/faces/123456")
    assert [(file.name, file.url) for file in shelf.files] == [("list.csv", home + "7")]


def test_an_article_with_more_than_ten_files_is_read_page_by_page(hosts: Hosts) -> None:
    """An article itself tells ten files at most (docs.figshare.com)."""
    rows = [
        {"name": f"{n}.csv", "size": 5, "download_url": f"https://ndownloader.figshare.com/files/{n}"}
        for n in range(130)
    ]
    article = "https://api.figshare.com/v2/articles/123456"
    hosts.at(article, {"files": rows[:10]})
    for page in (1, 2):
        hosts.at(f"{article}/files?page={page}&page_size=100", rows[100 * (page - 1) : 100 * page])
    shelf = behind(hosts, "https://figshare.com/articles/dataset/faces/123456")
    assert (len(shelf.files), shelf.complete) == (130, True)
    hosts.at(f"{article}/files?page=1&page_size=100", {}, status=404)
    shelf = behind(hosts, "https://figshare.com/articles/dataset/faces/123456")
    assert (len(shelf.files), shelf.complete) == (10, False)


def test_the_internet_archive_gives_what_is_not_private(hosts: Hosts) -> None:
    listed = [
        {"name": "a/list one.csv", "size": "5", "md5": MD5, "format": "CSV"},
        {"name": "all.zip", "size": "9", "private": "true"},
    ]
    hosts.at("https://archive.org/metadata/some-item", {"files": listed})
    shelf = behind(hosts, "https://archive.org/details/some-item")
    assert [file.url for file in shelf.files] == ["https://archive.org/download/some-item/a/list%20one.csv"]
    assert shelf.files[0].size == 5


def test_a_share_of_dropbox_is_its_file_unless_a_key_opens_it(hosts: Hosts) -> None:
    shelf = behind(hosts, "https://www.dropbox.com/s/abcdefghijklmno/list.csv?dl=0")
    assert [(file.name, file.url) for file in shelf.files] == [
        ("list.csv", "https://www.dropbox.com/s/abcdefghijklmno/list.csv?dl=1")
    ]
    with pytest.raises(Closed, match="access code"):
        behind(hosts, "https://www.dropbox.com/sh/abcdefghijklmno/AADkeykeykey?dl=0")
    assert not hosts.asked


def test_a_folder_of_google_drive_gives_the_files_its_page_lists(hosts: Hosts) -> None:
    file, folder = "1Example003AbCdEfGhIjKlMnOpQr", "1Example002AbCdEfGhIjKlMnOpQr"
    entry = (
        f'<div class="flip-entry" id="entry-{file}"><a href="https://drive.google.com/file/d/{file}/view?usp=drive_web">'
        '<div class="flip-entry-info"><div class="flip-entry-title">list &amp; more.csv</div></div></a></div>'
    )
    hosts.at(f"https://drive.google.com/embeddedfolderview?id={folder}", entry.encode(), "text/html")
    shelf = behind(hosts, f"https://drive.google.com/drive/folders/{folder}")
    assert names(shelf) == ["list & more.csv"]
    assert shelf.files[0].url.endswith("&id=" + file)
    one = behind(hosts, f"https://drive.google.com/file/d/{file}/view")
    assert one.files[0].url == shelf.files[0].url


def test_a_table_of_google_is_read_as_csv(hosts: Hosts) -> None:
    table = "1Example003AbCdEfGhIjKlMnOpQr"
    [file] = behind(hosts, f"https://docs.google.com/spreadsheets/d/{table}/edit#gid=0").files
    assert (file.name, file.url) == (
        f"{table}.csv",
        f"https://docs.google.com/spreadsheets/d/{table}/export?format=csv",
    )


def test_folders_inside_a_web_servers_index_are_looked_into(hosts: Hosts) -> None:
    index = b'<title>Index of /data</title><a href="../">up</a><a href="lists/">lists/</a><a href="a.csv">a</a>'
    hosts.at("https://files.example/data/", index, "text/html")
    inside = b'<title>Index of /data/lists</title><a href="../">up</a><a href="b.csv">b</a><a href="/data/a.csv">a</a>'
    hosts.at("https://files.example/data/lists/", inside, "text/html")
    shelf = behind(hosts, "https://files.example/data/")
    assert (names(shelf), shelf.complete) == (["a.csv", "lists/b.csv"], True)


def test_a_folder_that_is_only_linked_to_must_be_a_web_servers_index(hosts: Hosts) -> None:
    home = place("https://files.example/data/")
    for title, wanted in ((b"<title>Index of /data</title>", ["a.csv"]), (b"<title>Our work</title>", [])):
        hosts.at("https://files.example/data/", title + b'<a href="a.csv">a</a>', "text/html")
        assert names(files_behind(home, hosts.reader, is_linked=True)) == wanted
        assert names(files_behind(home, hosts.reader)) == ["a.csv"]


def test_a_web_server_with_many_folders_is_asked_a_few_times_only(hosts: Hosts) -> None:
    folders = "".join(f'<a href="{n}/">{n}</a>' for n in range(50))
    hosts.at("https://files.example/data/", b"<h1>Index of /data</h1>" + folders.encode(), "text/html")
    assert not behind(hosts, "https://files.example/data/").complete
    assert len(hosts.asked) < 15


def test_a_folder_of_a_web_server_gives_what_is_below_it(hosts: Hosts) -> None:
    page = b"""<h1>Files</h1><a href="?C=N;O=D">Name</a><a href="../">up</a><a href="list%20one.csv">one</a>
    <a href="/data/sub/two.txt#top">two</a><a href="/other/three.csv">no</a><a href="https://elsewhere.example/4.csv">no</a>
    <a href="javascript:alert(1)">no</a><a href="sub/">folder</a><a href="x/%2e%2e/%2e%2e/secret.csv">no</a>"""
    hosts.at("https://files.example/data/", page, "text/html")
    assert names(behind(hosts, "https://files.example/data/")) == ["list one.csv", "sub/two.txt"]


def test_a_folder_whose_page_is_broken_gives_what_stands_before_that(hosts: Hosts) -> None:
    page = b'<a href="list.csv">one</a><![<![<!["'
    hosts.at("https://files.example/data/", page, "text/html")
    assert names(behind(hosts, "https://files.example/data/")) == ["list.csv"]


def test_an_address_that_is_no_page_is_the_file(hosts: Hosts) -> None:
    hosts.at("https://files.example/data/list.tsv", b"a\tb\n", "text/tab-separated-values")
    shelf = behind(hosts, "https://files.example/data/list.tsv")
    assert [(file.url, file.size) for file in shelf.files] == [("https://files.example/data/list.tsv", 4)]


@pytest.mark.parametrize(
    "url",
    [
        "https://pan.baidu.com/s/1Example001AbCdEfGhIjK",
        "https://www.kaggle.com/datasets/example/faces",
        "https://pan.quark.cn/s/0123456789ab",
        "https://1drv.ms/u/s!AbCdEfGhIjKlMnOp",
        "https://app.box.com/s/abcdefghijklmnopqrstuvwxyz012345",
        "https://disk.yandex.ru/d/abcdefghijklmn",
        "https://www.mediafire.com/file/abcdefghijklmno/faces.zip/file",
        "https://academictorrents.com/details/" + "ab" * 20,
    ],
)
def test_hosts_that_need_an_account_are_known_and_not_asked(hosts: Hosts, url: str) -> None:
    with pytest.raises(Closed, match="upload that as a scan") as closed:
        behind(hosts, url)
    assert closed.value.permanent
    assert "ab" * 20 not in str(closed.value)
    assert not hosts.asked


@pytest.mark.parametrize("body", [b"", b"not json", b"[" * 100_000, b'{"tree": '])
def test_an_answer_that_is_no_listing_is_a_failure(hosts: Hosts, body: bytes) -> None:
    hosts.at(REPOSITORY, body)
    with pytest.raises(FetchFailed) as failed:
        behind(hosts, "https://github.com/lab/faces")
    assert failed.value.reason == "protocol"


@pytest.mark.parametrize("told", [5, None, [], {"tree": 5}, {"tree": [5, {"type": "blob", "path": "a\nb"}]}])
def test_a_listing_out_of_shape_lists_nothing(hosts: Hosts, told: object) -> None:
    hosts.at(REPOSITORY, told)
    hosts.at(REPOSITORY + "/git/trees/HEAD?recursive=1", told)
    assert behind(hosts, "https://github.com/lab/faces").files == ()
