"""Many clients write at once while the test reads: no row may be lost.

Eight websocket clients, four of either kind of consumer, fifteen messages each;
three HTTP clients, fifteen requests each: 165 rows.
"""

from concurrent.futures import ThreadPoolExecutor

from tests.django.board.live_everything import Board
from tests.django.board.models import Note

MESSAGES = 15
SOCKETS = 8
WRITERS = 3


class StressTests(Board):
    """What loses rows when threads share an in-memory database in Django's way."""

    def test_165_of_165_rows_arrive(self) -> None:
        with ThreadPoolExecutor(SOCKETS + WRITERS) as pool:
            done = [pool.submit(self.talk, number) for number in range(SOCKETS)]
            done += [pool.submit(self.write, number) for number in range(WRITERS)]
            while not all(one.done() for one in done):
                Note.objects.count()
            for one in done:
                one.result()
        assert Note.objects.filter(text__startswith="row").count() == 165

    def talk(self, client: int) -> None:
        kind = "async" if client % 2 else "sync"
        with self.open(f"/ws/{kind}/") as socket:
            for number in range(MESSAGES):
                text = f"row s{client}.{number}"
                assert self.ask(socket, {"text": text}) == {"stored": text}

    def write(self, client: int) -> None:
        for number in range(MESSAGES):
            self.get(f"/write/?text=row%20h{client}.{number}")


class FiveTimesTests(StressTests):
    """The same on end, since what is lost is not lost every time."""

    def test_165_of_165_rows_arrive(self) -> None:
        for _ in range(5):
            Note.objects.all().delete()
            super().test_165_of_165_rows_arrive()
            assert Note.objects.filter(text__startswith="row").count() == 165
