"""Hurts the real service from the outside and watches what it does: scripts/resilience builds it and calls this.

    resilience.py [--scale 1.0] [--parts storms slow caps descriptors drain]

Storms of clients while a normal one polls; every kind of slow client against the default deadlines, at the same time; the
limits on connections and descriptors; SIGTERM under load. Exits 1 when something is not as it should be.
"""
import argparse, shutil, subprocess, sys, time

import bounds, slow, storms
from harness import County, Report, Service, raise_limit

parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float, default=1.0, help="how large the storms are")
parser.add_argument("--parts", nargs="*", default=["storms", "slow", "caps", "descriptors", "drain"])
options = parser.parse_args()
raise_limit()
report, county, services = Report(), County(), []
try:
    if {"storms", "slow"} & set(options.parts):
        certificate, key = county.folder / "certificate.pem", county.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        plain = Service(county)
        services.append(plain)
        if "slow" in options.parts:
            secure = Service(county, extra=["--tls-certificate", certificate, "--tls-key", key])
            # A service of its own, so that its clients do not count among the descriptors of the storms.
            slowed = Service(county)
            services += [secure, slowed]
            running = slow.start(slowed.port, secure.port)
        if "storms" in options.parts:
            storms.run(plain, county.keys["dashboard"], options.scale, report)
        if "slow" in options.parts:
            slow.finish(*running, report)
    if "caps" in options.parts:
        bounds.caps(county, report)
    if "descriptors" in options.parts:
        bounds.descriptors(county, report)
    if "drain" in options.parts:
        bounds.drain(county, report)
finally:
    for service in services:
        service.process.kill()
    shutil.rmtree(county.folder, ignore_errors=True)
print(f"{report.bad} not as it should be")
sys.exit(1 if report.bad else 0)
