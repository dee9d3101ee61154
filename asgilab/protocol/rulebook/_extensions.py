"""Rules of the extensions. Text only; the format is told in the package.

Sources: https://asgi.readthedocs.io/en/latest/extensions.html and, for the `TLS`
rules, the sub-specification 0.2, https://asgi.readthedocs.io/en/latest/specs/tls.html
"""

EXTENSIONS = """
EXT-01   application  error    spec  -    conversation
    An extension's event is sent only where the scope announces the extension.
EXT-02   server       error    spec  -    scope
    An extension is announced by a str name with a dict, which may be empty.
EXT-10   application  error    spec  -    conversation
    The keys of a denial response are those of an HTTP response.
EXT-11   application  error    spec  -    conversation
    A denial response is an answer to the handshake, in place of accept and close.
EXT-12   application  error    spec  -    conversation
    After the start of a denial response no other websocket event follows.
EXT-13   application  error    spec  -    conversation
    A denial response starts once.
EXT-14   application  error    spec  -    conversation
    The body of a denial response comes after its start.
EXT-15   application  warning  spec  -    conversation
    Nothing follows the last part of a denial response.
EXT-16   application  error    spec  -    conversation
    The application does not return before the last part of a denial response.
EXT-17   application  warning  lint  -    conversation
    A denial response that every server takes gives `headers` and `body`, and its body
    in one part.
EXT-18   application  error    spec  -    GEN-06
    Plain `http.response` events are for HTTP scopes.
EXT-21   application  error    spec  -    conversation
    A push has a str `path` and `headers`, and comes between the start and the last part
    of the body.
EXT-31   application  error    spec  -    conversation
    `trailers` is True only where the scope announces trailers.
EXT-32   application  error    spec  -    conversation
    Trailers have `headers`, pairs of bytes; `more_trailers` is a bool.
EXT-33   application  error    spec  -    conversation
    Trailers come after the body, and only when the start promised them.
EXT-34   application  warning  spec  -    conversation
    The start that promises trailers names them in a `trailer` header.
EXT-35   server       off      lint  -    beyond
    Trailers are announced on HTTP/2 and HTTP/3: by hypercorn, and by uvicorn's zttp.
EXT-41   application  error    spec  -    conversation
    `file` of zerocopysend has a file descriptor; the event comes after the start.
EXT-42   application  warning  spec  -    conversation
    The application itself closes the file.
EXT-51   application  error    spec  -    conversation
    `path` of pathsend is absolute; the event comes after the start.
EXT-52   application  error    spec  -    conversation
    A pathsend is the whole content: once, and with no other content event.
EXT-53   application  warning  spec  -    conversation
    A response by pathsend gives `content-type` and `content-length`.
EXT-61   application  error    spec  -    conversation
    An early hint has `links`, an iterable of bytes, and comes before the last part of
    the body.
EXT-61b  application  warning  spec  -    conversation
    By the text an early hint comes after the start; servers that have it take it only
    before.
EXT-71   application  error    spec  -    conversation
    `info` of debug is a dict with str keys; the event comes once, before the start.
TLS-01   server       error    spec  0.2  beyond
    `tls` is announced on TLS connections only.
TLS-02   server       error    spec  0.2  scope
    `server_cert` is required: a PEM str or None.
TLS-03   server       error    spec  0.2  scope
    `client_cert_chain` is an iterable of PEM str, the client's own first.
TLS-04   server       error    spec  0.2  scope
    `client_cert_name` is a str or None, and a str where there is a chain.
TLS-05   server       error    spec  0.2  scope
    `client_cert_error` is None or a str that is not empty.
TLS-06   server       error    spec  0.2  scope
    `tls_version` is required: an int, such as 0x0304 for TLS 1.3, or None.
TLS-07   server       error    spec  0.2  scope
    `cipher_suite` is required: an int of 16 bits, or None.
TLS-08   server       warning  spec  0.2  scope
    With `tls` the scheme is https or wss.
"""
