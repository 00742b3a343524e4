-- What people build: a row a block with what is free, locked while a referral is placed on it.
CREATE TABLE block (
    id int PRIMARY KEY,
    district text NOT NULL,
    free bigint NOT NULL CHECK (free >= 0)
) WITH (fillfactor = 10);
CREATE INDEX ON block (district);
CREATE TABLE referral (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text UNIQUE,
    district text NOT NULL,
    status text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE person (
    referral bigint PRIMARY KEY REFERENCES referral,
    details text NOT NULL
);
CREATE TABLE offer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    referral bigint NOT NULL REFERENCES referral,
    block int NOT NULL REFERENCES block,
    minutes int NOT NULL,
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);
CREATE INDEX ON offer (referral);
