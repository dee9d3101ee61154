"""The live server of a test: with Django, without, and with a browser."""

from pathlib import Path

import pytest

from tests.browser.finding import find_chromium
from tests.pytest_plugin.runs import Run, run

PLAIN = """\
import urllib.request

import pytest

import rooms
from websockets.sync.client import connect

pytestmark = pytest.mark.asgi(app="rooms:application")


def test_it_serves_http_and_websockets(asgi_live_server):
    with urllib.request.urlopen(asgi_live_server.url) as page:
        assert page.read() == b"{'mark': 7}"
    with connect(asgi_live_server.ws_url) as alice:
        alice.send("hi")
        assert alice.recv(timeout=10) == "hi"


def test_it_was_shut_down():
    assert rooms.EVENTS == ["startup", "connect", "disconnect", "shutdown"]


@pytest.mark.asgi(app=rooms.application)
def test_an_application_will_do_as_well(asgi_live_server):
    with urllib.request.urlopen(asgi_live_server.url) as page:
        assert page.status == 200
"""

BROWSERS = """\
import os

import pytest
from chat.models import Message
from django.contrib.auth.models import User
from playwright.sync_api import expect, sync_playwright
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
CHROMIUM = os.environ["CHROMIUM"]


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice", password="only for tests")


@pytest.fixture
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, "--headless=new"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options)
    yield driver
    driver.quit()


def test_selenium(alice, asgi_live_server, driver):
    def see(name, text):
        waiting = WebDriverWait(driver, 20)
        waiting.until(lambda _: text in driver.find_element(By.ID, name).text)

    driver.get(f"{asgi_live_server.url}/chat/lobby/")
    driver.find_element(By.NAME, "username").send_keys("alice")
    driver.find_element(By.NAME, "password").send_keys("only for tests")
    driver.find_element(By.CSS_SELECTOR, "main button").click()
    see("state", "Connected.")
    driver.find_element(By.NAME, "message").send_keys("hi")
    driver.find_element(By.CSS_SELECTOR, "#say button").click()
    see("messages", "alice: hi")
    assert Message.objects.get().text == "hi"


# As pytest-playwright has it: started once, and its loop stays in this thread.
@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize("number", [1, 2])
def test_playwright(alice, asgi_live_server, page, number):
    page.goto(f"{asgi_live_server.url}/chat/lobby/")
    page.fill("[name=username]", "alice")
    page.fill("[name=password]", "only for tests")
    page.click("main button")
    expect(page.locator("#state")).to_have_text("Connected.")
    page.fill("[name=message]", "hi")
    page.click("#say button")
    expect(page.locator("#messages")).to_contain_text("alice: hi")
    assert Message.objects.get().text == "hi"
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of the tests with Django."""
    return run(tmp_path_factory.mktemp("live"), "live_suite", plugins=("django",))


def test_it_needs_neither_django_nor_an_event_loop(tmp_path: Path) -> None:
    done = run(tmp_path, "rooms", files={"test_plain.py": PLAIN})
    assert done.all_passed(3), done.output


def test_it_serves_a_django_project_with_its_database_in_memory(live: Run) -> None:
    others = {name: how for name, how in live.outcomes.items() if "fails" not in name}
    assert len(others) == 6
    assert set(others.values()) == {"passed"}, live.output


def test_what_the_application_raises_there_is_an_error(live: Run) -> None:
    assert live.outcomes["test_a_consumer_that_fails_unnoticed"] == "error"
    told = live.told["test_a_consumer_that_fails_unnoticed"]
    assert "ZeroDivisionError" in told


def test_in_a_failing_test_it_is_told_with_the_failure(live: Run) -> None:
    name = "test_a_consumer_that_fails_in_a_failing_test"
    assert live.outcomes[name] == "failure"
    assert "the test has a reason of its own" in live.told[name]
    assert "The application failed on the live server:" in live.told[name]
    assert "ZeroDivisionError" in live.told[name]


def test_what_was_taken_out_of_the_errors_is_none(live: Run) -> None:
    assert live.outcomes["test_a_consumer_that_fails_as_expected"] == "passed"


@pytest.mark.browser
def test_browsers_reach_it(tmp_path: Path) -> None:
    # Playwright's loop counts as running in the test's thread, which Django minds.
    variables = {"CHROMIUM": find_chromium(), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    files = {"test_browsers.py": BROWSERS}
    done = run(tmp_path, plugins=("django",), files=files, variables=variables)
    assert done.all_passed(3), done.output
