"""Request lines, targets, Host, fields, versions: RFC 9112 sections 2, 3 and 5, RFC 9110 sections 4, 5 and 7."""
from case import get, must, request, should

line = lambda text, *fields, **more: request(text, *fields, **more)

# --- RFC 9112 section 2.2: how messages are parsed
must("9112 2.2", "an empty line before the request line is ignored", b"\r\n" + get(), 200)
should("9112 2.2", "two empty lines before the request line are ignored", b"\r\n\r\n" + get(), 200)
should("9112 2.2", "an empty line between two requests is ignored", get() + b"\r\n" + get(), ["200", "200"])
must("9112 2.2", "white space between the start line and the first field", b"GET /healthz HTTP/1.1\r\n Host: h\r\n\r\n", 400, closes=True)
must("9112 2.2", "HTAB between the start line and the first field", b"GET /healthz HTTP/1.1\r\n\tX: y\r\nHost: h\r\n\r\n", 400, closes=True)
for name, data in {
    "in the request line": b"GET /healthz\r HTTP/1.1\r\nHost: h\r\n\r\n",
    "before the request line": b"\rGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
    "in a field name": b"GET /healthz HTTP/1.1\r\nHost: h\r\nX\rY: z\r\n\r\n",
    "in a field value": b"GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
    "before a smuggled field": b"GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n",
    "as a line end": b"GET /healthz HTTP/1.1\rHost: h\r\r",
    "doubled before LF": b"GET /healthz HTTP/1.1\r\r\nHost: h\r\n\r\n",
    "at the end of a value": b"GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\r\r\n\r\n",
}.items():
    must("9112 2.2", f"a bare CR {name}", data, 400, closes=True)
for name, data in {
    "ends the request line": b"GET /healthz HTTP/1.1\nHost: h\r\n\r\n",
    "ends a field": b"GET /healthz HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
    "ends the head": b"GET /healthz HTTP/1.1\r\nHost: h\r\n\n",
    "ends everything": b"GET /healthz HTTP/1.1\nHost: h\n\n",
    "stands before the request": b"\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
    "starts a line of its own": b"GET /healthz HTTP/1.1\r\nHost: h\r\n\nX: y\r\n\r\n",
}.items():
    # A recipient MAY take a bare LF for a line end; the strict reading is that of section 2.1's grammar.
    should("9112 2.2", f"a bare LF {name}", data, 400, closes=True)
for name, data in {
    "TLS to a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "binary": bytes(range(1, 32)) * 2,
    "a NUL": b"\0\r\n\r\n",
    "text that is no request": b"hello world\r\n\r\n",
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a PROXY header": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
    "a byte order mark": b"\xef\xbb\xbfGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
}.items():
    should("9112 2.2", f"what does not match the grammar: {name}", data, "400|505", closes=True)

# --- section 3: the request line
for name, text in {
    "two spaces after the method": "GET  /healthz HTTP/1.1",
    "two spaces after the target": "GET /healthz  HTTP/1.1",
    "a space after the version": "GET /healthz HTTP/1.1 ",
    "a space before the method": " GET /healthz HTTP/1.1",
    "HTAB after the method": "GET\t/healthz HTTP/1.1",
    "HTAB after the target": "GET /healthz\tHTTP/1.1",
    "VT after the method": "GET\x0b/healthz HTTP/1.1",
    "FF after the target": "GET /healthz\x0cHTTP/1.1",
    "a space inside the target": "GET /healthz and more HTTP/1.1",
    "no target": "GET HTTP/1.1",
    "an empty target": "GET  HTTP/1.1",
    "no version": "GET /healthz",
    "no version but a space": "GET /healthz ",
    "a method alone": "GET",
    "text after the version": "GET /healthz HTTP/1.1 more",
    "a comma after the version": "GET /healthz HTTP/1.1,",
}.items():
    should("9112 3", f"an invalid request line, {name}", line(text), 400, closes=True)
for name, method in {"a parenthesis": "G(ET", "a slash": "G/ET", "a colon": "GET:", "a quote": '"GET"', "an at sign": "G@ET", "a comma": "GET,", "NUL": "GET\0", "obs-text": "G\xe9T", "braces": "{GET}", "an equals sign": "G=T", "DEL": "GET\x7f"}.items():
    must("9110 9.1", f"a method that is no token, {name}", line(f"{method} /healthz HTTP/1.1"), 400, closes=True)
for method in ("BREW", "FOO", "get", "Get", "PROPFIND", "GETS", "GE", "G", "!#$%&'*+-.^_`|~", "X-METHOD", "QUERY", "A" * 60):
    should("9110 9.1", f"a method that is not known, {method[:20]}", line(f"{method} /healthz HTTP/1.1"), 501)
should("9112 3", "a method longer than any", line("A" * 3000 + " /healthz HTTP/1.1"), "501|400", closes=True)
must("9112 3", "a target longer than any that is served", line("GET /" + "a" * 20_000 + " HTTP/1.1"), 414, closes=True)
must("9112 3", "a target that never ends", b"GET /" + b"a" * 100_000, 414, closes=True)
should("9112 3", "a request line of 8,000 bytes is taken", line("GET /healthz?" + "a" * 7_970 + " HTTP/1.1"), "understood|400", wire=False, check=lambda a: a[0].status != 414 and "invalidQuery" in a[0].body.decode() or a[0].status == 200)

# --- section 3.2: targets
for name, target in {
    "a query": "/healthz?", "a path with every character": "/a-._~!$&'()*+,;=:@b", "percent-encoding": "/%7Eab%C3%A9",
    "empty segments": "//", "a query with a question mark": "/x?a?b/c", "dot segments": "/../../healthz", "a colon": "/a:b",
}.items():
    must("9112 3.2.1", f"origin-form with {name}", line(f"GET {target} HTTP/1.1"), "understood", keeps=True)
for name, target in {
    "a fragment": "/healthz#x", "a fragment after the query": "/healthz?a#x", "a brace": "/{x}", "a quote": '/"x"', "a backslash": "/a\\b",
    "a caret": "/a^b", "a bar": "/a|b", "a grave accent": "/a`b", "angle brackets": "/<x>", "square brackets": "/a[b]", "NUL": "/a\0b",
    "DEL": "/a\x7fb", "obs-text": "/\xe9", "UTF-8": "/\xc3\xa9", "a control byte": "/a\x01b", "half a percent-encoding": "/a%2", "a bad percent-encoding": "/%zz",
    "a percent sign alone": "/%", "a percent sign in the query": "/x?%", "a quote in the query": '/x?"', "no slash": "healthz", "a question mark first": "?x",
    "a star and more": "*x", "a backslash first": "\\healthz",
}.items():
    should("9112 3.2", f"an invalid target with {name}", line(f"GET {target} HTTP/1.1"), 400, closes=True)
for target in ("http://h/healthz", "HTTP://h/healthz", "http://other/healthz", "http://h:80/healthz", "http://[::1]/healthz", "http://h:/healthz", "http://1.2.3.4:8080/healthz"):
    must("9112 3.2.2", f"absolute-form is accepted: {target}", line(f"GET {target} HTTP/1.1"), 200, keeps=True)
must("9112 3.2.2", "the Host field beside an absolute target is ignored", line("GET http://h/healthz HTTP/1.1", host="Host: another:81"), 200)
must("9112 3.2", "an absolute target does not make up for a missing Host", line("GET http://h/healthz HTTP/1.1", host=None), 400, closes=True)
must("9112 3.2", "an absolute target does not excuse an invalid Host", line("GET http://h/healthz HTTP/1.1", host="Host: a b"), 400, closes=True)
must("9112 3.2", "an absolute target does not excuse two Hosts", line("GET http://h/healthz HTTP/1.1", "Host: h"), 400, closes=True)
for name, target in {"user information": "http://u@h/healthz", "a password": "http://u:p@h/healthz", "an empty host": "http:///healthz", "only a port": "http://:80/healthz", "a bad port": "http://h:8x/healthz", "a big port": "http://h:99999/healthz",
                     "a fragment": "http://h/healthz#x", "one slash": "http:/healthz", "no slashes": "http:healthz", "an open bracket": "http://[::1/healthz", "a space in the host": "http://a b/", "another scheme": "ftp://h/healthz", "file": "file:///etc/passwd", "javascript": "javascript:alert(1)", "a backslash": "http:\\\\h\\healthz"}.items():
    must("9110 4.2", f"an absolute target with {name}", line(f"GET {target} HTTP/1.1"), "400|421", closes=True)
must("9110 7.4", "an https target without TLS is not served", line("GET https://h/healthz HTTP/1.1"), "421|400")
must("9112 3.2.4", "OPTIONS * is about the server", line("OPTIONS * HTTP/1.1"), "200|204", keeps=True)
must("9112 3.2.4", "an absolute OPTIONS without a path is about the server", line("OPTIONS http://h HTTP/1.1"), "200|204", keeps=True)
must("9112 3.2.4", "asterisk-form is for OPTIONS alone: GET", line("GET * HTTP/1.1"), 400, closes=True)
must("9112 3.2.4", "asterisk-form is for OPTIONS alone: POST", line("POST * HTTP/1.1", "Content-Length: 0"), 400, closes=True)
must("9112 3.2.3", "authority-form is for CONNECT alone", line("GET h:80 HTTP/1.1"), 400, closes=True)
must("9110 9.3.6", "CONNECT is not offered", line("CONNECT h:80 HTTP/1.1", host="Host: h:80"), "501|405|400")
for name, target in {"no port": "h", "an empty port": "h:", "an invalid port": "h:x", "a port too large": "h:99999", "a path": "/healthz", "a URI": "http://h:80/", "an asterisk": "*", "user information": "u@h:80"}.items():
    must("9110 9.3.6", f"CONNECT to {name}", line(f"CONNECT {target} HTTP/1.1"), 400, closes=True)

# --- section 3.2: Host
must("9112 3.2", "no Host", get(host=None), 400, closes=True)
for name, field in {
    "user information": "user@h", "user information and password": "u:p@h", "an open bracket": "[::1", "a closed bracket": "::1]", "letters in the port": "h:80x", "two ports": "h:80:81", "a bad percent-encoding": "%zz", "half a percent-encoding": "%4",
    "a space": "a b", "a slash": "h/x", "a scheme": "http://h", "a question mark": "h?x", "a fragment": "h#x", "only a port": ":80", "a big port": "h:65536", "a huge port": "h:99999999999999999999", "a negative port": "h:-1", "a space before the port": "h :80",
    "a bare IPv6 address": "::1", "an IPv6 address too long": "[1:2:3:4:5:6:7:8:9]", "two shortenings": "[1::2::3]", "an IPv6 zone": "[fe80::1%eth0]", "an empty literal": "[]", "text after the literal": "[::1]x", "letters in the literal": "[xyz]", "a future address without text": "[v1.]",
    "a backslash": "a\\b", "angle brackets": "<h>", "a quote": '"h"', "obs-text": "h\xe9", "a caret": "h^", "a brace": "{h}", "a bar": "a|b", "a list with spaces": "h, i", "a list": "h,i", "a list with ports": "h:80,i", "NUL": "h\0", "HTAB inside": "a\tb", "an at sign alone": "@",
}.items():
    must("9112 3.2", f"an invalid Host with {name}", get(host=f"Host: {field}"), 400, closes=True)
for field in ("h", "h:80", "h:", "h:08080", "EXAMPLE.com", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "[2001:db8::192.0.2.1]", "[v1.a:b]", "a_b", "a-b.c-d.", "%41bc", "a!$&'()*+;=b", "1.2.3.4.5", "xn--bcher-kva.example"):
    must("9112 3.2", f"a valid Host, {field}", get(host=f"Host: {field}"), 200, keeps=True)
must("9112 3.2", "an empty Host for an http target", get(host="Host:"), 400, closes=True)
must("9112 3.2", "a Host of white space", get(host="Host: \t "), 400, closes=True)
must("9112 3.2", "two Hosts", get("Host: i"), 400, closes=True)
must("9112 3.2", "the same Host twice", get("Host: h"), 400, closes=True)
must("9112 3.2", "two Hosts in other cases", get("hOsT: h"), 400, closes=True)
must("9112 3.2", "two Hosts, apart", get("X: y", "Y: z", "Host: h"), 400, closes=True)
must("9112 3.2", "two Hosts in HTTP/1.0", line("GET /healthz HTTP/1.0", "Host: h"), 400, closes=True)
must("9112 3.2", "an invalid Host in HTTP/1.0", line("GET /healthz HTTP/1.0", host="Host: a@b"), 400, closes=True)
must("9112 3.2", "no Host in HTTP/1.0 is well", line("GET /healthz HTTP/1.0", host=None), 200, closes=True)
must("9112 3.2", "a Host after the other fields", line("GET /healthz HTTP/1.1", "X: y", "Host: h", host=None), 200)

# --- section 2.3 and 3: versions
for version in ("HTTP/1.2", "HTTP/1.9"):
    should("9110 2.5", f"a higher minor version is read as 1.1: {version}", line(f"GET /healthz {version}"), 200, keeps=True)
for version in ("HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9", "HTTP/0.0"):
    should("9110 15.6.6", f"another major version: {version}", line(f"GET /healthz {version}"), 505, closes=True)
for version in ("http/1.1", "Http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.10", "HTTP/11.1", "HTTP/01.1", "HTTP/1.01", "HTTP/1,1", "HTTP 1.1", "HTTP/1.1x", "HTTPS/1.1", "HTTP/ 1.1", "HTTP/1 .1", "HTTP/-1.1", "HTTP/+1.1", "HTTP/a.b", "HTTP/1.a", "HTP/1.1", "ICY/1.1", "/1.1", "HTTP/", "HTTP", "1.1", "HTTP/1.1\0", "HTTP/\xb1.1", "HTTP//1.1", "HTTP/1.1/1.1", "HTTP\\1.1"):
    must("9112 2.3", f"an invalid version, {version!r}", line(f"GET /healthz {version}"), "400|505", closes=True)
should("9112 2.3", "HTTP/0.9 is not spoken", b"GET /healthz\r\n", 400, closes=True)
should("9113 3.4", "the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505|400", closes=True)
must("9112 2.3", "HTTP/1.0 is answered as HTTP/1.1 and closed", line("GET /healthz HTTP/1.0"), 200, closes=True)

# --- section 5: fields
for name, field in {
    "SP before the value": "X: y", "no space": "X:y", "HTAB before the value": "X:\ty", "much white space": "X: \t  \t y \t ", "HTAB inside": "X: a\tb", "nothing": "X:", "white space alone": "X: \t", "obs-text": "X: \xe9\xff\x80",
    "every kind of token byte": "!#$%&'*+-.^_`|~09azAZ: y", "a colon in the value": "X: a:b", "quotes that do not close": 'X: "a', "a value of 4,000 bytes": "X: " + "a" * 4000, "a comma": "X: ,", "a name of digits": "123: y", "a percent sign": "X: %00",
}.items():
    must("9110 5.5", f"a valid field with {name}", get(field), 200, keeps=True)
for name, field in {
    "SP before the colon": "X : y", "HTAB before the colon": "X\t: y", "SP before the colon of Content-Length": "Content-Length : 0", "SP before the colon of Transfer-Encoding": "Transfer-Encoding : chunked", "SP before the colon of Host": "Host : h",
}.items():
    must("9112 5.1", f"white space: {name}", get(field), 400, closes=True)
for name, field in {"SP": "X: a\r\n b", "HTAB": "X: a\r\n\tb", "an empty continuation": "X: a\r\n \r\nY: z", "a folded Transfer-Encoding": "Transfer-Encoding:\r\n chunked", "a folded Content-Length": "Content-Length:\r\n 0", "a fold before the value": "X:\r\n y", "two folds": "X: a\r\n b\r\n c"}.items():
    must("9112 5.2", f"a folded line with {name}", get(field), 400, closes=True)
must("9112 5.2", "a folded Host", get(host="Host:\r\n h"), 400, closes=True)
for name, value in {"NUL": "a\0b", "NUL alone": "\0", "BEL": "a\x07", "ESC": "\x1b[0m", "DEL": "a\x7f", "VT": "a\x0bb", "FF": "a\x0cb", "BS": "\x08", "SOH": "\x01", "US": "\x1f"}.items():
    must("9110 5.5", f"a control byte in a value, {name}", get(f"X: {value}"), 400, closes=True)
for name, field in {"a space": "X Y: z", "a parenthesis": "X(: y", "a slash": "X/Y: z", "NUL": "X\0: y", "obs-text": "\xc9: y", "a quote": '"X": y', "braces": "{X}: y", "an at sign": "X@: y", "DEL": "X\x7f: y", "a comma": "X,Y: z", "a semicolon": "X;: y", "an equals sign": "X=: y", "a backslash": "X\\: y", "brackets": "[X]: y", "a question mark": "X?: y", "VT before Transfer-Encoding": "\x0bTransfer-Encoding: chunked", "angle brackets": "<X>: y", "ESC": "\x1b: y"}.items():
    must("9110 5.1", f"a name that is no token, with {name}", get(field), 400, closes=True)
must("9112 5", "a line without a colon", get("nonsense"), 400, closes=True)
must("9112 5", "a line without a name", get(": y"), 400, closes=True)
must("9112 5", "a colon alone", get(":"), 400, closes=True)
must("9112 5", "a second request line among the fields", get("GET /x HTTP/1.1"), 400, closes=True)
should("9110 5.4", "a field of 100,000 bytes", get("X: " + "a" * 100_000), 431, closes=True)
should("6585 5", "a thousand fields", get(*(f"X-{n}: y" for n in range(1000))), 431, closes=True)
should("6585 5", "a head that never ends", [get()[:-2]] + [b"X: " + b"a" * 1000 + b"\r\n"] * 100, 431, closes=True)
should("6585 5", "a name that never ends", get()[:-2] + b"A" * 100_000, 431, closes=True)
must("9110 5.3", "an unknown field on two lines is well", get("X: a", "X: b"), 200, keeps=True)
