"""The database and Redis servers that tests in this folder may ask for."""

from tests.fixtures.servers import postgres, redis_port

__all__ = ["postgres", "redis_port"]
