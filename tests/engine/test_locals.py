"""Reading local variables without keeping their values alive."""

import gc
import inspect
import sys
import weakref
from collections.abc import Iterator
from types import FrameType

from asgilab.engine._locals import locals_of


class Row:
    """Stands for something that must not be kept alive."""


def here() -> FrameType:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back


def test_the_variables_are_those_bound_now() -> None:
    first = 1
    names = locals_of(here())
    assert names == {"first": first}
    assert "second" not in names


def test_a_value_dies_when_the_function_lets_go_of_it() -> None:
    def generate() -> Iterator[None]:
        row = Row()
        watched.append(weakref.ref(row))
        yield
        del row
        yield

    watched: list[weakref.ref[Row]] = []
    generator = generate()
    next(generator)
    frame = generator.gi_frame  # type: ignore[attr-defined]  # typed as an iterator only
    assert isinstance(locals_of(frame)["row"], Row)
    next(generator)
    gc.collect()
    assert watched[0]() is None


def test_a_modules_own_namespace_is_only_copied() -> None:
    names: dict[str, object] = {"sys": sys, "locals_of": locals_of}
    code = "x = 1\nseen = locals_of(sys._getframe())\n"
    exec(code, names)
    assert names["x"] == 1
    seen = names["seen"]
    assert isinstance(seen, dict)
    assert seen["x"] == 1


def test_what_the_users_code_got_from_locals_is_left_to_it() -> None:
    def render() -> dict[str, object]:
        name = "lobby"
        context = locals()
        assert locals_of(sys._getframe())["name"] == name
        return context

    assert render()["name"] == "lobby"


def test_a_dict_that_nobody_holds_any_more_keeps_nothing() -> None:
    def generate() -> Iterator[None]:
        row = Row()
        watched.append(weakref.ref(row))
        assert len(locals()) == 2
        yield
        del row
        yield

    watched: list[weakref.ref[Row]] = []
    generator = generate()
    next(generator)
    locals_of(generator.gi_frame)  # type: ignore[attr-defined]  # typed as an iterator only
    next(generator)
    assert watched[0]() is None
