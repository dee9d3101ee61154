"""What holds for every test: an interrupt interrupts.

A shell starts a command in the background with the interrupt switched off, and every
program below it inherits that; tests that interrupt would wait for ever.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
