"""Two real browsers in one room of the chat, with its in-memory test database."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect, sync_playwright
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from asgilab.django import ChannelsLiveServerTestCase
from chat.models import Message
from tests.browser.finding import find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PASSWORD = "only for tests"


class ChatCase(ChannelsLiveServerTestCase):
    """Two people with accounts, and what they see."""

    def setUp(self) -> None:
        for name in ("alice", "bob"):
            User.objects.create_user(name, password=PASSWORD)


class PlaywrightTests(ChatCase):
    """Through Playwright's synchronous calls."""

    def test_two_browsers_in_one_room_see_each_others_messages(self) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=ARGUMENTS
            )
            alice, bob = self.enter(browser, "alice"), self.enter(browser, "bob")
            expect(alice.locator("#messages")).to_contain_text("bob joined.")
            self.say(alice, "hi bob")
            expect(bob.locator("#messages")).to_contain_text("alice: hi bob")
            self.say(bob, "hi alice")
            expect(alice.locator("#messages")).to_contain_text("bob: hi alice")
            browser.close()
        texts = Message.objects.values_list("text", flat=True)
        assert list(texts) == ["hi bob", "hi alice"]

    def enter(self, browser: Browser, name: str) -> Page:
        page = browser.new_context().new_page()
        page.goto(f"{self.live_server_url}/chat/lobby/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        expect(page.locator("#state")).to_have_text("Connected.")
        return page

    def say(self, page: Page, text: str) -> None:
        page.fill("[name=message]", text)
        page.click("#say button")


class SeleniumTests(ChatCase):
    """Through Selenium, whose drivers stay open from test to test."""

    drivers: tuple[Any, ...]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.drivers = (cls.start_browser(), cls.start_browser())

    @classmethod
    def start_browser(cls) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = find_chromium()
        for argument in (*ARGUMENTS, "--headless=new"):
            options.add_argument(argument)
        driver = webdriver.Chrome(options=options)
        cls.addClassCleanup(driver.quit)
        return driver

    def meet(self) -> list[str]:
        alice, bob = self.drivers
        self.enter(alice, "alice")
        self.enter(bob, "bob")
        self.see(alice, "bob joined.")
        self.say(alice, "hi bob")
        self.see(bob, "alice: hi bob")
        self.say(bob, "hi alice")
        self.see(alice, "bob: hi alice")
        return list(Message.objects.values_list("text", flat=True))

    def test_two_browsers_in_one_room_see_each_others_messages(self) -> None:
        assert self.meet() == ["hi bob", "hi alice"]

    def test_the_next_test_begins_with_an_empty_room(self) -> None:
        assert self.meet() == ["hi bob", "hi alice"]

    def enter(self, driver: Any, name: str) -> None:
        driver.delete_all_cookies()
        driver.get(f"{self.live_server_url}/chat/lobby/")
        driver.find_element(By.NAME, "username").send_keys(name)
        driver.find_element(By.NAME, "password").send_keys(PASSWORD)
        driver.find_element(By.CSS_SELECTOR, "main button").click()
        self.see(driver, "Connected.", within="state")

    def say(self, driver: Any, text: str) -> None:
        driver.find_element(By.NAME, "message").send_keys(text)
        driver.find_element(By.CSS_SELECTOR, "#say button").click()

    def see(self, driver: Any, text: str, within: str = "messages") -> None:
        waiting = WebDriverWait(driver, 20)
        waiting.until(lambda _: self.texts(driver, within).count(text))

    def texts(self, driver: Any, element: str) -> str:
        found = driver.find_elements(By.ID, element)
        return " ".join(str(one.get_attribute("textContent")) for one in found)
