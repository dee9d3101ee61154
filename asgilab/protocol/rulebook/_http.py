"""Rules of HTTP. Text only; the format is told in the package.

Source: the HTTP and WebSocket sub-specification 2.5,
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

HTTP = """
HTTP-S1  server       error    spec  -    GEN-02
    `type` is "http".
HTTP-S2  server       error    spec  -    scope
    `http_version` is required: "1.0", "1.1" or "2".
HTTP-S3  server       error    spec  -    scope
    `method` is required: a str in upper case.
HTTP-S4  server       error    spec  -    scope
    `scheme` is a str and not empty; "http" when absent.
HTTP-S5  server       error    spec  -    scope
    `path` is required: a str, percent escapes and UTF-8 decoded, without the query.
HTTP-S6  server       warning  spec  -    scope
    `raw_path` is bytes: the path as on the wire, without the query.
HTTP-S7  server       error    spec  -    scope
    `query_string` is required: bytes, still percent-encoded, without "?".
HTTP-S8  server       error    spec  -    scope
    `root_path` is a str; "" when absent.
HTTP-S9  server       error    spec  -    scope
    `headers` is required: pairs of bytes in the order of the wire, repeats kept, no
    pseudo headers.
HTTP-S10 server       error    spec  -    scope
    `client` is a pair of host (str) and port (int), or None.
HTTP-S11 server       error    spec  -    scope
    `server` is a pair of host (str) and port (int), or of a path and None from
    version 2.2 on, or None.
HTTP-S12 server       error    spec  -    scope
    `state` is a dict where it is given: a shallow copy of the lifespan's, one for
    each connection.
HTTP-S13 server       error    spec  -    scope
    `extensions` is a dict where it is given.
HTTP-S14 server       off      lint  -    beyond
    A scope keeps every key that Channels' communicator gives, as it gives it.
HTTP-01  server       error    spec  -    conversation
    `http.request` has `body` (bytes) and `more_body` (bool), both with defaults.
HTTP-02  server       error    spec  -    conversation
    After the part without `more_body` no further part of the request comes.
HTTP-03  server       error    spec  -    conversation
    After `http.disconnect` nothing else is delivered.
HTTP-04  server       record   lint  -    conversation
    A second receive() after `http.disconnect` gives it again with uvicorn and granian;
    with daphne and hypercorn it blocks.
HTTP-05  server       error    spec  -    conversation
    Nothing but `http.request` and `http.disconnect` is delivered.
HTTP-06  server       off      spec  -    beyond
    `body` is free of chunked framing.
HTTP-10  application  error    spec  -    conversation
    The response starts once, before its content.
HTTP-11  application  error    spec  -    conversation
    `status` is required: an int.
HTTP-12  application  error    rfc   -    conversation
    `status` is from 200 to 999; 1xx is not a final response.
HTTP-13  application  warning  spec  -    conversation
    Header names are in lower case.
HTTP-13b application  record   spec  -    conversation
    Django itself writes this header's name with capitals.
HTTP-14  application  error    spec  -    conversation
    No pseudo headers: a name does not begin with a colon.
HTTP-15  application  error    rfc   -    conversation
    A header's name is a token of RFC 9110; its value has no CR, LF or NUL.
HTTP-16  application  error    spec  -    conversation
    `headers` is an iterable of pairs of bytes; a generator may be read once only.
HTTP-17  application  error    spec  -    conversation
    `trailers` is a bool.
HTTP-18  application  warning  spec  -    conversation
    `transfer-encoding` is the server's; the one given is ignored.
HTTP-19  server       record   spec  -    beyond
    Nothing need reach the client before the first part of the body.
HTTP-20  application  error    spec  -    conversation
    The body comes after the start.
HTTP-21  application  error    spec  -    conversation
    `body` is bytes, not None.
HTTP-22  application  error    spec  -    conversation
    `more_body` is a bool.
HTTP-23  application  error    spec  -    conversation
    No content follows the last part.
HTTP-24  application  error    spec  -    conversation
    At least one content event follows the start.
HTTP-25  application  error    rfc   -    conversation
    The body is as long as `content-length` says; not for HEAD, 204 and 304.
HTTP-26  application  warning  rfc   -    conversation
    A response of 204 or 304 has no content.
HTTP-27  application  record   rfc   -    conversation
    Content for HEAD is dropped by the server.
HTTP-28  application  warning  rfc   -    conversation
    `content-length` is given at most once, as a decimal number.
HTTP-30  application  warning  spec  -    conversation
    After the complete response send() does nothing; most servers raise.
HTTP-33  server       off      spec  2.4  conversation
    After the client has gone send() raises an OSError, or does nothing.
HTTP-34  application  off      spec  2.4  beyond
    That OSError may be caught or left to rise.
HTTP-40  application  error    lint  -    conversation
    The application does not return before the response has started.
HTTP-41  application  error    spec  -    conversation
    The application does not return in the middle of the body.
HTTP-42  application  error    spec  -    conversation
    The application does not return before the trailers that it promised.
HTTP-43  application  record   lint  -    conversation
    An exception after the start cuts the response; no 500 can follow.
HTTP-44  application  warning  spec  -    conversation
    Two cookies are two `set-cookie` headers, not one with a comma.
"""
