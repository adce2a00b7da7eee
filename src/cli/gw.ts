#!/usr/bin/env node
/** The executable `gw`. What it can do is listed in program.ts. */
import { run } from "./program.ts";
import { processTerminal } from "./terminal.ts";

process.exitCode = await run(process.argv.slice(2), processTerminal());
