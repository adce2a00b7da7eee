/** `gw policy diff` as people and pipelines run it: on directories, on revisions, with an exit code to rely on. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { orgText } from "../revision/policies.ts";
import { type Playground, playground } from "./gw.ts";

const Cause = z.strictObject({
  side: z.enum(["old", "new"]),
  place: z.string().regex(/:\d+$/),
  text: z.string().min(1),
});
const Subject = z.strictObject({ label: z.string(), roots: z.array(z.string()), teams: z.int(), keys: z.int() });
const Compared = z.strictObject({
  verdict: z.enum(["none", "tighter", "wider"]),
  old: z.strictObject({ name: z.string(), dir: z.string(), revision: z.string().length(12) }),
  new: z.strictObject({ name: z.string(), dir: z.string(), revision: z.string().length(12) }),
  rows: z.array(
    z.strictObject({
      about: z.string(),
      move: z.enum(["wider", "changed", "tighter", "neutral"]),
      subject: Subject,
      change: z.string(),
      names: z.array(z.strictObject({ all: z.array(z.string()), except: z.array(z.string()) })).nullable(),
      example: z.string().nullable(),
      from: z.iso.datetime().nullable(),
      until: z.iso.datetime().nullable(),
      causes: z.array(Cause),
      cache: z.boolean(),
      text: z.string(),
    }),
  ),
  cache: z.strictObject({ subject: Subject, why: z.array(z.string()), text: z.string() }).nullable(),
  broken: z.array(z.strictObject({ name: z.string(), place: z.string().regex(/:\d+$/), why: z.string() })),
  builtins: z
    .strictObject({ version: z.string().regex(/^\d+\.\d+\.\d+/), packs: z.array(z.string()).min(1) })
    .nullable(),
});

const ONE = "  allow models claude-haiku-4-5\n";
const BOTH = "  allow models claude-haiku-4-5, claude-haiku-5-5\n";

suite("gw policy diff", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
    place.write("policy/org.policy", orgText(ONE));
  });
  afterEach(() => place.remove());

  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], {
      cwd: place.dir,
      encoding: "utf8",
    });
  const commit = () => {
    git("add", ".");
    git("commit", "--quiet", "--message", "policy");
  };
  const json = async (...args: readonly string[]) => {
    const { code, out } = await place.gw("policy", "diff", ...args, "--format", "json");
    return { code, told: Compared.parse(JSON.parse(out)) };
  };

  test("two directories", async () => {
    mkdirSync(join(place.dir, "other"));
    place.write("other/org.policy", orgText(BOTH));
    const wider = await place.gw("policy", "diff", "policy", "other");
    assert.deepEqual([wider.code, wider.err], [3, ""]);
    assert.equal(
      wider.out,
      `WIDER    team eng
           gains models claude-haiku-5-5
             + other/org.policy:16  allow models claude-haiku-4-5, claude-haiku-5-5

something is wider: policy → other, 1 wider
`,
    );
    const tighter = await place.gw("policy", "diff", "other", "policy");
    assert.equal(tighter.code, 4);
    assert.match(tighter.out, /^TIGHTER {2}team eng\n +loses models claude-haiku-5-5\n/);
    assert.match(tighter.out, /\ntighter only: other → policy, 1 tighter\n$/);
    const same = await place.gw("policy", "diff", "policy", "policy");
    assert.deepEqual([same.code, same.out], [0, "no change of meaning: policy → policy\n"]);
  });

  test("says which packs are this program's on both sides, since their own changes do not show", async () => {
    mkdirSync(join(place.dir, "other"));
    const uses = (...packs: readonly string[]) => packs.map((pack) => `use ${pack} from builtin\n`).join("");
    place.write("policy/org.policy", orgText(ONE).replace("org acme", `${uses("anthropic")}\norg acme`));
    place.write("other/org.policy", orgText(BOTH).replace("org acme", `${uses("anthropic", "secrets")}\norg acme`));
    const { told } = await json("policy", "other");
    assert.deepEqual(told.builtins?.packs, ["anthropic", "secrets"]);
    const { out } = await place.gw("policy", "diff", "policy", "other");
    assert.match(
      out,
      /\nnote: builtin packs `anthropic`, `secrets` as of sallyport \d\S+ on both sides; .*\nsomething is wider:/,
    );
    const markdown = await place.gw("policy", "diff", "policy", "other", "--format", "markdown");
    assert.match(markdown.out, /\n> `` builtin packs `anthropic`, `secrets` as of sallyport /);
    place.write("policy/org.policy", orgText(ONE));
    place.write("other/org.policy", orgText(BOTH));
    assert.equal((await json("policy", "other")).told.builtins, null);
  });

  test("revisions of Git, without checking anything out", async () => {
    git("init", "--quiet", "--initial-branch=main");
    place.write("notes.txt", "beside the policy");
    commit();
    git("checkout", "--quiet", "-b", "change");
    mkdirSync(join(place.dir, "policy/teams"));
    place.write("policy/org.policy", orgText(BOTH));
    place.write("policy/teams/more.policy", "language 1\n\nteam more {\n}\n");
    commit();
    place.write("policy/org.policy", orgText(ONE));
    const range = await json("main..change");
    assert.deepEqual(
      [range.code, range.told.verdict, range.told.old.name, range.told.new.name],
      [3, "wider", "main", "change"],
    );
    assert.deepEqual(
      range.told.rows.map(({ text }) => text),
      ["team more is added, may use no model yet", "team eng gains models claude-haiku-5-5"],
    );
    assert.equal(range.told.rows[1]?.causes[0]?.place, "policy/org.policy:16");
    const tree = await json("main", "policy");
    assert.deepEqual(
      tree.told.rows.map(({ about }) => about),
      ["teams"],
      "the directory as it is now",
    );
    assert.equal(git("status", "--porcelain").trim(), "M policy/org.policy", "nothing was touched");
    git("checkout", "--quiet", "--force", "main");
    place.write("notes.txt", "main went on");
    place.write("policy/org.policy", orgText("  allow models claude-haiku-*\n"));
    commit();
    const parted = await json("main...change");
    assert.deepEqual(parted.told.rows.length, 2, "what the branch changed since it left");
  });

  test("markdown for a pull request mentions nobody and folds the lines away", async () => {
    mkdirSync(join(place.dir, "other"));
    place.write("other/org.policy", orgText("  allow models @small\n"));
    const { code, out } = await place.gw("policy", "diff", "policy", "other", "--format", "markdown");
    assert.equal(code, 3);
    assert.match(out, /^<!-- sallyport policy diff -->\n### Policy: something is wider \(1 wider\)\n/);
    assert.match(out, /\| \*\*wider\*\* \| `team eng` \| `gains models claude-haiku-5-5` \|\n/);
    assert.match(
      out,
      /<details>[\s\S]*```diff\n[\s\S]*\+ other\/org\.policy:16 {2}allow models @small\n[\s\S]*<\/details>/,
    );
  });

  test("a moment can be given, from which on the policies are compared", async () => {
    mkdirSync(join(place.dir, "other"));
    place.write("other/org.policy", orgText(`${ONE}  allow models claude-haiku-5-5 until 2027-01-31T12:00Z\n`));
    const before = await json("policy", "other", "--at", "2027-01-01T00:00Z");
    assert.deepEqual([before.code, before.told.rows[0]?.until], [3, "2027-01-31T12:00:00.000Z"]);
    const after = await json("policy", "other", "--at", "2027-02-01T00:00Z");
    assert.deepEqual([after.code, after.told.rows], [0, []]);
  });

  test("an invariant that the new policy breaks is told with it", async () => {
    const invariant = 'invariant "only the old one" {\n  never allow models claude-haiku-5-5 to team eng\n}\n';
    mkdirSync(join(place.dir, "other"));
    place.write("policy/org.policy", `${orgText(ONE)}\n${invariant}`);
    place.write("other/org.policy", `${orgText(BOTH)}\n${invariant}`);
    const { code, out } = await place.gw("policy", "diff", "policy", "other");
    assert.equal(code, 3);
    assert.match(out, /\nbroken: invariant "only the old one" does not hold: .+ \(other\/org\.policy:19\)\n/);
    const { told } = await json("policy", "other");
    assert.deepEqual(
      told.broken.map(({ name }) => name),
      ["only the old one"],
    );
    const markdown = await place.gw("policy", "diff", "policy", "other", "--format", "markdown");
    assert.match(markdown.out, /\n> \*\*Broken\*\* ``? ?invariant "only the old one" does not hold: /);
  });

  test("a failure is never taken for a verdict", async () => {
    mkdirSync(join(place.dir, "other"));
    place.write("other/org.policy", orgText("  allow models @smal\n"));
    const broken = await place.gw("policy", "diff", "policy", "other");
    assert.deepEqual([broken.code, broken.out], [1, ""]);
    assert.match(
      broken.err,
      /error\[GW2003\][\s\S]*other\/org\.policy:16[\s\S]*not compared: the policy of `other` is not good\n$/,
    );
    const nowhere = await place.gw("policy", "diff", "main..HEAD");
    assert.equal(nowhere.code, 2);
    git("init", "--quiet");
    commit();
    const unknown = await place.gw("policy", "diff", "nope..HEAD");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /^error: Git knows no revision `nope`\n/);
    const option = await place.gw("policy", "diff", "--", "--output=x..HEAD");
    assert.deepEqual([option.code, option.out], [2, ""]);
  });

  test("a link in a past revision is an error, never a smaller policy", async () => {
    git("init", "--quiet");
    symlinkSync("org.policy", join(place.dir, "policy/again.policy"));
    commit();
    const { code, err } = await place.gw("policy", "diff", "HEAD");
    assert.equal(code, 2);
    assert.match(err, /`again\.policy` is a link/);
  });
});
