"""Django's database in tests with the fixtures: whose it is, and what is left in it."""

from pathlib import Path

from tests.pytest_plugin.runs import run


def test_the_fixtures_work_with_those_of_pytest_django(tmp_path: Path) -> None:
    options = ("--asyncio-mode=auto",)
    plugins = ("asyncio", "django")
    done = run(tmp_path, "database_suite", plugins=plugins, options=options)
    assert done.all_passed(9), done.output


def test_the_marker_orders_tests_as_pytest_django_does(tmp_path: Path) -> None:
    source = (
        "import pytest\n\n\n"
        '@pytest.mark.asgi(db="transaction")\ndef test_commits():\n    pass\n\n\n'
        "@pytest.mark.asgi(db=True)\ndef test_rolls_back():\n    pass\n"
    )
    done = run(tmp_path, plugins=("django",), files={"test_order.py": source})
    assert list(done.outcomes.items()) == [
        ("test_rolls_back", "passed"),
        ("test_commits", "passed"),
    ]


def test_the_marker_keeps_what_pytest_djangos_own_says(tmp_path: Path) -> None:
    source = (
        "import pytest\n\n\n"
        '@pytest.mark.asgi(db="transaction")\n'
        "@pytest.mark.django_db(reset_sequences=True)\n"
        "def test_both(request):\n"
        '    marker = request.node.get_closest_marker("django_db")\n'
        '    assert marker.kwargs == {"reset_sequences": True, "transaction": True}\n'
    )
    done = run(tmp_path, plugins=("django",), files={"test_both.py": source})
    assert done.all_passed(1), done.output
