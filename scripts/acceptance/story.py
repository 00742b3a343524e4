#!/usr/bin/env python3
"""The story for 200 people of the demonstration county, by plain HTTP calls: referral, offer, acceptance, triage, safe
to leave, started care. At the end the ledger of every block, by day and band, equals a recount from the packages and
offers, over HTTP."""
import collections, datetime, shutil
from service import *

PEOPLE = 200
data = folder()
told = demo(data)
service = Service(data)
client = {role: service.client(key) for role, key in told["keys"].items()}
zones = {zone["id"]: zone["districts"] for zone in client["broker"].all("/v1/zones")}
began = time.monotonic()


def live_packages():
    return [p for p in client["broker"].all("/v1/packages?limit=1000") if p["status"] in ("accepted", "started")]


def end_someone(zone):
    """Someone in the zone has recovered: a clinician records the end, and the minutes go to whoever waits."""
    for package in sorted(live_packages(), key=lambda p: int(p["id"][1:])):
        if (package["status"] == "started" and district_zone[package["referral"]] == zone
                and package["start"]["at"] <= now()):
            status, _, body = client["clinician"].put(f"/v1/packages/{package['id']}/ending", {
                "at": now(), "outcome": "independent", "by": {"name": "Cy Example", "role": "OT"}})
            must(status == 200, f"ending: {status} {body}")
            return True
    return False


def accept(offer):
    """The provider says yes (by telephone, so the broker enters it) for the first day that has a visit. An offer that has
    not settled may have been moved to another provider meanwhile: then that one is asked."""
    while client["broker"].get(f"/v1/offers/{offer['id']}")[2]["status"] == "withdrawn":
        offer = client["broker"].get(f"/v1/offers/{client['broker'].get('/v1/referrals/' + offer['referral'])[2]['offer']}")[2]
    first = datetime.date.fromisoformat(offer["startFrom"])
    date, band = next((d, v["band"]) for d in (first + datetime.timedelta(n) for n in range(7))
                      for v in offer["visits"] if DAYS[d.weekday()] in v["days"])
    status, headers, package = client["broker"].put(f"/v1/offers/{offer['id']}/acceptance", {
        "firstVisit": {"date": date.isoformat(), "band": band},
        "by": {"name": "Ed Example", "role": "coordinator", "telephone": "01632 960000"}})
    must(status == 200 and package["id"] in headers["location"], f"acceptance: {status} {package}")
    return package


def begin(package):
    """Care starts: now, or, where the first weekday is later, confirmed ahead (docs/decisions/0006)."""
    date = package["firstVisit"]["date"]
    at = now() if date <= day(0) else f"{date}T09:00:00Z"
    status, _, body = client["broker"].put(f"/v1/packages/{package['id']}/start", {"at": at})
    must(status == 200 and body["status"] == "started", f"start: {status} {body}")


district_zone = {r["id"]: r["zone"] for r in client["broker"].all("/v1/referrals?limit=1000")}
patterns = [
    [visit("morning", 30), visit("bed", 30)], [visit("lunch", 45)], [visit("tea", 30), visit("bed", 30)],
    [visit("morning", 30, carers=2)], [visit("lunch", 30, days=["mon", "wed", "fri"]), visit("tea", 30)],
    [visit("morning", 30, time={"at": "09:00", "toleranceMinutes": 15})]]
started, ended, mine = [], 0, []
index = withdrawn = 0
while len(started) < PEOPLE:
    index += 1
    must(index < 2 * PEOPLE, f"{len(started)} started of {index} referred")
    visits = patterns[index % len(patterns)]
    zone = max(zones, key=lambda z: (index * len(zones[z]) * 2654435761 + sum(map(ord, z)) * 97) % 1000)
    district = zones[zone][index % len(zones[zone])]
    status, headers, made = client["referrer"].post(
        "/v1/referrals", referral(f"STORY-{index}", district, visits, startFrom=day(1)),
        {"Idempotency-Key": f"story-{index}"})
    must(status == 201 and headers["location"], f"referral: {status} {made}")
    district_zone[made["id"]] = zone
    mine.append(made["id"])
    tries = 0
    while made["status"] == "waiting":
        if tries == 12 or not end_someone(zone):
            break
        ended, tries = ended + 1, tries + 1
        # The minutes that came free may have gone to someone who needed them more: their care begins too.
        for offer in client["broker"].all("/v1/offers?status=open&limit=1000"):
            if offer["referral"] != made["id"]:
                begin(accept(offer))
        made = client["referrer"].get(f"/v1/referrals/{made['id']}")[2]
    if made["status"] == "waiting":
        # Nobody here can leave for this person today: the ward finds another way, and what was held is free again.
        status, _, body = client["referrer"].put(f"/v1/referrals/{made['id']}/withdrawal", {"reason": "found elsewhere"})
        must(status == 200, f"withdrawal: {status} {body}")
        withdrawn += 1
        continue
    must(made["status"] == "offered", f"{made['status']}")
    package = accept(client["broker"].get(f"/v1/offers/{made['offer']}")[2])
    before = client["referrer"].get(f"/v1/referrals/{made['id']}")[2]
    must(before["safeToLeave"] is False, "safe to leave before triage")
    status, _, body = client["clinician"].post(f"/v1/referrals/{made['id']}/triage", {
        "outcome": "careOnly", "by": {"name": "Flo Example", "role": "physiotherapist"}})
    must(status in (200, 201), f"triage: {status} {body}")
    after = client["referrer"].get(f"/v1/referrals/{made['id']}")[2]
    must(after["safeToLeave"] is True, f"not safe to leave: {after['missing']}")
    begin(package)
    started.append(package["id"])

must(len(started) == PEOPLE, f"{len(started)} started")
print(f"{PEOPLE} people referred, accepted, triaged, safe to leave and started; {ended} packages ended on the "
      f"way, {withdrawn} referrals withdrawn; "
      f"{time.monotonic() - began:.1f} s")

# The recount: committed minutes from the packages, held ones from the open offers.
committed, held, retained = collections.Counter(), collections.Counter(), collections.Counter()


def spread(counter, item, first, last):
    date = datetime.date.fromisoformat(first)
    while date <= datetime.date.fromisoformat(last):
        for index, v in enumerate(item["visits"]):
            if DAYS[date.weekday()] in v["days"]:
                where = next(p["block"] for p in item["placements"] if p["visit"] == index)
                counter[where, date, v["band"]] += v["minutes"] * v["carers"]
        date += datetime.timedelta(1)


packages = client["broker"].all("/v1/packages?limit=1000")
for package in packages:
    if package["lastDay"] >= package["firstDay"]:
        spread(committed, package, package["firstDay"], package["lastDay"])
    for gap in package.get("uncovered") or []:
        v = package["visits"][gap["visit"]]
        where = next(p["block"] for p in package["placements"] if p["visit"] == gap["visit"])
        committed[where, datetime.date.fromisoformat(gap["date"]), v["band"]] -= v["minutes"] * v["carers"]
    if package.get("retained"):
        spread(retained, package, package["retained"]["from"], package["retained"]["until"])
for offer in client["broker"].all("/v1/offers?status=open&limit=1000"):
    last = datetime.date.fromisoformat(offer["startFrom"]) + datetime.timedelta(41)
    spread(held, offer, offer["startFrom"], last.isoformat())

cells = 0
for block in client["commissioner"].all("/v1/blocks?limit=1000"):
    ledger = client["commissioner"].get(f"/v1/blocks/{block['id']}?from={day(0)}&days=60")[2]["ledger"]
    for row in range(60):
        date = datetime.date.fromisoformat(day(row))
        for band in range(5):
            where = (block["id"], date, BANDS[band])
            at = {name: ledger[name][row][band] for name in (
                "bought", "unclaimed", "free", "held", "committed", "retained", "unavailable")}
            must(at["committed"] == committed[where], f"{where}: committed {at['committed']}, counted {committed[where]}")
            must(at["held"] == held[where], f"{where}: held {at['held']}, counted {held[where]}")
            must(at["retained"] == retained[where], f"{where}: retained")
            must(at["bought"] == sum(v for k, v in at.items() if k != "bought"), f"{where}: does not add up {at}")
            must(min(at.values()) >= 0, f"{where}: below zero {at}")
            cells += 1
print(f"the ledger equals the recount in {cells} cells of {len(client['commissioner'].all('/v1/blocks?limit=1000'))} blocks")
must(service.stop() == 0, "SIGTERM did not exit 0")
print(verify(data))
shutil.rmtree(data)
