import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import type { Table } from "../../src/decision/table.ts";
import { createKeeper, type Fault, type Keeper, type KeeperParts, PolicyError } from "../../src/revision/keeper.ts";
import { load, loadChange } from "../../src/revision/load.ts";
import { loadAside } from "../../src/revision/worker.ts";
import { freshKey, orgText, type PolicyDir, policyDir } from "./policies.ts";

suite("the policy in force", () => {
  let place: PolicyDir;
  let taken: Table[] = [];
  let rejected: Fault[] = [];
  beforeEach(() => {
    place = policyDir();
    taken = [];
    rejected = [];
  });
  afterEach(() => place.remove());

  interface Ways {
    readonly load?: KeeperParts["load"];
    readonly check?: (table: Table) => readonly string[];
  }
  const start = (ways: Ways = {}): Promise<Keeper> =>
    createKeeper({
      load: (inForce) => loadChange(place.dir, inForce),
      check: () => [],
      onTaken: (table) => taken.push(table),
      onRejected: (fault) => rejected.push(fault),
      ...ways,
    });
  const refusedStart = async (ways: Ways, kind: Fault["kind"]) => {
    await assert.rejects(start(ways), (error) => {
      assert.ok(error instanceof PolicyError);
      assert.equal(error.fault.kind, kind);
      return true;
    });
    assert.deepEqual([taken.length, rejected.length], [0, 0], "nobody is told of a policy that never was");
  };

  test("begins only with a good policy", async () => {
    await refusedStart({}, "unreadable");
    place.put("org.policy", "language 1\n\nteam {\n");
    await refusedStart({}, "diagnostics");
    place.put("org.policy", `${orgText()}\ntest "no" for team eng {\n  cannot use models claude-haiku-4-5\n}\n`);
    await refusedStart({}, "tests");
    place.put("org.policy", orgText());
    await refusedStart({ check: () => ["the credential is not there"] }, "world");
    const keeper = await start();
    assert.equal(keeper.fault, null);
    assert.deepEqual(taken, [keeper.current]);
  });

  test("takes a good change whole, by one reference", async () => {
    place.put("org.policy", orgText());
    const keeper = await start();
    const before = keeper.current;
    place.put("org.policy", orgText("  allow models claude-haiku-4-5, claude-haiku-5-5\n"));
    const outcome = await keeper.reload();
    assert.equal(outcome.kind, "taken");
    assert.notEqual(keeper.current, before);
    assert.notEqual(keeper.current.revision.content, before.revision.content);
    assert.deepEqual(taken, [before, keeper.current]);
  });

  test("a bad change of any kind leaves the last good policy where it is, and is reported", async () => {
    const ways = { problems: [] as string[] };
    place.put("org.policy", orgText());
    const keeper = await start({ check: () => ways.problems });
    const before = keeper.current;
    const changes: readonly (readonly [Fault["kind"], () => void])[] = [
      ["diagnostics", () => place.put("more.policy", "language 1\n\nteam {\n")],
      ["diagnostics", () => place.put("more.policy", "language 1\n\nteam eng {\n}\n")],
      [
        "tests",
        () => place.put("more.policy", 'language 1\n\ntest "t" for team eng {\n  can use models claude-opus-5-5\n}\n'),
      ],
      [
        "tests",
        () =>
          place.put(
            "more.policy",
            'language 1\n\ninvariant "i" {\n  never allow models claude-haiku-4-5 to team eng\n}\n',
          ),
      ],
      ["unreadable", () => place.drop("org.policy")],
      [
        "world",
        () => {
          place.put("org.policy", orgText("  limit requests 5/min\n"));
          ways.problems.push("the credential is not there");
        },
      ],
    ];
    for (const [kind, change] of changes) {
      change();
      if (kind === "unreadable") place.drop("more.policy");
      const outcome = await keeper.reload();
      assert.equal(outcome.kind, "rejected");
      assert.equal(keeper.fault?.kind, kind);
      assert.equal(rejected.at(-1), keeper.fault);
      assert.equal(keeper.current, before);
    }
    ways.problems.length = 0;
    assert.equal((await keeper.reload()).kind, "taken");
    assert.equal(keeper.fault, null);
  });

  test("a change that is taken back is no change", async () => {
    place.put("org.policy", orgText());
    const keeper = await start();
    place.put("more.policy", "language 1\n\nteam {\n");
    await keeper.reload();
    assert.notEqual(keeper.fault, null);
    place.drop("more.policy");
    assert.equal((await keeper.reload()).kind, "unchanged");
    assert.equal(keeper.fault, null);
    assert.equal(taken.length, 1);
  });

  test("a key whose block is deleted is gone with the next table", async () => {
    const { digest, text } = freshKey("dana");
    place.put("org.policy", orgText());
    place.put("keys.policy", text);
    const keeper = await start();
    assert.equal(keeper.current.keys.get(digest)?.name, "dana");
    place.drop("keys.policy");
    await keeper.reload();
    assert.equal(keeper.current.keys.has(digest), false);
  });

  test("calls during a reading share one further reading, which sees what they saw", async () => {
    place.put("org.policy", orgText());
    let readings = 0;
    const gates: (() => void)[] = [];
    const keeper = await start({
      load: async (inForce) => {
        readings++;
        const loaded = await loadChange(place.dir, inForce);
        if (readings > 1) await new Promise<void>((open) => gates.push(open));
        return loaded;
      },
    });
    const first = keeper.reload();
    while (gates.length === 0) await new Promise(setImmediate);
    place.put("org.policy", orgText("  limit requests 5/min\n"));
    const later = [keeper.reload(), keeper.reload(), keeper.reload()];
    gates.shift()?.();
    assert.equal((await first).kind, "unchanged", "it read before the change");
    while (gates.length === 0) await new Promise(setImmediate);
    gates.shift()?.();
    const outcomes = await Promise.all(later);
    assert.deepEqual(new Set(outcomes).size, 1);
    assert.equal(outcomes[0]?.kind, "taken");
    assert.equal(readings, 3);
  });

  test("a reader that breaks is a change not taken", async () => {
    place.put("org.policy", orgText());
    let broken = false;
    const keeper = await start({
      load: () => (broken ? Promise.reject(new Error("out of memory")) : load(place.dir)),
    });
    broken = true;
    const outcome = await keeper.reload();
    assert.equal(outcome.kind, "rejected");
    assert.equal(keeper.fault?.kind, "unreadable");
  });

  test("nothing is taken after the end", async () => {
    place.put("org.policy", orgText());
    const keeper = await start();
    const before = keeper.current;
    place.put("org.policy", orgText("  limit requests 5/min\n"));
    const reading = keeper.reload();
    await keeper.close();
    await reading;
    assert.equal(keeper.current, before);
  });

  test("a thread of its own reads the same", async () => {
    place.put("org.policy", orgText());
    place.put("keys.policy", freshKey("dana").text);
    const [here, aside] = await Promise.all([load(place.dir), loadAside(place.dir, null)]);
    assert.deepEqual(aside?.built.table, here.built.table);
    assert.deepEqual(aside?.revision, here.revision);
    assert.equal(await loadAside(place.dir, here.revision), null, "what is in force is not built again");
    place.put("keys.policy", "language 1\n\nteam {\n");
    const broken = await loadAside(place.dir, here.revision);
    assert.equal(broken?.built.table, null);
    assert.deepEqual([...(broken?.texts.keys() ?? [])], ["keys.policy"], "texts come along for drawing");
    place.drop("keys.policy");
    place.drop("org.policy");
    await assert.rejects(loadAside(place.dir, null), { name: "SourcesError", code: "empty" });
  });
});
