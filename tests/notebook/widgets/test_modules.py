"""The JavaScript files travel as one small module, unchanged."""

import base64
import gzip
import hashlib
import json
import re

import pytest

from asgilab.notebook.widgets._modules import FOLDER, collect, compose


def test_each_module_comes_after_those_that_it_imports() -> None:
    seen: list[str] = []
    for path, text in collect("timeline.js"):
        for imported in re.findall(r'from "(\./[^"]+)"', text):
            assert imported in seen, f"{path} comes before {imported}"
        seen.append(path)
    assert seen[-1] == "./timeline.js"
    assert "./vendor/json-formatter.mjs" in seen


def test_every_javascript_file_of_the_folder_is_loaded_once() -> None:
    paths = [path for path, _ in collect("timeline.js")]
    files = {f"./{file.name}" for file in FOLDER.glob("*.js")}
    assert files - set(paths) == {"./loader.js"}
    assert len(paths) == len(set(paths))


def test_the_sources_travel_unchanged() -> None:
    module = compose("timeline.js")
    packed = re.search(r'packed = "([^"]+)"', module)
    assert packed is not None
    sources = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    for path, text in sources:
        assert (FOLDER / path).read_text("utf-8") == text
    assert "{{" not in module


def test_the_module_is_small_enough_to_be_sent_with_each_widget() -> None:
    assert len(compose("timeline.js")) < 50_000


def test_a_module_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        compose("nowhere.js")


def test_the_vendored_file_is_the_one_that_its_readme_names() -> None:
    vendor = FOLDER / "vendor"
    table = (vendor / "README.md").read_text("utf-8")
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in vendor.glob("*.mjs")
    }
    assert found
    for name, checksum in found.items():
        row = next(line for line in table.splitlines() if f"`{name}`" in line)
        assert checksum in row
        assert (vendor / f"{name.removesuffix('.mjs')}.LICENSE").exists()


def test_nothing_is_fetched_from_anywhere_else() -> None:
    for path in (*FOLDER.glob("*.js"), *FOLDER.glob("*.css")):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in re.sub(r"http(\.|\)|\\|\|)", "", text), path
        assert "@import" not in text
        assert "innerHTML" not in text
