/**
 * A command cannot do what it was asked: a sentence, what to do about it, and the exit code. Thrown by commands, told by
 * program.ts. Exit codes: 0 done, 1 the answer is no, 2 the question was wrong.
 */
import type { Channel } from "./terminal.ts";

/** Thrown by a command; shown as one `error:` line, and one line of help. */
export class Complaint extends Error {
  readonly help: string | null;
  readonly exitCode: 1 | 2;
  constructor(message: string, help: string | null = null, exitCode: 1 | 2 = 2) {
    super(message);
    this.name = "Complaint";
    this.help = help;
    this.exitCode = exitCode;
  }
}

/** Tells a complaint to a person. */
export function complain(channel: Channel, message: string, help: string | null): void {
  channel.write(`${channel.style("red", "error:")} ${message}\n`);
  if (help !== null) channel.write(`  ${help}\n`);
}
