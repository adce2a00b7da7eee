import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, readAddress, showAddress } from "../../src/cli/address.ts";
import { Complaint } from "../../src/cli/complaint.ts";

const read = (text: string) => readAddress("--listen", text);

test("addresses are read and shown alike", () => {
  assert.deepEqual(read("127.0.0.1:8080"), { host: "127.0.0.1", port: 8080 });
  assert.deepEqual(read("gw.acme.example:0"), { host: "gw.acme.example", port: 0 });
  assert.deepEqual(read("[::1]:65535"), { host: "::1", port: 65535 });
  for (const text of ["127.0.0.1:8080", "localhost:1", "[::1]:80"]) assert.equal(showAddress(read(text)), text);
});

test("what is no address is refused with an example", () => {
  for (const text of ["", "8080", ":8080", "localhost", "::1:80", "localhost:x", "localhost:65536", "a b:1", "h:1/x"]) {
    assert.throws(() => read(text), Complaint, text);
  }
});

test("only this machine can connect to loopback", () => {
  for (const text of ["127.0.0.1:1", "127.8.9.1:1", "localhost:1", "[::1]:1"]) assert.ok(isLoopback(read(text)), text);
  for (const text of ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "gw.acme.example:1"])
    assert.ok(!isLoopback(read(text)), text);
});
