/** What stands beside the tree of nodes: providers, the routes and prices of models, the time zone, the record. */
import { addBit, emptyBits, hasBit } from "../decision/bits.ts";
import { rowAt } from "../decision/cost.ts";
import { isRolling } from "../decision/meter.ts";
import type { Table, TablePrice } from "../decision/table.ts";
import { dollars, listNames, thousands } from "../decision/words.ts";
import type { Span } from "../language/source.ts";
import type { Model, Pins, Provider, Server } from "../model/model.ts";
import { describe, nameText, type Vocabulary } from "./describe.ts";
import { type AccessAt, accessPairs, exampleOf, type JointAccess, vocabularyOf } from "./diff-access.ts";
import { causeAt, type Joint, momentsOf, stretches, unmatched } from "./diff-joint.ts";
import type { About, Cause, Move, Row } from "./diff-row.ts";

/** The rows about resources, as far as somebody uses them under both policies. */
export function resourceRows(joint: Joint, access: AccessAt): readonly Row[] {
  const shared = accessPairs(joint, access);
  return [
    ...providerRows(joint, shared),
    ...serverRows(joint),
    ...modelRows(joint, shared),
    ...timezoneRows(joint),
    ...recordRows(joint),
  ];
}

/** What the nodes may use, old beside new. */
type Shared = readonly (readonly [JointAccess, JointAccess])[];

function plainRow(about: About, label: string, words: Pick<Row, "move" | "change" | "causes">): Row {
  const subject = { label, roots: [], teams: 0, keys: 0 };
  return { about, subject, ...words, names: null, example: null, from: null, until: null, nodes: [], cache: false };
}

function providerRows(joint: Joint, shared: Shared): readonly Row[] {
  const old = new Map(joint.old.model.providers.map((provider) => [provider.name, provider]));
  return joint.new.model.providers.flatMap((now) => {
    const before = old.get(now.name);
    const atom = joint.names.providers.examples.indexOf(now.name);
    const isUsed = shared.some(([a, b]) => hasBit(a.providers, atom) && hasBit(b.providers, atom));
    if (before === undefined || !isUsed) return [];
    const left = unmatched(partsOf(before), partsOf(now), (part) => part);
    if (left.new.length + left.old.length === 0) return [];
    const change = `${left.old.join(", ") || "nothing"} → ${left.new.join(", ") || "nothing"}`;
    const causes = bothPlaces(joint, { old: [before], new: [now] }, `provider ${now.name}`);
    return [plainRow("provider", `provider ${now.name}`, { move: "changed", change, causes })];
  });
}

function partsOf({ kind, url, credential }: Provider): readonly string[] {
  const secret = credential === null ? [] : [`credential ${credential.kind} ${credential.ref}`];
  return [`kind ${kind}`, url === null ? [] : [`url ${url}`], secret].flat();
}

interface Spanned {
  readonly span: Span;
}

function bothPlaces(
  joint: Joint,
  lines: { readonly old: readonly Spanned[]; readonly new: readonly Spanned[] },
  text: string,
): readonly Cause[] {
  return (["new", "old"] as const).flatMap((side) =>
    lines[side].map(({ span }) => ({ ...causeAt(joint, side, span, text), text })),
  );
}

/** Who may use a server's tools is said elsewhere; here is where they are, and what it may do besides. */
function serverRows(joint: Joint): readonly Row[] {
  const old = new Map(joint.old.model.servers.map((server) => [server.name, server]));
  return joint.new.model.servers.flatMap((now) => {
    const before = old.get(now.name);
    if (before === undefined) return [];
    const left = unmatched(traitsOf(before), traitsOf(now), (part) => part);
    if (left.new.length + left.old.length === 0) return [];
    const change = `${traitText(left.old)} → ${traitText(left.new)}`;
    const causes = bothPlaces(joint, { old: [before], new: [now] }, `mcp ${now.name}`);
    return [plainRow("server", `mcp ${now.name}`, { move: "changed", change, causes })];
  });
}

/** A lock may have a thousand tools. */
const MOST_TRAITS = 8;

function traitText(traits: readonly string[]): string {
  return traits.length === 0 ? "nothing" : listNames(traits, MOST_TRAITS);
}

function traitsOf({ reach, patience, may, pins }: Server): readonly string[] {
  const times = `timeout ${patience.idle / 1000}sec idle ${patience.total / 1000}sec total`;
  const asks = [...may.map((asking) => `may ${asking}`), ...(pins === null ? [] : pinTraits(pins))];
  if (reach.kind === "stdio") {
    const command = `command ${reach.command.map((word) => JSON.stringify(word)).join(" ")}`;
    return [command, ...reach.env.map((name) => `env ${name}`), times, ...asks];
  }
  const { url, credential } = reach;
  return [`url ${url}`, credential === null ? [] : [credentialText(credential)], times, asks].flat();
}

/** Which tools are pinned shows in what is granted; here is that one is pinned as something else. */
function pinTraits({ onDrift, lock }: Pins): readonly string[] {
  const short = (digest: string) => `sha256:${digest.slice(0, 12)}`;
  const said = lock.instructions === null ? [] : [`instructions ${short(lock.instructions.digest)}`];
  return [`on drift ${onDrift}`, ...said, ...lock.tools.map(({ name, digest }) => `tool ${name} ${short(digest)}`)];
}

function credentialText(credential: NonNullable<Extract<Server["reach"], { kind: "http" }>["credential"]>): string {
  if (credential.kind !== "oauth") return `credential ${credential.kind} ${credential.ref}`;
  const { url, client, secret, scope } = credential;
  const wanted = scope === null ? "" : ` scope ${scope}`;
  return `credential oauth ${url} client ${client} secret ${secret.kind} ${secret.ref}${wanted}`;
}

/** A change of some models that is no change of who may use them. */
interface ModelChange {
  readonly about: "route" | "price";
  readonly move: Move;
  readonly change: string;
  readonly from: number | null;
  readonly until: number | null;
}

function modelRows(joint: Joint, shared: Shared): readonly Row[] {
  const groups = new Map<string, { change: ModelChange; bits: Uint32Array }>();
  const names = joint.names.models;
  const prices = createPrices(joint);
  for (let atom = 0; atom < names.atoms; atom++) {
    const users = shared.filter(([old, now]) => hasBit(old.models, atom) && hasBit(now.models, atom));
    if (users.length === 0) continue;
    for (const change of [...routeChange(joint, atom, users), ...prices(atom)]) {
      const key = JSON.stringify(change);
      const group = groups.get(key) ?? { change, bits: emptyBits(names.atoms) };
      addBit(group.bits, atom);
      groups.set(key, group);
    }
  }
  let words: Vocabulary | null = null;
  return [...groups.values()].map(({ change, bits }): Row => {
    words ??= vocabularyOf(joint, "models");
    const set = describe(words, bits);
    const plain = plainRow(change.about, `models ${nameText(set)}`, {
      ...change,
      causes: modelCauses(joint, change, bits),
    });
    return { ...plain, from: change.from, until: change.until, names: set, example: exampleOf(joint, "models", bits) };
  });
}

function routeChange(joint: Joint, atom: number, users: Shared): readonly ModelChange[] {
  const { models, providers } = joint.names;
  const old = joint.old.table.routes[models.old[atom]!]!;
  const now = joint.new.table.routes[models.new[atom]!]!;
  const left = ({ providers: open }: JointAccess, route: readonly string[]): string =>
    route.filter((name) => hasBit(open, providers.examples.indexOf(name))).join();
  const isFelt = old.join() !== now.join() && users.some(([before, after]) => left(before, old) !== left(after, now));
  if (!isFelt) return [];
  const change = `go via ${old.join(" then ") || "nothing"} → ${now.join(" then ") || "nothing"}`;
  const isPart = (part: readonly string[], whole: readonly string[]): boolean =>
    whole.filter((name) => part.includes(name)).join() === part.join();
  const move = isPart(now, old) ? "tighter" : isPart(old, now) ? "wider" : "changed";
  return [{ about: "route", move, change, from: null, until: null }];
}

const CLASSES = ["input", "output", "cacheRead", "cacheWrite", "cacheWrite1h"] as const;
const CLASS_WORDS = {
  input: "input",
  output: "output",
  cacheRead: "cache-read",
  cacheWrite: "cache-write",
  cacheWrite1h: "cache-write-1h",
} as const satisfies Record<(typeof CLASSES)[number], string>;

/** Compares prices by atom; atoms with equal rows are compared once. */
function createPrices(joint: Joint): (atom: number) => readonly ModelChange[] {
  const known = new Map<string, readonly ModelChange[]>();
  return (atom) => {
    const old = rowsOf(joint.old.table, joint.names.models.old[atom]!);
    const now = rowsOf(joint.new.table, joint.names.models.new[atom]!);
    const key = JSON.stringify([old, now]);
    const changes = known.get(key) ?? priceChanges(joint.at, old, now);
    known.set(key, changes);
    return changes;
  };
}

/** What a model is charged by; without a price of its own, the dearest of all. */
function rowsOf({ prices, dearest }: Table, atom: number): readonly TablePrice[] {
  const rows = prices[atom]!;
  return rows.length > 0 || dearest === null ? rows : [{ ...dearest, above: null, from: null }];
}

function priceChanges(at: number, old: readonly TablePrice[], now: readonly TablePrice[]): readonly ModelChange[] {
  const all = [...old, ...now];
  const moments = momentsOf(
    at,
    all.map(({ from }) => (from === null ? null : from - 1)),
  );
  const prompts = [...new Set([0, ...all.map(({ above }) => (above === null ? 0 : above + 1))])].sort((a, b) => a - b);
  const amounts = (rows: readonly TablePrice[], prompt: number, moment: number): readonly number[] => {
    const row = rows.length === 0 ? null : rowAt(rows, prompt, moment);
    return CLASSES.map((name) => row?.[name] ?? 0);
  };
  const followed = stretches(
    moments,
    (moment) =>
      prompts.map((prompt) => ({ prompt, old: amounts(old, prompt, moment), new: amounts(now, prompt, moment) })),
    (a, b) => JSON.stringify(a) === JSON.stringify(b),
  );
  return followed.flatMap(({ value, from, until }): readonly ModelChange[] => {
    const bands = value.filter((band) => band.old.join() !== band.new.join());
    if (bands.length === 0) return [];
    const steps = bands.flatMap((band) => band.new.map((amount, i) => amount - band.old[i]!));
    const [dearer, cheaper] = [steps.some((step) => step > 0), steps.some((step) => step < 0)];
    // What costs more is less to be had for the same budget.
    const move = dearer && cheaper ? "changed" : dearer ? "tighter" : "wider";
    return [{ about: "price", move, change: priceText(bands[0]!), from, until }];
  });
}

interface Band {
  readonly prompt: number;
  readonly old: readonly number[];
  readonly new: readonly number[];
}

function priceText({ prompt, old, new: now }: Band): string {
  const parts = CLASSES.flatMap((name, i) =>
    old[i] === now[i] ? [] : [`${CLASS_WORDS[name]} ${dollars(old[i]!)} → ${dollars(now[i]!)}`],
  );
  return `cost ${parts.join(", ")} a million tokens${prompt === 0 ? "" : ` above ${thousands(prompt - 1)}`}`;
}

/** Routes come from groups, prices from their own lines. */
function modelCauses(joint: Joint, { about }: ModelChange, bits: Uint32Array): readonly Cause[] {
  const lines = (side: "old" | "new"): readonly (Spanned & { readonly key: string })[] => {
    const { model, table } = joint[side];
    const own = joint.names.models[side];
    const touched = ({ globs }: { readonly globs: readonly string[] }): boolean =>
      globs.some((glob) =>
        own.some((it, atom) => hasBit(bits, atom) && hasBit(table.atoms.models.members.get(glob)!, it)),
      );
    if (about === "price") {
      return model.prices.filter(touched).map(({ span, own: _, ...row }) => ({ span, key: JSON.stringify(row) }));
    }
    const routed = model.models.filter((group) => group.via.length > 0 && touched(group));
    return routed.map(({ span, name, via, globs }) => ({ span, key: `${name} ${via.join()} ${globs.join()}` }));
  };
  const left = unmatched(lines("old"), lines("new"), ({ key }) => key);
  if (about === "route") return [...routeCauses(joint, "new", left.new), ...routeCauses(joint, "old", left.old)];
  return [
    ...left.new.map(({ span }) => causeAt(joint, "new", span, "price")),
    ...left.old.map(({ span }) => causeAt(joint, "old", span, "price")),
  ];
}

function routeCauses(joint: Joint, side: "old" | "new", lines: readonly Spanned[]): readonly Cause[] {
  return lines.map(({ span }) => {
    const group = joint[side].model.models.find((it) => it.span === span)!;
    return { ...causeAt(joint, side, span, ""), text: `models ${group.name} via ${group.via.join(" then ")}` };
  });
}

function timezoneRows(joint: Joint): readonly Row[] {
  const { old, new: now } = joint;
  const matters = usesCalendar(old.model) || usesCalendar(now.model);
  if (old.model.timezone === now.model.timezone || !matters) return [];
  const org = now.model.nodes[0]!;
  const change = `timezone ${old.model.timezone} → ${now.model.timezone}; hours, days, weeks and months move with it`;
  const causes = bothPlaces(joint, { old: [old.model.nodes[0]!], new: [org] }, "timezone");
  return [plainRow("timezone", `org ${org.name}`, { move: "changed", change, causes })];
}

function usesCalendar({ nodes }: Model): boolean {
  return nodes.some(
    ({ active, limits }) =>
      active.length > 0 ||
      limits.some(({ measure, period }) => measure !== "concurrency" && period !== null && !isRolling(measure, period)),
  );
}

function recordRows(joint: Joint): readonly Row[] {
  const [old, now] = [joint.old.model.audit.keepDays, joint.new.model.audit.keepDays];
  if (old === now) return [];
  const text = (days: number | null): string => (days === null ? "for ever" : `${days} days`);
  const isShorter = (now ?? Number.POSITIVE_INFINITY) < (old ?? Number.POSITIVE_INFINITY);
  const words = { change: `is kept ${text(old)} → ${text(now)}`, causes: [] };
  return [plainRow("record", "the record", { move: isShorter ? "wider" : "tighter", ...words })];
}
