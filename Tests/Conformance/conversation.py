"""Speaks bytes to a server and reads what comes back, message by message. Knows nothing of what is right."""
import re
import socket
import ssl


class Answer:
    """One response as it came: RFC 9112 section 4, read strictly."""

    def __init__(self, version, status, reason, fields, body, faults):
        self.version, self.status, self.reason = version, status, reason
        self.fields, self.body, self.faults = fields, body, faults

    def all(self, name):
        return [value for known, value in self.fields if known.lower() == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        return ", ".join(values) if values else default

    def __repr__(self):
        return f"{self.status}"


class Connection:
    """A socket, plain or through TLS, and what was read from it and not used yet."""

    def __init__(self, port, tls=None, timeout=3.0, name="localhost"):
        self.raw = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = tls.wrap_socket(self.raw, server_hostname=name) if tls else self.raw
        self.unread = b""
        self.ended = False
        self.was_reset = False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            # The server may have closed already; what it said can still be read.
            pass

    def end_sending(self):
        try:
            self.raw.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()

    def more(self, timeout):
        """Reads some bytes; False at the end and when nothing came in time."""
        if self.ended:
            return False
        self.socket.settimeout(timeout)
        try:
            data = self.socket.recv(1 << 16)
        except (socket.timeout, TimeoutError, ssl.SSLWantReadError):
            return False
        except OSError:
            self.ended = self.was_reset = True
            return False
        if not data:
            self.ended = True
            return False
        self.unread += data
        return True

    def is_ended(self, timeout=2.0):
        """Whether the server ends the connection, without another byte."""
        return not self.more(timeout) and self.ended and not self.unread

    def answer(self, is_head=False, timeout=2.0):
        """The next response, interim ones too; None when the connection ends or nothing comes."""
        while b"\r\n\r\n" not in self.unread:
            if not self.more(timeout):
                return None
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        faults = []
        match = re.fullmatch(rb"(HTTP/1\.1) ([1-5][0-9][0-9]) ([\x20-\x7e]*)", lines[0])
        if not match:
            return Answer("?", 0, "", [], head, ["the status line is malformed"])
        status, fields = int(match[2]), []
        for line in lines[1:]:
            field = re.fullmatch(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*", line)
            if field:
                fields.append((field[1].decode(), field[2].decode("latin-1")))
            else:
                faults.append(f"a field line is malformed: {line!r}")
        answer = Answer(match[1].decode(), status, match[3].decode(), fields, b"", faults)
        lengths = answer.all("Content-Length")
        if status < 200 or status in (204, 304) or is_head:
            return answer
        if answer.get("Transfer-Encoding"):
            faults.append("a transfer coding where a length would do")
        if len(lengths) != 1 or not lengths[0].isdigit():
            # Only the end of the connection can end such a body.
            faults.append("no Content-Length")
            while self.more(timeout):
                pass
            answer.body, self.unread = self.unread, b""
            return answer
        length = int(lengths[0])
        while len(self.unread) < length:
            if not self.more(timeout):
                faults.append("the body is shorter than its Content-Length")
                break
        answer.body, self.unread = self.unread[:length], self.unread[length:]
        return answer
