"""Rules of every scope type. Text only; the format is told in the package.

Source: the ASGI specification 3.0,
https://asgi.readthedocs.io/en/latest/specs/main.html
"""

GENERAL = """
GEN-01   application  record   spec  -    beyond
    An application is one callable of scope, receive and send; the callable in two
    steps is version 2, taken and noted.
GEN-02   server       error    spec  -    scope
    A scope is a dict with a str `type` and a dict `asgi`, whose `version` and
    `spec_version` are str where they are given.
GEN-03   application  warning  spec  -    conversation
    An application raises for a scope type that it does not know; to return quietly
    says that it has done its work.
GEN-04   both         error    spec  -    conversation
    An event is a dict.
GEN-05   both         error    spec  -    conversation
    An event has a key `type`, which is a str.
GEN-06   both         error    spec  -    conversation
    The type of an event begins with the type of its scope and a dot.
GEN-07   application  error    spec  -    conversation
    Only event types that the specification or an extension names are sent.
GEN-08   application  error    spec  -    conversation
    An event has every key that its type requires.
GEN-09   application  error    spec  -    conversation
    The value of a key has the Python type that its event names: a byte string is
    `bytes`, a Unicode string is `str`, and a bool is no int.
GEN-09b  application  warning  lint  -    conversation
    A bytearray or memoryview stands for bytes with every server but Daphne.
GEN-10   both         off      spec  -    beyond
    Keys that the specification does not know are left alone, never refused.
GEN-11   both         error    spec  -    conversation
    Values are bytes, str, int of 64 bits, finite float, list or tuple, dict with str
    keys, bool or None, and so inside lists and dicts. Free of it are the `file` of
    zerocopysend and the `info` of debug.
GEN-12   server       error    spec  -    conversation
    Only event types that the specification names are delivered.
GEN-13   application  record   spec  -    conversation
    Who changes the scope changes a copy of it; what is inside `state` is free.
GEN-14   server       off      spec  -    beyond
    When the application raises, its connection ends.
GEN-15   server       off      spec  -    beyond
    After the end of the connection send() does nothing, unless a rule says more.
GEN-16   server       off      spec  2.4  beyond
    An error that send() itself raised and that comes out of the application is not
    the application's failure.
GEN-17   application  warning  lint  -    conversation
    The application returns None.
GEN-18   application  error    spec  -    EXT-01
    Events of an extension are for scopes that announce it.
GEN-19   application  error    spec  -    GEN-06
    Messages of the application's own making never go out through send().
"""
