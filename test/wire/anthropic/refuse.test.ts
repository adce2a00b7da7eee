/** Refusals and faults as the client reads them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "../../../src/decision/decision.ts";
import type { Fault } from "../../../src/decision/fault.ts";
import { REASONS, type Reason } from "../../../src/model/reasons.ts";
import { errorReply } from "../../../src/wire/anthropic/refuse.ts";

function refusal(reason: Reason, retryAfterMs: number | null = null): Refusal {
  const origins = [{ place: "teams/eng.policy:4", text: "deny models x" }];
  return { kind: "refusal", revision: "r", origins, reason, message: "model `x` is not granted", retryAfterMs };
}

function rowOf(cause: Parameters<typeof errorReply>[0]): string {
  const { status, headers, body } = errorReply(cause, "req_1");
  const { error } = JSON.parse(Buffer.from(body).toString());
  const shown = [status, error.type, headers["retry-after"] ?? "-", headers["x-should-retry"] ?? "-"];
  return shown.join(" ");
}

const faultRow = (fault: Fault, retryAfterMs: number | null = null): string =>
  rowOf({ kind: "fault", fault, message: "no", retryAfterMs });

test("the whole reply", () => {
  const { status, headers, body } = errorReply(refusal("model"), "req_1");
  assert.equal(status, 400);
  assert.deepEqual(headers, { "content-type": "application/json", "request-id": "req_1", "x-should-retry": "false" });
  const message = "model `x` is not granted (teams/eng.policy:4, req_1)";
  const expected = { type: "error", request_id: "req_1", error: { type: "policy_blocked", message } };
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), expected);
});

test("messages keep to one line and name a place only where there is one", () => {
  const cause = { ...refusal("key"), origins: [], message: "not\n known " };
  assert.equal(JSON.parse(Buffer.from(errorReply(cause, "req_2").body).toString()).error.message, "not known (req_2)");
});

test("policy reasons that waiting does not mend", () => {
  for (const reason of ["window", "door", "model", "provider", "tool", "guardrail"] as const) {
    assert.equal(rowOf(refusal(reason)), "400 policy_blocked - false", reason);
  }
  for (const reason of ["key", "expired"] as const)
    assert.equal(rowOf(refusal(reason)), "401 authentication_error - false");
  assert.equal(rowOf(refusal("budget", 3_600_000)), "429 billing_error 3600 false");
  assert.equal(rowOf(refusal("budget", 5)), "429 billing_error 1 false");
});

test("limits: the client waits out a short wait, and shows a long one", () => {
  for (const reason of ["requests", "tokens", "concurrency"] as const) {
    assert.equal(rowOf(refusal(reason, 2_100)), "429 rate_limit_error 3 -");
    assert.equal(rowOf(refusal(reason, 60_000)), "429 rate_limit_error 60 -");
    assert.equal(rowOf(refusal(reason, 60_001)), "429 rate_limit_error 61 false");
    // A request that no wait lets through must not be repeated.
    assert.equal(rowOf(refusal(reason)), "429 rate_limit_error - false");
  }
});

test("faults", () => {
  assert.equal(faultRow("endpoint"), "400 policy_blocked - false");
  assert.equal(faultRow("malformed"), "400 invalid_request_error - false");
  assert.equal(faultRow("too-large"), "413 request_too_large - -");
  assert.equal(faultRow("overloaded", 2_000), "503 api_error 2 -");
  assert.equal(faultRow("media-type"), "415 invalid_request_error - false");
  assert.equal(faultRow("upstream"), "503 api_error 5 -");
  assert.equal(faultRow("audit", 1_500), "503 api_error 2 -");
  assert.equal(faultRow("draining"), "503 api_error 5 -");
  assert.equal(faultRow("timeout"), "503 api_error 5 -");
  assert.equal(faultRow("internal"), "500 api_error 5 -");
});

test("no reason gives a status that the client misreads", () => {
  for (const reason of REASONS) assert.ok(![403, 404, 422].includes(errorReply(refusal(reason), "r").status), reason);
});
