#!/usr/bin/env python3
"""Bad input: the right status with a pointer to the place, nothing written, the connection still usable where HTTP allows."""
import shutil
from service import *

data = folder()
keys = small_county(data)
service = Service(data)
commissioner = service.client(keys["commissioner"])
single = set_up(commissioner, minutes=240, carers=1)
client = service.client(keys["referrer"])


def position():
    return int(commissioner.get("/v1/zones")[1]["homeward-position"])


def changed(path, value):
    """A good referral with one member changed; the path's last step is the member, a missing value removes it."""
    body = referral("BAD-1")
    at = body
    for step in path[:-1]:
        at = at[step]
    if value is KeyError:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return body


cases = [
    ("unknown field", changed(["visits", 0, "carer"], 2), 400, "/visits/0/carer"),
    ("unknown field at the top", changed(["priority"], "high"), 400, "/priority"),
    ("wrong type", changed(["pathway"], "one"), 400, "/pathway"),
    ("a number with a fraction", changed(["visits", 0, "minutes"], 30.5), 400, "/visits/0/minutes"),
    ("a required field missing", changed(["class"], KeyError), 400, "/class"),
    ("a district that cannot be one", changed(["district"], "Leamington"), 400, "/district"),
    ("a district in no zone", changed(["district"], "ZE1"), 422, "/district"),
    ("an NHS number that cannot be one", changed(["person", "nhsNumber"], "999 000 0011"), 400, "/person/nhsNumber"),
    ("14 minutes", changed(["visits", 0, "minutes"], 14), 422, "/visits/0/minutes"),
    ("20 minutes without a reason", changed(["visits", 0, "minutes"], 20), 422, "/visits/0/shortVisitReason"),
    ("a visit longer than its band", changed(["visits", 0, "minutes"], 241), 422, "/visits/0/minutes"),
    ("a date that is not one", changed(["startFrom"], "2027-02-30"), 400, "/startFrom"),
    ("a day that has passed", changed(["startFrom"], "2020-01-01"), 422, "/startFrom"),
    ("three carers", changed(["visits", 0, "carers"], 3), (400, 422), "/visits/0/carers"),
    ("a day twice", changed(["visits", 0, "days"], ["mon", "mon"]), (400, 422), "/visits/0/days"),
    ("an unknown band", changed(["visits", 0, "band"], "noon"), 400, "/visits/0/band"),
]
before = position()
for name, body, status, pointer in cases:
    got, headers, answer = client.post("/v1/referrals", body)
    pointers = [e["pointer"] for e in answer.get("errors", [])]
    must(got in (status if isinstance(status, tuple) else (status,)), f"{name}: {got} {answer}")
    must(pointer in pointers, f"{name}: {pointers}")
    must(headers["content-type"].startswith("application/problem+json"), f"{name}: {headers}")
    must("999 000" not in json.dumps(answer) and "Leamington" not in json.dumps(answer), f"{name} echoes the value")
    print(f"{got} {pointer:28} {name}: {answer['errors'][0]['detail']}")

raws = [
    ("deep JSON", b'{"needs":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", 400),
    ("duplicate keys", b'{"district":"CV32","district":"CV31"}', 400),
    ("not JSON", b"hello", 400),
    ("not UTF-8", b'{"district":"\xff"}', 400),
    ("no body", b"", 400),
]
for name, raw, status in raws:
    got, headers, answer = client.request("POST", "/v1/referrals", raw=raw)
    must(got == status and (name == "no body" or answer["errors"]), f"{name}: {got} {answer}")
    print(f"{got} {(answer['errors'] or [{'pointer': ''}])[0]['pointer'] if answer.get('errors') else '':28} {name}")
got, headers, answer = client.request("POST", "/v1/referrals", raw=b"x" * 2_000_000)
must(got == 413, f"2 MB: {got} {answer}")
print(f"413 {'':28} 2 MB of body")
for path, status in [("/v1/capacity?zones=leam", 400), ("/v1/capacity?zone=nowhere", 404), ("/v1/capacity?days=65", (400, 422)),
                     ("/v1/nothing", 404), ("/v1/referrals/r999", 404)]:
    got, _, answer = client.get(path)
    must(got == status or got in (status if isinstance(status, tuple) else ()), f"{path}: {got}")
    print(f"{got} {'':28} GET {path}")
must(position() == before, f"something was written: {before} -> {position()}")

# A double-handed visit where one carer works at a time is a need, not a mistake: it is kept, waits, and says why.
got, _, made = client.post("/v1/referrals", referral("DOUBLE", visits=[visit("morning", 30, carers=2)]))
must(got == 201 and made["status"] == "waiting", f"double-handed: {got} {made}")
got, _, why = client.get(f"/v1/referrals/{made['id']}/explanation")
must(got == 200 and "noCarers" in json.dumps(why), f"{why}")
print(f"201 waiting, noCarers{'':11} a double-handed visit where one carer works at a time")
got, _, body = service.client(keys["other"]).post(f"/v1/blocks/{buy(commissioner, 60, 1)['id']}/claims", {
    "provider": "birch", "weekly": [{"days": ["mon"], "band": "tea", "minutes": 30, "carers": 2}]})
must(got == 409 and body["left"], f"claim for two carers: {got} {body}")
print(f"409 says what is left{'':11} a claim for two carers at once on a block of one")
got, _, _ = client.get("/v1/capacity")
must(got == 200, "the connection is not usable")
service.stop()
print(verify(data))
shutil.rmtree(data)
