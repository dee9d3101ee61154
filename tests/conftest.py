"""What holds for every test: an interrupt interrupts, a busy machine is no failure.

A shell starts a command in the background with the interrupt switched off, and every
program below it inherits that; tests that interrupt would wait for ever. And what
Hypothesis says of the time that an example takes, it says of the machine.
"""

import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "asgilab", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("asgilab")
