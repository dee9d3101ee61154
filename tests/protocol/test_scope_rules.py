"""An example that keeps and one that breaks each rule of scopes."""

from typing import Any

import pytest

from asgilab.protocol import (
    SPEC,
    Severity,
    check_scope,
    http_scope,
    lifespan_scope,
    websocket_scope,
)

GONE = object()
"""Stands for a key that is taken out."""


def http(**changes: Any) -> dict[str, Any]:
    return changed(http_scope("GET", "/"), changes)


def websocket(**changes: Any) -> dict[str, Any]:
    return changed(websocket_scope("/"), changes)


def lifespan(**changes: Any) -> dict[str, Any]:
    return changed(lifespan_scope(), changes)


def tls(scheme: str = "https", **changes: Any) -> dict[str, Any]:
    """An HTTP scope with a right tls extension but for the changes."""
    announced = changed(
        {"server_cert": None, "tls_version": 0x0304, "cipher_suite": 0x1301}, changes
    )
    return http(scheme=scheme, extensions={"tls": announced})


def changed(scope: Any, changes: dict[str, Any]) -> dict[str, Any]:
    merged = {**scope, **changes}
    return {key: value for key, value in merged.items() if value is not GONE}


CHAIN = ["-----BEGIN CERTIFICATE-----"]

LEGAL: dict[str, list[dict[str, Any]]] = {
    "GEN-02": [http(asgi={"version": "3.0"}), {"type": "mqtt", "asgi": {}}],
    "HTTP-S2": [http(http_version="1.0"), http(http_version="2")],
    "HTTP-S3": [http(method="PROPFIND")],
    "HTTP-S4": [http(scheme="https"), http(scheme=GONE)],
    "HTTP-S5": [http(path="/é b"), http(path="")],
    "HTTP-S6": [http(raw_path=b"/%C3%A9"), http(raw_path=None)],
    "HTTP-S7": [http(query_string=b"a=%20")],
    "HTTP-S8": [http(root_path="/app"), http(root_path=GONE)],
    "HTTP-S9": [http(headers=[[b"A", b"b"]]), http(headers=())],
    "HTTP-S10": [http(client=("::1", 1)), http(client=None), http(client=GONE)],
    "HTTP-S11": [http(server=["/run/asgi.sock", None]), http(server=GONE)],
    "HTTP-S12": [http(state={"db": object()}), http(state=GONE)],
    "HTTP-S13": [http(extensions={}), http(extensions=GONE)],
    "WS-S2": [websocket(http_version="2"), websocket(http_version=GONE)],
    "WS-S3": [websocket(scheme="wss"), websocket(scheme=GONE)],
    "WS-S4": [websocket(query_string=None), websocket(query_string=GONE)],
    "WS-S5": [websocket(subprotocols=("v1",)), websocket(subprotocols=GONE)],
    "WS-S6": [websocket(raw_path=None), websocket(raw_path=GONE)],
    "WS-S7": [websocket(client=None, server=None)],
    "WS-S8": [websocket(state=GONE)],
    "LIFE-09": [lifespan(state=GONE)],
    "EXT-02": [http(extensions={"http.response.push": {"most": 3}})],
    "TLS-02": [tls(server_cert="-----BEGIN CERTIFICATE-----")],
    "TLS-03": [tls(client_cert_chain=CHAIN, client_cert_name="CN=a")],
    "TLS-04": [tls(client_cert_name=None), tls(client_cert_chain=[])],
    "TLS-05": [tls(client_cert_error="expired"), tls(client_cert_error=None)],
    "TLS-06": [tls(tls_version=None)],
    "TLS-07": [tls(cipher_suite=0xFFFF), tls(cipher_suite=None)],
    "TLS-08": [tls()],
}

ILLEGAL: dict[str, list[dict[str, Any]]] = {
    "GEN-02": [
        http(asgi=GONE),
        http(asgi="3.0"),
        http(asgi={"version": 3}),
        http(asgi={"version": "3.0", "spec_version": 2.5}),
        {"asgi": {}},
        {"type": ["http"], "asgi": {}},
    ],
    "HTTP-S2": [http(http_version=GONE), http(http_version="1"), http(http_version=2)],
    "HTTP-S3": [http(method=GONE), http(method="get"), http(method=b"GET")],
    "HTTP-S4": [http(scheme=""), http(scheme=None)],
    "HTTP-S5": [http(path=GONE), http(path=b"/"), websocket(path=GONE)],
    "HTTP-S6": [http(raw_path=GONE), http(raw_path="/")],
    "HTTP-S7": [
        http(query_string=GONE),
        http(query_string=""),
        http(query_string=None),
    ],
    "HTTP-S8": [http(root_path=None), websocket(root_path=b"")],
    "HTTP-S9": [
        http(headers=GONE),
        http(headers=None),
        http(headers={b"a": b"b"}),
        http(headers=[("a", "b")]),
        http(headers=[b"ab"]),
        http(headers=[(b":path", b"/")]),
        websocket(headers="ab"),
    ],
    "HTTP-S10": [http(client="::1"), http(client=["::1", "1"]), http(client=["::1"])],
    "HTTP-S11": [
        http(server=["a", True]),
        http(server=[None, 80]),
        http(server=["/a", None], asgi={"version": "3.0", "spec_version": "2.1"}),
    ],
    "HTTP-S12": [http(state=None), http(state=[])],
    "HTTP-S13": [http(extensions=None), websocket(extensions=["tls"])],
    "WS-S2": [websocket(http_version="1.0"), websocket(http_version=None)],
    "WS-S3": [websocket(scheme=""), websocket(scheme=b"ws")],
    "WS-S4": [websocket(query_string="")],
    "WS-S5": [websocket(subprotocols="v1"), websocket(subprotocols=[b"v1"])],
    "WS-S6": [websocket(raw_path="/")],
    "WS-S7": [websocket(client=1), websocket(server=["a"])],
    "WS-S8": [websocket(state=None)],
    "LIFE-09": [lifespan(state=None)],
    "EXT-02": [http(extensions={"push": None}), http(extensions={b"push": {}})],
    "TLS-02": [tls(server_cert=GONE), tls(server_cert=b"")],
    "TLS-03": [tls(client_cert_chain="PEM", client_cert_name="CN=a")],
    "TLS-04": [tls(client_cert_chain=CHAIN), tls(client_cert_name=b"CN=a")],
    "TLS-05": [tls(client_cert_error="")],
    "TLS-06": [tls(tls_version=GONE), tls(tls_version="1.3")],
    "TLS-07": [tls(cipher_suite=GONE), tls(cipher_suite=2**16), tls(cipher_suite=-1)],
    "TLS-08": [tls(scheme="http")],
}


@pytest.mark.parametrize("rule", LEGAL)
def test_a_scope_that_keeps_a_rule_breaks_none(rule: str) -> None:
    for scope in LEGAL[rule]:
        assert check_scope(scope) == ()


@pytest.mark.parametrize("rule", ILLEGAL)
def test_a_scope_that_breaks_a_rule_breaks_no_other(rule: str) -> None:
    for scope in ILLEGAL[rule]:
        assert [finding.rule for finding in check_scope(scope)] == [rule]


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (http(path=GONE), "the http scope lacks path; expected a str"),
        (http(path=None), "the http scope has path None; expected a str"),
        (
            websocket(headers=[("a", "b")]),
            "the websocket scope has a header 'a' that is not all bytes",
        ),
        (
            tls(tls_version=GONE),
            "the http scope has tls that lacks tls_version; expected an int or None",
        ),
        ({"asgi": {}}, "the scope has type None; expected a str"),
    ],
    ids=["lacks", "wrong", "header", "tls", "type"],
)
def test_what_is_wrong_is_told_in_a_sentence(scope: dict[str, Any], text: str) -> None:
    assert [finding.text for finding in check_scope(scope)] == [text]


def test_no_text_shows_a_headers_value() -> None:
    [finding] = check_scope(http(headers=[(b"authorization", "secret")]))
    assert "secret" not in finding.text


def test_a_rule_of_scopes_can_be_switched_off() -> None:
    severities = SPEC.with_rules({"HTTP-S5": Severity.OFF})
    assert check_scope(http(path=None), severities) == ()


def test_several_faults_are_several_findings() -> None:
    scope = http(method="get", path=None, headers=None)
    assert [finding.rule for finding in check_scope(scope)] == [
        "HTTP-S3",
        "HTTP-S5",
        "HTTP-S9",
    ]


def test_the_scope_that_channels_gives_lacks_what_the_specification_asks_for() -> None:
    """HTTP-S14: what is missing there is filled in by the builders."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
    }
    assert [finding.rule for finding in check_scope(scope)] == ["GEN-02", "HTTP-S6"]
