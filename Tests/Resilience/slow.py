"""Clients that are slow in every way there is, each against the default deadlines, all at once: takes as long as the longest."""
import socket, threading, time

from harness import GET, connect, read_to_end


def trickle(client, data, seconds):
    """A byte a second until the server has had enough; what it then said, and after how long."""
    began = time.monotonic()
    client.settimeout(1)
    answer = b""
    for byte in data:
        try:
            client.sendall(bytes([byte]))
        except OSError:
            break
        try:
            answer = client.recv(65536)
            break
        except TimeoutError:
            if time.monotonic() - began > seconds * 3:
                break
        except OSError:
            break
    return answer, time.monotonic() - began


def slow_head(port):
    return trickle(connect(port), b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 1000, 10)


def slow_body(port):
    client = connect(port)
    client.sendall(b"POST /v1/referrals HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n")
    return trickle(client, b"x" * 1000, 30)


def slow_chunks(port):
    client = connect(port)
    client.sendall(b"POST /v1/referrals HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
    return trickle(client, b"1\r\nx\r\n" * 1000, 30)


def stalled_head(port):
    client = connect(port)
    client.sendall(GET[:20])
    began = time.monotonic()
    return read_to_end(client), time.monotonic() - began


def silent(port):
    client = connect(port)
    began = time.monotonic()
    return read_to_end(client), time.monotonic() - began


def idle(port):
    client = connect(port)
    client.sendall(GET)
    client.recv(65536)
    began = time.monotonic()
    return read_to_end(client), time.monotonic() - began


def unread(port):
    """Asks for much and reads nothing; the end shows as a failing send."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    request = GET.replace(b"/healthz", b"/openapi.json") * 2000
    client.setblocking(False)
    began = time.monotonic()
    while time.monotonic() - began < 100:
        try:
            client.send(request)
        except BlockingIOError:
            pass
        except OSError:
            return b"", time.monotonic() - began
        time.sleep(0.2)
    return b"still open", time.monotonic() - began


def stalled_handshake(port):
    client = connect(port)
    client.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    began = time.monotonic()
    return read_to_end(client), time.monotonic() - began


# what, which port, seconds of the deadline, what is said
CLIENTS = [
    (slow_head, False, 10, b"HTTP/1.1 408"),
    (stalled_head, False, 10, b"HTTP/1.1 408"),
    (slow_body, False, 30, b"HTTP/1.1 408"),
    (slow_chunks, False, 30, b"HTTP/1.1 408"),
    (silent, False, 10, b""),
    (idle, False, 75, b""),
    (unread, False, 30, b""),
    (silent, True, 10, b""),
    (stalled_handshake, True, 10, b""),
]


def start(plain, secure):
    """Starts them all; the result gathers what they saw."""
    found = [None] * len(CLIENTS)

    def go(index):
        client, is_secure, _, _ = CLIENTS[index]
        try:
            found[index] = client(secure if is_secure else plain)
        except OSError as error:
            found[index] = (str(error).encode(), -1)

    threads = [threading.Thread(target=go, args=(index,), daemon=True) for index in range(len(CLIENTS))]
    for thread in threads:
        thread.start()
    return threads, found


def finish(threads, found, report):
    for thread in threads:
        thread.join(timeout=110)
    for (client, is_secure, deadline, expected), seen in zip(CLIENTS, found):
        title = client.__name__.replace("_", " ") + (" on the TLS port" if is_secure else "")
        if seen is None:
            report.say(False, title, "never let go")
            continue
        answer, seconds = seen
        said = answer.startswith(expected) if expected else answer == b""
        # A deadline may be a quarter of a second late, and a client that sends once a second notices a second later.
        in_time = deadline - 1.2 <= seconds <= deadline + 3.5
        report.say(said and in_time, title, f"{seconds:.1f} s of {deadline}, told {answer[:16] or b'nothing'}")
