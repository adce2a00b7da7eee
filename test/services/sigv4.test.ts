import assert from "node:assert/strict";
import { test } from "node:test";
import { signed } from "../../src/services/sigv4.ts";

// The keys and the moment of the suite that AWS publishes.
const KEYS = { id: "AKIDEXAMPLE", secret: ["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("+"), token: null };
const NOW = Date.parse("2015-08-30T12:36:00Z");
const PLACE = { service: "service", region: "us-east-1", headers: {}, body: "" };

function signatureOf(method: string, address: string, more: { headers?: Record<string, string>; body?: string } = {}) {
  const url = new URL(address, "https://example.amazonaws.com");
  const { authorization = "" } = signed({ ...PLACE, method, url, ...more }, KEYS, NOW);
  return authorization.replace(/^.*Signature=/, "");
}

test("the published cases come out", () => {
  assert.equal(signatureOf("GET", "/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  assert.equal(signatureOf("POST", "/"), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  assert.equal(
    signatureOf("GET", "/?Param2=value2&Param1=value1"),
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  );
});

test("every header that is sent is signed, and keys that end bring their token", () => {
  const url = new URL("https://example.amazonaws.com/");
  const request = { ...PLACE, method: "POST", url, headers: { "content-type": "application/json" }, body: "{}" };
  const headers = signed(request, { ...KEYS, token: "a-token" }, NOW);
  assert.match(headers.authorization ?? "", /SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,/);
  assert.equal(headers["x-amz-security-token"], "a-token");
  assert.equal(headers["x-amz-date"], "20150830T123600Z");
});
