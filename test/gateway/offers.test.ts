/** What is said first of a tool stands for its conversation; what a conversation is, and how many are remembered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bounds, type Continuity, createOffers, type Offers } from "../../src/gateway/offers.ts";
import { bodyOf } from "../providers/upstream.ts";
import { message, sendDocument } from "./answers.ts";
import { policyOf, request, startWorld } from "./world.ts";

const told = (session: string | null, opening = "hello", answered = true): Continuity => ({
  session,
  opening: () => opening,
  answered,
});

/** Asks with tools of which some are not granted, and goes on its way; gives what is taken out. */
function ask(
  offers: Offers,
  of: Continuity,
  tools: readonly string[],
  ungranted: readonly string[],
): readonly string[] {
  const offer = offers.of("dev", of, tools, ungranted);
  assert.equal(offer.late, null);
  offer.keep();
  return offer.strip;
}

function memory(bounds: Partial<Bounds> = {}): { offers: Offers; pass: (ms: number) => void } {
  let now = 0;
  const all = { most: 100, tools: 100, allTools: 1_000, idleMs: 1_000, ...bounds };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { offers: createOffers(() => now, all), pass };
}

test("a tool stays in a conversation, or out of it; another conversation begins with the policy of now", () => {
  const { offers } = memory();
  assert.deepEqual(ask(offers, told("a"), ["Bash", "Write"], ["Write"]), ["Write"]);
  assert.deepEqual(ask(offers, told("a"), ["Bash", "Write", "Read"], ["Bash"]), ["Write"]);
  assert.deepEqual(ask(offers, told("a"), ["Bash", "Read", "Late"], ["Late"]), ["Late"]);
  assert.deepEqual(ask(offers, told("b", "other"), ["Bash", "Write"], ["Bash"]), ["Bash"]);
  assert.deepEqual(offers.of("another key", told("a"), ["Bash"], ["Bash"]).strip, ["Bash"]);
  const { stood } = offers.of("dev", told("a"), ["Bash", "Write", "Read", "Bash"], ["Bash"]);
  assert.deepEqual(stood, ["Bash", "Write"], "revoked and left in; granted and left out");
});

test("what does not go on its way is not remembered", () => {
  const { offers } = memory();
  offers.of("dev", told("a"), ["Bash"], ["Bash"]);
  assert.deepEqual(ask(offers, told("a"), ["Bash"], []), []);
});

test("without a session the first message makes the name, and a first request begins anew", () => {
  const { offers } = memory();
  assert.deepEqual(ask(offers, told(null, "hi", false), ["Bash"], ["Bash"]), ["Bash"]);
  assert.deepEqual(ask(offers, told(null, "hi"), ["Bash"], []), ["Bash"]);
  assert.deepEqual(ask(offers, told(null, "hi", false), ["Bash"], []), []);
  assert.deepEqual(ask(offers, told(null, "hi"), ["Bash"], ["Bash"]), []);
});

test("a conversation that goes on under a new name is known by how it began", () => {
  const { offers } = memory();
  assert.deepEqual(ask(offers, told("a", "hi", false), ["Bash"], ["Bash"]), ["Bash"]);
  assert.deepEqual(ask(offers, told("fork", "hi"), ["Bash"], []), ["Bash"]);
  assert.deepEqual(ask(offers, told("fork", "summary"), ["Bash"], []), ["Bash"]);
  assert.deepEqual(ask(offers, told("new", "hi", false), ["Bash"], []), []);
});

test("a tool that a provider runs cannot stay when it is revoked: there is no call to withhold", () => {
  const { offers } = memory();
  ask(offers, told("a"), ["server:web_search", "connector:x.example", "Bash"], []);
  assert.equal(offers.of("dev", told("a"), ["Bash"], ["Bash"]).late, null);
  for (const tool of ["server:web_search", "connector:x.example"]) {
    assert.equal(offers.of("dev", told("a"), ["Bash", tool], [tool]).late, tool);
  }
  assert.equal(offers.of("dev", told("b", "other"), ["server:web_search"], ["server:web_search"]).late, null);
});

test("the longest unused are forgotten: too many, too large, too long ago", () => {
  const many = memory({ most: 4 });
  for (const name of ["a", "b", "c"]) ask(many.offers, told(name, name), [name], [name]);
  assert.equal(many.offers.size, 4);
  assert.equal(many.offers.tools, 2);
  assert.deepEqual(ask(many.offers, told("a", "a"), ["a"], []), []);
  assert.deepEqual(ask(many.offers, told("c", "c"), ["c"], []), ["c"]);

  const large = memory({ allTools: 5, tools: 4 });
  const names = (of: string) => Array.from({ length: 9 }, (_, index) => `${of}${index}`);
  ask(large.offers, told("a", "a"), names("a"), names("a"));
  assert.equal(large.offers.tools, 4);
  ask(large.offers, told("b", "b"), names("b"), names("b"));
  assert.equal(large.offers.tools, 4);
  assert.deepEqual(ask(large.offers, told("b", "b"), names("b"), []), names("b").slice(0, 4));

  const old = memory();
  ask(old.offers, told("a"), ["Bash"], ["Bash"]);
  old.pass(999);
  assert.deepEqual(ask(old.offers, told("a"), ["Bash"], []), ["Bash"]);
  old.pass(1_000);
  assert.deepEqual(ask(old.offers, told("a"), ["Bash"], []), []);
});

test("a revoked tool is still offered, not called any more, and cannot be forced; one of the provider's ends it", async (t) => {
  const OFFER = ["Bash", "Read"].map((name) => ({ name, input_schema: {} }));
  const seen: { tools: readonly unknown[] }[] = [];
  const world = await startWorld(t, {
    policy: policyOf("allow models @all\n  allow tools Bash, Read, server:web_search"),
    async answer(incoming, response) {
      seen.push(JSON.parse((await bodyOf(incoming)).toString()));
      const call = { type: "tool_use", id: "toolu_1", name: "Bash", input: {} };
      sendDocument(response, message([call], "tool_use"));
    },
  });
  const web = { type: "web_search_20250305", name: "web_search" };
  const headers = { "x-claude-code-session-id": "one" };
  const ask = async (change: Record<string, unknown>) => {
    const response = await world.ask(request({ tools: [...OFFER, web], ...change }), { headers });
    return { status: response.status, text: await response.text() };
  };
  assert.match((await ask({})).text, /"tool_use"/);
  world.use(policyOf("allow models @all\n  allow tools Read, server:web_search"));
  const after = await ask({});
  assert.deepEqual(seen[1]?.tools, seen[0]?.tools);
  assert.match(after.text, /withheld a call of the tool Bash/);
  const [, decided] = world.decisions();
  assert.deepEqual([decided?.stripped, decided?.stood], [["Bash"], ["Bash"]]);
  const forced = await ask({ tool_choice: { type: "tool", name: "Bash" } });
  assert.match(forced.text, /tool `Bash` is not granted to key dev, and the request cannot do without it/);
  world.use(policyOf("allow models @all\n  allow tools Read"));
  const ended = await ask({});
  assert.equal(ended.status, 400);
  assert.match(
    ended.text,
    /tool `server:web_search` is not granted to key dev any more, .* start a new one \(test\.policy/,
  );
  assert.equal(seen.length, 2);
});

test("a tool that was taken out when a conversation began cannot be forced in it, though it is granted by now", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf("allow models @all\n  allow tools Read"),
    answer: (_, response) => sendDocument(response, message([{ type: "text", text: "ok" }])),
  });
  const tools = ["Bash", "Read"].map((name) => ({ name, input_schema: {} }));
  const headers = { "x-claude-code-session-id": "one" };
  assert.equal((await world.ask(request({ tools }), { headers })).status, 200);
  world.use(policyOf("allow models @all\n  allow tools Read, Bash"));
  const forced = await world.ask(request({ tools, tool_choice: { type: "tool", name: "Bash" } }), { headers });
  const words = "tool `Bash` was taken out when this conversation began, and the request cannot do without it";
  assert.ok((await forced.text()).includes(`${words}; start a new one`));
});
