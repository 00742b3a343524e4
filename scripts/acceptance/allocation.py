#!/usr/bin/env python3
"""The batch beside the running service. A tight zone is filled by many referrals at once; the same is done in a service
whose batch is switched off. With it fewer people wait, every ledger still adds up, accepted care is where it was, and
each reason names a rule. Then the policy, an override, minutes bought on the spot and what could start tomorrow.
Prints how long the batch took, and what a poll and a referral took while it ran and while it did not."""
import random, shutil, statistics
from service import *

SEED = int(os.environ.get("SEED", "1"))
PEOPLE = int(os.environ.get("PEOPLE", "150"))
PROVIDERS = int(os.environ.get("PROVIDERS", "12"))
RUNS = int(os.environ.get("RUNS", "8"))
MINUTES = [int(minutes) for minutes in os.environ.get("MINUTES", "60 90 120 150").split()]
SKILLS = ["medication", "dementia", "peg-feed"]


def serve(batch):
    """A service on an empty folder, with the batch or without."""
    data = folder()
    for role in ("commissioner", "referrer", "broker", "provider", "dashboard", "administrator"):
        keys[role] = new_key(data, role, "acorn" if role == "provider" else "hub")
    config = os.path.join(data, "homeward.json")
    with open(config, "w") as out:
        json.dump({"improveMilliseconds": 20 if batch else 0}, out)
    return data, Service(data, arguments=["--config", config])


def zone(client, chance):
    """One zone, providers with two claims each: some skilled, some with two carers at once, all of them small."""
    must(client.put("/v1/zones/leam", {"name": "Leam", "districts": ["CV32"]})[0] == 201, "zone")
    for number in range(PROVIDERS):
        status, _, body = client.put(f"/v1/providers/p{number}", {
            "name": f"P{number}", "kind": "agency", "personalCare": True, "zones": ["leam"], "status": "open"})
        must(status == 201, f"provider: {body}")
        for _ in range(2):
            skills = [skill for skill in SKILLS if chance.random() < 0.5]
            bands = [{"days": DAYS, "band": band, "minutes": chance.choice(MINUTES), "carers": chance.choice([1, 2, 2])}
                     for band in BANDS[:4]]
            status, _, body = client.post("/v1/blocks", {
                "zone": "leam", "from": day(0), "until": day(200), "ratePence": 2500, "funding": "council",
                "skills": skills, "weekly": bands, "provider": f"p{number}"})
            must(status == 201, f"block: {body}")


def person(number, chance):
    bands = chance.sample(BANDS[:4], chance.choice([1, 2, 2, 3]))
    visits = [visit(band, chance.choice([30, 30, 45, 60]), carers=chance.choice([1, 1, 1, 2]),
                    **({"skills": [chance.choice(SKILLS)]} if chance.random() < 0.4 else {})) for band in bands]
    return referral(f"BATCH-{number}", visits=visits, maxProviders=chance.choice([1, 1, 2]))


def waiting(client):
    return [r for r in client.all("/v1/referrals?limit=1000") if r["status"] == "waiting"]


def fill(client):
    """Refers everyone, accepts every tenth offer at once; the accepted packages as they then are, and how many ms each
    referral took, in order of size."""
    chance, accepted, took = random.Random(SEED), [], []
    zone(client["commissioner"], chance)
    for number in range(PEOPLE):
        began = time.perf_counter()
        status, _, made = client["referrer"].post("/v1/referrals", person(number, chance))
        took.append((time.perf_counter() - began) * 1000)
        must(status == 201, f"referral: {status} {made}")
        if made["status"] == "offered" and not made["shares"] and number % 10 == 0:
            status, _, package = client["broker"].put(f"/v1/offers/{made['offer']}/acceptance", {
                "firstVisit": {"date": day(0), "band": made["visits"][0]["band"]},
                "by": {"name": "Ed Example", "role": "coordinator"}})
            # The batch may have moved the offer in between; then there is another, and this one says so.
            must(status in (200, 409), f"acceptance: {status} {package}")
            if status == 200:
                accepted.append(package)
    return accepted, sorted(took)


def figures(client):
    text = client.request("GET", "/metrics", parsing=False)[2].decode()
    return {line.split(" ")[0].split("{")[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if line.startswith("homeward_batch")}


def poll(client, seconds):
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        must(client.get("/v1/capacity")[0] == 200, "a poll failed")
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


keys, counts, polls, referrals = {}, {}, {}, {}
for batch in (False, True):
    data, service = serve(batch)
    client = {role: service.client(key) for role, key in keys.items()}
    accepted, referrals[batch] = fill(client)
    # Once changes have died down the batch looks now and then all the same; a few such looks more and it has had its say.
    began, enough = time.monotonic(), RUNS + (figures(service.client(None))["homeward_batch_runs_total"] if batch else 0)
    polls[batch] = poll(client["dashboard"], 2)
    while batch and figures(service.client(None))["homeward_batch_runs_total"] < enough and time.monotonic() < began + 60:
        polls[batch] = poll(client["dashboard"], 1)
    counts[batch] = len(waiting(client["broker"]))
    for package in accepted:
        status, _, now_ = client["broker"].get(f"/v1/packages/{package['id']}")
        must(status == 200 and now_["placements"] == package["placements"], f"accepted care was moved: {now_}")
    if batch:
        told = figures(service.client(None))
        break
    service.stop()
    verify(data)
    shutil.rmtree(data)
print(f"of {PEOPLE} people {counts[False]} wait without the batch, {counts[True]} with it")
print(f"the batch: {told}")
print("poll, median and 99th percentile in ms: without the batch %.2f and %.2f, beside it %.2f and %.2f" % (*polls[False], *polls[True]))
for batch, took in referrals.items():
    print("a referral, median, 99th percentile and longest in ms, %s the batch: %.1f, %.1f, %.1f" % (
        "beside" if batch else "without", took[len(took) // 2], took[int(len(took) * 0.99)], took[-1]))
must(counts[True] < counts[False], "the batch placed nobody more")

# From here on the batch rests, so that nobody is placed between two questions about them.
must(service.stop() == 0, "SIGTERM did not end the service cleanly")
with open(os.path.join(data, "homeward.json"), "w") as out:
    json.dump({"improveMilliseconds": 0}, out)
service = Service(data, arguments=["--config", os.path.join(data, "homeward.json")])
client = {role: service.client(key) for role, key in keys.items()}

# Reasons: everyone who waits has one for each claim, and none of them is about the batch's own convenience.
for one in waiting(client["broker"])[:20]:
    status, _, said = client["broker"].get(f"/v1/referrals/{one['id']}/explanation")
    must(status == 200 and said["verdicts"] and all(v["reason"] for v in said["verdicts"]), f"{said}")
moved = [o for o in client["broker"].all("/v1/offers?limit=1000") if o["status"] == "withdrawn"]
print(f"{len(moved)} offers were moved while they settled or for somebody who waited")

# The policy, kept in the journal; tiers that do not dominate are refused with their place.
status, _, policy = client["commissioner"].get("/v1/policy")
must(status == 200, "GET /v1/policy")
status, _, said = client["commissioner"].put("/v1/policy", {**policy, "objective": {**policy["objective"], "split": 1}})
must(status == 422 and said["errors"][0]["pointer"] == "/objective/split", f"{status} {said}")
status, _, policy = client["commissioner"].put("/v1/policy", {"spot": {"budgetPence": 10_000_000}})
must(status == 200 and policy["version"] == 2, f"{status} {policy}")

# On the spot, for somebody who waits: proposed by the engine, bought by a named person.
one = waiting(client["broker"])[0]
changes = client["broker"].get(f"/v1/referrals/{one['id']}/explanation")[2]["changes"]
must(any(change["kind"] == "spot" for change in changes), f"{changes}")
status, _, said = client["broker"].put(f"/v1/referrals/{one['id']}/override", {
    "provider": "p0", "reason": "nobody else", "by": {"name": "Bea Example", "role": "broker"}, "spot": {"ratePence": 3000}})
must(status == 200 and said["status"] == "offered", f"override: {status} {said}")
said = client["commissioner"].get(f"/v1/referrals/{one['id']}/explanation")[2]
must(said["decision"]["method"] == "override" and said["override"]["spot"], f"{said}")
startable = client["dashboard"].get("/v1/capacity")[2]["zones"][0]["startable"]
must(set(startable) == {"single4", "double4"}, f"{startable}")
print(f"standard packages that could begin tomorrow: {startable}")

must(service.stop() == 0, "SIGTERM did not end the service cleanly")
print(verify(data))
# The policy outlives a restart on the same configuration.
service = Service(data, arguments=["--config", os.path.join(data, "homeward.json")])
must(service.client(keys["commissioner"]).get("/v1/policy")[2]["version"] == 2, "the policy was lost in a restart")
service.stop()
shutil.rmtree(data)
