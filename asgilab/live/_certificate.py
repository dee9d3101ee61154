"""A throw-away certificate for one live server, gone when the server is.

Made by trustme, which is there for tests; nothing of it is trusted by anything
that was not told to.
"""

import ssl
import tempfile
from pathlib import Path
from typing import Any


class Certificate:
    """A certificate for a host, with an authority of its own.

    Args:
        host: Name or address that clients connect to.

    Raises:
        ImportError: trustme is not installed.

    Attributes:
        authority: PEM file of the authority, for clients that are told to
            trust it, such as ``requests.get(url, verify=...)``.
        chain: PEM file of the certificate with its key, for the server.
    """

    def __init__(self, host: str) -> None:
        try:
            import trustme
        except ImportError as error:
            msg = (
                "tls=True needs trustme, which is not installed. "
                'Run: python -m pip install "asgilab[live]"'
            )
            raise ImportError(msg) from error
        authority: Any = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="asgilab-")
        self.authority = Path(self._folder.name) / "authority.pem"
        self.chain = Path(self._folder.name) / "server.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        names = {host, "localhost", "127.0.0.1", "::1"}
        issued = authority.issue_cert(*sorted(names))
        issued.private_key_and_cert_chain_pem.write_to_path(str(self.chain))

    def client_context(self) -> ssl.SSLContext:
        """Return what a Python client needs to trust this certificate alone."""
        return ssl.create_default_context(cafile=str(self.authority))

    def remove(self) -> None:
        """Remove the files."""
        self._folder.cleanup()
