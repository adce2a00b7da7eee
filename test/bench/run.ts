/**
 * `npm run bench`: what proofs, decisions, comparisons, tests, replays and keystrokes cost beside a calibration loop,
 * what the commands cost beside a bare process, what the pack of secrets finds and costs beside secretlint, what the gateway
 * costs beside a bare relay, and its servers of tools beside themselves, all measured in the same run. `-- --format json`
 * prints the figures for machines, `-- --quick` sends a tenth of the requests. Progress goes to stderr.
 */
import { parseArgs } from "node:util";
import { assertionSection, benchAssertions } from "./assertions.ts";
import { benchCheck, checkSection } from "./check.ts";
import { benchDecision, decisionSection } from "./decision.ts";
import { benchDiff, diffSection } from "./diff.ts";
import { benchEditor, editorSection } from "./editor.ts";
import { benchInvariants, invariantSection } from "./invariants.ts";
import { benchMcp, type McpPlan, mcpSection, toolFigures } from "./mcp.ts";
import type { Measured, RelayPlan, SizeReport } from "./measure.ts";
import { benchRelay } from "./relay.ts";
import { benchReplay, replaySection } from "./replay.ts";
import { render, type Section } from "./report.ts";
import { benchScanner, scannerSection } from "./scanner.ts";
import { benchSession, sessionSection } from "./session.ts";
import { median, quantile } from "./statistics.ts";

const FULL: RelayPlan = {
  sizes: [1 << 10, 100 << 10, 1 << 20],
  warm: 3_000,
  rounds: 6,
  load: 100,
  width: 8,
  single: 25,
};
const QUICK: RelayPlan = { ...FULL, warm: 300, rounds: 2, load: 30, single: 10 };
const TOOLS: McpPlan = {
  warm: 4,
  turns: 5,
  calls: 400,
  lists: 40,
  clients: 16,
  load: 2_000,
  streams: 100,
  reloads: 6,
};
const QUICK_TOOLS: McpPlan = { ...TOOLS, warm: 1, turns: 1, calls: 200, lists: 20, load: 1_000, reloads: 2 };
const MB = 1 << 20;

const { values } = parseArgs({
  options: {
    format: { type: "string", default: "text" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const progress = (line: string) => void process.stderr.write(`${line}\n`);

/** What was measured, as data and as it is shown. */
interface Shown {
  readonly data: unknown;
  readonly sections: readonly Section[];
}

/** One part of the bench: what it says while it runs, and how it runs. */
interface Part {
  readonly title: string;
  run(): Promise<Shown> | Shown;
}

function part<T>(title: string, run: () => Promise<T> | T, section: (report: T) => Section): Part {
  return {
    title,
    async run() {
      const data = await run();
      return { data, sections: [section(data)] };
    },
  };
}

const PARTS: Readonly<Record<string, Part>> = {
  invariants: part("on the large policy", benchInvariants, invariantSection),
  decision: part("small and large policy", benchDecision, decisionSection),
  diff: part("two revisions of the large policy", benchDiff, diffSection),
  assertions: part("10,000 on the large policy, and what they cover", benchAssertions, assertionSection),
  replay: part("200,000 records under the large policy", benchReplay, replaySection),
  scanner: part("the pack of secrets beside secretlint, on labelled texts", benchScanner, scannerSection),
  session: part("guardrails with the pack of secrets, turn by turn", benchSession, sessionSection),
  check: part("the large policy, in processes of their own", benchCheck, checkSection),
  editor: part("keystrokes in the large policy", () => benchEditor(values.quick ? 1 : 3), editorSection),
  relay: {
    title: "requests through the gateway and a bare relay",
    async run() {
      const reports = await benchRelay(values.quick ? QUICK : FULL, (line) => progress(`relay: ${line}`));
      const data = reports.map(({ bytes, relay, gateway }) => ({ bytes, ...figures(relay, gateway) }));
      return { data, sections: [cpuSection(reports), firstSection(reports), latencySection(reports)] };
    },
  },
  tools: {
    title: "calls of tools through the gateway and straight to their server",
    async run() {
      const report = await benchMcp(values.quick ? QUICK_TOOLS : TOOLS, (line) => progress(`tools: ${line}`));
      return { data: toolFigures(report), sections: [mcpSection(report)] };
    },
  },
};

const wanted = values.only?.split(",") ?? Object.keys(PARTS);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  progress(`there is no part ${unknown.join(", ")}; the parts are ${Object.keys(PARTS).join(", ")}`);
  process.exit(2);
}
const shown = new Map<string, Shown>();
for (const name of wanted) {
  const { title, run } = PARTS[name]!;
  progress(`${name}: ${title}`);
  shown.set(name, await run());
}
if (values.format === "json") {
  const data = Object.fromEntries(Array.from(shown, ([name, { data }]) => [name, data]));
  process.stdout.write(`${JSON.stringify({ node: process.version, ...data })}\n`);
} else {
  const sections = [...shown.values()].flatMap(({ sections }) => sections);
  process.stdout.write(`${sections.map(render).join("\n\n")}\n`);
}

/** The ratios of one size. */
function figures(relay: Measured, gateway: Measured) {
  return {
    relayCpuUs: median(relay.pacedCpuUs),
    gatewayCpuUs: median(gateway.pacedCpuUs),
    cpuRatio: median(gateway.pacedCpuUs) / median(relay.pacedCpuUs),
    firstCpuRatio: median(gateway.firstCpuUs) / median(relay.firstCpuUs),
    burstCpuRatio: median(gateway.burstCpuUs) / median(relay.burstCpuUs),
    relayRssMb: relay.rss / MB,
    gatewayRssMb: gateway.rss / MB,
  };
}

function cpuSection(all: readonly SizeReport[]): Section {
  return {
    title: "CPU per request and memory, beside a bare relay",
    columns: ["body", "relay", "gateway", "ratio", "relay burst", "gateway burst", "ratio", "relay RSS", "gateway RSS"],
    rows: all.map(({ bytes, relay, gateway }) => [
      size(bytes),
      us(median(relay.pacedCpuUs)),
      us(median(gateway.pacedCpuUs)),
      ratio(gateway.pacedCpuUs, relay.pacedCpuUs),
      us(median(relay.burstCpuUs)),
      us(median(gateway.burstCpuUs)),
      ratio(gateway.burstCpuUs, relay.burstCpuUs),
      `${Math.round(relay.rss / MB)} MB`,
      `${Math.round(gateway.rss / MB)} MB`,
    ]),
    notes: [
      "User and system time of each process, all its threads; the median of the rounds.",
      "The answer has about 60 events: one a millisecond, as a fast model streams, or all of them at once (burst). The",
      "gateway sends events together that come within 10 ms, which the relay does not.",
    ],
  };
}

function firstSection(all: readonly SizeReport[]): Section {
  return {
    title: "CPU of requests that begin a session, of which nothing is known",
    columns: ["body", "relay", "gateway", "ratio"],
    rows: all.map(({ bytes, relay, gateway }) => [
      size(bytes),
      us(median(relay.firstCpuUs)),
      us(median(gateway.firstCpuUs)),
      ratio(gateway.firstCpuUs, relay.firstCpuUs),
    ]),
    notes: [
      "Answers event by event. Above, a request repeats what its session sent before, as most do, and adds a turn.",
    ],
  };
}

function latencySection(all: readonly SizeReport[]): Section {
  const added = (via: Measured, { direct }: SizeReport, share: number) => [
    ms(quantile(via.firstMs, share) - quantile(direct.firstMs, share)),
    ms(quantile(via.lastMs, share) - quantile(direct.lastMs, share)),
  ];
  return {
    title: "Latency added to the way straight to the provider, first byte and last byte",
    columns: ["body", "via", "first p50", "last p50", "first p99", "last p99"],
    rows: all.flatMap((report) =>
      (["relay", "gateway"] as const).map((via) => [
        size(report.bytes),
        via,
        ...added(report[via], report, 0.5),
        ...added(report[via], report, 0.99),
      ]),
    ),
    notes: ["One request at a time. The gateway's first byte waits until its decision is durable on disk."],
  };
}

function size(bytes: number): string {
  return bytes >= MB ? `${bytes / MB} MB` : `${bytes >> 10} KB`;
}

function us(value: number): string {
  return `${Math.round(value)} µs`;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function ratio(above: readonly number[], below: readonly number[]): string {
  return `${(median(above) / median(below)).toFixed(2)} ×`;
}
