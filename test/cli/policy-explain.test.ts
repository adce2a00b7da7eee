/** `gw policy explain`, beyond the pages of the catalogue: a key's policy, a question, a request of the record. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import type { DecisionBody, PolicyLoadBody } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { readSources } from "../../src/revision/files.ts";
import { readBuiltins } from "../../src/revision/packs.ts";
import { contentHash } from "../../src/revision/revision.ts";
import { digest } from "../analysis/sides.ts";
import { called, decision, outcome, returned, toolUse } from "../audit/bodies.ts";
import { type Playground, playground } from "./gw.ts";

const policy = (models: string) => `language 1

## Nothing is allowed here by itself.
org acme {
  timezone "Europe/Berlin"
  deny models *-preview
  limit requests 100/min
}

provider sim {
  kind simulated
}

models small {
  claude-haiku-4-5, claude-haiku-5-5
  via sim
}

tools look {
  Read, Grep
}

pattern token {
  match /\\btok_[0-9a-f]{8}\\b/
  hit "tok_01234567"
}

guardrail secrets {
  on request
  in user
  match token
  action redact
}

team eng {
  allow models ${models}
  allow tools @look
  guard secrets
  budget $50/day per key
  budget $90/day per key until 2026-12-24T18:00+01:00
  active mon-fri 07:00-20:00
}

key dana in eng {
  hash sha256:${digest(1)}
  owner "dana@acme.example"
  expires 2027-03-31
  deny tools Grep
}
`;

const MONDAY = "2026-11-23T10:00:00Z";

suite("gw policy explain", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
    place.write("policy/all.policy", policy("@small"));
  });
  afterEach(() => place.remove());

  test("a key: all that binds it, with the lines from the org down", async () => {
    const { code, out, err } = await place.gw("policy", "explain", "key", "dana", "--at", MONDAY);
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      `key dana  policy/all.policy:44
  org acme › team eng › key dana
  owner dana@acme.example, expires 2027-03-31

  models     @small
    policy/all.policy:6  deny models *-preview  org acme
    policy/all.policy:36  allow models @small  team eng
    @small go via sim

  tools      Read
    policy/all.policy:37  allow tools @look  team eng
    policy/all.policy:48  deny tools Grep  key dana

  providers  sim
    every declared provider counts as allowed where no line allows any

  limits     every one of these must be kept
    policy/all.policy:7  limit requests 100/min  org acme
      counter org acme requests/min
    policy/all.policy:40  budget $90/day per key until 2026-12-24T18:00+01:00  team eng
      counter team eng budget/day per key dana
    policy/all.policy:39  budget $50/day per key  team eng
      replaced while another line lasts

  guards
    secrets: redacts in request (user)
      policy/all.policy:38  guard secrets  team eng

  hours      open at this moment, Europe/Berlin
    policy/all.policy:41  active mon-fri 07:00-20:00  team eng

  ungranted  tools are taken out of the request
`,
    );
  });

  test("the same for programs, and for a team and the org", async () => {
    const key = JSON.parse(
      (await place.gw("policy", "explain", "key", "dana", "--at", MONDAY, "--format", "json")).out,
    );
    assert.deepEqual(key.path, ["org acme", "team eng", "key dana"]);
    assert.deepEqual(key.access.tools.names, [{ all: ["Read"], except: [] }]);
    assert.deepEqual(
      key.limits.map(({ counts }: { counts: boolean }) => counts),
      [true, true, false],
    );
    const later = await place.gw("policy", "explain", "team", "eng", "policy", "--at", "2026-12-25T10:00:00Z");
    assert.match(later.out, /budget \$90\/day per key until 2026-12-24T18:00\+01:00 {2}\(ended\) {2}team eng\n/);
    const org = await place.gw("policy", "explain", "org");
    assert.match(
      org.out,
      /^org acme {2}policy\/all\.policy:4\n {2}Nothing is allowed here by itself\.\n\n {2}models +nothing\n/,
    );
  });

  test("a question: the decision, its lines, and an exit code", async () => {
    const ask = (...more: string[]) => place.gw("policy", "explain", "key", "dana", ...more);
    const yes = await ask("--model", "claude-haiku-5-5", "--tool", "Read", "--at", MONDAY);
    assert.equal(yes.code, 0);
    assert.match(yes.out, /model claude-haiku-5-5: granted[^\n]*\n {4}policy\/all\.policy:36 {2}allow models @small\n/);
    assert.match(yes.out, /passes, via sim\n {2}as long as these are kept\n[\s\S]*budget \$90\/day per key/);
    const cut = await ask("--model", "claude-haiku-5-5", "--tool", "Grep", "--at", MONDAY);
    assert.equal(cut.code, 1);
    assert.match(
      cut.out,
      /tool Grep: not granted; a deny names it[^\n]*\n {4}policy\/all\.policy:48 {2}deny tools Grep\n/,
    );
    assert.match(cut.out, /passes, via sim, without Grep\n/);
    const no = await ask("--model", "claude-opus-5-5", "--at", MONDAY);
    assert.deepEqual([no.code, /refused \(model\): .*claude-opus-5-5/.test(no.out)], [1, true]);
    const closed = await ask("--model", "claude-haiku-5-5", "--at", "2026-11-22T10:00:00Z");
    assert.deepEqual([closed.code, /refused \(window\)/.test(closed.out)], [1, true]);
    const json = JSON.parse((await ask("--model", "claude-haiku-5-5", "--at", MONDAY, "--format", "json")).out);
    assert.deepEqual(json.decision.guards, ["secrets"]);
    assert.equal(json.decision.holds[1].counter, "team eng budget/day per key dana");
    const over = await ask("--tool", "Read", "--at", "2027-05-03T10:00:00Z", "--format", "json");
    assert.deepEqual([over.code, JSON.parse(over.out).decision.reason], [1, "expired"]);
  });

  test("a call with an input: what calls are held to, and whether this one is granted", async () => {
    const where = 'deny tools Read where file_path like "**/.env" or limit > 2k # not the # of "it"';
    place.write("policy/all.policy", policy("@small").replace("deny tools Grep", where));
    const ask = (...more: string[]) => place.gw("policy", "explain", "key", "dana", ...more, "--at", MONDAY);
    const held = await ask();
    assert.match(held.out, /tools +@look\n {4}Read only where limit <= 2000 and not file_path like "\*\*\/\.env"\n/);
    const offered = await ask("--tool", "Read");
    assert.equal(offered.code, 0);
    assert.match(offered.out, /calls of it: only where limit <= 2000 and not file_path like "\*\*\/\.env"\n/);
    const yes = await ask("--tool", "Read", "--input", '{"file_path": "/a", "limit": 5}');
    assert.equal(yes.code, 0);
    assert.match(yes.out, /this call: granted\n {4}policy\/all\.policy:37 {2}allow tools @look\n/);
    const no = await ask("--tool", "Read", "--input", '{"file_path": "/a/.env", "limit": 5}');
    assert.equal(no.code, 1);
    assert.match(
      no.out,
      /this call: not granted; it is denied to key dana where file_path like "\*\*\/\.env" or limit > 2000\n {4}policy\/all\.policy:48 {2}deny tools Read where file_path like "\*\*\/\.env" or limit > 2k\n/,
    );
    const json = JSON.parse((await ask("--tool", "Read", "--input", "{}", "--format", "json")).out);
    assert.deepEqual([json.call.granted, json.condition], [false, 'limit <= 2000 and not file_path like "**/.env"']);
    for (const [args, message] of [
      [["--tool", "Read", "--input", "{"], /the input is not JSON/],
      [["--tool", "Read", "--input", "[]"], /the input of a call is a JSON object/],
      [["--input", "{}"], /which tool is called with this input\?/],
    ] as const) {
      const wrong = await ask(...args);
      assert.deepEqual([wrong.code, message.test(wrong.err)], [2, true], wrong.err);
    }
  });

  test("who confirms a call: each, those that a condition leaves, or the one that is asked about", async () => {
    const lines =
      'allow tools mcp:files/*\n  ask tools mcp:files/move\n  ask tools mcp:files/delete where not path under "/tmp"';
    place.write("policy/all.policy", policy("@small").replace("deny tools Grep", lines));
    place.write("policy/files.policy", 'language 1\n\nmcp files {\n  command "x"\n}\n');
    const ask = async (...more: string[]) =>
      (await place.gw("policy", "explain", "key", "dana", "--at", MONDAY, ...more)).out;
    assert.match(
      await ask("--tool", "mcp:files/move"),
      /\n {4}a person confirms each call\n {4}\S+ {2}ask tools mcp:files\/move\n/,
    );
    const some = /\n {4}a person confirms calls where not path under "\/tmp", or it may be so\n {4}\S+ {2}ask tools /;
    assert.match(await ask("--tool", "mcp:files/delete"), some);
    const called = (path: string) => ask("--tool", "mcp:files/delete", "--input", `{"path": "${path}"}`);
    assert.match(await called("/etc"), /\n {4}a person confirms this call\n {4}\S+ {2}ask tools mcp:files\/delete /);
    assert.doesNotMatch(await called("/tmp/x"), /a person confirms/);
  });

  test("how large results may be: the lines on the way down, and the one that counts for a tool", async () => {
    const lines =
      "allow tools mcp:files/*\n  results mcp:files/* max 64k\n  results mcp:files/read_* max 8k until 2027-01-31";
    const server = 'mcp files {\n  command "x"\n}\n';
    place.write("policy/all.policy", policy("@small").replace("deny tools Grep", lines));
    place.write("policy/files.policy", `language 1\n\n${server}`);
    const ask = (...more: string[]) => place.gw("policy", "explain", "key", "dana", "--at", MONDAY, ...more);
    const whole = await ask();
    assert.match(
      whole.out,
      /results +what tools give back is held to all of these[^\n]*\n {4}[^\n]*max 64k[^\n]*\n {4}[^\n]*max 8k until 2027-01-31/,
    );
    const counts = /what it gives back is held to a size\n {4}policy\/all\.policy:(\d+) {2}results [^\n]* max (\w+)/;
    assert.equal(counts.exec((await ask("--tool", "mcp:files/read_file")).out)?.[2], "8k");
    assert.equal(counts.exec((await ask("--tool", "mcp:files/write_file")).out)?.[2], "64k");
    assert.equal(counts.exec((await ask("--tool", "Read")).out), null);
    const looked = lines.replaceAll("max 8k", "max 8k redact ids");
    place.write("policy/all.policy", policy("@small").replace("deny tools Grep", looked));
    place.write("policy/ids.policy", "language 1\n\npattern ids {\n  match /EMP-1/\n}\n");
    const sought =
      /what it gives back is looked through\n {4}policy\/all\.policy:\d+ {2}results mcp:files\/read_\* max 8k redact ids/;
    assert.match((await ask("--tool", "mcp:files/read_file")).out, sought);
    assert.doesNotMatch((await ask("--tool", "mcp:files/write_file")).out, /looked through/);
  });

  test("wrong questions are told from answers", async () => {
    const wrong = async (...args: string[]) => {
      const { code, err } = await place.gw("policy", "explain", ...args);
      assert.equal(code, 2, args.join(" "));
      return err;
    };
    assert.match(await wrong("key", "dan"), /no key `dan`\n {2}did you mean `dana`\?/);
    assert.match(await wrong("key"), /which key\?/);
    assert.match(await wrong("key", "dana", "policy", "more"), /`more` is one word too many/);
    assert.match(await wrong("team", "eng", "nowhere"), /no directory `nowhere`/);
    assert.match(await wrong("req_1"), /from its record\n.*`--data DIR`/);
    assert.match(await wrong("req_1", "--data", "data"), /no audit log below `data`/);
  });

  suite("a request of the record", () => {
    const load = async (commit: string | null, packs: PolicyLoadBody["packs"] = null): Promise<PolicyLoadBody> => {
      const content = contentHash(await readSources(join(place.dir, "policy")));
      const revision = (commit ?? content).slice(0, 12);
      return { kind: "policy.load", revision, commit, content, keys: 1, packs };
    };
    const record = async (loaded: PolicyLoadBody, bodies: readonly DecisionBody[]) => {
      const at = Date.parse(MONDAY);
      const { log } = await openJournal({ dir: join(place.dir, "data"), boot: "b", version: "0", clock: () => at });
      await log.append(loaded);
      for (const body of bodies) {
        await log.append({ ...body, revision: loaded.revision, commit: loaded.commit });
        if (body.effect === "allow") await log.append(outcome(body.ticket));
      }
      await log.close();
    };
    const actor = { key: "dana", team: "eng", fingerprint: null };
    const allowed = decision("req_yes", { actor, model: "claude-haiku-5-5", stripped: ["Grep"] });
    const refused = decision("req_no", {
      actor,
      model: "claude-opus-5-5",
      effect: "refuse",
      reason: "model",
      provider: null,
    });
    const spent = decision("req_spent", { actor, model: "claude-haiku-5-5", effect: "refuse", reason: "budget" });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], {
        cwd: place.dir,
        encoding: "utf8",
      }).trim();

    test("is decided again under the same text, and what the record does not hold is not guessed", async () => {
      await record(await load(null), [allowed, refused, spent]);
      const yes = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.equal(yes.code, 0, yes.out + yes.err);
      assert.match(
        yes.out,
        /^req_yes\n[\s\S]*recorded +allowed, revision [0-9a-f]{12}\n[\s\S]*again +allowed via sim[\s\S]*the same\n$/,
      );
      const no = await place.gw("policy", "explain", "req_no", "--data", "data", "--format", "json");
      const told = JSON.parse(no.out);
      assert.deepEqual([no.code, told.again.verdict, told.again.decision.reason], [0, "same", "model"]);
      const beyond = await place.gw("policy", "explain", "req_spent", "--data", "data");
      assert.equal(beyond.code, 1);
      assert.match(beyond.out, /what refused it then [^\n]* is not in the record, so it is not decided again\n$/);
      const none = await place.gw("policy", "explain", "req_never", "--data", "data");
      assert.deepEqual([none.code, /has no request `req_never`/.test(none.err)], [2, true]);
    });

    test("tells which tools stayed as the conversation had begun; they are no other decision", async () => {
      await record(await load(null), [{ ...allowed, stripped: ["Grep", "Write"], stood: ["Write", "Read"] }]);
      const { code, out } = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.equal(code, 0, out);
      assert.match(out, /\n {4}taken out: Grep, Read\n {4}left in, as the conversation had begun: Write\n/);
      assert.match(out, /the same\n$/);
    });

    test("a call of a tool is decided again too", async () => {
      const loaded = await load(null);
      const { log } = await openJournal({
        dir: join(place.dir, "data"),
        boot: "b",
        version: "0",
        clock: () => Date.parse(MONDAY),
      });
      await log.append(loaded);
      const under = { actor, revision: loaded.revision, commit: null };
      await log.append(called("req_call", { ...under, name: "Read" }));
      await log.append(returned("req_call"));
      await log.append(called("req_other", { ...under, name: "mcp:github/get_issue" }));
      await log.append(returned("req_other"));
      await log.close();
      const same = await place.gw("policy", "explain", "req_call", "--data", "data");
      assert.equal(same.code, 0, same.out + same.err);
      assert.match(same.out, /^req_call\n[^\n]* Read +allow [\s\S]*again +allowed \([^\n]*\n[\s\S]*the same\n$/);
      const other = await place.gw("policy", "explain", "req_other", "--data", "data");
      assert.equal(other.code, 1);
      assert.match(other.out, /again +refused \(tool\): mcp:github\/get_issue is not granted to key dana/);
    });

    test("what hangs on arguments is not decided again, be they of a call or the limits of a tool of the provider", async () => {
      const conditions = ['Bash where command like "git *"', "server:web_search where max_uses <= 5"];
      const lines = conditions.map((line) => `  allow tools ${line}\n`).join("");
      place.write("policy/all.policy", policy("@small").replace("  guard secrets\n", `${lines}  guard secrets\n`));
      const loaded = await load(null);
      const settings = { dir: join(place.dir, "data"), boot: "b", version: "0", clock: () => Date.parse(MONDAY) };
      const { log } = await openJournal(settings);
      await log.append(loaded);
      const under = { actor, revision: loaded.revision, commit: null };
      const refused = { ...under, effect: "refuse", reason: "arguments", origins: ["all.policy:35"] } as const;
      await log.append(called("req_call", { ...refused, name: "Bash" }));
      await log.append(
        decision("req_search", { ...refused, model: "claude-haiku-4-5", defined: ["server:web_search"] }),
      );
      await log.append(decision("req_told", { ...under, model: "claude-haiku-4-5", provider: "sim" }));
      const withheld = { reason: "arguments", origin: "all.policy:35" } as const;
      await log.append(outcome("req_told", { toolUses: [toolUse("Bash", { granted: false, withheld })] }));
      await log.close();
      const explain = (ticket: string) => place.gw("policy", "explain", ticket, "--data", "data");
      const call = await explain("req_call");
      assert.equal(call.code, 1);
      assert.match(call.out, /refuse arguments/);
      assert.match(
        call.out,
        /again +Bash is granted to key dana only where command like "git \*"; what it was given leaves that open/,
      );
      assert.match(
        call.out,
        /it hangs on arguments; the record has a keyed hash of them at most, so it is not decided again\n$/,
      );
      const search = await explain("req_search");
      assert.match(search.out, /again +server:web_search is granted to key dana only where max_uses <= 5/);
      assert.match(search.out, /it hangs on arguments/);
      const told = await explain("req_told");
      assert.equal(told.code, 0, told.out);
      assert.match(told.out, /\n {4}withheld a call of Bash \(arguments\): \S*all\.policy:35\n/);
      assert.match(told.out, /withheld Bash: arguments\n/);
    });

    test("is decided under the commit of its time, wherever the directory stands now", async () => {
      git("init", "--quiet");
      git("add", "policy");
      git("commit", "--quiet", "--message", "one");
      await record(await load(git("rev-parse", "HEAD")), [allowed]);
      place.write("policy/all.policy", policy("claude-haiku-4-5"));
      git("commit", "--quiet", "--all", "--message", "two");
      const { code, out } = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.equal(code, 0, out);
      assert.match(out, /again +allowed via sim \(commit [0-9a-f]{12}\)/);
    });

    test("says so when the packs that ship are read by another version than decided", async () => {
      const withPack = `${policy("claude-haiku-5-5")}\ntools all { @claude-code.read }\n`;
      place.write("policy/all.policy", withPack.replace("language 1", "language 1\nuse claude-code from builtin"));
      await record(await load(null), [allowed]);
      const { out } = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.match(
        out,
        /the same\n {2}note: decided again with builtin pack `claude-code` of sallyport \S+; sallyport 0 decided it, [^\n]*\n$/,
      );
      const json = await place.gw("policy", "explain", "req_yes", "--data", "data", "--format", "json");
      const { packs, recorded } = JSON.parse(json.out).again.builtins;
      assert.deepEqual([packs, recorded], [["claude-code"], "0"]);
    });

    test("and when they hold something else, whatever the version; not when they hold the same", async () => {
      const withPack = `${policy("claude-haiku-5-5")}\ntools all { @claude-code.read }\n`;
      place.write("policy/all.policy", withPack.replace("language 1", "language 1\nuse claude-code from builtin"));
      await record(await load(null, [{ name: "claude-code", content: "0".repeat(64) }]), [allowed]);
      const other = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.match(
        other.out,
        /note: decided again with builtin pack `claude-code` of sallyport \S+; it held something else then \(sallyport 0 decided it\)\n$/,
      );
      const content = hash("sha256", (await readBuiltins()).get("claude-code")!.text, "hex");
      rmSync(join(place.dir, "data"), { recursive: true });
      await record(await load(null, [{ name: "claude-code", content }]), [allowed]);
      const same = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.match(same.out, /the same\n$/);
    });

    test("and when its revision is not at hand, that is said", async () => {
      await record(await load(null), [allowed]);
      place.write("policy/all.policy", policy("claude-haiku-4-5"));
      const { code, out } = await place.gw("policy", "explain", "req_yes", "--data", "data");
      assert.equal(code, 1);
      assert.match(out, /not decided again: revision [0-9a-f]{12} is not at hand in `policy`/);
    });
  });
});
