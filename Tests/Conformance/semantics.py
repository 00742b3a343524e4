"""What only the whole service can answer: preconditions, negotiation, keys, media types. RFC 9110 sections 8, 11 to 15.

`@dashboard@` and the like stand for a key of that role, `@tag@` for the entity tag of /v1/zones as the administrator sees
it, `@tag:PATH@` for that of another path, `@gzip:PATH@` for that of its compressed form, `@zone@` for the path of a zone that
exists, `@zonetag@` for its tag, `@new@` for the path of one that does not exist yet, another each time."""
from case import request, should, must

KEY = "Authorization: Bearer @administrator@"
JSON = "Content-Type: application/json"
ZONES = "/v1/zones"
GZIP = {"Content-Encoding": "gzip", "Vary": "(?i).*accept-encoding.*"}
PLAIN = {"Content-Encoding": None, "Vary": "(?i).*accept-encoding.*"}
BODY = '{"name":"Probe","districts":["ZE3"]}'


def get(path, *fields, key=KEY):
    return request(f"GET {path} HTTP/1.1", *([key] if key else []), *fields)


def put(path, *fields, body=BODY, type=JSON):
    return request(f"PUT {path} HTTP/1.1", KEY, *([type] if type else []), *fields, f"Content-Length: {len(body)}", body=body)


def api(level, *arguments, **rules):
    level(*arguments, wire=False, **rules)


# --- section 13.1.2: If-None-Match on reading
for name, value in {"the tag": "@tag@", "a weak form of it": "W/@tag@", "a list with it": '"x", @tag@', "a list with it first": '@tag@, "x"', "a list without spaces": '"x",@tag@,"y"', "a list of weak tags": 'W/"x", W/@tag@', "anything": "*", "HTAB around it": "\t@tag@\t"}.items():
    for path in (ZONES, "/v1/capacity?days=3"):
        text = value.replace("@tag@", "@tag:" + path + "@")
        api(must, "9110 13.1.2", f"{name} gives 304: {path}", get(path, f"If-None-Match: {text}"), 304, keeps=True, fields={"ETag": '"[^"]+"', "Cache-Control": ".+", "Vary": "(?i).*accept-encoding.*", "Content-Type": None})
api(must, "9110 13.1.2", "a tag on the second of two lines gives 304", get(ZONES, 'If-None-Match: "x"', "If-None-Match: @tag@"), 304)
for name, value in {"another tag": '"x"', "another weak tag": 'W/"x"', "the tag without quotes": "x", "an empty value": "", "the tag in another case": '"@TAG@"', "part of it": '"0"', "an open quote": '"x'}.items():
    api(must, "9110 13.1.2", f"{name} gives 200", get(ZONES, f"If-None-Match: {value}"), 200)
api(must, "9110 13.1.2", "HEAD gives 304 too", request(f"HEAD {ZONES} HTTP/1.1", KEY, "If-None-Match: @tag@"), 304, head=[0], keeps=True)
api(must, "9110 15.4.5", "a 304 has no body, and what follows is read rightly", get(ZONES, "If-None-Match: @tag@") + get(ZONES), [304, 200])
api(must, "9110 13.1.3", "If-Modified-Since beside If-None-Match is ignored", get(ZONES, 'If-None-Match: "x"', "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"), 200)
api(must, "9110 13.1.3", "If-Modified-Since without a modification date is ignored", get(ZONES, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"), 200)
api(must, "9110 13.1.3", "an invalid If-Modified-Since is ignored", get(ZONES, "If-Modified-Since: yesterday"), 200)
api(must, "9110 13.1.4", "If-Unmodified-Since without a modification date is ignored", get(ZONES, "If-Unmodified-Since: Fri, 01 Jan 1999 00:00:00 GMT"), 200)
api(must, "9110 13.1.4", "If-Unmodified-Since beside If-Match is ignored", get(ZONES, "If-Match: *", "If-Unmodified-Since: Fri, 01 Jan 1999 00:00:00 GMT"), 200)
# --- section 13.1.1: If-Match on reading
for path in (ZONES, "/v1/capacity?days=3", "/v1/waiting", "@zone@"):
    tag = f"@tag:{path}@"
    api(must, "9110 13.1.1", f"If-Match with another tag gives 412: {path}", get(path, 'If-Match: "x"'), 412, keeps=True)
    api(must, "9110 13.1.1", f"If-Match with the tag gives 200: {path}", get(path, f"If-Match: {tag}"), 200)
    api(must, "9110 13.1.1", f"If-Match with any tag gives 200: {path}", get(path, "If-Match: *"), 200)
    api(must, "9110 8.8.3.2", f"If-Match compares strongly: {path}", get(path, f"If-Match: W/{tag}"), 412)
    api(must, "9110 13.1.1", f"If-Match with a list: {path}", get(path, f'If-Match: "x", {tag}'), 200)
    api(must, "9110 13.2.2", f"If-Match comes before If-None-Match: {path}", get(path, 'If-Match: "x"', f"If-None-Match: {tag}"), 412)
    api(must, "9110 13.2.2", f"If-None-Match comes after a true If-Match: {path}", get(path, f"If-Match: {tag}", f"If-None-Match: {tag}"), 304)
for value in ("w/@tag@", "x@tag@", "@tag@x", "w@tag@", "W /@tag@", "W/ @tag@", "@tag@@tag@", 'x "y" @tag@'):
    api(must, "9110 8.8.3", f"what is no entity tag matches none: {value}", get(ZONES, f"If-Match: {value}"), 412)
    api(must, "9110 8.8.3", f"nor does it say that anything is known: {value}", get(ZONES, f"If-None-Match: {value}"), 200)
    api(must, "9110 8.8.3", f"one that is beside it still does: {value}", get(ZONES, f'If-None-Match: {value}, , @tag@ ,"z"'), 304)
api(must, "9110 13.1.1", "a weak tag spelt in another case does not let a change through", put("@zone@", "If-Match: w/@zonetag@"), 412)
for path in ("/openapi.json", "/v1/capacity?days=14"):
    api(must, "9110 13.1.2", f"the tag of the compressed form is not that of the plain one: {path}", get(path, f"If-None-Match: @gzip:{path}@"), 200, fields=PLAIN)
    api(must, "9110 13.1.1", f"nor does it allow what the plain one allows: {path}", get(path, f"If-Match: @gzip:{path}@", "Accept-Encoding: identity"), 412)
    api(must, "9110 13.1.2", f"the tag of the compressed form is that of the compressed one: {path}", get(path, f"If-None-Match: @gzip:{path}@", "Accept-Encoding: gzip"), 304, fields={"ETag": '".*-gzip"'})
api(must, "9110 13.1.2", "a page about a problem has a tag", get("/problems/notFound", "If-None-Match: @tag:/problems/notFound@"), 304, fields={"ETag": '".+"'})
api(must, "9110 13.1.2", "If-None-Match: * on something without a tag that is there", get("/healthz", "If-None-Match: *"), 304)
api(must, "9110 13.1.1", "If-Match with a tag on something without one", get("/healthz", 'If-Match: "x"'), 412)
api(must, "9110 13.1.1", "If-Match: * on something without a tag that is there", get("/healthz", "If-Match: *"), 200)
api(must, "9110 13.1.2", "the document of the API has a tag", get("/openapi.json", "If-None-Match: @tag:/openapi.json@"), 304)
# --- section 13.2.1: preconditions come after the other checks
api(must, "9110 13.2.1", "a precondition does not hide 404", get("/v1/zones/none", "If-Match: *"), 404)
api(must, "9110 13.2.1", "a precondition does not hide 404 for If-None-Match", get("/v1/zones/none", "If-None-Match: *"), 404)
api(must, "9110 13.2.1", "a precondition does not hide 401", get(ZONES, 'If-Match: "x"', key=None), 401)
api(must, "9110 13.2.1", "a precondition does not hide 405", request("DELETE /v1/zones HTTP/1.1", KEY, 'If-Match: "x"'), 405)
api(must, "9110 13.2.1", "a precondition does not hide 406", get(ZONES, 'If-Match: "x"', "Accept: text/html"), 406)
# --- section 13 on writing
api(must, "9110 13.1.1", "If-Match: * on what does not exist", put("@new@", "If-Match: *"), 412)
api(must, "9110 13.1.1", "If-Match with a tag on what does not exist", put("@new@", 'If-Match: "x"'), 412)
api(must, "9110 13.1.2", "If-None-Match: * on what exists", put("@zone@", "If-None-Match: *"), 412)
api(must, "9110 13.1.2", "If-None-Match with the present tag", put("@zone@", "If-None-Match: @zonetag@"), 412)
api(must, "9110 13.1.2", "If-None-Match with a weak form of the present tag", put("@zone@", "If-None-Match: W/@zonetag@"), 412)
api(must, "9110 13.1.2", "If-None-Match with the present tag in a list", put("@zone@", 'If-None-Match: "x", @zonetag@'), 412)
api(must, "9110 13.2.2", "a true If-Match and a false If-None-Match", put("@zone@", "If-Match: @zonetag@", "If-None-Match: @zonetag@"), 412)
api(must, "9110 13.1.1", "a stale If-Match", put("@zone@", 'If-Match: "x"'), 412)
api(must, "9110 8.8.3.2", "a weak If-Match", put("@zone@", "If-Match: W/@zonetag@"), 412)
api(must, "6585 3", "replacing without a precondition", put("@zone@"), 428)
api(must, "9110 13.1.1", "If-Match on a collection that is posted to", request("POST /v1/blocks HTTP/1.1", KEY, JSON, 'If-Match: "x"', "Content-Length: 2", body="{}"), 412)
api(must, "9110 13.1.2", "If-None-Match: * on a collection that is posted to", request("POST /v1/blocks HTTP/1.1", KEY, JSON, "If-None-Match: *", "Content-Length: 2", body="{}"), 412)
api(must, "9110 13.1.1", "If-Match on a noun of state", request("PUT /v1/referrals/r1/withdrawal HTTP/1.1", KEY, JSON, 'If-Match: "x"', "Content-Length: 2", body="{}"), 412)
# --- section 14: ranges
for value in ("bytes=0-9", "bytes=0-0,5-6", "bytes=-5", "bytes=9999999-", "bytes=5-1", "lines=1-2", "bytes=", "x"):
    api(must, "9110 14.2", f"a Range may be ignored, {value}", get(ZONES, f"Range: {value}"), 200, fields={"Content-Range": None})
api(must, "9110 14.2", "a Range on PUT is ignored", put("@zone@", "Range: bytes=0-1"), 428)
api(must, "9110 13.1.5", "an If-Range is ignored with its Range", get(ZONES, "Range: bytes=0-1", 'If-Range: "x"'), 200)
api(should, "9110 14.5", "a partial PUT is refused", put("@zone@", "Content-Range: bytes 0-9/100"), 400)

# --- section 12.5.1: Accept
for value in ("application/json", "*/*", "application/*", "APPLICATION/JSON", "text/html, application/json", "text/html, */*;q=0.1", "application/json;q=0.001", "text/html;q=0, */*", "application/json ; q=0.5", "application/json\t;\tq=1", "", "application/json, text/html;q=0.5", "*/*;q=0, application/json", "application/*;q=0, application/json", "application/json;q=1.000", "application/json;Q=0.5", ", application/json", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
    for path in (ZONES, "/v1/capacity?days=3"):
        api(must, "9110 12.5.1", f"JSON for {value!r}: {path}", get(path, f"Accept: {value}"), 200, fields={"Content-Type": r"application/json.*"})
for value in ("text/html", "text/*", "application/xml", "application/json;q=0", "*/*;q=0", "application/json;q=0.0", "application/json;q=0.000", "application/*;q=0", "*/*, application/json;q=0", "application/*, application/json;q=0", "image/png, text/html;q=0.5", "application/jsonx", "application/json;Q=0"):
    for path in (ZONES, "/v1/capacity?days=3"):
        api(should, "9110 15.5.7", f"406 for {value!r}: {path}", get(path, f"Accept: {value}"), 406, keeps=True)
api(must, "9110 12.5.1", "Accept on two lines", get(ZONES, "Accept: text/html", "Accept: application/json"), 200)
api(should, "9110 12.5.1", "Accept on two lines that rule JSON out", get(ZONES, "Accept: text/html", "Accept: text/plain"), 406)
# --- section 12.5.3: Accept-Encoding
for value in ("gzip", "GZIP", "x-gzip", "gzip, deflate, br", "*", "gzip;q=0.5", "gzip;q=1.0, identity;q=0.5", "*;q=0.5", "deflate, gzip;q=0.001", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip\t;\tq=1", "identity;q=0, gzip", "*;q=0, gzip", "identity;q=0, *", ", gzip"):
    for path in ("/openapi.json", "/v1/capacity?days=14"):
        api(should, "9110 12.5.3", f"gzip for {value!r}: {path}", get(path, f"Accept-Encoding: {value}"), 200, fields=GZIP)
for value in ("", "identity", "gzip;q=0", "gzip;q=0.0", "gzip;q=0.000", "*;q=0, identity", "br", "deflate", "gzip;q=0, *", "identity, gzip;q=0.5", "gzip;q=0, identity;q=1", "gzip;q=2", "gzip;q=x", "notgzip", "gzip;q=-1", "gzip;q=0.0001"):
    for path in ("/openapi.json", "/v1/capacity?days=14"):
        api(must, "9110 12.5.3", f"no coding for {value!r}: {path}", get(path, f"Accept-Encoding: {value}"), 200, fields=PLAIN)
for value in ("identity;q=0", "*;q=0", "identity;q=0, gzip;q=0", "gzip;q=0, *;q=0", "br, *;q=0", "identity;q=0, br"):
    api(should, "9110 12.5.3", f"nothing is acceptable: {value!r}", get("/v1/capacity?days=14", f"Accept-Encoding: {value}"), 406)
api(should, "9110 12.5.3", "a small answer is compressed when no coding is ruled out", get("/v1/zones/none", "Accept-Encoding: identity;q=0, gzip"), 404, fields={"Content-Encoding": "gzip"})
api(must, "9110 8.8.3.3", "codings have tags of their own", get("/openapi.json", "Accept-Encoding: gzip") + get("/openapi.json"), [200, 200], check=lambda a: a[0].get("ETag") != a[1].get("ETag"))
api(must, "9110 9.3.2", "HEAD has the fields of a compressed GET", request("HEAD /openapi.json HTTP/1.1", "Accept-Encoding: gzip"), 200, head=[0], fields=GZIP)
api(must, "9110 12.5.5", "Vary where nothing was asked", get("/openapi.json"), 200, fields=PLAIN)
api(should, "9110 12.5.2", "Accept-Charset and Accept-Language are ignored", get(ZONES, "Accept-Charset: iso-8859-1", "Accept-Language: xx"), 200)

# --- section 8.3 and 15.5.16: media types
for value in ("application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8", 'application/json; charset="utf-8"', "application/json ;charset=utf-8", "application/json;\tcharset=Utf-8", "application/json;CHARSET=utf-8", "application/json;"):
    api(must, "9110 8.3.1", f"a body of {value!r} is taken", put("@new@", type=f"Content-Type: {value}"), 201, fields={"Location": "/v1/zones/.+"}, body='"name":"Probe"')
for value in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", "application/jsonx", "application/json; charset=iso-8859-1", "application/json; charset=utf-16", 'application/json; charset="latin1"', "json", "", "application/json, text/plain", "application/merge-patch+json", "*/*", "application / json"):
    api(should, "9110 15.5.16", f"a body of {value!r} is not taken", put("@new@", type=f"Content-Type: {value}"), 415, keeps=True, fields={"Accept": "application/json"})
api(must, "9110 5.3", "two Content-Types", put("@new@", JSON), 400)
for value in ("gzip", "deflate", "br", "x-gzip", "gzip, identity", "GZIP", "aes128gcm", "nonsense"):
    api(should, "9110 15.5.16", f"a body coded as {value} is not taken", put("@new@", f"Content-Encoding: {value}"), 415, fields={"Accept-Encoding": ".*"})
for value in ("identity", "", "IDENTITY", "identity, identity"):
    api(must, "9110 8.4", f"a body coded as {value!r} is taken", put("@new@", f"Content-Encoding: {value}"), 201)
api(must, "9110 9.3.4", "what was put is not kept as the bytes that were sent, so it is given no validator", put("@new@"), 201, fields={"ETag": None, "Last-Modified": None})
api(must, "9112 7.1", "chunks are joined", request("PUT @new@ HTTP/1.1", KEY, JSON, "Transfer-Encoding: chunked", body='a;x="}"\r\n{"name":"C\r\n7\r\nhunked"\r\n14\r\n,"districts":["ZE3"]\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n'), 201, body='"name":"Chunked"')
api(must, "9110 15.3.2", "what was created has a Location that can be read", put("@new@"), 201, fields={"Location": "/v1/zones/.+"})
api(must, "9110 15.5.1", "a body that is no JSON", put("@new@", body="{nonsense"), 400, keeps=True)
api(must, "9110 15.5.1", "an empty body where one is needed", put("@new@", body=""), 400, keeps=True)

# --- section 11: keys
for name, fields in {"no key": [], "another scheme": ["Authorization: Basic dXNlcjpwYXNz"], "nonsense": ["Authorization: Bearer nonsense"], "an empty value": ["Authorization:"], "a scheme alone": ["Authorization: Bearer"], "a key that is not known": ["Authorization: Bearer hw.default.00000000"], "a system that is not there": ["Authorization: Bearer hw.none.x"]}.items():
    api(must, "9110 15.5.2", f"{name} is 401 with a challenge", request(f"GET {ZONES} HTTP/1.1", *fields), 401, keeps=True, fields={"WWW-Authenticate": "Bearer .*"})
api(must, "9110 11.1", "the scheme's name in any case", get(ZONES, key="Authorization: bEARER @administrator@"), 200)
api(must, "9110 11.4", "two Authorizations", get(ZONES, KEY), 400)
api(should, "6750 3.1", "a bad key is named as such", get(ZONES, key="Authorization: Bearer hw.default.00000000"), 401, fields={"WWW-Authenticate": '.*error="invalid_token".*'})
api(should, "6750 3.1", "a missing key is not named a bad one", get(ZONES, key=None), 401, check=lambda a: "error=" not in a[0].get("WWW-Authenticate", ""))
api(must, "9110 15.5.4", "a key of the wrong role is 403", request("PUT @zone@ HTTP/1.1", "Authorization: Bearer @dashboard@", JSON, f"Content-Length: {len(BODY)}", body=BODY), 403, keeps=True)

# --- section 15: statuses, and what their answers carry
api(must, "9110 15.5.5", "an unknown path is 404", get("/none"), 404, keeps=True)
for path in ("/v1", "/v1/", "/v1/zones/", "//v1/zones", "/v1//zones", "/V1/zones", "/v1/zones/a/b", "/%00", "/v1/zones/%00", "/v1/zones/%2e%2e", "/healthz/", "/v1/../healthz", "/%2fhealthz"):
    api(must, "9110 15.5.5", f"{path} names nothing", get(path), 404, keeps=True)
for path in ("/%c0%af", "/v1/zones/%ff", "/v1/zones/%c0%ae%c0%ae", "/v1/zones/a%2fb"):
    api(must, "3629 3", f"{path} is no name", get(path), 404, keeps=True)
for path in ("/%68ealthz", "/v1/%7aones", "/v1/zone%73"):
    api(must, "3986 6.2.2.2", f"{path} is equal to its decoded form", get(path), 200)
api(must, "9110 15.3.1", "metrics are served to this machine", get("/metrics", key=None), 200, fields={"Content-Type": "text/plain; version=0.0.4.*"}, body="homeward_requests_total")
api(must, "9110 15.5.15", "a target too long is 414", get("/v1/zones?" + "a=b&" * 3000), 414, closes=True)
api(must, "9112 3.2.2", "an absolute target finds its route and query", get("http://h/v1/capacity?days=3"), 200)
api(must, "9110 4.2.3", "an absolute target without a path is the root", get("http://h"), 200)
api(must, "9110 4.2.3", "an absolute target with a query alone", get("http://h?x"), 200)
api(must, "9457 3", "a problem says its type, title and status", get("/none"), 404, body=r'(?=.*"type":")(?=.*"title":")(?=.*"status":404)')
for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
    api(must, "9110 15.5.6", f"{method} /v1/capacity is 405 with Allow", request(f"{method} /v1/capacity HTTP/1.1", KEY, "Content-Length: 0"), 405, fields={"Allow": r"GET, HEAD, OPTIONS"})
api(must, "9110 15.5.6", "Allow of a resource that is read and set", request("DELETE @zone@ HTTP/1.1", KEY), 405, fields={"Allow": r"(?=.*GET)(?=.*PUT)(?=.*HEAD).*"})
api(must, "9110 9.3.2", "HEAD and GET say the same length", request("HEAD /v1/zones HTTP/1.1", KEY) + get(ZONES), [200, 200], head=[0], check=lambda a: a[0].get("Content-Length") == a[1].get("Content-Length") and a[0].get("ETag") == a[1].get("ETag"))
