"""Idleness: no wrong certain verdict, on our loop and on a stock one."""

import asyncio
import gc
import socket
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ipykernel.kernelapp  # noqa: F401 - to import a kernel makes none
import pytest

from asgilab.engine import LabLoop, Quiet, idleness_of, settle
from tests.engine.consumers import SAMPLES, WORK, Driver, Sample, silent
from tests.engine.loops import (
    KNOWING,
    Factory,
    manual,
    opaque_loop,
    real,
    run_on,
    stock,
    until,
)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("factory", KNOWING)
def test_a_final_quiet_is_never_followed_by_an_event(
    factory: Factory, sample: Sample
) -> None:
    async def main() -> tuple[Quiet, bool, bool]:
        idleness_of(asyncio.get_running_loop())
        driver = Driver(sample.run)
        quiet = await settle()
        early = not driver.sent
        await driver.finish()
        return quiet, early, bool(driver.sent)

    quiet, early, sent = run_on(factory, main())
    assert sent == sample.sends
    if quiet.final:
        assert not (sent and early), "something came after certain quiet"
    assert quiet.certain or not sample.seen
    assert bool(quiet.reasons) == (not quiet.certain)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("factory", KNOWING)
def test_an_answer_about_a_span_of_time_holds_for_all_of_it(
    factory: Factory, sample: Sample
) -> None:
    async def main() -> tuple[Quiet | None, bool, bool]:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None
        driver = Driver(sample.run)
        quiet = await idleness.ask(loop.time() + 15 * WORK)
        early = not driver.sent
        await driver.finish()
        return quiet, early, bool(driver.sent)

    quiet, early, sent = run_on(factory, main())
    assert quiet is not None
    assert sent == sample.sends
    assert not (quiet.certain and early and sent)
    assert not (early and sent), "it sends within the time, so the answer came early"


def test_a_raw_thread_and_a_socket_are_named() -> None:
    reasons = {}
    for sample in SAMPLES:
        if not sample.seen:

            async def main(sample: Sample = sample) -> Quiet:
                idleness_of(asyncio.get_running_loop())
                driver = Driver(sample.run)
                quiet = await settle()
                await driver.finish()
                return quiet

            reasons[sample.name] = run_on(stock, main()).reasons
    assert reasons["raw thread"] == ("thread 'by-hand' was started by hand",)
    assert "1 socket(s) or pipe(s) open to the outside" in reasons["socket"]


def test_a_silent_consumer_is_known_at_once() -> None:
    async def main() -> tuple[Quiet | None, float]:
        loop = asyncio.get_running_loop()
        driver = Driver(silent)
        idleness = idleness_of(loop)
        assert idleness is not None
        began = time.perf_counter()
        quiet = await idleness.ask(loop.time() + 30)
        took = time.perf_counter() - began
        await driver.finish()
        return quiet, took

    quiet, took = run_on(stock, main())
    assert quiet == Quiet(certain=True, next_timer=None, threads=0, sockets=0)
    assert took < 5


@pytest.mark.parametrize("factory", [stock, real])
def test_a_timer_after_the_time_asked_about_does_not_disturb(factory: Factory) -> None:
    async def main() -> Quiet | None:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None
        timer = loop.call_later(60, print)
        quiet = await idleness.ask(loop.time() + 1)
        timer.cancel()
        return quiet

    quiet = run_on(factory, main())
    assert quiet is not None
    assert quiet.certain
    assert quiet.next_timer is not None
    assert 59 < quiet.next_timer <= 60
    assert not quiet.final


def test_a_timer_within_the_time_asked_about_is_waited_for() -> None:
    async def main() -> tuple[Quiet | None, bool]:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None
        rang: list[bool] = []
        loop.call_later(0.01, rang.append, True)
        quiet = await idleness.ask(loop.time() + 1)
        return quiet, bool(rang)

    quiet, rang = run_on(stock, main())
    assert rang
    assert quiet is not None
    assert quiet.certain


def test_a_loop_that_never_rests_answers_when_the_time_is_over() -> None:
    async def main() -> Quiet | None:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None

        spinning = asyncio.create_task(until(lambda: False))
        quiet = await idleness.ask(loop.time() + 0.02)
        spinning.cancel()
        return quiet

    quiet = run_on(stock, main())
    assert quiet is not None
    assert not quiet.certain
    assert quiet.reasons == ("something fell due meanwhile",)


def test_on_a_clock_that_stands_still_a_timer_cannot_disturb() -> None:
    async def main() -> Quiet | None:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None
        timer = loop.call_later(0.5, print)
        quiet = await idleness.ask(loop.time() + 1)
        timer.cancel()
        return quiet

    quiet = run_on(manual, main())
    assert quiet is not None
    assert quiet.certain
    assert quiet.next_timer == 0.5


@pytest.mark.parametrize("factory", [manual, real])
def test_what_stands_still_and_cannot_be_sure_is_given_up_in_real_time(
    factory: Factory,
) -> None:
    async def main() -> tuple[Quiet | None, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LabLoop)
        near, far = socket.socketpair()
        near.setblocking(False)
        reading = asyncio.create_task(loop.sock_recv(near, 1))
        loop.clock.freeze()
        await asyncio.sleep(0)
        quiet = await loop.idleness.ask(loop.time() + 0.02)
        loop.clock.thaw()
        far.send(b"x")
        await reading
        near.close()
        far.close()
        return quiet, loop.time()

    quiet, _ = run_on(factory, main())
    assert quiet is not None
    assert not quiet.certain
    assert quiet.sockets == 1


def test_work_that_began_before_anybody_looked_is_seen() -> None:
    async def main() -> tuple[Quiet, bool]:
        job = asyncio.ensure_future(asyncio.to_thread(time.sleep, WORK))
        await asyncio.sleep(0)
        quiet = await settle()  # attaches itself only now
        done = job.done()
        await job
        return quiet, done

    quiet, done = run_on(stock, main())
    assert done
    assert quiet.certain


def test_a_socket_that_was_open_before_anybody_looked_is_seen() -> None:
    async def main() -> Quiet:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        near.setblocking(False)
        reading = asyncio.create_task(loop.sock_recv(near, 1))
        await asyncio.sleep(0)
        quiet = await settle()
        far.send(b"x")
        await reading
        near.close()
        far.close()
        return quiet

    quiet = run_on(stock, main())
    assert (quiet.sockets, quiet.certain) == (1, False)


def test_a_job_of_a_pool_that_belongs_to_nobody_makes_it_uncertain() -> None:
    async def main() -> tuple[Quiet, Quiet]:
        idleness_of(asyncio.get_running_loop())
        go = threading.Event()
        with ThreadPoolExecutor(1, thread_name_prefix="theirs") as pool:
            pool.submit(go.wait)
            busy = await settle()
            go.set()
        return busy, await settle()

    busy, idle = run_on(stock, main())
    assert busy.reasons == ("thread 'theirs_0' works for somebody unknown",)
    assert idle.certain


def test_two_who_ask_at_once_both_get_their_answer() -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        idleness = idleness_of(loop)
        assert idleness is not None
        loop.call_later(0.02, int)
        return await asyncio.gather(
            idleness.ask(loop.time() + 0.01), idleness.ask(loop.time() + 60), settle()
        )

    short, long, at_rest = run_on(stock, main())
    assert short.certain
    assert short.next_timer is not None
    assert long.final
    assert at_rest.next_timer is not None


def test_a_loop_that_shows_no_selector_is_never_certain() -> None:
    async def main() -> tuple[Any, Quiet]:
        return idleness_of(asyncio.get_running_loop()), await settle()

    idleness, quiet = run_on(opaque_loop, main())
    assert idleness is None
    assert not quiet.certain
    assert quiet.reasons == ("this event loop does not tell whether it is idle",)


def test_a_stock_loop_is_attached_to_once_and_let_go_of_when_closed() -> None:
    async def main() -> "weakref.ref[asyncio.AbstractEventLoop]":
        loop = asyncio.get_running_loop()
        assert idleness_of(loop) is idleness_of(loop)
        await asyncio.to_thread(print, end="")
        await settle()
        return weakref.ref(loop)

    loop = run_on(stock, main())
    gc.collect()
    assert loop() is None


def test_jobs_leave_no_trace_on_a_loop_that_nobody_asks() -> None:
    async def main() -> int:
        idleness = idleness_of(asyncio.get_running_loop())
        assert idleness is not None
        for _ in range(5):
            await asyncio.to_thread(print, end="")
        await asyncio.sleep(0)
        return len(idleness._jobs.futures())

    assert run_on(stock, main()) == 0
