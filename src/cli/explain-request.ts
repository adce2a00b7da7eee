/**
 * `gw policy explain req_… --data DATA`: a request of the record, decided again under the revision that decided it. That
 * revision is looked for in the directory as it is and in its Git history; when it is not at hand, that is said plainly.
 */
import { type Again, decideAgain, decideCallAgain } from "../analysis/again.ts";
import type { Side } from "../analysis/diff-joint.ts";
import { writtenLines } from "../analysis/effective.ts";
import type { CallBody, DecisionBody, PolicyLoadBody } from "../audit/entry.ts";
import { type FoundRequest, findRequest } from "../audit/find.ts";
import { listLogs } from "../audit/segment.ts";
import { requestLine } from "../audit/tail.ts";
import { quote } from "../decision/words.ts";
import { SourcesError } from "../revision/files.ts";
import { HistoryError, openHistory } from "../revision/history.ts";
import { judge, type Loaded, load } from "../revision/load.ts";
import { contentHash } from "../revision/revision.ts";
import { Complaint } from "./complaint.ts";
import { askable, drawOrigins, shownPlace } from "./explain-words.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** What the command line says. */
export interface RequestQuestion {
  readonly ticket: string;
  readonly dir: string;
  readonly data: string | null;
  readonly format: "text" | "json";
}

/** Tells a recorded request; answers 0 when it is decided alike again, 1 when not or when that cannot be said. */
export async function explainRequest(question: RequestQuestion, terminal: Terminal): Promise<0 | 1> {
  const { ticket, dir, data, format } = question;
  if (data === null) {
    throw new Complaint("a request is explained from its record", "name the gateway's data directory: `--data DIR`");
  }
  if ((await listLogs(data)).length === 0) {
    throw new Complaint(
      `there is no audit log below \`${data}\``,
      "name the directory that `gw serve --data` writes to",
    );
  }
  const found = await findRequest(data, ticket);
  if (found === null) throw new Complaint(`the record below \`${data}\` has no request \`${ticket}\``);
  const past = found.decided.kind === "fault" ? null : await recordedPolicy(dir, found.decided, found.load);
  const again = past === null ? null : decideUnder(askable(past, dir, terminal.err), found);
  const { out } = terminal;
  if (format === "json") {
    const policy = past === null ? null : past.revision;
    const builtins = otherPacks(found, past);
    const told = again === null ? null : { verdict: again.verdict, decision: again.decision, builtins };
    out.write(`${JSON.stringify({ request: found, policy, again: told }, null, 2)}\n`);
  } else out.write(draw(found, { past, again, dir, terminal }));
  return again?.verdict === "same" ? 0 : 1;
}

/** What came of it, and the words of the lines on the key's chain. */
type Told = Again & { readonly written: ReadonlyMap<string, string> };

function decideUnder(side: Side, { at, decided }: FoundRequest): Told | null {
  if (decided.kind === "fault") return null;
  const { ticket, actor, effect, reason } = decided;
  const { key, team } = actor;
  const common = { at: Date.parse(at), key, effect, reason };
  const node = side.model.nodes.findIndex((it) => it.kind === "key" && it.name === key);
  const written = node < 0 ? new Map<string, string>() : writtenLines(side, node);
  if (decided.kind === "call") return { ...decideCallAgain(side.table, { ...common, name: decided.name }), written };
  const { purpose, model, provider, tools, stripped, defined } = decided;
  const recorded = { ...common, ticket, team, purpose, model, provider, tools, stripped, defined };
  return { ...decideAgain(side.table, recorded), written };
}

/** How far back a revision without a commit is looked for. */
const MOST_COMMITS = 50;

/** The policy under which a request was decided; null when it is not at hand. */
async function recordedPolicy(
  dir: string,
  decided: DecisionBody | CallBody,
  loaded: PolicyLoadBody | null,
): Promise<Loaded | null> {
  const at = Date.now();
  const isIt = (content: string): boolean =>
    loaded === null ? content.startsWith(decided.revision) : content === loaded.content;
  const now = await load(dir, at).catch(absent);
  if (now !== null && isIt(now.revision.content)) return now;
  const history = await openHistory(dir).catch(absent);
  if (history === null) return null;
  const candidates = decided.commit === null ? await history.commits(MOST_COMMITS) : [decided.commit];
  for (const commit of candidates) {
    const past = await history.at(commit).catch(absent);
    if (past === null) continue;
    const isMeant = loaded === null && decided.commit !== null ? true : isIt(contentHash(past.sources));
    if (isMeant) return judge(past.sources, past.revision, at);
  }
  return null;
}

/** What is not there is not the policy that is looked for. */
function absent(error: unknown): null {
  if (error instanceof SourcesError || error instanceof HistoryError) return null;
  throw error;
}

/** The builtin packs that a policy was read with now, and which were others then, or may have been. */
interface OtherPacks {
  readonly packs: readonly string[];
  /** Whether the record says what they held then. */
  readonly compared: boolean;
  readonly version: string;
  /** null when the record does not say. */
  readonly recorded: string | null;
}

/** Those packs; null when there are none. A record of before has the version of the program alone. */
function otherPacks({ load: then, version: recorded }: FoundRequest, past: Loaded | null): OtherPacks | null {
  const compared = (then?.packs ?? null) !== null;
  const contents = new Map(then?.packs?.map(({ name, content }) => [name, content]));
  const others = (past?.built.builtins ?? []).filter(({ name, content }) =>
    compared ? contents.get(name) !== content : recorded !== version(),
  );
  const packs = others.map(({ name }) => name);
  return packs.length === 0 ? null : { packs, compared, version: version(), recorded };
}

interface Page {
  readonly past: Loaded | null;
  readonly again: Told | null;
  readonly dir: string;
  readonly terminal: Terminal;
}

/** What became of tools: as the conversation had begun, so they stayed. */
function toolLines({ stripped, stood }: DecisionBody): string[] {
  const denied = new Set(stripped);
  const before = new Set(stood);
  const gone = [...stripped.filter((tool) => !before.has(tool)), ...stood.filter((tool) => !denied.has(tool))];
  const kept = stood.filter((tool) => denied.has(tool));
  return [
    ...(gone.length === 0 ? [] : [`    taken out: ${gone.join(", ")}\n`]),
    ...(kept.length === 0 ? [] : [`    left in, as the conversation had begun: ${kept.join(", ")}\n`]),
  ];
}

/** Calls in the answer that were not let through, and the lines that decided it. */
function withheldLines({ outcome }: FoundRequest, dir: string): string[] {
  const uses = outcome?.kind === "outcome" ? outcome.toolUses : [];
  return uses.flatMap(({ name, withheld }) =>
    withheld === null
      ? []
      : [`    withheld a call of ${quote(name)} (${withheld.reason}): ${shownPlace(withheld.origin, dir)}\n`],
  );
}

function draw(found: FoundRequest, { past, again, dir, terminal }: Page): string {
  const { out } = terminal;
  const { decided } = found;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const head = `${out.style("bold", decided.ticket)}\n  ${requestLine({ ...found }, timeZone)}\n`;
  if (decided.kind === "fault") return `${head}  it never reached a decision: ${decided.fault}\n`;
  const recorded = [
    `  recorded   ${effectText(decided)}, revision ${decided.revision}\n`,
    ...decided.origins.map((place) => `    ${shownPlace(place, dir)}\n`),
    ...(decided.kind === "call" ? [] : toolLines(decided)),
    ...withheldLines(found, dir),
  ].join("");
  if (past === null)
    return `${head}${recorded}  ${out.style("yellow", "not decided again:")} ${missingText(decided, dir)}\n`;
  const packs = otherPacks(found, past);
  const note = packs === null ? "" : `  ${out.style("yellow", "note:")} ${packsText(packs)}\n`;
  return head + recorded + drawAgain(again!, { past, again, dir, terminal }) + note;
}

/** A revision is made of the policy's own files: what builtin packs hold is not in it. */
function packsText({ packs, compared, version: own, recorded }: OtherPacks): string {
  const names = `builtin ${packs.length === 1 ? "pack" : "packs"} ${packs.map((name) => `\`${name}\``).join(", ")}`;
  const then = recorded === null ? "the record does not say which version decided" : `sallyport ${recorded} decided it`;
  const held = packs.length === 1 ? "it held something else then" : "they held something else then";
  const why = compared ? `${held} (${then})` : `${then}, and its packs may have been others`;
  return `decided again with ${names} of sallyport ${own}; ${why}`;
}

function effectText({ effect, reason }: DecisionBody | CallBody): string {
  return effect === "allow" ? "allowed" : `refused (${reason})`;
}

function missingText({ revision, commit }: DecisionBody | CallBody, dir: string): string {
  const where =
    commit === null
      ? "neither as it is nor in the latest commits"
      : `and its Git history has no commit ${commit.slice(0, 12)}`;
  return commit === null
    ? `revision ${revision} is not at hand in \`${dir}\`, ${where}`
    : `\`${dir}\` is another revision, ${where}`;
}

const VERDICTS = {
  same: "the same",
  other: "another decision than was recorded; the packs that ship, and the program, are those of today",
  beyond:
    "the policy lets it pass; what refused it then (content, counters, names, arguments) is not in the record, so it is not decided again",
} as const satisfies Record<Again["verdict"], string>;

const UNJUDGED = "it hangs on arguments; the record has a keyed hash of them at most, so it is not decided again";

function drawAgain({ decision, verdict, written }: Told, { past, dir, terminal }: Page): string {
  const { out } = terminal;
  const name = past!.revision.commit === null ? past!.revision.id : `commit ${past!.revision.commit.slice(0, 12)}`;
  const style = { same: "green", other: "red", beyond: "yellow" } as const;
  const last = `  ${out.style(style[verdict], VERDICTS[verdict])}\n`;
  if (decision === null) {
    const why = verdict === "other" ? "its policy has no such key" : "the record does not hold what a decision needs";
    return `  again      ${why} (${name})\n`;
  }
  const lines = drawOrigins(decision.origins, dir, written);
  if (decision.kind === "refusal" && verdict === "beyond") {
    return `  again      ${decision.message} (${name})\n${lines}  ${out.style("yellow", UNJUDGED)}\n`;
  }
  if (decision.kind === "refusal") {
    return `  again      refused (${decision.reason}): ${decision.message} (${name})\n${lines}${last}`;
  }
  if (!("routes" in decision)) return `  again      allowed (${name})\n${lines}${last}`;
  const cut = decision.strip.length === 0 ? "" : `    taken out: ${decision.strip.join(", ")}\n`;
  return `  again      allowed via ${decision.routes.join(" then ")} (${name})\n${lines}${cut}${last}`;
}
