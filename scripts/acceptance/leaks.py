#!/usr/bin/env python3
"""Plants names, references, NHS numbers and free text in every field that takes them, then searches everything that was
written or answered: journal rows, logs, URLs, errors, probes. They are found in the vault only, and only encrypted."""
import glob, shutil, sqlite3
from service import *

MARK = "Zebedee"
data = folder()
keys = small_county(data)
service = Service(data)
set_up(service.client(keys["commissioner"]))
answers = []


def ask(role, method, path, body=None, keep=True):
    status, headers, answer = service.client(keys[role]).request(method, path, body)
    if keep:
        answers.append((f"{method} {path}", json.dumps([status, headers, answer])))
    return status, headers, answer


planted = referral(f"{MARK}-REF-1", visits=[visit("bed", 20, shortVisitReason=f"{MARK} short")])
planted["person"] = {"reference": f"{MARK}-REF-1", "nhsNumber": "999 000 0018", "name": f"{MARK} Name",
                     "address": f"1 {MARK} Street", "telephone": f"{MARK}-01632"}
planted["externalIds"] = [{"system": "https://example.nhs.uk/referral", "value": f"{MARK}-77120"}]
planted["needs"].update({"transfers": f"{MARK} transfers", "risks": f"{MARK} risks"})
planted["home"]["access"] = f"{MARK} key safe"
planted["assessment"]["by"] = f"{MARK} therapist"
status, _, made = ask("referrer", "POST", "/v1/referrals", planted, keep=False)
must(status == 201, f"{status} {made}")
referrer_sees = ask("referrer", "GET", f"/v1/referrals/{made['id']}", keep=False)[2]
must(referrer_sees["person"]["reference"] == f"{MARK}-REF-1", "the ward cannot read whom it reads about")
ask("clinician", "POST", f"/v1/referrals/{made['id']}/triage",
    {"outcome": "careOnly", "by": {"name": f"{MARK} physio", "role": "physiotherapist"}, "note": f"{MARK} note"}, keep=False)
offer = made["offer"]
status, _, package = ask("provider", "PUT", f"/v1/offers/{offer}/acceptance", {
    "firstVisit": {"date": day(0), "band": "bed"}, "conditions": f"{MARK} conditions",
    "by": {"name": f"{MARK} manager", "role": "manager", "telephone": f"{MARK} 960"}}, keep=False)
must(status == 200, f"{status} {package}")
status, headers, person = ask("provider", "GET", f"/v1/packages/{package['id']}/person", keep=False)
must(status == 200 and person["name"] == f"{MARK} Name" and "no-store" in headers["cache-control"], f"{status} {person}")
ask("provider", "PUT", f"/v1/packages/{package['id']}/first-visit",
    {"date": day(1), "band": "bed", "reason": f"{MARK} postponed"}, keep=False)
ask("broker", "PUT", f"/v1/packages/{package['id']}/ending",
    {"at": now(), "outcome": "neverStarted", "by": {"name": f"{MARK} broker", "role": "broker"}}, keep=False)

# Errors must not say what they were given, and those who may not see a person must not.
for body in [changed for changed in (
        {**planted, "person": {**planted["person"], "nhsNumber": "999 000 0011"}}, {**planted, MARK: 1},
        {**planted, "district": MARK}, {**planted, "source": MARK}, {**planted, "visits": MARK})]:
    status, _, answer = service.client(keys["referrer"]).post("/v1/referrals", body)
    must(status == 400, f"{status} {answer}")
    if MARK not in body:
        answers.append(("error", json.dumps(answer)))
for role in ("commissioner", "dashboard", "other"):
    for path in (f"/v1/referrals/{made['id']}", f"/v1/referrals/{made['id']}/explanation", "/v1/waiting", "/v1/capacity",
                 f"/v1/packages/{package['id']}", f"/v1/referrals/{made['id']}/person", "/v1/referrals", "/v1/packages"):
        ask(role, "GET", path)
for path in ("/healthz", "/readyz", "/openapi.json"):
    ask("dashboard", "GET", path)
service.stop()

secrets = [MARK, "9990000018", "999 000 0018", "88213"]
for name, text in answers:
    must(not any(secret in text for secret in secrets), f"found in the answer of {name}")
base = sqlite3.connect(f"file:{data}/homeward.sqlite?mode=ro", uri=True)
tables = [row[0] for row in base.execute("select name from sqlite_master where type = 'table'")]
rows, vault_rows = 0, 0
for table in tables:
    for row in base.execute(f"select * from {table}"):
        rows += 1
        for value in row:
            text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
            must(not any(secret in text for secret in secrets), f"found in table {table}")
        vault_rows += "person" in [str(v) for v in row]
base.close()
for path in glob.glob(f"{data}/*"):
    with open(path, "rb") as file:
        content = file.read()
    must(not any(secret.encode() in content for secret in secrets), f"found in {path}")
must(vault_rows > 0, "the vault holds no person")
print(f"marked values in {len(answers)} answers, {rows} rows of {len(tables)} tables and "
      f"{len(glob.glob(data + '/*'))} files: none; the person's sealed row is there, and opens for those who may see it")
print(verify(data))
shutil.rmtree(data)
