import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditLog } from "../../src/audit/log.ts";
import { AuditError } from "../../src/audit/log.ts";
import { createAdmin } from "../../src/gateway/admin.ts";
import { createLogger, narrate } from "../../src/telemetry/log.ts";
import { finish, message, START, sendDocument, sendStream, textBlock } from "./answers.ts";
import { OPEN, policyOf, request, SECRET, startWorld, type World } from "./world.ts";

const OK = message([{ type: "text", text: "the words of an answer" }]);

/** Stands before a journal: its appends wait until `open`, or fail after `break`. */
class Gate {
  waiting: (() => void)[] = [];
  #held = false;
  #broken = false;

  readonly before = (log: AuditLog): AuditLog => {
    const gate = this;
    return {
      async append(body) {
        if (gate.#broken) throw new AuditError("broken", "the disk is gone");
        if (gate.#held) await new Promise<void>((resolve) => gate.waiting.push(resolve));
        return log.append(body);
      },
      subscribe: (listener) => log.subscribe(listener),
      get healthy() {
        return !gate.#broken;
      },
      close: () => log.close(),
    };
  };

  hold(): void {
    this.#held = true;
  }

  open(): void {
    this.#held = false;
    for (const go of this.waiting.splice(0)) go();
  }

  break(): void {
    this.#broken = true;
  }
}

test("nothing goes to the provider before the decision is durable", async (t) => {
  let reached = 0;
  const journal = new Gate();
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    log: journal.before,
    answer(_, response) {
      reached++;
      sendDocument(response, OK);
    },
  });
  journal.hold();
  const pending = world.ask(request());
  while (journal.waiting.length === 0) await new Promise(setImmediate);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  assert.equal(reached, 0);
  journal.open();
  assert.equal((await pending).status, 200);
  assert.equal(reached, 1);
});

test("when nothing can be recorded nothing is served, and what was reserved is given back", async (t) => {
  const journal = new Gate();
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit concurrency 1`),
    log: journal.before,
    answer: () => assert.fail("the provider was reached"),
  });
  const { holds } = holdsOf(world);
  journal.break();
  for (const headers of [{}, { authorization: "Bearer nobody" }]) {
    const response = await world.ask(request(), { headers });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /"api_error".*audit log cannot be written/);
  }
  const list = await world.ask(null, { method: "GET", path: "/anthropic/v1/models" });
  assert.equal(list.status, 503);
  assert.equal(world.ports.limits.levels(holds, "UTC", Date.now())[0]?.used, 0);
});

function holdsOf({ ports }: World) {
  const [slot] = ports.policy().slots;
  assert.ok(slot);
  const [amount] = slot.amounts;
  assert.ok(amount);
  return { holds: [{ slot, counter: slot.name, amount: amount.amount, warnAt: amount.warnAt, origin: amount.origin }] };
}

test("every allowed decision has exactly one outcome, and no record holds a text, a key or a credential", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(incoming, response) {
      if (incoming.headers["x-want"] === "cut") incoming.socket.destroy();
      else if (incoming.headers["x-want"] === "error") sendDocument(response, "{}", 500);
      else sendStream(response, START + textBlock(0, "the words of an answer") + finish("end_turn"));
    },
  });
  const lines: string[] = [];
  world.ports.log.subscribe(narrate(createLogger("trace", { write: (line) => void lines.push(line) })));
  const headers = { "x-claude-code-session-id": "session-1", "x-claude-code-agent-id": "agent-1" };
  const body = request({ stream: true, messages: [{ role: "user", content: "the words of a prompt" }] });
  for (const want of ["", "cut", "error"])
    await (await world.ask(body, { headers: { ...headers, "x-want": want } })).text();
  await (await world.ask({ ...body, model: "other" }, { headers })).text();
  const misplaced = { path: `/anthropic/${world.key}/v1/messages`, headers: { "x-claude-code-session-id": world.key } };
  await (await world.ask(body, misplaced)).text();
  await (await world.ask({ ...body, model: "other" }, { headers: misplaced.headers })).text();
  await world.outcome();
  const allowed = world.decisions().filter(({ effect }) => effect === "allow");
  const outcomes = world.entries.flatMap(({ body }) => (body.kind === "outcome" ? [body.ticket] : []));
  assert.deepEqual(outcomes.sort(), allowed.map(({ ticket }) => ticket).sort());
  assert.equal(outcomes.length, 3);
  const [first] = allowed;
  assert.deepEqual([first?.session, first?.agent, first?.provider], ["session-1", "agent-1", "up"]);
  assert.deepEqual(first?.actor, { key: "dev", team: "eng", fingerprint: null });
  const told = JSON.stringify(world.entries) + lines.join("") + (await world.metrics.text());
  for (const hidden of ["the words of", world.key, SECRET]) assert.ok(!told.includes(hidden), hidden);
  assert.ok(lines.length >= 2);
});

test("operators see metrics, life and readiness", async (t) => {
  const journal = new Gate();
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    log: journal.before,
    answer: (_, response) => sendDocument(response, OK),
  });
  await (await world.ask(request())).text();
  await world.outcome();
  let rejected: { revision: string; errors: string[] } | null = null;
  const admin = createAdmin({
    policy: () => ({ table: world.ports.policy(), rejected }),
    log: world.ports.log,
    providers: world.ports.providers,
    servers: world.ports.servers,
    metrics: world.metrics,
    draining: () => world.gateway.draining,
  });
  const url = await admin.listen("127.0.0.1", 0);
  t.after(() => admin.close());
  const get = async (path: string) => {
    const response = await fetch(url + path);
    return { status: response.status, text: await response.text() };
  };
  assert.match((await get("/metrics")).text, /gw_requests_total\{team="eng",.*code="2xx"\} 1/);
  assert.deepEqual(await get("/healthz"), { status: 200, text: "alive\n" });
  const ready = await get("/readyz");
  assert.equal(ready.status, 200);
  assert.deepEqual(JSON.parse(ready.text), {
    ready: true,
    revision: "rev",
    commit: null,
    problems: [],
    rejected: null,
  });
  rejected = { revision: "next", errors: ["GW2003 teams.policy:4"] };
  const kept = await get("/readyz");
  assert.equal(kept.status, 200);
  assert.deepEqual(JSON.parse(kept.text).rejected, rejected);
  world.use(policyOf(OPEN).replace("UP_KEY", "NOT_THERE"));
  const missing = await get("/readyz");
  assert.equal(missing.status, 503);
  assert.match(missing.text, /environment variable `NOT_THERE`/);
  world.use(policyOf(OPEN));
  journal.break();
  assert.match((await get("/readyz")).text, /audit log cannot be written/);
  assert.equal((await get("/healthz")).status, 200);
  assert.equal((await get("/other")).status, 404);
  assert.equal((await fetch(`${url}/metrics`, { method: "POST" })).status, 405);
});
