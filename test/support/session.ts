/**
 * The client, the real gateway and a scripted provider, joined for one story. What must hold after every story is checked
 * here: the record verifies, and neither it nor anything the gateway printed says a prompt, a key or a credential; no
 * request of the provider carries the caller's key.
 */
import assert from "node:assert/strict";
import type { Body, DecisionBody, Entry } from "../../src/audit/entry.ts";
import { type ClientResult, type ClientRun, runClaude } from "./claude.ts";
import { type Gateway, type PolicyOptions, PROVIDER_CREDENTIAL, startGateway } from "./gateway.ts";
import { type MockProvider, type Script, startProvider } from "./provider.ts";

export interface Session {
  readonly provider: MockProvider;
  readonly gateway: Gateway;
  /** Lets the client ask through the gateway. */
  ask(prompt: string, more?: Partial<ClientRun>): Promise<ClientResult>;
  /** The policy of this session with some parts changed. */
  policy(changed: Partial<PolicyOptions>): PolicyOptions;
}

/** What the record says happened. */
export interface Told {
  /** All that the gateway wrote down or printed. */
  readonly said: string;
  readonly bodies: readonly Body[];
  /** Decisions about answers of a model, in order: one for each request that the client made. */
  readonly decisions: readonly DecisionBody[];
}

/** Tells a story and returns the record of it. */
export async function tell(
  policy: Omit<PolicyOptions, "url">,
  script: Script,
  story: (session: Session) => Promise<void>,
): Promise<Told> {
  await using provider = await startProvider(script);
  const parts = { url: provider.url, ...policy };
  await using gateway = await startGateway({ policy: parts });
  const prompts: string[] = [];
  await story({
    provider,
    gateway,
    ask: (prompt, more) => {
      prompts.push(prompt);
      return runClaude({ baseUrl: gateway.url, key: gateway.key, prompt, ...more });
    },
    policy: (changed) => ({ ...parts, ...changed }),
  });
  const trail = await gateway.trail();
  const said = trail + gateway.process.stdout() + gateway.process.stderr();
  for (const secret of [...prompts, gateway.key, PROVIDER_CREDENTIAL]) {
    assert.ok(!said.includes(secret), "neither record nor log may say a prompt, a key or a credential");
  }
  for (const { headers, body } of provider.requests) {
    assert.ok(!JSON.stringify(headers).includes(gateway.key), "the caller's key must not go to the provider");
    assert.ok(!body.includes(gateway.key), "the caller's key must not go to the provider");
    assert.equal(headers["x-api-key"], PROVIDER_CREDENTIAL);
  }
  return { said, ...recordOf(trail) };
}

function recordOf(trail: string): Omit<Told, "said"> {
  const lines = trail.split("\n").filter((line) => line.startsWith("{"));
  const bodies = lines.map((line) => (JSON.parse(line) as Entry).body);
  const decisions = bodies.filter((body): body is DecisionBody => body.kind === "decision");
  return { bodies, decisions: decisions.filter(({ purpose }) => purpose === "generate") };
}
