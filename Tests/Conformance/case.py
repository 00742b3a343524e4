"""What a case is: bytes, the section that rules them, and what must come back."""

CASES = []
# Statuses of a request that was understood, whatever the resource thinks of it.
UNDERSTOOD = {200, 201, 204, 304, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428}
# A body that is refused with the framing, and the words tests use for sets of statuses.
SETS = {"understood": UNDERSTOOD, "2xx": {200, 201, 204}, "refused": {400, 401, 403, 404, 405, 411, 413, 414, 415, 417, 421, 426, 431, 501, 505}}


def statuses(want):
    """`200`, `400|501`, `understood`: as a set."""
    found = set()
    for word in str(want).split("|"):
        found |= SETS.get(word) or {int(word)}
    return found


class Case:
    def __init__(self, level, section, title, send, want, **rules):
        self.level, self.section, self.title = level, section, title
        self.send = [send] if isinstance(send, (bytes, str)) else list(send)
        self.want = [statuses(one) for one in ([want] if isinstance(want, (str, int)) else want)]
        # Rules: closes, keeps, head (which answers are to HEAD), fields {name: pattern or None}, body (pattern),
        # wire (False: only a service with the API can answer), half (end sending after the bytes), tls,
        # pieces (seconds between the parts of `send`), silent (nothing may come), check (a function of answers).
        self.rules = rules


def must(section, title, send, want, **rules):
    CASES.append(Case("MUST", section, title, send, want, **rules))


def should(section, title, send, want, **rules):
    CASES.append(Case("SHOULD", section, title, send, want, **rules))


def request(line, *fields, body="", host="Host: h"):
    """Lines joined by CR LF, a Host unless told otherwise. Text is taken as Latin-1, so that any byte can be said."""
    lines = [line] + ([host] if host is not None else []) + list(fields)
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def get(*fields, path="/healthz", host="Host: h"):
    return request(f"GET {path} HTTP/1.1", *fields, host=host)


def post(*fields, body="", path="/healthz", version="1.1"):
    return request(f"POST {path} HTTP/{version}", *fields, body=body)


def chunked(body, *fields, path="/healthz"):
    return post("Transfer-Encoding: chunked", *fields, body=body, path=path)
