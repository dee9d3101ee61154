"""Lifespan: the start and the end of the server, as the application is told.

Source: the lifespan sub-specification 2.0,
https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

from typing import Final

from asgilab.protocol._protocol import Protocol
from asgilab.protocol._steps import answer_flag, greeting_flag, note_greeting
from asgilab.protocol._table import read_table

TABLE: Final = read_table(
    "lifespan.",
    """
                         starting  running   stopping       failed   ended
# What is delivered.
startup                  .         .         .              .        .
startup+again            LIFE-01   LIFE-01   LIFE-01        LIFE-01  LIFE-01
shutdown                 LIFE-01   stopping  LIFE-01        LIFE-01  LIFE-01
(drop)                   .         .         .              .        .

# What the application sends. `+early`: before it has received the shutdown.
startup.complete         running   LIFE-02   LIFE-02        LIFE-02  LIFE-02
startup.failed           failed    LIFE-02   LIFE-02        LIFE-02  LIFE-02
shutdown.complete        LIFE-03   LIFE-03   ended          LIFE-03  LIFE-03
shutdown.complete+early  LIFE-03   LIFE-03   LIFE-03>ended  LIFE-03  LIFE-03
shutdown.failed          LIFE-03   LIFE-03   ended          LIFE-03  LIFE-03
shutdown.failed+early    LIFE-03   LIFE-03   LIFE-03>ended  LIFE-03  LIFE-03

# How the application ends.
(return)                 LIFE-08   .         LIFE-03        .        .
(raise)                  LIFE-07   .         .              .        .
""",
)
"""What each step does in each state of a lifespan.

``starting``: startup is not answered. ``running``: startup is complete.
``stopping``: shutdown was delivered. ``failed``: startup has failed. ``ended``:
shutdown was answered.
"""

LIFESPAN: Final = Protocol(
    name="lifespan",
    start="starting",
    table=TABLE,
    unknown_sent="LIFE-11",
    unknown_delivered="GEN-12",
    phrases={
        "+again": " for the second time",
        "+early": " before lifespan.shutdown was received",
    },
    flags={
        "lifespan.startup": greeting_flag,
        "lifespan.shutdown.complete": answer_flag,
        "lifespan.shutdown.failed": answer_flag,
    },
    notes={"lifespan.startup": note_greeting},
    awaited="lifespan.shutdown",
)
"""The protocol of ``lifespan`` scopes."""
