/** A call that policy refuses for its arguments is not run by the unchanged client, whichever plane it passes. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { clientHome } from "../support/claude.ts";
import { call, type Step, say } from "../support/provider.ts";
import { type Session, tell } from "../support/session.ts";

const TOUCH = { team: 'allow models @all\nallow tools Bash where command like "touch kept*"' };
const bash = (command: string) => call("Bash", { command, description: "leave a trace" });

const outside = bash("touch lost");
const FORMS: readonly { readonly form: string; readonly first: Step }[] = [
  { form: "a stream", first: outside },
  { form: "the document after a broken stream", first: { kind: "break", whole: outside, how: "error" } },
];

for (const { form, first } of FORMS) {
  test(`a command that the condition does not grant is not run, in ${form}, and one that it grants is`, async () => {
    await using place = await clientHome();
    const args = ["--allowedTools", "Bash"];
    const { bodies, said } = await tell(
      TOUCH,
      ({ body, result }) => {
        if (result !== "") return say("done");
        return JSON.stringify(body.messages).includes("keep it") ? bash("touch kept.txt") : first;
      },
      async ({ ask }) => {
        const { text, code } = await ask("lose it in the sand", { home: place, args });
        assert.match(
          text,
          /^\[The gateway withheld a call of the tool Bash: it is granted to key \S+ only where command like "touch kept\*" \(gateway\.policy:\d+\)\.\]$/,
        );
        assert.equal(code, 0);
        assert.ok(!existsSync(join(place.work, "lost")));
        assert.equal((await ask("keep it in the snow", { home: place, args })).text, "done");
        assert.ok(existsSync(join(place.work, "kept.txt")));
      },
    );
    const uses = bodies.flatMap((body) => (body.kind === "outcome" ? body.toolUses : []));
    assert.deepEqual(
      uses.map(({ name, granted, withheld }) => [name, granted, withheld?.reason]),
      [
        ["Bash", false, "arguments"],
        ["Bash", true, undefined],
      ],
    );
    assert.doesNotMatch(said, /touch (?:lost|kept\.txt)/);
  });
}

const FILES = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json"));

/** A file server for a folder in a policy, and how the client is told of it under a label. */
function filesIn(dir: string): string {
  const words = [process.execPath, join(FILES, "dist/index.js"), dir];
  return `mcp files {\n  command ${words.map((word) => JSON.stringify(word)).join(" ")}\n}\n`;
}

function labelled({ gateway }: Session, label: string) {
  const url = gateway.url.replace("/anthropic", "/mcp/files");
  const servers = { [label]: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
  const args = ["--mcp-config", JSON.stringify({ mcpServers: servers }), "--strict-mcp-config"];
  return { args: [...args, "--allowedTools", `mcp__${label}__*`], env: { ENABLE_TOOL_SEARCH: "false" } };
}

/** Under the server's own name the answer that calls it is judged; under another one, that policy lets pass, the call itself. */
for (const [label, plane] of [
  ["files", "answer"],
  ["docs", "call"],
] as const) {
  test(`a file is written inside of the folder that policy names and not outside, judged by the ${plane}`, async () => {
    await using place = await clientHome();
    const [lost, kept] = [join(place.work, "lost.txt"), join(place.work, "out", "kept.txt")];
    await mkdir(join(place.work, "out"));
    const write = (path: string) => call(`mcp__${label}__write_file`, { path, content: "grain of sand" });
    const team = `allow models @all
allow tools client-mcp:docs/*
allow tools mcp:files/write_file where path under "${join(place.work, "out")}"`;
    const { bodies, said } = await tell(
      { team, more: filesIn(place.work) },
      ({ body, result }) => {
        if (result !== "") return say(`it said: ${result}`);
        return write(JSON.stringify(body.messages).includes("keep it") ? kept : lost);
      },
      async (session) => {
        const told = await session.ask("lose it in the sand", { home: place, ...labelled(session, label) });
        const sentence = /is granted to key \S+ only where path under "[^"]*\/out" \(gateway\.policy:\d+[^)]*\)/;
        assert.match(told.text, sentence);
        assert.doesNotMatch(told.text, /\n|[{}]/, "one sentence, and nothing of a protocol");
        assert.ok(!existsSync(lost));
        await session.ask("keep it in the snow", { home: place, ...labelled(session, label) });
        assert.equal(readFileSync(kept, "utf8"), "grain of sand");
      },
    );
    const calls = bodies.filter((body) => body.kind === "call").map(({ effect, reason }) => [effect, reason]);
    const refused = plane === "call" ? [["refuse", "arguments"]] : [];
    assert.deepEqual(calls, [...refused, ["allow", null]]);
    assert.doesNotMatch(said, /lost\.txt|kept\.txt|grain of sand/);
  });
}

test("a search of the web whose limit is wider than policy grants is told in one sentence", async () => {
  const team =
    "allow models @all\nallow tools Read, ToolSearch, WebSearch\nallow tools server:web_search where max_uses <= 5";
  let heard = "";
  await tell(
    { team },
    ({ result }) => {
      heard ||= result;
      return result === "" ? call("WebSearch", { query: "sand" }) : say("done");
    },
    async ({ ask }) => {
      await ask("search for sand", { args: ["--allowedTools", "WebSearch"] });
    },
  );
  const sentence =
    /^API Error: 400 server:web_search is granted to key \S+ only where max_uses <= 5; this request has it with max_uses 8 \(gateway\.policy:\d+, req_\w+\)$/;
  assert.match(heard, sentence);
});
