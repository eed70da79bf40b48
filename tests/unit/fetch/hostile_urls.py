"""Addresses that must be refused from their text alone, with the reason for each."""
# ruff: noqa: S104  addresses to refuse, not to bind

_PRIVATE_V4 = [
    "127.0.0.1", "127.0.0.1.", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200",
    "192.0.0.192", "198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1",
]  # fmt: skip
_PRIVATE_V6 = [
    "::", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a9fe:a9fe::", "2001::7f00:1", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1",
    "fec0::1", "ff02::1", "100::1",
]  # fmt: skip
_ODD_V4 = [
    "2130706433", "2130706433.", "017700000001", "0x7f000001", "0X7F000001", "0x7f.1",
    "0x7f.0.0.1", "0177.0.0.1",
    "00000177.0.0.1", "127.1", "127.0.1", "127.0.0.01", "127.0.0.0x1", "10.1", "0", "0x0",
    "3232235521", "192.168.257",
    "169.254.43518", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376",
    "256.256.256.256",
    "127.0.0.1.1", "127.0.0.4294967297", "4294967296", "1.1.1.1.1", "0x", "1.0x",
]  # fmt: skip
_DISGUISED_V4 = [
    "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "127.0.0.1\u3002", "１0.0.0.1",
    "127.0.0\u00ad.1", "1\u200b27.0.0.1", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "①⑥⑨.②⑤④.①⑥⑨.②⑤④",
]  # fmt: skip
_PRIVATE_NAMES = [
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "printer.local",
    "metadata.google.internal",
    "router.lan", "intranet", "wiki", "1.0.0.127.in-addr.arpa", "abcdefghij.onion", "ｌｏｃａｌｈｏｓｔ",
]  # fmt: skip
_BROKEN = [
    "", " ", "pictures.example", "//pictures.example", "https:", "https:/pictures.example",
    "https:pictures.example",
    "https://", "https:///pictures.example", "https://?a", "https://#a", "https:////pictures.example",
    " https://pictures.example", "https://pictures.example\n", "https://pictures.example\t/",
    "ht\ntps://a.example",
    "https://pictures.example/\r\nHost: other.example", "https://pictures.example\x00.other.example/",
    "https://pictures.example\\@127.0.0.1/", "https:\\\\127.0.0.1\\", "https://127.0.0.1\\.pictures.example/",
    "https://pictures.example@127.0.0.1/", "https://a:b@pictures.example/", "https://@pictures.example/",
    "https://127.0.0.1%00.pictures.example/", "https://127.0.0.1%2f.pictures.example/",
    "https://%31%32%37.0.0.1/",
    "https://pictures.example%23@127.0.0.1/", "https://pictures.example%40127.0.0.1/",
    "https://[::1/", "https://::1/",
    "https://[::1]]/", "https://[[::1]]/", "https://[fe80::1%25lo]/", "https://[fe80::1%lo]/",
    "https://[127.0.0.1]/",
    "https://[v1.a]/", "https://[]/", "https://[::1].pictures.example/", "https://pictures.example:/",
    "https://pictures.example:a/", "https://pictures.example:-80/", "https://pictures.example:443:80/",
    "https://pictures.example:８０/", "https://pictures..example/", "https://.pictures.example/", "https://./",
    "https://-pictures.example/", "https://pictures-.example/", "https://pictures.example,other.example/",
    "https://pictures example/", "https://pictures.example;127.0.0.1/", "https://pictures.example|a/",
    "https://{pictures}.example/", "https://" + "a" * 64 + ".example/", "https://" + "a." * 130 + "example/",
    "https://pictures.example/" + "a" * 4096, "https://xn--/../", "https://℀.example/",
    "https://a\u2028b.example/",
    "https://pictures.example/\ud800", "https://127.0.0.1;.example/", "https://a\u0338.ex\uff0fample/",
]  # fmt: skip
_PORTS = ["22", "25", "0", "00", "8080", "8443", "6379", "9200", "11211", "65535", "65536", "99999", "444", "81"]
_SCHEMES = [
    "file:///etc/passwd", "ftp://pictures.example/", "gopher://127.0.0.1:6379/_INFO",
    "data:text/html,a", "javascript:a",
    "dict://127.0.0.1/", "ldap://127.0.0.1/", "ws://pictures.example/", "jar:https://pictures.example!/",
    "view-source:https://pictures.example/", "unix:///run/a.sock", "http+unix://a/",
    "blob:https://pictures.example/a",
    "httpss://pictures.example/", "localhost:80", "s3://bucket/key", "magnet:?xt=urn:btih:a",
]  # fmt: skip

HOSTILE: list[tuple[str, str]] = [
    *[(f"http://{host}/", "private-address") for host in _PRIVATE_V4],
    *[(f"https://[{host}]/", "private-address") for host in _PRIVATE_V6],
    *[(f"http://{host}/", "bad-url") for host in _ODD_V4],
    *[(f"http://{host}/", "private-address") for host in _DISGUISED_V4],
    *[(f"https://{host}/", "private-address") for host in _PRIVATE_NAMES],
    *[(text, "bad-url") for text in _BROKEN],
    *[(f"https://pictures.example:{port}/", "port") for port in _PORTS],
    *[(text, "scheme") for text in _SCHEMES],
]
