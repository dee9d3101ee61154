"""The throw-away certificate: valid for its host, for those who are told."""

import ssl
import sys

import pytest

from asgilab.live._certificate import Certificate


@pytest.mark.parametrize("host", ["localhost", "live.test", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_authority_accepts_the_host(host: str) -> None:
    certificate = Certificate(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain)
    assert handshake(context, certificate.client_context(), host) is None
    certificate.remove()


def test_a_client_that_was_told_nothing_refuses() -> None:
    certificate = Certificate("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain)
    refusal = handshake(context, ssl.create_default_context(), "localhost")
    assert refusal == "CERTIFICATE_VERIFY_FAILED"
    certificate.remove()


def test_the_files_are_removed() -> None:
    certificate = Certificate("localhost")
    folder = certificate.chain.parent
    assert {path.name for path in folder.iterdir()} == {"authority.pem", "server.pem"}
    certificate.remove()
    assert not folder.exists()


def test_without_trustme_the_command_to_install_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r'python -m pip install "asgilab\[live\]"'):
        Certificate("localhost")


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> str | None:
    """Let two contexts shake hands in memory; return why the client refused."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        server.wrap_bio(up, down, server_side=True),
        client.wrap_bio(down, up, server_hostname=host),
    ]
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                return error.reason
    return None
