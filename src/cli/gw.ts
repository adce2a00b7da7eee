#!/usr/bin/env node
/** The executable `gw`. What it can do is listed in program.ts, which is loaded behind a cache of compiled code. */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { compiledCode } from "./compiled-code.ts";

const folder = compiledCode(process.env, homedir);
if (folder !== null) enableCompileCache(folder);

const { run } = await import("./program.ts");
const { processTerminal } = await import("./terminal.ts");
process.exitCode = await run(process.argv.slice(2), processTerminal());
