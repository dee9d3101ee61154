"""The thread that an application is given for its synchronous code.

Which thread that is, and whether there is one at all, is decided where the
application is called.
"""

from asgiref.sync import ThreadSensitiveContext


class SharedThread(ThreadSensitiveContext):
    """A context of asgiref's that one application has from its first event to its end.

    Told apart by its class from those that Django's handler begins for each request,
    whose threads end with it.
    """
