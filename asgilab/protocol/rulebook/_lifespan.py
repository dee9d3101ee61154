"""Rules of lifespan. Text only; the format is told in the package.

Source: the lifespan sub-specification 2.0,
https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

LIFESPAN = """
LIFE-01  server       error    spec  1.0  conversation
    `lifespan.startup` is delivered first, once; `lifespan.shutdown` once, after
    `lifespan.startup.complete`.
LIFE-02  application  error    spec  1.0  conversation
    Startup is answered once, with complete or failed.
LIFE-03  application  error    spec  1.0  conversation
    Shutdown is answered once, with complete or failed, after it was received.
LIFE-04  application  error    spec  2.0  conversation
    `message` of the two failed events is a str.
LIFE-05  server       error    spec  1.0  beyond
    No connection opens before startup is complete.
LIFE-06  server       off      spec  2.0  beyond
    After `lifespan.startup.failed` the server says so and ends.
LIFE-07  application  record   spec  2.0  conversation
    An application that raises before it has answered startup has no lifespan; the
    server goes on without.
LIFE-08  application  warning  lint  -    conversation
    An application that returns before it has answered startup counts as one without
    lifespan.
LIFE-09  server       error    spec  -    scope
    `state` is a dict; each connection gets a shallow copy of it.
LIFE-10  server       error    spec  -    beyond
    Lifespan and connections share one event loop.
LIFE-11  application  error    spec  -    conversation
    Only the four answers of the specification are sent.
LIFE-12  server       record   lint  -    beyond
    Daphne runs no lifespan and gives no `state`.
"""
