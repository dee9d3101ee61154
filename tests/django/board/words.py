"""One function that tests replace, to see whether the server sees it."""


def greeting() -> str:
    return "hello"
