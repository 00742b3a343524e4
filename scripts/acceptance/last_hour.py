#!/usr/bin/env python3
"""500 clients claim the last hour of a block at once: exactly one 201, 499 times 409 that says what is left; the same
over two processes on one data folder. Then how soon a node that only reads shows the other's writes (goal: 100 ms; a figure,
not a pass or fail)."""
import shutil
from service import *

CLIENTS = 500


def race(ports, keys, block):
    body = {"provider": "birch", "weekly": [{"days": DAYS, "band": "morning", "minutes": 60}]}

    def claim(index):
        return Client(ports[index % len(ports)], keys["broker"]).post(f"/v1/blocks/{block}/claims", body)
    began = time.monotonic()
    answers = in_threads(CLIENTS, claim)
    won = [a for a in answers if isinstance(a, tuple) and a[0] == 201]
    lost = [a for a in answers if isinstance(a, tuple) and a[0] == 409 and a[2]["left"][0]["minutes"] == 0]
    must(len(won) == 1 and len(lost) == CLIENTS - 1, f"{len(won)} won, {len(lost)} lost, others: "
         f"{[a for a in answers if a not in won and a not in lost][:3]}")
    return time.monotonic() - began


data = folder()
keys = small_county(data)
one = Service(data)
commissioner = one.client(keys["commissioner"])
set_up(commissioner)
block = buy(commissioner, 60, 1, bands=["morning"])
print(f"one process: 1 won, {CLIENTS - 1} heard what is left, {race([one.port], keys, block['id']):.2f} s")
two = Service(data)
block = buy(commissioner, 60, 1, bands=["morning"])
print(f"two processes: 1 won, {CLIENTS - 1} heard what is left, {race([one.port, two.port], keys, block['id']):.2f} s")

slowest = []
reader = two.client(keys["broker"])
for index in range(100):
    status, headers, made = one.client(keys["referrer"]).post("/v1/referrals", referral(f"LAG-{index}", visits=[visit("tea", 15, shortVisitReason="a prompt")]))
    must(status == 201, f"{status} {made}")
    answered = time.monotonic()
    while reader.get(f"/v1/referrals/{made['id']}")[0] != 200:
        must(time.monotonic() - answered < 5, "the reader never saw it")
    slowest.append(time.monotonic() - answered)
slowest.sort()
print(f"seen by the node that only reads after {1000 * slowest[50]:.0f} ms (median), {1000 * slowest[-1]:.0f} ms (slowest of 100)")
one.stop(), two.stop()
print(verify(data))
shutil.rmtree(data)
