import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { canonical } from "../../src/model/canonical.ts";
import { lockOf, printLock, readLock } from "../../src/model/lock.ts";

const digest = (text: string): string => hash("sha256", text, "hex");

suite("canonical JSON", () => {
  test("is what RFC 8785 says: sorted by UTF-16 units, numbers as ECMAScript writes them", () => {
    const text = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
    const wanted = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`;
    assert.equal(canonical(JSON.parse(text)), wanted);
    const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    assert.equal(canonical(value), `{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(",")}}`);
  });
});

suite("a lock file", () => {
  const tools = [
    { name: "b", outputSchema: { type: "object" } },
    { name: "a", description: "line\nbreak", annotations: { readOnlyHint: true } },
  ];
  const lock = lockOf("wiki", tools, 'say "hi"', digest);
  const text = printLock(lock, digest);

  test("reads as it was written, also with Windows line ends and comments between", () => {
    assert.deepEqual(readLock(text, digest), { lock });
    assert.deepEqual(readLock(text.replaceAll("\n", "\r\n").replace("lock 1", "\n# x\nlock 1"), digest), { lock });
    const silent = lockOf("wiki", [], null, digest);
    assert.deepEqual(readLock(printLock(silent, digest), digest), { lock: silent });
  });

  test("covers every member of a definition", () => {
    const [own] = lockOf(
      "wiki",
      [{ name: "b", outputSchema: { type: "string" } } as { name: string }],
      null,
      digest,
    ).tools;
    assert.notEqual(own!.digest, lock.tools.find(({ name }) => name === "b")!.digest);
  });

  for (const [what, line, message, change] of [
    ["no first line", 3, /begins with `lock 1`/, (it: string) => it.replace("lock 1\n", "")],
    ["another definition", 7, /`a` is not the one that was hashed/, (it: string) => it.replace("break", "brake")],
    ["other instructions", 6, /instructions are not those/, (it: string) => it.replace("say", "shout")],
    ["a tool less", 7, /added or taken out/, (it: string) => it.replace(/^tool a.*\n/m, "")],
    ["a tool twice", 9, /`b` stands out of order/, (it: string) => it.replace(/^(tool b.*\n)/m, "$1$1")],
    ["a name for another definition", 7, /not one of `c`/, (it: string) => it.replace(/^tool a /m, "tool c ")],
    ["something else", 8, /has to stand here/, (it: string) => it.replace(/^tool b/m, "pool b")],
  ] as const) {
    test(`with ${what} is refused, and the line is named`, () => {
      const read = readLock(change(text), digest);
      assert.ok("fault" in read, JSON.stringify(read));
      assert.match(read.fault.message, message);
      assert.equal(read.fault.line, line);
    });
  }
});
