/**
 * The independent set: texts by hands that had not seen the patterns, from what is publicly known of formats and files.
 * Its score says what the packs find among texts that they were not made for; test/corpus/corpus.ts makes the set beside
 * which they were.
 */
import { type Chance, chanceOf } from "../../wire/chance.ts";
import type { Writer } from "../credentials.ts";
import { labelOf } from "../label.ts";
import { type Family, mark, type Sample, unmark } from "../sample.ts";
import { shaped } from "../shape.ts";
import { COMMANDS } from "./commands.ts";
import { CONNECTIONS } from "./connections.ts";
import { BARE_CONTEXTS, NAMED_CONTEXTS } from "./contexts.ts";
import { ENVIRONMENT_CONTEXTS, LONE_CONTEXTS } from "./environments.ts";
import { INNOCENT_FILES } from "./innocent-files.ts";
import { INNOCENT_HASHES } from "./innocent-hashes.ts";
import { INNOCENT_PROGRAMS } from "./innocent-programs.ts";
import { INNOCENT_WORDS } from "./innocent-words.ts";
import { INSTALLATIONS } from "./installations.ts";
import { KEYS } from "./keys.ts";
import { CALLS, HEADERS } from "./requests.ts";
import { SERVERS } from "./servers.ts";
import { SETTINGS } from "./settings.ts";
import { TALK } from "./talk.ts";
import { TOKEN_SHAPES } from "./tokens.ts";
import { VARIABLE_KEYS } from "./variables.ts";
import { NAMED_KEYS } from "./vendors.ts";

const CREDENTIALS: readonly Readonly<Record<string, Writer>>[] = [
  COMMANDS,
  CONNECTIONS,
  INSTALLATIONS,
  KEYS,
  SERVERS,
  SETTINGS,
  TALK,
];
const INNOCENT: readonly Readonly<Record<string, Writer>>[] = [
  INNOCENT_FILES,
  INNOCENT_HASHES,
  INNOCENT_PROGRAMS,
  INNOCENT_WORDS,
];

/** How often each kind of text is made. */
const TIMES = { credential: 3, innocent: 7 };

/** Every text of the set. */
export function independentCorpus(seed: number): Sample[] {
  const chance = chanceOf(seed);
  const samples: Sample[] = [];
  const add = (family: Family, kind: string, context: string, marked: string): void => {
    samples.push({ family, kind, context, ...unmark(marked) });
  };
  for (const [kind, shape] of TOKEN_SHAPES) addToken(chance, { kind, shape }, add);
  for (const [name, shape] of NAMED_KEYS) {
    const [context, write] = one(chance, NAMED_CONTEXTS);
    add("B", name, context, write(chance, labelOf(name), mark(shaped(chance, shape))));
  }
  for (const [name, shape] of VARIABLE_KEYS) {
    const [context, write] = one(chance, ENVIRONMENT_CONTEXTS);
    add("B", name, context, write(chance, name, mark(shaped(chance, shape))));
  }
  for (const [lead, shape] of HEADERS) {
    add("B", lead, "header", request(chance, shaped(chance, lead), mark(shaped(chance, shape))));
  }
  for (const [code, shape] of CALLS) add("B", code, "call", called(chance, code, shape));
  const writeAll = (family: Family, writers: Readonly<Record<string, Writer>>): void => {
    for (const [kind, write] of Object.entries(writers)) add(family, kind, kind, write(chance));
  };
  for (let round = 0; round < TIMES.credential; round++) for (const writers of CREDENTIALS) writeAll("C", writers);
  for (let round = 0; round < TIMES.innocent; round++) for (const writers of INNOCENT) writeAll("negative", writers);
  return samples;
}

type Add = (family: Family, kind: string, context: string, marked: string) => void;

/** A token under a name, as a variable, and alone. */
function addToken(chance: Chance, { kind, shape }: { readonly kind: string; readonly shape: string }, add: Add): void {
  const vendor = kind.split(" ")[0]!;
  const label = labelOf(chance.pick([`${vendor} token`, `${vendor} key`, "my secret", "credential"]));
  const value = (): string => mark(shaped(chance, shape));
  const [named, writeNamed] = one(chance, NAMED_CONTEXTS);
  add("A", kind, named, writeNamed(chance, label, value()));
  const [environment, writeVariable] = one(chance, ENVIRONMENT_CONTEXTS);
  add("A", kind, environment, writeVariable(chance, chance.pick(["ACME_TOKEN", "X_API_KEY", "FOO_SECRET"]), value()));
  const [bare, writeBare] = one(chance, BARE_CONTEXTS);
  add("A", kind, bare, writeBare(chance, label, value()));
  const [lone, writeLone] = one(chance, LONE_CONTEXTS);
  add("A", kind, lone, writeLone(chance, "", value()));
}

function one<T>(chance: Chance, among: Readonly<Record<string, T>>): [name: string, value: T] {
  return chance.pick(Object.entries(among));
}

/** A header where headers stand. */
function request(chance: Chance, lead: string, value: string): string {
  const [name = "", before = ""] = lead.split(/: ?(.*)/s);
  return chance.pick([
    `GET /v1 HTTP/1.1\nHost: x\n${lead}${value}\n\n`,
    `curl -H "${lead}${value}" https://x.example/y`,
    `curl --header '${lead}${value}' https://x.example`,
    `headers = {"${name}": "${before}${value}"}`,
    JSON.stringify({ headers: { [name.toLowerCase()]: before + value } }),
  ]);
}

/** A line of a program with its value. */
function called(chance: Chance, code: string, shape: string): string {
  const filled = code.replace(/<([a-zA-Z]\d+)>/g, (_, part: string) => shaped(chance, `{${part}}`));
  return filled.replace("«»", () => mark(shaped(chance, shape).replace(/['"]/g, "q")));
}
