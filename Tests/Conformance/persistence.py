"""Connections and expectations: RFC 9112 section 9, RFC 9110 section 10.1.1; methods: RFC 9110 section 9."""
from case import chunked, get, must, post, request, should

GET = get()

# --- RFC 9112 section 9.3: persistence
must("9112 9.3", "HTTP/1.1 persists", GET, 200, keeps=True)
must("9112 9.3", "twenty requests one after the other", [GET] * 20, [200] * 20, keeps=True)
must("9112 9.3.2", "twenty pipelined requests are answered in order", GET * 20, [200] * 20, keeps=True)
must("9112 9.3.2", "pipelined answers keep their order", b"".join(get(path=p) for p in ("/healthz", "/none", "/healthz", "/none")), [200, "404|200", 200, "404|200"])
must("9112 9.3.2", "two hundred pipelined requests", GET * 200, [200] * 200, keeps=True)
for name, field in {
    "close": "close", "in capitals": "CLOSE", "mixed": "cLoSe", "first of a list": "close, te", "last of a list": "x, y, close", "among empty elements": ", ,close,,", "with HTAB": "\tclose\t", "beside keep-alive": "keep-alive, close", "before keep-alive": "close, keep-alive", "without spaces": "x,close,y",
}.items():
    must("9112 9.6", f"Connection: close, {name}", get(f"Connection: {field}") + GET, 200, closes=True, fields={"Connection": "(?i)close"})
must("9112 9.6", "close on the second of two lines", get("Connection: x", "Connection: close") + GET, 200, closes=True)
must("9112 9.6", "close on the first of two lines", get("Connection: close", "Connection: keep-alive") + GET, 200, closes=True)
for field in ("keep-alive", "Keep-Alive", "x", "closed", "clos", "not-close", "x-close", "", "Upgrade", "TE", "Host", "close-not", '"close"'):
    must("9112 9.3", f"a Connection that does not say close, {field!r}", get(f"Connection: {field}"), 200, keeps=True)
must("9112 9.6", "what follows close is not served", get("Connection: close") + GET * 5, 200, closes=True)
must("9112 9.3", "HTTP/1.0 closes", request("GET /healthz HTTP/1.0") + GET, 200, closes=True)
should("9112 9.3", "HTTP/1.0 with keep-alive persists", request("GET /healthz HTTP/1.0", "Connection: keep-alive"), 200, keeps=True, fields={"Connection": "(?i)keep-alive"})
should("9112 9.3", "HTTP/1.0 with Keep-Alive in a list persists", request("GET /healthz HTTP/1.0", "Connection: x, Keep-Alive"), 200, keeps=True, fields={"Connection": "(?i)keep-alive"})
must("9112 9.3", "HTTP/1.0 with close and keep-alive closes", request("GET /healthz HTTP/1.0", "Connection: keep-alive, close"), 200, closes=True)
must("9112 9.3", "HTTP/1.0 then HTTP/1.1 on one connection", request("GET /healthz HTTP/1.0", "Connection: keep-alive") + GET, [200, 200], keeps=True)
must("9112 9.3", "HTTP/1.0 with a body and keep-alive", post("Content-Length: 5", "Connection: keep-alive", body="hello", version="1.0") + GET, ["understood", 200])
must("9112 9.3.2", "POST after POST after POST", (post("Content-Length: 5", body="hello")) * 3 + GET, ["understood"] * 3 + [200])
must("9112 9.3.2", "POST with a length after POST in chunks", chunked("5\r\nhello\r\n0\r\n\r\n") + post("Content-Length: 5", body="hello") + chunked("1\r\nx\r\n0\r\n\r\n") + GET, ["understood"] * 3 + [200])
must("9112 9.3", "a refusal of the resource leaves the connection open", get(path="/none"), "404|200", keeps=True)
should("9112 9.6", "an answer to a request that closes can be read although more was sent", get("Connection: close") + b"x" * 500_000, 200, closes=True)
should("9112 9.6", "a refusal can be read although a body is still coming", [post("Content-Length: 999999999")] + [b"x" * 65536] * 60, 413, closes=True)
should("9112 9.6", "a refusal of the head can be read although more was sent", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n" + b"x" * 500_000, 400, closes=True)
must("9112 9.6", "a client that ends sending is answered", GET, 200, half=True, closes=True)
must("9112 9.6", "pipelined requests of a client that ends sending are answered", GET * 3, [200] * 3, half=True, closes=True)
must("9112 8", "a head cut off", b"GET /healthz HTTP/1.1\r\nHost: h\r\n", "400", half=True, closes=True)
must("9112 8", "a request line cut off", b"GET /hea", "400", half=True, closes=True)
must("9112 8", "a good request, then one cut off", GET + b"GET /hea", [200, 400], half=True, closes=True)
must("9112 2.1", "a head in single bytes", [bytes([b]) for b in GET], 200, keeps=True)
must("9112 2.1", "a request cut between CR and LF", [GET[:-1], GET[-1:]], 200, keeps=True)
must("9112 2.1", "two requests cut in the middle of the second", [GET + GET[:20], GET[20:]], [200, 200], keeps=True)

# --- RFC 9110 section 7.8: upgrades are not taken
for name, fields in {"h2c": ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"], "WebSocket": ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"], "nonsense": ["Connection: Upgrade", "Upgrade: x/1"]}.items():
    must("9110 7.8", f"an upgrade to {name} may be ignored", get(*fields), 200, keeps=True)

# --- RFC 9110 section 10.1.1: expectations
must("9110 10.1.1", "100 is sent before the body is there, or a final answer", post("Expect: 100-continue", "Content-Length: 5"), "100|understood")
must("9110 10.1.1", "the body follows the 100", [post("Expect: 100-continue", "Content-Length: 5"), b"hello" ], "understood", interim=True)
must("9110 10.1.1", "no 100 where the body came along", post("Expect: 100-continue", "Content-Length: 5", body="hello") + GET, ["understood", 200])
must("9110 10.1.1", "no 100 in HTTP/1.0", post("Expect: 100-continue", "Content-Length: 5", "Connection: keep-alive", body="hello", version="1.0"), "understood")
must("9110 10.1.1", "no 100 without a body", get("Expect: 100-continue"), 200, keeps=True)
should("9110 10.1.1", "100-continue in any case", post("Expect: 100-CONTINUE", "Content-Length: 5", body="hello"), "understood")
for value in ("x", "100-continue, x", "200-ok", "100", "100-continue=x", "100-continued", "100-continue;q=1"):
    should("9110 10.1.1", f"an expectation that cannot be met, {value}", post(f"Expect: {value}", "Content-Length: 5", body="hello"), 417)
must("9110 10.1.1", "an unknown expectation in HTTP/1.0 is ignored", request("GET /healthz HTTP/1.0", "Expect: x"), 200)
must("9110 10.1.1", "a body too large is refused without a 100", post("Expect: 100-continue", "Content-Length: 99999999"), 413, closes=True)
must("9110 10.1.1", "an unknown path is refused without a 100", post("Expect: 100-continue", "Content-Length: 5", path="/none"), 404, wire=False)
must("9110 10.1.1", "a wrong method is refused without a 100", post("Expect: 100-continue", "Content-Length: 5"), 405, wire=False)
must("9110 10.1.1", "a missing key is refused without a 100", post("Expect: 100-continue", "Content-Length: 5", path="/v1/referrals"), 401, wire=False)

for name, data in {"by POST": post("Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"), "without Connection": get("Upgrade: websocket"), "in HTTP/1.0": request("GET /healthz HTTP/1.0", "Connection: Upgrade", "Upgrade: websocket"), "of a bad version": get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 99")}.items():
    must("9110 7.8", f"no upgrade {name}", data, "understood", check=lambda a: a[0].status != 101)

# --- RFC 9110 section 9: methods
must("9110 9.3.2", "HEAD has no body and the length of GET", request("HEAD /healthz HTTP/1.1"), 200, head=[0], keeps=True, fields={"Content-Length": "[1-9][0-9]*"})
must("9110 9.3.2", "HEAD of what is not there has no body", request("HEAD /none HTTP/1.1"), "404|200", head=[0], keeps=True)
must("9110 9.3.2", "HEAD then GET, pipelined", request("HEAD /healthz HTTP/1.1") + GET, [200, 200], head=[0])
for line, status in {"HEAD /healthz HTTP/2.0": 505, "HEAD /healthz HTTP/x.0": 400, "HEAD /%zz HTTP/1.1": 400, "HEAD /" + "a" * 9000 + " HTTP/1.1": 414, "HEAD  /healthz HTTP/1.1": 400}.items():
    must("9110 9.3.2", f"HEAD that is refused for its request line has no body: {line[:30]}", request(line), status, head=[0], closes=True)
must("9110 9.3.2", "HEAD that is cut off has no body", "HEAD /hea", 400, head=[0], half=True, closes=True)
must("9110 9.3.2", "a refused HEAD has no body", request("HEAD /healthz HTTP/1.1", "X : y"), 400, head=[0], closes=True)
must("9110 15.5.6", "a wrong method is 405 with Allow", post("Content-Length: 0"), 405, keeps=True, wire=False, fields={"Allow": r"(?=.*\bGET\b)(?=.*\bHEAD\b).*"})
for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
    must("9110 15.5.6", f"{method} where it does not fit is 405 with Allow", request(f"{method} /healthz HTTP/1.1"), 405, keeps=True, wire=False, fields={"Allow": r".*\bGET\b.*"})
must("9110 9.3.8", "TRACE reflects nothing", request("TRACE /healthz HTTP/1.1", "X-Secret: abcdef"), "405|501", keeps=True, check=lambda a: b"abcdef" not in a[0].body)
must("9110 9.3.7", "OPTIONS of a resource says Allow", request("OPTIONS /healthz HTTP/1.1"), "200|204", keeps=True, wire=False, fields={"Allow": r".*\bGET\b.*"})
must("9110 9.3.7", "OPTIONS * says Allow", request("OPTIONS * HTTP/1.1"), "200|204", keeps=True, wire=False, fields={"Allow": r".*\bGET\b.*"})
should("9110 9.3.8", "TRACE with a body is refused and read over", request("TRACE /healthz HTTP/1.1", "Content-Length: 5", body="hello") + GET, ["400|405|501", 200], wire=False)
should("9110 9.3.7", "OPTIONS with Max-Forwards is answered", request("OPTIONS * HTTP/1.1", "Max-Forwards: 0"), "200|204", keeps=True)
must("9110 8.6", "a 204 has no Content-Length", request("OPTIONS /healthz HTTP/1.1"), "200|204", wire=False, check=lambda a: a[0].status != 204 or a[0].get("Content-Length") is None)

# --- RFC 9110 section 6.6.1: Date on everything; checked on every answer, here on each kind of refusal
for name, data in {"a malformed line": b"x\r\n\r\n", "another version": request("GET / HTTP/2.0"), "a body too large": post("Content-Length: 99999999999"), "an unknown method": request("BREW / HTTP/1.1"), "a target too long": request("GET /" + "a" * 9000 + " HTTP/1.1"), "a head too large": get("X: " + "a" * 20000), "an unknown expectation": get("Expect: x"), "a wrong Host": get(host="Host: @")}.items():
    must("9110 6.6.1", f"Date on the refusal of {name}", data, "refused", fields={"Date": r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"})
