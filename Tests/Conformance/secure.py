"""What TLS adds: RFC 8446, RFC 9325, RFC 9110 sections 4.2.2 and 7.4. Each check gets the port and says what was wrong."""
import socket
import ssl

from conversation import Connection

GET = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"


def context(low=ssl.TLSVersion.TLSv1_2, high=ssl.TLSVersion.TLSv1_3, offers=("http/1.1",), suites=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    # Security level 0, so that what the client offers is not what the refusal comes from.
    made.set_ciphers(suites or "DEFAULT:@SECLEVEL=0")
    made.minimum_version, made.maximum_version = low, high
    if offers:
        made.set_alpn_protocols(list(offers))
    return made


def asks(port, made, request=GET, status=200):
    connection = Connection(port, made)
    connection.send(request)
    answer = connection.answer()
    assert answer and answer.status == status, f"answered {answer}"
    return connection


def fails(port, made):
    try:
        Connection(port, made)
    except (ssl.SSLError, ConnectionError):
        return
    raise AssertionError("the handshake was not refused")


def plain(port):
    connection = Connection(port)
    connection.send(GET)
    answer = connection.answer()
    assert answer and answer.status == 400 and not answer.faults, f"answered {answer}"
    assert connection.is_ended(), "the connection stays open"


def clean_end(port):
    connection = asks(port, context(), GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert connection.socket.recv(1) == b"", "no clean end"


def resumption(port):
    made = context(high=ssl.TLSVersion.TLSv1_2)
    first = asks(port, made)
    second = ssl.SSLSocket._create
    raw = socket.create_connection(("127.0.0.1", port), timeout=3)
    wrapped = made.wrap_socket(raw, server_hostname="localhost", session=first.socket.session)
    assert wrapped.session_reused, "a full handshake"


def suites(port):
    for name in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"):
        fails(port, context(high=ssl.TLSVersion.TLSv1_2, suites=f"{name}:@SECLEVEL=0"))


CHECKS = [
    ("MUST", "8446 4", "TLS 1.3 is spoken", lambda port: asks(port, context(low=ssl.TLSVersion.TLSv1_3))),
    ("MUST", "9325 3.1.1", "TLS 1.2 is spoken", lambda port: asks(port, context(high=ssl.TLSVersion.TLSv1_2))),
    ("MUST", "8996 5", "TLS 1.1 is refused", lambda port: fails(port, context(ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1))),
    ("MUST", "8996 4", "TLS 1.0 is refused", lambda port: fails(port, context(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1))),
    ("SHOULD", "9325 4.1", "suites without forward secrecy or with CBC are refused", suites),
    ("MUST", "7301 3.2", "only another protocol is refused", lambda port: fails(port, context(offers=("h2",)))),
    ("MUST", "7301 3.2", "http/1.1 is chosen among others", lambda port: asks(port, context(offers=("h2", "http/1.1")))),
    ("MUST", "7301 3.1", "no protocol offered is well", lambda port: asks(port, context(offers=()))),
    ("MUST", "9110 7.4", "an https target is served", lambda port: asks(port, context(), GET.replace(b"/healthz", b"https://h/healthz"))),
    ("MUST", "9112 3.2.2", "an http target through TLS is accepted", lambda port: asks(port, context(), GET.replace(b"/healthz", b"http://h/healthz"))),
    ("MUST", "9112 9.8", "the end is said with close_notify", clean_end),
    ("SHOULD", "9325 3.4", "sessions are resumed", resumption),
    ("SHOULD", "9110 15.5.1", "plain HTTP to this port is answered 400", plain),
]
