"""Where a body ends: RFC 9112 sections 6 and 7, and what the literature on request smuggling adds to them.

Where a body was framed rightly a second request follows it, so that a body that is read short or long shows."""
from case import chunked, get, must, post, request, should

NEXT = get()

# --- section 6.2 and 6.3: Content-Length
for name, value in {"a plus sign": "+5", "a minus sign": "-5", "hexadecimal": "0x5", "a hexadecimal letter": "a", "a fraction": "5.0", "an exponent": "5e0", "a space inside": "5 5", "a list that differs": "5, 6", "letters after it": "5x", "a quote": '"5"', "nothing": "", "white space": " \t ", "a comma": ",", "a leading comma": ",5", "a trailing comma": "5,", "NUL": "5\0", "obs-text": "\xb5", "an underscore": "5_0", "a semicolon": "5;x", "an apostrophe": "5'", "Arabic digits": "\xd9\xa5", "VT": "5\x0b", "a minus zero": "-0"}.items():
    must("9112 6.3", f"a Content-Length with {name}", post(f"Content-Length: {value}", body="hello") + NEXT, 400, closes=True)
for digits in ("9223372036854775808", "18446744073709551615", "18446744073709551616", "18446744073709551621", "4294967301" + "0" * 12, "9" * 30, "9" * 400):
    must("9110 8.6", f"a Content-Length that overflows, {digits[:24]}", post(f"Content-Length: {digits}", body="hello") + NEXT, "400|413", closes=True)
must("9110 15.5.14", "a Content-Length beyond what is taken", post("Content-Length: 99999999999", body="hello"), 413, closes=True)
must("9112 6.3", "two Content-Lengths that differ", post("Content-Length: 5", "Content-Length: 6", body="hello!") + NEXT, 400, closes=True)
must("9112 6.3", "two that differ, the second invalid", post("Content-Length: 5", "Content-Length: x", body="hello") + NEXT, 400, closes=True)
must("9112 6.3", "two that differ in other cases", post("Content-Length: 5", "content-LENGTH: 0", body="hello") + NEXT, 400, closes=True)
must("9112 6.3", "three, the last differing", post("Content-Length: 5", "Content-Length: 5", "Content-Length: 0", body="hello") + NEXT, 400, closes=True)
# The RFC lets equal repeats be refused or joined: refused, since proxies differ about them.
should("9112 6.3", "the same Content-Length twice", post("Content-Length: 5", "Content-Length: 5", body="hello"), 400, closes=True)
should("9112 6.3", "a Content-Length list of the same", post("Content-Length: 5, 5", body="hello"), 400, closes=True)
should("9112 6.3", "5 and 05", post("Content-Length: 5", "Content-Length: 05", body="hello"), 400, closes=True)
must("9112 6.2", "a body of its Content-Length", post("Content-Length: 5", body="hello") + NEXT, ["understood", 200])
must("9112 6.2", "a Content-Length with leading zeros", post("Content-Length: 0005", body="hello") + NEXT, ["understood", 200])
must("9112 6.2", "a Content-Length of 0", post("Content-Length: 0") + NEXT, ["understood", 200])
must("9112 6.2", "a Content-Length with HTAB around it", post("Content-Length:\t5\t", body="hello") + NEXT, ["understood", 200])
must("9112 6.2", "the name in any case", post("cOnTeNt-LeNgTh: 5", body="hello") + NEXT, ["understood", 200])
must("9110 9.3.1", "a GET with a body is read over", request("GET /healthz HTTP/1.1", "Content-Length: 5", body="hello") + NEXT, [200, 200])
must("9110 9.3.1", "a GET whose body looks like a request", request("GET /healthz HTTP/1.1", f"Content-Length: {len(get(path='/smuggled'))}", body=get(path="/smuggled").decode()) + NEXT, [200, 200])
must("9110 9.3.2", "a HEAD with a body is read over", request("HEAD /healthz HTTP/1.1", "Content-Length: 5", body="hello") + NEXT, [200, 200], head=[0])
must("9110 9.3.7", "OPTIONS with a body is read over", request("OPTIONS * HTTP/1.1", "Content-Length: 5", body="hello") + NEXT, ["200|204", 200])
must("9110 9.3.5", "DELETE with a body is read over", request("DELETE /healthz HTTP/1.1", "Content-Length: 5", body="hello") + NEXT, ["understood|501", 200])
must("9110 9.1", "the body of a method that is not known is read over", request("BREW /healthz HTTP/1.1", "Content-Length: 5", body="hello") + NEXT, ["501|405", 200], wire=False)
must("9112 6.3", "without a length a request has no body", post() + NEXT, ["understood|411", 200])
must("9112 6.3", "a body in pieces", [post("Content-Length: 5"), b"he", b"llo", NEXT], ["understood", 200])
must("9112 6.3", "a body cut off by the client", post("Content-Length: 50", body="hello"), 400, half=True, closes=True)

# --- section 6.1: Transfer-Encoding
WHOLE = "5\r\nhello\r\n0\r\n\r\n"
for name, fields in {
    "Content-Length before Transfer-Encoding": ["Content-Length: 15", "Transfer-Encoding: chunked"], "Transfer-Encoding before Content-Length": ["Transfer-Encoding: chunked", "Content-Length: 15"], "Content-Length 0": ["Content-Length: 0", "Transfer-Encoding: chunked"],
    "Content-Length and an empty coding": ["Content-Length: 5", "Transfer-Encoding:"], "Content-Length and identity": ["Content-Length: 5", "Transfer-Encoding: identity"], "Content-Length and nonsense": ["Content-Length: 5", "Transfer-Encoding: xchunked"],
    "an invalid Content-Length": ["Content-Length: x", "Transfer-Encoding: chunked"], "Content-Length and gzip, chunked": ["Content-Length: 5", "Transfer-Encoding: gzip, chunked"], "both in other cases": ["cONTENT-lENGTH: 15", "tRANSFER-eNCODING: cHUNKED"],
}.items():
    must("9112 6.1", f"both lengths: {name}", post(*fields, body=WHOLE) + NEXT, "400|501", closes=True)
for name, fields in {
    "nothing": ["Transfer-Encoding:"], "a comma": ["Transfer-Encoding: ,"], "identity": ["Transfer-Encoding: identity"], "chunked twice": ["Transfer-Encoding: chunked, chunked"], "chunked on two lines": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "chunked and identity": ["Transfer-Encoding: chunked, identity"],
    "identity and chunked on two lines, chunked first": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "gzip after chunked": ["Transfer-Encoding: chunked, gzip"], "gzip alone": ["Transfer-Encoding: gzip"], "x before it": ["Transfer-Encoding: xchunked"], "x after it": ["Transfer-Encoding: chunkedx"], "a quote": ['Transfer-Encoding: "chunked"'],
    "apostrophes": ["Transfer-Encoding: 'chunked'"], "a parameter": ["Transfer-Encoding: chunked;q=1"], "an empty parameter": ["Transfer-Encoding: chunked;"], "VT before it": ["Transfer-Encoding: \x0bchunked"], "FF after it": ["Transfer-Encoding: chunked\x0c"], "NUL after it": ["Transfer-Encoding: chunked\0"], "obs-text before it": ["Transfer-Encoding: \xffchunked"], "a no-break space": ["Transfer-Encoding: \xa0chunked"],
    "chunk": ["Transfer-Encoding: chunk"], "a space inside": ["Transfer-Encoding: chun ked"], "nonsense": ["Transfer-Encoding: cow"], "chunked and cow": ["Transfer-Encoding: chunked, cow"], "a semicolon in place of a comma": ["Transfer-Encoding: gzip; chunked"], "a fold": ["Transfer-Encoding: chunked\r\n , identity"], "brackets": ["Transfer-Encoding: [chunked]"], "a long s": ["Transfer-Encoding: chunked\xc5\xbf"], "a Kelvin sign": ["Transfer-Encoding: chun\xe2\x84\xaaed"], "a bare CR": ["Transfer-Encoding: \rchunked"], "a bare LF": ["Transfer-Encoding: \nchunked"],
}.items():
    must("9112 6.3", f"a Transfer-Encoding of {name}", post(*fields, body=WHOLE) + NEXT, "400|501", closes=True)
for value in ("gzip, chunked", "deflate, chunked", "cow, chunked", "identity, chunked", "compress, gzip, chunked"):
    should("9112 6.1", f"a coding that is not understood, then chunked: {value}", post(f"Transfer-Encoding: {value}", body=WHOLE), "501|400", closes=True)
must("9112 6.1", "gzip and chunked on two lines", post("Transfer-Encoding: gzip", "Transfer-Encoding: chunked", body=WHOLE), "501|400", closes=True)
for name, text in {"with chunked": ["Transfer-Encoding: chunked"], "with keep-alive": ["Transfer-Encoding: chunked", "Connection: keep-alive"], "with both lengths": ["Transfer-Encoding: chunked", "Content-Length: 5"]}.items():
    must("9112 6.1", f"Transfer-Encoding in HTTP/1.0 {name}", post(*text, body=WHOLE, version="1.0") + NEXT, "400|501", closes=True)
for name, field in {"as it is": "chunked", "in capitals": "CHUNKED", "mixed": "cHuNkEd", "HTAB around it": "\tchunked\t", "an empty list element before it": ", chunked", "an empty list element after it": "chunked ,"}.items():
    must("9112 7", f"chunked {name}", chunked(WHOLE).replace(b"chunked", field.encode(), 1) + NEXT, ["understood", 200])
must("9112 7.4", "TE is no Transfer-Encoding", get("TE: trailers, chunked;q=0.5", "Connection: TE"), 200, keeps=True)
for name, field in {"an underscore": "Transfer_Encoding: chunked", "a prefix": "X-Transfer-Encoding: chunked", "a suffix": "Transfer-Encoding-X: chunked"}.items():
    must("9112 6.3", f"a field that is not Transfer-Encoding: {name}", get(field) + NEXT, [200, 200])

# --- section 7.1: chunks
GOOD = {
    "one chunk": WHOLE, "two chunks": "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "no chunk": "0\r\n\r\n", "capital digits": "A\r\n0123456789\r\n0\r\n\r\n", "small digits": "a\r\n0123456789\r\n0\r\n\r\n", "leading zeros": "00005\r\nhello\r\n0\r\n\r\n", "many leading zeros": "0" * 40 + "5\r\nhello\r\n0\r\n\r\n", "a long last chunk": "5\r\nhello\r\n000000000000000000000\r\n\r\n",
    "an extension": "5;x\r\nhello\r\n0\r\n\r\n", "an extension with a value": "5;x=y\r\nhello\r\n0\r\n\r\n", "a quoted value": '5;x="y z"\r\nhello\r\n0\r\n\r\n', "a quoted quote": '5;x="a\\"b"\r\nhello\r\n0\r\n\r\n', "a quoted semicolon": '5;x="a;b"\r\nhello\r\n0\r\n\r\n', "two extensions": "5;a=1;b\r\nhello\r\n0\r\n\r\n", "an extension of the last chunk": "5\r\nhello\r\n0;x=y\r\n\r\n",
    "white space around the semicolon": "5 ; x\r\nhello\r\n0\r\n\r\n", "white space around the equals sign": "5;x = y\r\nhello\r\n0\r\n\r\n", "HTAB before the semicolon": "5\t;x\r\nhello\r\n0\r\n\r\n", "an empty quoted value": '5;x=""\r\nhello\r\n0\r\n\r\n', "obs-text in a quoted value": '5;x="\xe9"\r\nhello\r\n0\r\n\r\n',
    "a trailer": "5\r\nhello\r\n0\r\nX: y\r\n\r\n", "two trailers": "5\r\nhello\r\n0\r\nX: y\r\nY:\tz \r\n\r\n", "an empty trailer value": "5\r\nhello\r\n0\r\nX:\r\n\r\n", "line ends in the data": "4\r\n\r\n\r\n\r\n0\r\n\r\n", "a last chunk in the data": "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
}
for name, body in GOOD.items():
    must("9112 7.1", f"a chunked body with {name}", chunked(body) + NEXT, ["understood", 200])
for field in ("Content-Length: 3", "Transfer-Encoding: chunked", "Host: other", "Connection: close", "Authorization: Bearer x", "Content-Type: text/html", "Expect: x", "Content-Encoding: gzip"):
    must("9110 6.5.1", f"a trailer that would be a header is not merged: {field}", chunked(f"5\r\nhello\r\n0\r\n{field}\r\n\r\n", "Trailer: X") + NEXT, ["understood", 200])
BAD = {
    "0x before the size": "0x5\r\nhello\r\n0\r\n\r\n", "a plus sign": "+5\r\nhello\r\n0\r\n\r\n", "a minus sign": "-5\r\nhello\r\n0\r\n\r\n", "no size": "\r\nhello\r\n0\r\n\r\n", "a letter beyond f": "5g\r\nhello\r\n0\r\n\r\n", "a space before the size": " 5\r\nhello\r\n0\r\n\r\n", "a space after the size": "5 \r\nhello\r\n0\r\n\r\n", "HTAB after the size": "5\t\r\nhello\r\n0\r\n\r\n", "an underscore": "0_5\r\nhello\r\n0\r\n\r\n",
    "a bare LF after the size": "5\nhello\r\n0\r\n\r\n", "a bare CR after the size": "5\rhello\r\n0\r\n\r\n", "a bare LF after the data": "5\r\nhello\n0\r\n\r\n", "a bare CR after the data": "5\r\nhello\r0\r\n\r\n", "nothing after the data": "5\r\nhello0\r\n\r\n", "data longer than its size": "4\r\nhello\r\n0\r\n\r\n", "data shorter than its size": "6\r\nhello\r\n0\r\n\r\n", "two bytes in place of CR LF": "5\r\nhelloXY0\r\n\r\n", "one byte more": "5\r\nhelloX\r\n0\r\n\r\n",
    "a bare LF after the last chunk": "5\r\nhello\r\n0\n\r\n", "a bare LF at the end": "5\r\nhello\r\n0\r\n\n", "an X in place of the end": "5\r\nhello\r\n0\r\nX\r\n\r\n", "a NUL in the size": "5\0\r\nhello\r\n0\r\n\r\n", "obs-text in the size": "5\xff\r\nhello\r\n0\r\n\r\n", "a comma after the size": "5,\r\nhello\r\n0\r\n\r\n", "a quoted size": '"5"\r\nhello\r\n0\r\n\r\n', "a fraction": "5.0\r\nhello\r\n0\r\n\r\n",
    "a semicolon and nothing": "5;\r\nhello\r\n0\r\n\r\n", "an extension without a name": "5;=y\r\nhello\r\n0\r\n\r\n", "an extension with a bare LF": "5;x\nhello\r\n0\r\n\r\n", "a bare LF inside an extension": "5;a\nb\r\nhello\r\n0\r\n\r\n", "a bare CR inside an extension": "5;a\rb\r\nhello\r\n0\r\n\r\n", "a quote that does not close": '5;x="y\r\nhello\r\n0\r\n\r\n', "a bare LF in a quoted value": '5;x="\n"\r\nhello\r\n0\r\n\r\n', "CR LF in a quoted value": '5;x="\r\n"\r\nhello\r\n0\r\n\r\n', "NUL in an extension": "5;x=\0\r\nhello\r\n0\r\n\r\n", "no value": "5;x=\r\nhello\r\n0\r\n\r\n", "text after a quoted value": '5;x="y"z\r\nhello\r\n0\r\n\r\n', "a space in a name": "5;x y\r\nhello\r\n0\r\n\r\n", "two semicolons": "5;;x\r\nhello\r\n0\r\n\r\n", "white space at the end of an extension": "5;x \r\nhello\r\n0\r\n\r\n",
    "white space before a trailer's colon": "5\r\nhello\r\n0\r\nX : y\r\n\r\n", "a folded trailer": "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n", "a trailer without a colon": "5\r\nhello\r\n0\r\nnonsense\r\n\r\n", "a bare LF in a trailer": "5\r\nhello\r\n0\r\nX: y\nY: z\r\n\r\n", "NUL in a trailer": "5\r\nhello\r\n0\r\nX: \0\r\n\r\n", "a trailer without a name": "5\r\nhello\r\n0\r\n: y\r\n\r\n", "a request in place of a trailer": "5\r\nhello\r\n0\r\nGET /healthz HTTP/1.1\r\n\r\n",
}
for name, body in BAD.items():
    must("9112 7.1", f"a chunked body with {name}", chunked(body), 400, closes=True)
for size in ("ffffffffffffffff", "8000000000000000", "7fffffffffffffff", "10000000000000005", "100000000", "fffffffff", "f" * 100, "1" + "0" * 16 + "5"):
    must("9112 7.1", f"a chunk size that overflows, {size[:20]}", chunked(f"{size}\r\nhello\r\n0\r\n\r\n") , "400|413", closes=True)
should("9112 7.1.1", "extensions without end", [chunked("5;x=")] + [b"a" * 1000] * 40, "400|413|431", closes=True)
should("9112 7.1.1", "an extension of each of many chunks", chunked("".join("1;" + "e" * 100 + "\r\nx\r\n" for _ in range(600))), "400|413|431", closes=True)
should("9112 7.1.2", "a trailer section without end", [chunked("5\r\nhello\r\n0\r\n")] + [b"X: " + b"a" * 1000 + b"\r\n"] * 40, "400|413|431", closes=True)
should("9112 7.1", "a size that never ends", [chunked("")] + [b"0" * 1000] * 40, "400|413|431", closes=True)
should("9110 15.5.14", "a chunked body beyond what is taken", [chunked("")] + [b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 40, 413, closes=True)
must("9112 7.1", "a chunked body cut off by the client", chunked("5\r\nhel"), 400, half=True, closes=True)
must("9112 7.1", "a chunked body in single bytes", [chunked("")] + [bytes([b]) for b in b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"] + [NEXT], ["understood", 200])
must("9110 9.3.1", "a GET with a chunked body is read over", request("GET /healthz HTTP/1.1", "Transfer-Encoding: chunked", body=WHOLE) + NEXT, [200, 200])

# --- section 9.5 of RFC 9112 aside, what published smuggling relies on
should("9112 11.2", "CL.TE with a request behind it", post("Content-Length: 6", "Transfer-Encoding: chunked", body="0\r\n\r\nG"), "400|501", closes=True)
should("9112 11.2", "TE.CL with a request behind it", post("Content-Length: 4", "Transfer-Encoding: chunked", body="5c\r\nGPOST /x HTTP/1.1\r\n\r\n0\r\n\r\n"), "400|501", closes=True)
should("9112 11.2", "CL.0: a body that looks like a request", post(f"Content-Length: {len(NEXT)}", body=NEXT.decode()) + NEXT, ["understood", 200])
should("9112 11.2", "0.CL: a length hidden from a proxy", request("GET /healthz HTTP/1.1", "\rContent-Length: 5", body="hello"), 400, closes=True)
should("9112 11.2", "TE hidden by a tab before the colon", post("Content-Length: 5", "Transfer-Encoding\t: chunked", body=WHOLE), 400, closes=True)
should("9112 11.2", "TE hidden by a bare LF", post("Content-Length: 5", "X: y\nTransfer-Encoding: chunked", body=WHOLE), 400, closes=True)
should("9112 11.2", "TE hidden by a bare CR", post("Content-Length: 5", "X: y\rTransfer-Encoding: chunked", body=WHOLE), 400, closes=True)
should("9112 11.2", "TE hidden by NUL", post("Content-Length: 5", "Transfer-Encoding\0: chunked", body=WHOLE), 400, closes=True)
should("9112 11.2", "two Transfer-Encodings, the first nonsense", post("Transfer-Encoding: cow", "Transfer-Encoding: chunked", body=WHOLE), "400|501", closes=True)
should("9112 11.2", "two Transfer-Encodings, the second nonsense", post("Transfer-Encoding: chunked", "Transfer-Encoding: cow", body=WHOLE), "400|501", closes=True)
should("9112 11.2", "a Connection that names Content-Length", post("Connection: Content-Length", "Content-Length: 5", body="hello") + NEXT, ["understood", 200])
should("9112 11.2", "a Connection that names Transfer-Encoding", chunked(WHOLE, "Connection: Transfer-Encoding") + NEXT, ["understood", 200])
should("9112 11.1", "an answer is not split by a query", get(path="/healthz?a=%0d%0aX:%20y"), "understood|400", check=lambda a: not a[0].get("X"))
