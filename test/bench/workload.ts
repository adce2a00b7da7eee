/**
 * The large policy that benches and scale tests run on: 10,000 keys in 500 teams two deep, 20 model groups over 200
 * models, 50 tool groups over 1,000 tools, about 2 MB in 200 files. Always the same text for the same size.
 */
import { createHash } from "node:crypto";
import type { Source } from "../../src/language/source.ts";
import { random } from "../decision/oracle.ts";

/** How large the policy is. */
export interface Size {
  readonly keys: number;
  readonly teams: number;
}

export const LARGE: Size = { keys: 10_000, teams: 500 };
export const SMALL: Size = { keys: 100, teams: 5 };

const MODELS = 200;
const MODEL_GROUPS = 20;
const TOOLS = 1_000;
const TOOL_GROUPS = 50;
const FILES = 200;
const SEED = 20_261;

/** What the holder of a key presents; the policy holds its hash. */
export function presentedKey(index: number): string {
  return `workload-key-${String(index).padStart(5, "0")}-of-the-bench`;
}

/** Name of a model or tool of the policy. */
export function modelName(index: number): string {
  return `vendor-${String(index % 10)}-model-${String(index).padStart(3, "0")}`;
}
export function toolName(index: number): string {
  return index % 4 === 0 ? `Tool${index}` : `client-mcp:server-${index % 40}/do_${index}`;
}

/** The files of the policy. */
export function workload({ keys, teams }: Size = LARGE): Source[] {
  const next = random(SEED);
  const below = (most: number): number => Math.floor(next() * most);
  const names = Array.from({ length: teams }, (_, i) => teamName(i, teams));
  const blocks = names.map((name, i) => [teamBlock(name, i, below)]);
  for (let i = 0; i < keys; i++) blocks[i % teams]!.push(keyBlock(i, names[i % teams]!, below));
  const files = Math.min(FILES - 4, teams);
  const teamFiles = Array.from({ length: files }, (_, file) =>
    source(`teams/${String(file).padStart(3, "0")}.policy`, blocks.filter((_, i) => i % files === file).flat()),
  );
  return [
    source("org.policy", [ORG]),
    source("models.policy", models()),
    source("tools.policy", tools()),
    ...teamFiles,
  ];
}

function source(path: string, blocks: readonly string[]): Source {
  return { path, text: `language 1\n\n${blocks.join("\n")}` };
}

/** A tenth of the teams stands right below the org, the others below one of them. */
function teamName(index: number, teams: number): string {
  const tops = Math.max(1, Math.floor(teams / 10));
  return index < tops ? `dept-${index}` : `dept-${index % tops}/team-${index}`;
}

const ORG = `## Everything that everybody has to keep to.
org acme {
  timezone "Europe/Berlin"
  guard secrets
  deny models *-preview
  deny tools client-mcp:*/delete_*
  limit requests 50_000/min
  budget $600_000/month warn at 80%
}

provider anthropic {
  kind anthropic
  url "https://api.anthropic.com"
  credential env ANTHROPIC_API_KEY
}

provider second {
  kind anthropic
  url "https://second.example"
  credential env SECOND_API_KEY
}

pattern token {
  match /\\btok_[0-9a-f]{32}\\b/
  hit "tok_0123456789abcdef0123456789abcdef"
  miss "tok_short"
}

guardrail secrets {
  on request, response
  match token
  action redact
}
`;

function models(): string[] {
  const each = MODELS / MODEL_GROUPS;
  return Array.from({ length: MODEL_GROUPS }, (_, group) => {
    const names = Array.from({ length: each }, (_, i) => modelName(group * each + i));
    const price = `price ${names.join(", ")} input $${group + 1} output $${5 * (group + 1)} cache-read $0.10 cache-write $1.25 cache-write-1h $2`;
    return `models group-${group} {\n  ${names.join(", ")}\n  via ${group % 2 === 0 ? "anthropic then second" : "second"}\n  ${price}\n}\n`;
  });
}

function tools(): string[] {
  const each = TOOLS / TOOL_GROUPS;
  return Array.from({ length: TOOL_GROUPS }, (_, group) => {
    const names = Array.from({ length: each }, (_, i) => toolName(group * each + i));
    return `tools set-${group} {\n  ${names.join(", ")}, client-mcp:extra-${group}/*\n}\n`;
  });
}

function teamBlock(name: string, index: number, below: (most: number) => number): string {
  const lines = [
    `allow models @group-${index % MODEL_GROUPS}, @group-${below(MODEL_GROUPS)}`,
    `allow tools @set-${index % TOOL_GROUPS}, @set-${below(TOOL_GROUPS)}, @set-${below(TOOL_GROUPS)}`,
    `limit tokens ${1 + below(5)}M/hour per key`,
    `budget $${100 + below(900)}/day`,
  ];
  if (below(4) === 0) lines.push(`deny tools client-mcp:server-${below(40)}/*`);
  return block(`team ${name}`, lines);
}

function keyBlock(index: number, team: string, below: (most: number) => number): string {
  const lines = [
    `hash sha256:${createHash("sha256").update(presentedKey(index)).digest("hex")}`,
    `owner "person-${index}@acme.example"`,
    `expires 2027-${String(1 + below(12)).padStart(2, "0")}-28`,
  ];
  if (below(10) === 0) lines.push(`only models @group-${index % MODEL_GROUPS}, @group-${below(MODEL_GROUPS)}`);
  if (below(20) === 0) lines.push(`limit requests ${10 + below(50)}/min`);
  return block(`key key-${index} in ${team}`, lines);
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}
