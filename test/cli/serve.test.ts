/** `gw serve` and `gw quickstart` as processes: how they start, what they say, how they end. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { startUpstream } from "../providers/upstream.ts";
import { freshKey, orgText } from "../revision/policies.ts";
import { launch, type Running } from "../support/process.ts";
import { GW, type Playground, playground } from "./gw.ts";

const WITHIN_MS = 30_000;
const Ready = z.strictObject({
  listen: z.url(),
  admin: z.url(),
  revision: z.string().length(12),
  commit: z.string().nullable(),
  keys: z.int(),
});
type Ready = z.infer<typeof Ready>;

// The limit ends a suite that hangs; it measures nothing, and a loaded machine stays far below it.
suite("a gateway as a process", { timeout: 600_000 }, () => {
  let place: Playground;
  const running: Running[] = [];
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
  });
  afterEach(async () => {
    for (const gateway of running.splice(0)) {
      gateway.signal("SIGTERM");
      await gateway.exit;
    }
    place.remove();
  });

  function begin(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const gateway = launch({
      command: process.execPath,
      args: [GW, ...args],
      env: { PATH: process.env.PATH ?? "", ...env },
      cwd: place.dir,
    });
    running.push(gateway);
    return gateway;
  }
  const ephemeral = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const serving = ["serve", "--policy", "policy", "--data", "data", ...ephemeral];

  async function ready(gateway: Running): Promise<Ready> {
    return gateway.until((stdout) => (stdout.endsWith("}\n") ? Ready.parse(JSON.parse(stdout)) : null), WITHIN_MS);
  }
  /** Runs a gateway that must not start; answers what it says. */
  async function refused(args: readonly string[], code = 1): Promise<string> {
    const gateway = begin(args);
    assert.deepEqual(await gateway.exit, { code, signal: null }, gateway.stderr());
    assert.equal(gateway.stdout(), "");
    assert.doesNotMatch(gateway.stderr(), /\n\s+at /, "nobody should read a stack");
    return gateway.stderr();
  }
  // No connection outlives its gateway: another one may come to listen on the same port.
  const ask = (url: string, key: string) =>
    fetch(`${url}/anthropic/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({
        model: "claude-haiku-4-5",
        max_tokens: 16,
        messages: [{ role: "user", content: "hello" }],
      }),
    });

  test("answers, reloads, revokes, records and ends in order", async () => {
    const { key, text } = freshKey("dana");
    place.write("policy/org.policy", orgText());
    place.write("policy/keys.policy", text);
    const gateway = begin([...serving, "--format", "json"]);
    const { listen, admin, keys } = await ready(gateway);
    assert.equal(keys, 1);
    assert.equal((await ask(listen, key)).status, 200);
    assert.equal((await fetch(`${admin}/readyz`)).status, 200);

    place.write("policy/org.policy", orgText("  allow models @smal\n"));
    await gateway.until((_, stderr) => stderr.includes("GW2003") || null, WITHIN_MS);
    assert.equal((await ask(listen, key)).status, 200, "the last good policy stays in force");
    const readiness = await fetch(`${admin}/readyz`);
    assert.equal(readiness.status, 200);
    assert.match(await readiness.text(), /GW2003 org\.policy:16/);
    assert.match(await (await fetch(`${admin}/metrics`)).text(), /reload\w*\{[^}]*invalid[^}]*\} 1\b/);

    rmSync(join(place.dir, "policy/keys.policy"));
    place.write("policy/org.policy", orgText());
    await gateway.until((_, stderr) => /"keys":0/.test(stderr) || null, WITHIN_MS);
    assert.equal((await ask(listen, key)).status, 401, "a revoked key fails on the next request");

    gateway.signal("SIGTERM");
    assert.deepEqual(await gateway.exit, { code: 0, signal: null }, gateway.stderr());
    const verified = await place.gw("audit", "verify", "data");
    assert.match(verified.out, /^good: .* 3 decisions \(1 refused\)/, verified.out);
    const tail = await place.gw("audit", "tail", "data");
    assert.match(tail.out, /dana .*claude-haiku-4-5 .*allow/);
    assert.ok(!gateway.stderr().includes(key) && !tail.out.includes(key));
    const lines = (await place.gw("audit", "tail", "data", "--format", "json")).out.trim().split("\n");
    assert.ok(lines.some((line) => JSON.parse(line).body.kind === "policy.reject"));
  });

  test("speaks to people: where it listens, what is in force, what is wrong with a change", async () => {
    place.write("policy/org.policy", orgText());
    const gateway = begin(serving);
    await gateway.until((stdout) => /^gateway +http:\/\/127\.0\.0\.1:\d+\/anthropic\n/.test(stdout) || null, WITHIN_MS);
    assert.match(gateway.stdout(), /\nadmin +http:\/\/127\.0\.0\.1:\d+\npolicy +revision [0-9a-f]{12}, 0 keys\n$/);
    place.write("policy/org.policy", orgText("  allow models @smal\n"));
    await gateway.until(
      (_, stderr) => /not taken: revision [0-9a-f]{12} stays in force\n/.test(stderr) || null,
      WITHIN_MS,
    );
    assert.match(gateway.stderr(), /error\[GW2003\][\s\S]*--> policy\/org\.policy:16:16/);
    place.write("policy/org.policy", orgText());
    await gateway.until((_, stderr) => /policy unchanged: revision/.test(stderr) || null, WITHIN_MS);
    place.write("policy/org.policy", orgText("  allow models @small\n"));
    await gateway.until((_, stderr) => /policy taken: revision [0-9a-f]{12}, 0 keys\n/.test(stderr) || null, WITHIN_MS);
    const promise = 'invariant "i" {\n  never allow models claude-haiku-5-5 to team eng\n}\n';
    place.write("policy/org.policy", `${orgText("  allow models @small\n")}\n${promise}`);
    await gateway.until(
      (_, stderr) => /error\[GW5010\]: [\s\S]*`claude-haiku-5-5`[\s\S]*\n.*not taken: /.test(stderr) || null,
      WITHIN_MS,
    );
    assert.match(gateway.stderr(), /\n {4}\| {3}\^{47}\n/, "the line itself is shown, from the thread that read it");
  });

  test("warns of a budget once in its window, over restarts too", async () => {
    const { key, text } = freshKey("dana");
    place.write("policy/org.policy", orgText("  allow models @small\n  budget $0.01/month warn at 1%\n"));
    place.write("policy/prices.policy", "language 1\n\nuse anthropic from builtin\n");
    place.write("policy/keys.policy", text);
    const warnings: boolean[] = [];
    for (let start = 0; start < 2; start++) {
      const gateway = begin([...serving, "--format", "json"]);
      const { listen, admin } = await ready(gateway);
      for (let asked = 0; asked < 4; asked++) {
        const response = await ask(listen, key);
        assert.equal(response.status, 200, await response.text());
      }
      const ratio = /gw_budget_used_ratio\{[^}]*\} ([\d.]+)/.exec(await (await fetch(`${admin}/metrics`)).text());
      assert.ok(Number(ratio?.[1]) > 0.01, `${ratio?.[1]} stays used up, beyond its share`);
      gateway.signal("SIGTERM");
      assert.deepEqual(await gateway.exit, { code: 0, signal: null }, gateway.stderr());
      warnings.push(gateway.stderr().includes("budget nearly used up"));
    }
    assert.deepEqual(warnings, [true, false]);
    const tail = await place.gw("audit", "tail", "data");
    assert.equal(tail.out.match(/warn at 1%/g)?.length, 1, tail.out);
    assert.equal((await place.gw("audit", "verify", "data")).code, 0);
  });

  test("no request fails while policies change under it", async () => {
    const { key, text } = freshKey("dana");
    place.write("policy/org.policy", orgText());
    place.write("policy/keys.policy", text);
    const gateway = begin([...serving, "--format", "json"]);
    const { listen, revision } = await ready(gateway);
    const statuses: number[] = [];
    let changing = true;
    const caller = async () => {
      while (changing) {
        const answer = await ask(listen, key);
        await answer.text();
        statuses.push(answer.status);
      }
    };
    const callers = [caller(), caller(), caller(), caller()];
    for (let change = 1; change <= 6; change++) {
      const said = gateway.stderr().length;
      const bad = change % 3 === 0;
      place.write(
        "policy/org.policy",
        orgText(bad ? "  allow models @smal\n" : `  budget $${change}_000/day\n  allow models @small\n`),
      );
      const news = bad ? "policy change not taken" : "policy in force";
      await gateway.until((_, stderr) => stderr.slice(said).includes(news) || null, WITHIN_MS);
    }
    changing = false;
    await Promise.all(callers);
    assert.ok(statuses.length > 20);
    assert.deepEqual(new Set(statuses), new Set([200]));
    gateway.signal("SIGTERM");
    await gateway.exit;
    const lines = (await place.gw("audit", "tail", "data", "-n", "100000", "--format", "json")).out.trim().split("\n");
    const bodies = lines.map((line) => JSON.parse(line).body);
    const deciding = new Set(bodies.filter(({ kind }) => kind === "decision").map(({ revision }) => revision));
    const taken = new Set(bodies.filter(({ kind }) => kind === "policy.load").map(({ revision }) => revision));
    assert.ok(deciding.size > 1 && deciding.has(revision));
    assert.deepEqual(
      [...deciding].filter((id) => id !== revision && !taken.has(id)),
      [],
      "every decision names a policy that was taken",
    );
  });

  test("reloads on SIGHUP, too", async () => {
    place.write("policy/org.policy", orgText());
    const gateway = begin([...serving, "--format", "json"]);
    const { listen } = await ready(gateway);
    gateway.signal("SIGHUP");
    await gateway.until((_, stderr) => stderr.includes('"policy unchanged"') || null, WITHIN_MS);
    const { key, text } = freshKey("dana");
    assert.equal((await ask(listen, key)).status, 401);
    place.write("policy/keys.policy", text);
    gateway.signal("SIGHUP");
    await gateway.until((_, stderr) => /"keys":1/.test(stderr) || null, WITHIN_MS);
    assert.equal((await ask(listen, key)).status, 200);
  });

  test("does not start without a good policy, and says why", async () => {
    assert.match(await refused([...serving.with(2, "nope")], 2), /there is no directory `nope`/);
    assert.match(await refused(serving, 2), /no `\*\.policy` file below `policy`/);
    place.write("policy/org.policy", orgText("  allow models @smal\n"));
    assert.match(await refused(serving), /GW2003[\s\S]*\nerror: the gateway does not start without a good policy/);
    place.write("policy/org.policy", `${orgText()}\ntest "t" for team eng {\n  can use models claude-haiku-5-5\n}\n`);
    assert.match(await refused(serving), /policy\/org\.policy:20:3: [\s\S]*\nerror: the gateway does not start/);
  });

  test("does not start without the provider's credential, and names the reference", async () => {
    const provider = 'kind anthropic\n  url "https://api.anthropic.com"\n  credential env NOT_SET_HERE';
    place.write("policy/org.policy", orgText().replace("kind simulated", provider));
    assert.match(await refused(serving), /error: provider `sim` \(org\.policy:6\): .*`NOT_SET_HERE`/);
  });

  test("does not start where it cannot listen", async () => {
    place.write("policy/org.policy", orgText());
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const taken = `127.0.0.1:${address.port}`;
    try {
      for (const option of ["--listen", "--admin"]) {
        const said = await refused(serving.with(serving.indexOf(option) + 1, taken));
        assert.equal(
          said,
          `error: \`${taken}\` is in use by another process\n  \`${option}\` chooses another address\n`,
        );
      }
    } finally {
      other.close();
    }
    assert.match(await refused(serving.with(6, "localhost"), 2), /`--listen localhost` is not an address/);
    assert.match(await refused(serving.with(6, "127.0.0.1:99999"), 2), /is not an address/);
  });

  test("does not start with less memory for bodies than one request may have", async () => {
    place.write("policy/org.policy", orgText());
    const small = await refused([...serving, "--body-memory", "16MB"], 2);
    assert.match(small, /`--body-memory 16MB` is less than one request may have\n {2}give it at least 32MB\n/);
    assert.match(
      await refused([...serving, "--body-memory", "lots"], 2),
      /is not an amount of memory\n {2}write it as 512MB/,
    );
  });

  test("does not start without a data directory of its own", async () => {
    place.write("policy/org.policy", orgText());
    place.write("file", "");
    assert.match(await refused(serving.with(4, "file"), 2), /the data directory `file` cannot be used \(EEXIST\)/);
    assert.match(await refused(serving.with(4, "policy/data"), 2), /lies inside the policy directory/);
    const first = begin([...serving, "--format", "json"]);
    await ready(first);
    assert.match(await refused(serving), /is being written by process \d+[\s\S]*is another gateway running\?/);
  });

  test("keeps its placeholder key to itself, and over restarts", async () => {
    place.write("policy/org.policy", orgText());
    const file = join(place.dir, "data/placeholder.key");
    const keys: string[] = [];
    for (let start = 0; start < 2; start++) {
      const gateway = begin([...serving, "--format", "json"]);
      await ready(gateway);
      keys.push(readFileSync(file, "utf8"));
      gateway.signal("SIGTERM");
      await gateway.exit;
    }
    assert.equal(keys[0], keys[1]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("killed while a request is under way, it counts that request when it is back", async () => {
    const { key, text } = freshKey("dana");
    let arrived = () => {};
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const upstream = await startUpstream(() => arrived());
    try {
      const provider = `  kind anthropic\n  url "${upstream.url}"\n  credential env UP_KEY\n`;
      const limited = orgText("  allow models @small\n  limit requests 1/day\n");
      place.write("policy/org.policy", limited.replace("  kind simulated\n", provider));
      place.write("policy/keys.policy", text);
      const env = { UP_KEY: "upstream-credential-0123456789" };
      const first = begin([...serving, "--format", "json"], env);
      const cut = assert.rejects(ask((await ready(first)).listen, key));
      await asked;
      first.signal("SIGKILL");
      await first.exit;
      await cut;
      const second = begin([...serving, "--format", "json"], env);
      const refusal = await ask((await ready(second)).listen, key);
      assert.equal(refusal.status, 429);
      assert.match(await refusal.text(), /1 requests?.*day/i);
    } finally {
      await upstream.close();
    }
  });

  test("warns when other machines can connect", async () => {
    place.write("policy/org.policy", orgText());
    const gateway = begin([...serving.with(6, "0.0.0.0:0"), "--format", "json"]);
    await ready(gateway);
    assert.match(gateway.stderr(), /warning: `0\.0\.0\.0:0` is open to other machines and speaks no TLS/);
  });

  test("quickstart makes a policy and a key, once, and answers without a provider", async () => {
    const start = (env: Readonly<Record<string, string>> = {}) => begin(["quickstart", ...ephemeral], env);
    const exported = (gateway: Running) =>
      gateway.until((stdout) => {
        const url = /^export ANTHROPIC_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)\/anthropic$/m.exec(stdout)?.[1];
        const key = /^export ANTHROPIC_AUTH_TOKEN=(gk_\w+)$/m.exec(stdout)?.[1];
        return stdout.endsWith("then run: claude\n") && url !== undefined && key !== undefined ? { url, key } : null;
      }, WITHIN_MS);
    const home = join(place.dir, ".sallyport");
    const provider = () => readFileSync(join(home, "policy/provider.policy"), "utf8");
    const end = async (gateway: Running) => {
      gateway.signal("SIGINT");
      assert.equal((await gateway.exit).code, 0);
    };

    const first = start();
    const { url, key } = await exported(first);
    assert.match(first.stdout(), /ANTHROPIC_API_KEY is not set: a simulated provider answers/);
    const answer = await ask(url, key).catch((error: unknown) => {
      throw new Error(`no answer; the gateway said: ${first.stderr()}`, { cause: error });
    });
    assert.equal(answer.status, 200);
    assert.equal(readFileSync(join(home, "dev-key"), "utf8").trim(), key);
    for (const name of ["dev-key", "ci-key"]) assert.equal(statSync(join(home, name)).mode & 0o777, 0o600);
    assert.match(provider(), /kind simulated/);
    assert.match((await place.gw("policy", "test", ".sallyport/policy")).out, /^good: /, "the other provider, too");
    assert.equal((await place.gw("policy", "fmt", "--check", ".sallyport/policy")).code, 0);
    await end(first);

    const second = start({ ANTHROPIC_API_KEY: "not-used-here" });
    assert.equal((await exported(second)).key, key, "the key of the first start");
    assert.match(second.stdout(), /requests go to Anthropic, with ANTHROPIC_API_KEY/);
    assert.match(provider(), /kind anthropic/);
    await end(second);

    const edited = `${provider()}\n# mine\n`;
    place.write(".sallyport/policy/provider.policy", edited.replace("ANTHROPIC_API_KEY", "MY_KEY"));
    const third = start({ MY_KEY: "not-used-here" });
    await exported(third);
    assert.match(third.stdout(), /the provider that the policy names/);
    assert.match(provider(), /# mine/, "what the user edited stays");
    assert.ok(existsSync(join(home, "policy/keys.policy")));
  });
});
