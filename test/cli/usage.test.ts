import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import { CODES } from "../../src/language/codes.ts";
import { playground } from "./gw.ts";

suite("the command line", () => {
  const { gw, write, remove } = playground();
  after(remove);

  /** Runs a wrong command line; answers what it says on stderr. */
  async function wrong(...args: string[]): Promise<string> {
    const { code, out, err } = await gw(...args);
    assert.equal(code, 2, `gw ${args.join(" ")}`);
    assert.equal(out, "", "a complaint is no product");
    assert.doesNotMatch(err, /\n\s+at |node:internal/, "nobody should read a stack");
    return err;
  }

  test("tells its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.deepEqual(await gw("--version"), { code: 0, out: `${version}\n`, err: "" });
  });

  test("shows help with examples, on stdout when asked for, on stderr when not", async () => {
    const { code, out } = await gw("--help");
    assert.equal(code, 0);
    for (const word of ["policy", "key", "audit", "init", "serve", "quickstart", "gw init policy"]) {
      assert.ok(out.includes(word), word);
    }
    assert.equal((await gw("help")).out, out);
    assert.deepEqual(await gw("help", "serve"), await gw("serve", "--help"));
    assert.match(await wrong(), /Usage: gw/);
    assert.match(await wrong("policy"), /Usage: gw policy/);
  });

  test("every command that does something has examples of itself", async () => {
    const commands = ["policy check", "policy fmt", "policy test", "policy explain", "key new", "audit verify"];
    commands.push("guard scan", "guard score");
    for (const command of [...commands, "audit tail", "init", "serve", "quickstart"]) {
      const { code, out, err } = await gw(...command.split(" "), "--help");
      assert.deepEqual([code, err], [0, ""]);
      assert.ok(out.split("Examples:\n")[1]?.startsWith(`  gw ${command}`), command);
    }
  });

  test("suggests the command that was meant", async () => {
    assert.match(await wrong("polcy"), /^error: unknown command `polcy`; did you mean `policy`\?\n/);
    assert.match(await wrong("policy", "chek", "x"), /unknown command `chek`; did you mean `check`\?/);
    assert.match(await wrong("policy", "fmt", "--chek", "x"), /unknown option `--chek`; did you mean `--check`\?/);
  });

  test("says what is missing or cannot be chosen", async () => {
    assert.match(await wrong("key", "new", "ci"), /required option `--team <team>` not specified/);
    assert.match(await wrong("policy", "check"), /missing required argument `dir`/);
    assert.match(
      await wrong("policy", "check", "x", "--format", "xml"),
      /`xml` is invalid\. Allowed choices are text, json/,
    );
    assert.match(await wrong("init"), /missing required argument `dir`/);
  });

  test("explains every code of the catalogue, however it is written", async () => {
    const { out } = await gw("policy", "explain", "GW2003");
    assert.ok(out.startsWith(`error[GW2003]: ${CODES.GW2003.title}\n\n${CODES.GW2003.page}`));
    assert.equal((await gw("policy", "explain", "gw2003")).out, out);
    assert.equal((await gw("policy", "explain", "2003")).out, out);
    assert.match(await wrong("policy", "explain", "GW203"), /no diagnostic `GW203`\n {2}did you mean `GW2003`\?/);
  });

  test("knows a file from a directory, and a directory from nothing", async () => {
    write("org.policy", "language 1\n");
    write("notes.txt", "");
    assert.match(await wrong("policy", "check", "nope"), /no directory `nope`\n {2}`gw init nope` writes a policy/);
    assert.match(await wrong("policy", "check", "org.policy"), /`org\.policy` is a file.*\n.*`gw policy check \.`/);
    assert.match(await wrong("policy", "test", "notes.txt"), /`notes\.txt` is a file/);
    assert.match(await wrong("policy", "fmt", "nope"), /no file or directory `nope`/);
  });
});
