/**
 * The commands of `gw` and their options. Each command lives in a file of its own, loaded when it is asked for, so that a
 * check of a policy does not wait for an HTTP server to load.
 */
import { Command, CommanderError, Option } from "commander";
import { CONFIDENCES, SEVERITIES } from "../language/tree.ts";
import { Complaint, complain } from "./complaint.ts";
import { COMMAND_HELP, PROGRAM_HELP } from "./help.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Runs one command line (without the program's own name) and answers its exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = describe(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Complaint)) throw error;
    complain(terminal.err, error.message, error.help);
    return error.exitCode;
  }
}

function describe(terminal: Terminal, done: (exitCode: number) => void): Command {
  const program = new Command("gw")
    .description("Sallyport, the policy-as-code gateway for Claude Code")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", PROGRAM_HELP)
    .showHelpAfterError("  `gw --help`, or `--help` after any command, says what there is")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      outputError: (text) => terminal.err.write(sentence(text)),
    });
  policyCommands(
    program.command("policy").helpCommand(false).description("read, check and format policies"),
    terminal,
    done,
  );
  keyCommands(program.command("key").helpCommand(false).description("gateway keys"), terminal, done);
  auditCommands(program.command("audit").helpCommand(false).description("the record of what happened"), terminal, done);
  guardCommands(
    program.command("guard").helpCommand(false).description("try guardrails and patterns on texts"),
    terminal,
    done,
  );
  mcpCommands(program.command("mcp").helpCommand(false).description("servers of tools"), terminal, done);
  claudeCommands(program.command("claude").helpCommand(false).description("Claude Code itself"), terminal, done);
  servingCommands(program, terminal, done);
  return program;
}

/** The words of the option parser, in the style of all other messages. */
function sentence(text: string): string {
  return text
    .replace(
      /\n\(Did you mean (?:one of )?([^?]*)\?\)/,
      (_, near: string) => `; did you mean \`${near.split(", ").join("` or `")}\`?`,
    )
    .replaceAll("'", "`")
    .replace(/\.(?=\n|;|$)/, "");
}

type Done = (exitCode: number) => void;

function format(...choices: readonly string[]): Option {
  return new Option("--format <format>", "how to report").choices(choices).default("text");
}

/** The clock of proofs and comparisons, in milliseconds. */
function at(what = "moment from which invariants have to hold"): Option {
  return new Option("--at <time>", `${what} (default: now)`).argParser((text) => {
    const moment = Date.parse(text);
    if (/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(moment)) return moment;
    throw new Complaint(`\`${text}\` is no point in time`, "write it with its zone, such as `2026-12-24T18:00Z`");
  });
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  const help = 'write it as in `--input \'{"repo": "acme/pay"}\'`';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw new Complaint("the input is not JSON", help);
  }
  throw new Complaint("the input of a call is a JSON object", help);
}

function policyCommands(policy: Command, terminal: Terminal, done: Done): void {
  policy
    .command("check")
    .description("report every fault of a policy directory at once, prove its invariants, and remark what is odd")
    .addHelpText("after", COMMAND_HELP.check)
    .argument("<dir>", "policy directory")
    .option("--deny-warnings", "fail when there is a warning that no `# allow CODE: reason` allows")
    .option("--patterns", "measure the patterns of guardrails: how each is run, and what it costs")
    .addOption(format("text", "json", "sarif", "github", "gitlab"))
    .addOption(at())
    .action(async (dir, options) => {
      const { policyCheck } = await import("./policy-check.ts");
      done(await policyCheck(dir, { denyWarnings: false, patterns: false, ...options }, terminal));
    });
  policy
    .command("fmt")
    .description("write policies in the one canonical format")
    .addHelpText("after", COMMAND_HELP.fmt)
    .argument("<path...>", "policy directories or files")
    .option("--check", "write nothing, name the files that differ, and fail if there are any")
    .action(async (paths, options) => {
      const { policyFmt } = await import("./policy-fmt.ts");
      done(await policyFmt(paths, options.check === true, terminal));
    });
  policy
    .command("test")
    .description("run the tests of a policy directory, and prove its invariants")
    .addHelpText("after", COMMAND_HELP.test)
    .argument("<dir>", "policy directory")
    .option("--coverage", "name the statements that no test would miss, and print the missing tests")
    .option("--coverage-min <percent>", "fail when tests cover less of the statements")
    .option("-w, --watch", "run again at each change")
    .addOption(format("text", "json", "junit", "sarif", "github", "gitlab"))
    .addOption(at())
    .action(async (dir, options) => {
      const { policyTest } = await import("./policy-test.ts");
      done(await policyTest(dir, options, terminal));
    });
  policy
    .command("diff")
    .description("say what a change means: who gains and who loses what, and which lines did it")
    .argument("<base..head | base | old-dir>", "revisions of Git, one to compare the directory with, or a directory")
    .argument("[dir]", "policy directory (policy when not given), or the new one of two directories")
    .addOption(at("moment from which the policies are compared"))
    .addOption(format("text", "markdown", "json"))
    .addHelpText("after", COMMAND_HELP.diff)
    .action(async (first, second, options) => {
      const { policyDiff } = await import("./policy-diff.ts");
      done(await policyDiff(first, second ?? null, options, terminal));
    });
  policy
    .command("replay")
    .description("decide again what a gateway recorded, under this policy: who would be let in, who kept out")
    .argument("<dir>", "policy directory")
    .requiredOption("--against <dir>", "data directory of the gateway that wrote the record")
    .addOption(format("text", "json", "markdown"))
    .addHelpText("after", COMMAND_HELP.replay)
    .action(async (dir, options) => {
      const { policyReplay } = await import("./policy-replay.ts");
      done(await policyReplay(dir, options, terminal));
    });
  policy
    .command("explain")
    .description("explain a diagnostic, the policy of a key or team, a decision, or a request of the record")
    .argument(
      "<words...>",
      "GW2003 | key NAME [dir] | team NAME [dir] | org [dir] | req_... [dir]; dir is policy when not given",
    )
    .option("--model <name>", "would this model be served?")
    .option("--tool <name>", "would this tool be granted?")
    .option("--input <json>", "would a call of the tool with this input be granted?", jsonObject)
    .option("--data <dir>", "data directory of the gateway that served the request")
    .addOption(at("moment that is asked about"))
    .addOption(format("text", "json"))
    .addHelpText("after", COMMAND_HELP.explain)
    .action(async (words, options) => {
      const { policyExplain } = await import("./policy-explain.ts");
      done(await policyExplain(words, options, terminal));
    });
}

function keyCommands(key: Command, terminal: Terminal, done: Done): void {
  key
    .command("new")
    .description("mint a key: prints it once, with the block that makes it known")
    .addHelpText("after", COMMAND_HELP.new)
    .argument("<name>", "name of the key, such as dana-laptop")
    .requiredOption("--team <team>", "team that the key belongs to")
    .option("--owner <owner>", "who answers for it, such as an address")
    .option("--expires <date>", "last day on which it is good, such as 2027-03-31")
    .option("--append <file>", "add the block to this policy file instead of printing it")
    .addOption(format("text", "json"))
    .action(async (name, options) => {
      const { keyNew } = await import("./key-new.ts");
      done(await keyNew({ owner: null, expires: null, append: null, ...options, name }, terminal));
    });
}

function auditCommands(audit: Command, terminal: Terminal, done: Done): void {
  audit
    .command("verify")
    .description("check the whole record; names the first bad line")
    .addHelpText("after", COMMAND_HELP.verify)
    .argument("<dir>", "data directory of the gateway")
    .option("--head <hash...>", "head that an earlier run printed: it must still be in the record")
    .addOption(format("text", "json"))
    .action(async (dir, options) => {
      const { auditVerify } = await import("./audit-verify.ts");
      done(await auditVerify(dir, options, terminal));
    });
  audit
    .command("tail")
    .description("show what happened, as people read it")
    .addHelpText("after", COMMAND_HELP.tail)
    .argument("<dir>", "data directory of the gateway")
    .option("-n, --lines <count>", "how many of the newest to show", "20")
    .option("-f, --follow", "go on as it happens")
    .addOption(format("text", "json"))
    .action(async (dir, options) => {
      const { auditTail } = await import("./audit-tail.ts");
      done(await auditTail(dir, { follow: false, ...options }, terminal));
    });
}

/** The options that say whose guardrails are tried. */
function choice(command: Command): Command {
  return command
    .option("--policy <dir>", "the guardrails of this policy")
    .option("--team <team>", "only those that bind this team of the policy")
    .addOption(new Option("--key <key>", "only those that bind this key of the policy").conflicts("team"))
    .option("--pack <name...>", "the patterns of these packs instead (default: secrets)");
}

function guardCommands(guard: Command, terminal: Terminal, done: Done): void {
  choice(guard.command("scan"))
    .description("say what guardrails would find in files and recorded conversations, never the values")
    .addHelpText("after", COMMAND_HELP.scan)
    .argument("[file...]", "files, or - for standard input, which is read when no file is named")
    .addOption(new Option("--severity <severity>", "least severity that is told").choices(SEVERITIES).default("low"))
    .addOption(new Option("--confidence <level>", "least confidence that is told").choices(CONFIDENCES).default("low"))
    .addOption(format("text", "json", "sarif"))
    .action(async (files, options) => {
      const { guardScan } = await import("./guard-scan.ts");
      done(await guardScan(files, options, terminal));
    });
  choice(guard.command("score"))
    .description("say how much guardrails find of what is labelled in a set of texts, and how much besides")
    .addHelpText("after", COMMAND_HELP.score)
    .argument("<set>", "labelled texts, one JSON object a line")
    .option("--min-recall <percent>", "fail when less of the labelled secrets is found")
    .option("--min-precision <percent>", "fail when less of the findings is a labelled secret")
    .addOption(format("text", "json"))
    .action(async (set, options) => {
      const { guardScore } = await import("./guard-score.ts");
      done(await guardScore(set, options, terminal));
    });
}

function mcpCommands(mcp: Command, terminal: Terminal, done: Done): void {
  const policy = ["--policy <dir>", "policy directory", "policy"] as const;
  const which = ["[server...]", "servers of the policy; all that have pins when none is named"] as const;
  mcp
    .command("pin")
    .description("write what the tools of servers are now into their lock files")
    .addHelpText("after", COMMAND_HELP.pin)
    .argument(...which)
    .option(...policy)
    .action(async (names, options) => {
      const { mcpPin } = await import("./mcp-pin.ts");
      done(await mcpPin(names, options.policy, terminal));
    });
  for (const command of ["verify", "diff"] as const) {
    const details = command === "diff";
    mcp
      .command(command)
      .description(
        details ? "say in words how tools differ from what was pinned" : "check that tools are what was pinned",
      )
      .addHelpText("after", COMMAND_HELP[`mcp-${command}`])
      .argument(...which)
      .option(...policy)
      .addOption(format("text", "json"))
      .action(async (names, options) => {
        const { mcpVerify } = await import("./mcp-verify.ts");
        done(await mcpVerify(names, { ...options, details }, terminal));
      });
  }
}

function claudeCommands(claude: Command, terminal: Terminal, done: Done): void {
  claude
    .command("settings")
    .description("write the managed settings of Claude Code that match a policy")
    .addHelpText("after", COMMAND_HELP.settings)
    .option("--key <name>", "for the holder of this key")
    .option("--team <path>", "for everybody in this team")
    .option("--policy <dir>", "policy directory", "policy")
    .option("--url <url>", "where clients reach the gateway", "http://127.0.0.1:8080")
    .option("--mcp", "write the servers of tools, managed-mcp.json, instead of managed-settings.json")
    .option("--out <file>", "write there instead of printing")
    .action(async (options) => {
      const { claudeSettings } = await import("./claude-settings.ts");
      done(await claudeSettings({ key: null, team: null, out: null, mcp: false, ...options }, terminal));
    });
  claude
    .command("doctor")
    .description("say what is wrong between this client and the gateway")
    .addHelpText("after", COMMAND_HELP.doctor)
    .option("--url <url>", "where the gateway should be")
    .option("--settings <file...>", "settings of the client; their variables win over the environment")
    .option("--mcp <file>", "list of MCP servers, such as .mcp.json")
    .addOption(format("text", "json"))
    .action(async (options) => {
      const { claudeDoctor } = await import("./claude-doctor.ts");
      done(await claudeDoctor({ url: null, settings: [], mcp: null, ...options }, process.env, terminal));
    });
}

function servingCommands(program: Command, terminal: Terminal, done: Done): void {
  program
    .command("init")
    .description("write a policy to start from, with fresh keys")
    .addHelpText("after", COMMAND_HELP.init)
    .argument("<dir>", "where to; nothing there is overwritten")
    .action(async (dir) => {
      const { init } = await import("./init.ts");
      done(await init(dir, terminal));
    });
  program
    .command("lsp")
    .description("the language server for editors")
    .addHelpText("after", COMMAND_HELP.lsp)
    .option("--stdio", "speak over standard input and output, as it always does")
    .addOption(new Option("--clientProcessId <pid>", "the editor, as some editors say").hideHelp())
    .action(async () => {
      const { lsp } = await import("./lsp.ts");
      await lsp();
    });
  program
    .command("serve")
    .description("run the gateway")
    .addHelpText("after", COMMAND_HELP.serve)
    .requiredOption("--policy <dir>", "policy directory; watched, and read again when it changes")
    .requiredOption("--data <dir>", "where the record and the gateway's own secrets are kept")
    .option("--listen <host:port>", "where Claude Code connects to", "127.0.0.1:8080")
    .option("--admin <host:port>", "where health and metrics are", "127.0.0.1:9090")
    .option("--body-memory <size>", "what request and answer bodies may take of memory together", "512MB")
    .addOption(
      new Option("--log-level <level>", "least severity that is logged")
        .choices(["fatal", "error", "warn", "info", "debug"])
        .default("info"),
    )
    .addOption(format("text", "json"))
    .action(async (options) => {
      const { serve } = await import("./serve.ts");
      done(await serve(options, terminal));
    });
  program
    .command("quickstart")
    .description("make a policy and a key if there are none, and run the gateway with them")
    .addHelpText("after", COMMAND_HELP.quickstart)
    .option("--dir <dir>", "where policy, data and key are kept", ".sallyport")
    .option("--listen <host:port>", "where Claude Code connects to", "127.0.0.1:8080")
    .option("--admin <host:port>", "where health and metrics are", "127.0.0.1:9090")
    .action(async (options) => {
      const { quickstart } = await import("./quickstart.ts");
      done(await quickstart(options, terminal));
    });
}
