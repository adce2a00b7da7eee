import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { type Playground, playground } from "./gw.ts";

const HASH = "0".repeat(64);

suite("gw claude settings", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
  });
  afterEach(() => place.remove());

  const policy = (tools: string, key = "") =>
    place.write(
      "a.policy",
      `language 1
org acme {
}
mcp github {
  url "https://mcp.acme.example"
}
provider up {
  kind simulated
}
team eng {
  allow tools ${tools}
}
key dana in eng {
  hash sha256:${HASH}
  expires 2099-01-01
  ${key}
}
`,
    );
  const settings = async (...args: string[]) => {
    const ran = await place.gw("claude", "settings", "--policy", ".", "--url", "https://gw.acme.example/", ...args);
    assert.equal(ran.code, 0, ran.err);
    return JSON.parse(ran.out);
  };

  test("name the gateway, what is not granted, and the servers that a developer may have", async () => {
    policy(
      "Read, Bash, WebSearch, mcp:github/*, client-mcp:figma/get_*, client-mcp:jira/*",
      "deny tools Bash, client-mcp:jira/**",
    );
    const team = await settings("--team", "eng");
    assert.equal(team.env.ANTHROPIC_BASE_URL, "https://gw.acme.example/anthropic");
    const { deny } = team.permissions;
    assert.deepEqual(
      ["Read", "Bash", "Write", "WebSearch"].filter((name) => deny.includes(name)),
      ["Write", "WebSearch"],
      "a search of the web works through a tool of the provider, which is not granted",
    );
    const gateway = [{ serverUrl: "https://gw.acme.example/mcp" }, { serverUrl: "https://gw.acme.example/mcp/*" }];
    assert.deepEqual(team.allowedMcpServers, [...gateway, { serverName: "figma" }, { serverName: "jira" }]);

    const key = await settings("--key", "dana");
    assert.ok(key.permissions.deny.includes("Bash"));
    assert.deepEqual(key.allowedMcpServers, [...gateway, { serverName: "figma" }]);
    assert.ok(!JSON.stringify([team, key]).includes(HASH));
  });

  test("have the client ask about its own tools, and about those of its own servers that are written out", async () => {
    policy(
      "Read, Bash, Edit, mcp:github/*, client-mcp:figma/*",
      "ask tools Bash, Write, mcp:github/merge, client-mcp:figma/export, client-mcp:figma/get_*",
    );
    const key = await settings("--key", "dana");
    assert.deepEqual(key.permissions.ask, ["Bash", "mcp__figma__export"]);
    const team = await settings("--team", "eng");
    assert.ok(!("ask" in team.permissions));
  });

  test("leave servers to developers where policy does", async () => {
    policy("Read, client-mcp:**");
    const all = await settings("--team", "eng");
    assert.ok(!("allowedMcpServers" in all));
  });

  test("write the servers of tools, with a variable where the key belongs", async () => {
    policy("mcp:github/*");
    const ran = await place.gw("claude", "settings", "--team", "eng", "--policy", ".", "--mcp", "--out", "mcp.json");
    assert.equal(ran.code, 0);
    assert.match(ran.err, /mcp\.json written; it holds no key/);
    assert.deepEqual(JSON.parse(readFileSync(join(place.dir, "mcp.json"), "utf8")), {
      mcpServers: {
        gw: {
          type: "http",
          url: "http://127.0.0.1:8080/mcp",
          headers: { Authorization: `Bearer ${"$"}{SALLYPORT_KEY}` },
        },
      },
    });
  });

  test("tell mistakes", async () => {
    policy("Read");
    for (const [args, words] of [
      [[], /whose settings\?\n {2}name a key or a team/],
      [["--team", "eng", "--key", "dana"], /two questions/],
      [["--key", "dan"], /no key `dan`\n {2}did you mean `dana`/],
      [["--team", "eng", "--url", "gw.acme.example"], /`gw\.acme\.example` is no address of a gateway/],
      [["--team", "eng", "--out", "nowhere/x.json"], /`nowhere\/x\.json` cannot be written \(ENOENT\)/],
    ] as const) {
      const { code, err } = await place.gw("claude", "settings", "--policy", ".", ...args);
      assert.equal(code, 2, err);
      assert.match(err, words);
    }
  });
});
