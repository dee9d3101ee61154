"""The thread that an application is given for its synchronous code."""

import threading

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async

from asgilab.engine import SharedThread


async def test_inside_it_no_other_context_begins_a_thread() -> None:
    async with SharedThread():
        mine = await sync_to_async(threading.get_ident)()
        async with ThreadSensitiveContext():
            assert await sync_to_async(threading.get_ident)() == mine
            inside = SyncToAsync.thread_sensitive_context.get()
        assert isinstance(inside, SharedThread)
    assert await sync_to_async(threading.get_ident)() != mine
