"""The pytest plugin: fixtures, a marker, and the timeline in a failing test's report.

Every pytest run that has asgilab installed loads it. So importing it imports
nothing of weight beside pytest, and it does nothing for a test that does not ask.
"""

from asgilab.pytest_plugin._fixtures import (
    asgi_app,
    asgi_http,
    asgi_lab,
    asgi_live_server,
    asgi_websocket,
)
from asgilab.pytest_plugin._hooks import (
    pytest_addoption,
    pytest_configure,
    pytest_generate_tests,
    pytest_itemcollected,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_runtest_setup,
)

__all__ = [
    "asgi_app",
    "asgi_http",
    "asgi_lab",
    "asgi_live_server",
    "asgi_websocket",
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_itemcollected",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
]
