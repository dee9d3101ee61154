"""Rules of WebSocket. Text only; the format is told in the package.

Source: the HTTP and WebSocket sub-specification 2.5,
https://asgi.readthedocs.io/en/latest/specs/www.html
The rules of an HTTP scope hold for `path`, `root_path`, `headers` and
`extensions` here too.
"""

WEBSOCKET = """
WS-S1    server       error    spec  -    GEN-02
    `type` is "websocket".
WS-S2    server       error    spec  -    scope
    `http_version` is "1.1" or "2"; "1.1" when absent.
WS-S3    server       error    spec  -    scope
    `scheme` is a str and not empty; "ws" when absent.
WS-S4    server       error    spec  -    scope
    `query_string` is bytes or None; b"" when absent.
WS-S5    server       error    spec  -    scope
    `subprotocols` is an iterable of str.
WS-S6    server       error    spec  -    scope
    `raw_path` is bytes or None.
WS-S7    server       error    spec  -    scope
    `client` and `server` are as in an HTTP scope.
WS-S8    server       error    spec  -    scope
    `state` is a dict where it is given.
WS-S9    server       off      lint  -    beyond
    The version stands in `asgi`; Channels reads it at the top of the scope, so both
    places have it.
WS-01    server       error    spec  -    conversation
    `websocket.connect` is delivered first, once.
WS-02    server       error    spec  -    conversation
    `websocket.receive` is delivered while the connection is open, with exactly one of
    `bytes` and `text` not None; empty frames are frames.
WS-03    server       error    spec  -    conversation
    `websocket.disconnect` comes last; its `code` is an int, its `reason` a str or None.
WS-04    server       error    spec  -    conversation
    `websocket.disconnect` has a `code`; 1005 when the client gave none.
WS-05    server       warning  rfc   -    conversation
    A code that is delivered is from 1000 to 1015 or from 3000 to 4999.
WS-06    server       record   lint  -    beyond
    After the application's own close servers deliver different codes; here its own.
WS-07    server       record   lint  -    beyond
    After a rejected handshake servers deliver different codes; here 1006.
WS-08    server       record   lint  -    conversation
    A second receive() after `websocket.disconnect` gives another one with uvicorn and
    granian; with daphne and hypercorn it blocks.
WS-09    server       record   lint  -    beyond
    Hypercorn delivers `bytes` and `text` both, one of them None; others one key.
WS-10    server       off      spec  -    beyond
    Pings, pongs and fragments are the server's work; a message comes whole.
WS-20    application  error    spec  -    conversation
    The connection is accepted once, before anything else.
WS-21    application  warning  spec  -    conversation
    The handshake is answered after `websocket.connect` was received.
WS-22    application  error    spec  -    conversation
    `subprotocol` is a str or None.
WS-23    application  warning  rfc   -    conversation
    `subprotocol` is one that the client offered.
WS-24    application  error    spec  2.1  conversation
    `headers` is an iterable of pairs of bytes; a generator may be read once only.
WS-25    application  error    spec  2.1  conversation
    `headers` needs a server of version 2.1.
WS-26    application  error    spec  2.1  conversation
    `sec-websocket-protocol` is not among `headers`: `subprotocol` is the place.
WS-30    application  error    spec  -    conversation
    A frame is sent only after `websocket.accept`.
WS-31    application  error    spec  -    conversation
    Exactly one of `bytes` and `text` is not None; empty frames are frames.
WS-32    application  error    spec  -    conversation
    `bytes` is bytes or None, `text` is str or None.
WS-40    server       off      spec  2.4  conversation
    After the client has gone send() raises an OSError, or does nothing.
WS-41    application  warning  lint  2.4  conversation
    No frame is sent after the application's own close or rejection.
WS-41b   application  record   lint  2.4  conversation
    A second close does nothing; uvicorn raises.
WS-42    application  error    spec  -    conversation
    `code` is an int, not None.
WS-43    application  error    spec  2.3  conversation
    `reason` is a str or None.
WS-43b   application  warning  lint  2.3  conversation
    Another `reason` of a close before accept reaches nobody; FastAPI puts a list there.
WS-44    application  error    rfc   -    conversation
    A close code that is sent is 1000 to 1003, 1007 to 1014 or 3000 to 4999.
WS-44b   application  warning  lint  -    conversation
    Daphne sends only 1000 and 3000 to 4999.
WS-45    application  warning  spec  2.3  conversation
    `reason` needs a server of version 2.3.
WS-46    application  error    rfc   -    conversation
    `reason` is at most 123 bytes of UTF-8.
WS-47    application  record   spec  -    conversation
    `code` and `reason` of a close before accept reach nobody: the client sees HTTP 403.
WS-50    application  error    spec  -    conversation
    The application does not return before it has answered the handshake.
WS-51    application  warning  spec  -    conversation
    The application does not return while the connection is open.
WS-52    application  record   lint  -    conversation
    An exception while the connection is open cuts it, with a code of the server's own.
"""
