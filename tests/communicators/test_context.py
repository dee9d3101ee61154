"""In which context an application runs."""

import asyncio
import contextvars
from typing import Any

import pytest

from asgilab.communicators._context import context_for
from asgilab.errors import UsageError
from asgilab.testing import ApplicationCommunicator

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("v", default="unset")


async def tells(scope: Any, receive: Any, send: Any) -> None:
    before = VARIABLE.get()
    VARIABLE.set("application")
    await send({"type": "tell", "was": before})


async def told(context: Any) -> str:
    communicator = ApplicationCommunicator(tells, {"type": "x"}, context=context)
    event = await communicator.receive_output()
    result: str = event["was"]
    return result


async def test_a_blank_context_has_none_of_the_tests_variables() -> None:
    VARIABLE.set("test")
    assert await told("blank") == "unset"
    assert VARIABLE.get() == "test"


async def test_an_inherited_one_is_a_copy() -> None:
    VARIABLE.set("test")
    assert await told("inherit") == "test"
    assert VARIABLE.get() == "test"


async def test_a_given_one_is_used_itself() -> None:
    context = contextvars.Context()
    context.run(VARIABLE.set, "given")
    assert await told(context) == "given"
    assert context[VARIABLE] == "application"


async def test_one_that_the_caller_runs_in_is_refused_with_what_to_pass() -> None:
    context = contextvars.copy_context()
    context.run(VARIABLE.set, "given")

    async def nested() -> tuple[str, str]:
        with pytest.raises(UsageError, match=r"entered already.*pass context\.copy"):
            await told(context)
        return await told(context.copy()), VARIABLE.get()

    loop = asyncio.get_running_loop()
    assert await loop.create_task(nested(), context=context) == ("given", "given")


async def test_what_an_application_does_when_it_is_called_is_in_its_context_too() -> (
    None
):
    seen = []

    def application(scope: Any, receive: Any, send: Any) -> Any:
        seen.append(VARIABLE.get())
        return tells(scope, receive, send)

    VARIABLE.set("test")
    communicator = ApplicationCommunicator(application, {"type": "x"})
    await communicator.receive_output()
    assert seen == ["unset"]


def test_another_word_is_refused() -> None:
    choice: Any = "fresh"
    with pytest.raises(ValueError, match="expected 'blank', 'inherit' or a Context"):
        context_for(choice)
