/** What clients could not say behind the address of all servers is not listed there, and whoever runs the gateway is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld } from "../world.ts";
import { serverAt } from "./servers.ts";

test("tools whose names are too long are left out of the joint list, listed by their server, and counted", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const name = "conformance-fixture-of-a";
  const policy = policyOf("allow tools mcp:**", serverAt(name, fixture.url));
  const world = await startWorld(t, { policy });
  const meet = (path: string) => connect(t, { url: world.url + path, key: world.key, era: "stateless" });
  const [all, own] = [await meet("/mcp"), await meet(`/mcp/${name}`)];
  const joint = (await all.listTools()).tools.map((tool) => tool.name);
  const plain = (await own.listTools()).tools.map((tool) => tool.name);
  const left = plain.filter((tool) => !joint.includes(`${name}__${tool}`));
  assert.ok(left.includes("test_elicitation_sep1330_enums") && joint.includes(`${name}__test_sampling`));
  assert.ok(left.every((tool) => `mcp__gw__${name}__${tool}`.length > 64));
  assert.ok(joint.every((tool) => `mcp__gw__${tool}`.length <= 64));
  await all.listTools();
  assert.deepEqual(world.leftOut, [[name, left]], "told once");
  const metric = `gw_mcp_left_out{mcp_server="${name}"} ${left.length}`;
  assert.ok((await world.metrics.text()).includes(metric));
});
