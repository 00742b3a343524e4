#!/usr/bin/env python3
"""One flipped bit in the database or its log, so many times, under the real service with a snapshot in the middle of its
journal: it refuses to start; or it finds the damage behind its start, says where and takes no more commands; or the flip
is harmless. Never does it answer anything else than before. Prints what became of the flips, and how long finding took."""
import argparse, collections, glob, random, shutil
from service import *

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=int(os.environ.get("FLIP_ROUNDS", "30")))
parser.add_argument("--seed", type=int, default=int(time.time()))
options = parser.parse_args()
print(f"seed {options.seed}")
chance = random.Random(options.seed)
original = folder()
keys = small_county(original)
configuration = os.path.join(original, "homeward.json")
with open(configuration, "w") as file:
    json.dump({"snapshotRecords": 20, "snapshotSeconds": 0}, file)


def start(data):
    return Service(data, arguments=["--config", configuration])


def refer(service, count, name):
    for index in range(count):
        status, _, body = service.client(keys["broker"]).post("/v1/referrals", referral(f"{name}-{index}"))
        must(status == 201, f"{status} {body}")


def snapshots(data):
    return glob.glob(f"{data}/snapshots/*.snapshot")


def answers(service):
    """What everybody would read: each referral with its person, each offer; and whether anything was not answered."""
    broker, read, failed = service.client(keys["broker"]), {}, 0
    for number in range(1, 81):
        for path in (f"/v1/referrals/r{number}", f"/v1/offers/o{number}"):
            status, _, body = broker.get(path)
            if status >= 500:
                failed += 1
            else:
                read[path] = (status, body)
    return read, failed


# Some records in the database, more in its log, a snapshot among these, and a tail behind it.
service = start(original)
set_up(service.client(keys["commissioner"]), minutes=4_000, carers=10)
refer(service, 30, "FIRST")
must(service.stop() == 0, "the service did not stop cleanly")
service = start(original)
refer(service, 30, "SECOND")
deadline = time.monotonic() + 20
while service.client(None).get("/readyz")[2]["default"]["snapshot"] < 60:
    must(time.monotonic() < deadline, "no snapshot was written")
    time.sleep(0.05)
refer(service, 12, "TAIL")
expected, failed = answers(service)
must(failed == 0, "the sound store does not answer")
service.kill()
service.log.close()
with open(f"{original}/homeward.sqlite-wal", "rb") as file:
    # The log has its room beforehand; behind what is written are zeros.
    log = file.read().rstrip(b"\0")
sizes = {"homeward.sqlite": os.path.getsize(f"{original}/homeward.sqlite"), "homeward.sqlite-wal": len(log)}
tally, took = collections.Counter(), []
for number in range(options.rounds):
    data = folder()
    shutil.copytree(original, data, dirs_exist_ok=True)
    name = chance.choice(sorted(sizes))
    place, bit = chance.randrange(sizes[name]), chance.randrange(8)
    with open(f"{data}/{name}", "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))
    where = f"round {number}: bit {bit} of byte {place} in {name}"
    began = time.monotonic()
    try:
        service = start(data)
    except SystemExit as refusal:
        must("homeward:" in str(refusal), f"{where}: {refusal}")
        tally["refused at the start"] += 1
        shutil.rmtree(data)
        continue
    while True:
        status, _, ready = service.client(None).get("/readyz")
        if status == 503 or ready["default"]["isVerified"]:
            break
        must(time.monotonic() - began < 60, f"{where}: not through after 60 s")
        time.sleep(0.02)
    found = status == 503
    took.append(time.monotonic() - began)
    read, failed = answers(service)
    for path, answer in read.items():
        must(answer == expected[path], f"{where}: {path} answers {answer}, and answered {expected[path]}")
    if found:
        status, _, answer = service.client(keys["broker"]).post("/v1/referrals", referral("LATE"))
        must(status == 503, f"{where}: a command was taken on a damaged store: {status} {answer}")
        tally["found behind the start"] += 1
    else:
        must(failed == 0, f"{where}: {failed} reads failed and nothing was found")
        tally["harmless"] += 1
    service.kill()
    service.log.close()
    shutil.rmtree(data)
print(f"{options.rounds} flips: {dict(tally)}; proved or found {max(took, default=0):.2f} s after the start at the latest; "
      "no answer differed")
shutil.rmtree(original)
