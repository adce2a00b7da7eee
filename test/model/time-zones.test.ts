import assert from "node:assert/strict";
import { test } from "node:test";
import { nearZone } from "../../src/model/time-zones.ts";

test("the zone that somebody may have meant is near in its city, and none is named when none is", () => {
  const near: Readonly<Record<string, string | null>> = {
    "Europe/Berln": "Europe/Berlin",
    "europe/berlin": "Europe/Berlin",
    "Eurpoe/Berlin": "Europe/Berlin",
    Berlin: "Europe/Berlin",
    "America/New York": "America/New_York",
    "America/Salta": "America/Argentina/Salta",
    utc: "UTC",
    "Europe/Hamburg": null,
    Nowhere: null,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(near).map((text) => [text, nearZone(text)])), near);
});
