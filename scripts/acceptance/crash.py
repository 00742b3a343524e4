#!/usr/bin/env python3
"""kill -9 in the middle of 500 clients at work, so many times: every 2xx that a client saw is in the journal, the ledger
balances. Prints how soon the service is ready again (goal: 2 s; a figure, not a pass or fail)."""
import argparse, random, shutil
from service import *

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=int(os.environ.get("CRASH_ROUNDS", "20")))
parser.add_argument("--seed", type=int, default=int(time.time()))
options = parser.parse_args()
print(f"seed {options.seed}")
random.seed(options.seed)
data = folder()
keys = small_county(data)
service = Service(data)
set_up(service.client(keys["commissioner"]), minutes=20_000, carers=20)
seen, back = {}, []
for attempt in range(options.rounds):
    block = buy(service.client(keys["commissioner"]), 60, 1, bands=["morning"])
    acknowledged, claimed, lock, under_way = [], [], threading.Lock(), threading.Event()

    def work(index):
        client = Client(service.port, keys["broker"] if index % 5 == 0 else keys["referrer"])
        for turn in range(20):
            if index % 5 == 0:
                status, _, body = client.post(f"/v1/blocks/{block['id']}/claims", {
                    "provider": "birch", "weekly": [{"days": DAYS, "band": "morning", "minutes": 60}]})
                if status == 201:
                    with lock:
                        claimed.append(body["id"])
            else:
                status, headers, body = client.post(
                    "/v1/referrals", referral(f"CRASH-{attempt}-{index}-{turn}", visits=[visit("tea", 15, shortVisitReason="a prompt")]),
                    {"Idempotency-Key": f"{attempt}-{index}-{turn}"})
                if status == 201:
                    under_way.set()
                    with lock:
                        acknowledged.append((body["id"], f"CRASH-{attempt}-{index}-{turn}", int(headers["homeward-position"])))
    delay = random.uniform(0.0, 1.0)

    def kill():
        under_way.wait(30)
        time.sleep(delay)
        service.kill()
    killer = threading.Thread(target=kill)
    killer.start()
    in_threads(500, work)
    killer.join()
    must(len(claimed) <= 1, f"the last hour was claimed {len(claimed)} times")
    for identifier, reference, position in acknowledged:
        seen[identifier] = (reference, position)
    began = time.monotonic()
    service = Service(data)
    while True:
        try:
            if service.client(None).get("/readyz")[0] == 200:
                break
        except OSError:
            pass
    back.append(time.monotonic() - began)
    broker = service.client(keys["broker"])
    for identifier, reference, position in acknowledged:
        status, headers, body = broker.get(f"/v1/referrals/{identifier}")
        must(status == 200 and body["person"]["reference"] == reference, f"{identifier} was acknowledged and is gone: {status}")
        must(int(headers["homeward-position"]) >= position, "the journal is shorter than what was answered")
    for claim in claimed:
        found = broker.get(f"/v1/blocks/{block['id']}")[2]
        must(claim in [c["id"] for c in found["claims"]], f"claim {claim} was acknowledged and is gone")
    print(f"round {attempt + 1}: {len(acknowledged)} referrals and {len(claimed)} claim acknowledged, back in {back[-1]:.2f} s", flush=True)
service.stop()
print(f"{options.rounds} rounds, {len(seen)} acknowledged, none lost; back in {max(back):.2f} s at the slowest")
print(verify(data))
shutil.rmtree(data)
