"""A Django Channels project to explore: a chat, as a Channels developer writes one.

Only the way to the project lives here. The project itself is the Django package
``chat`` in this folder, beside its ``manage.py``. It is imported as ``chat``, with
this folder on ``sys.path``, and knows nothing of asgilab.

::

    $ cd "$(python -c 'import asgilab.example as e; print(e.DIRECTORY)')"
    $ python manage.py migrate
    $ uvicorn chat.asgi:application
"""

from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent
"""The folder to put on ``sys.path``; ``chat`` and ``manage.py`` are in it.

Example:
    >>> sys.path.insert(0, str(DIRECTORY))
    >>> os.environ["DJANGO_SETTINGS_MODULE"] = "chat.settings"
    >>> from chat.asgi import application
"""
