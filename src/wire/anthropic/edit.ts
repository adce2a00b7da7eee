/**
 * Cuts tools out of a request: edits that leave a valid body and every other byte as it came. read.ts says where tools
 * are, splice.ts makes the edits. What cannot be cut without a request that the provider must refuse is refused here.
 */
import type { Edit, MessagesRequest, ToolList, ToolSpan, ValueSpan } from "./messages.ts";

/** The edits, or the tool that cannot be cut cleanly. */
export type Cut = { readonly edits: readonly Edit[] } | { readonly refuse: string };

const NOTHING = new Uint8Array(0);
/** Stands where every block of a list was cut, because an empty list of blocks is no content. */
const NOT_GRANTED = Buffer.from(JSON.stringify({ type: "text", text: "(this tool is not granted here)" }));

/** Removes every offer, server and mention that is stripped. */
export function cutTools(request: MessagesRequest, isStripped: (tool: ToolSpan) => boolean): Cut {
  const cut = request.tools.filter(isStripped);
  if (cut.length === 0) return { edits: [] };
  const stuck = uncuttable(request, cut);
  if (stuck !== null) return { refuse: stuck };
  const lists = Map.groupBy(cut, ({ list }) => list);
  return { edits: [...lists].flatMap(([list, tools]) => cutFrom(list, tools)) };
}

/** Whether this is no more than a name in a list of names, which goes on to stand where a definition is taken out. */
export function isListedName({ kind, list }: ToolSpan): boolean {
  return kind === "mention" && list.filler === "none";
}

/** The tool for whose sake the provider would refuse what is left; null when the rest stands. */
function uncuttable(request: MessagesRequest, cut: readonly ToolSpan[]): string | null {
  const gone = cut.filter((tool) => tool.kind === "offer");
  const forced = cut.find((tool) => tool.name === request.toolChoice);
  if (forced !== undefined) return forced.name;
  const last = gone.at(-1);
  if (last === undefined) return null;
  const lost = new Set(gone);
  const left = request.tools.filter((tool) => tool.kind === "offer" && !lost.has(tool));
  // A choice is a choice among tools, and calls in the history are calls of tools: neither stands without any.
  if (left.length === 0) return request.choosesTool || request.called ? last.name : null;
  if (left.some((tool) => !tool.deferred)) return null;
  return gone.find((tool) => !tool.deferred)?.name ?? null;
}

function cutFrom(list: ToolList, tools: readonly ToolSpan[]): Edit[] {
  const starts = new Set(tools.map((tool) => tool.start));
  const kept = list.elements.filter((element) => !starts.has(element.start));
  if (kept.length > 0) return cutBetween(list.elements, starts);
  const start = list.elements[0]!.start;
  const end = list.elements.at(-1)!.end;
  return [{ start, end, bytes: list.filler === "text" ? NOT_GRANTED : NOTHING }];
}

/** Each run of cut elements goes with the comma on its left; a run at the front with the comma on its right. */
function cutBetween(elements: readonly ValueSpan[], starts: ReadonlySet<number>): Edit[] {
  const edits: Edit[] = [];
  let kept = -1;
  for (let at = 0; at <= elements.length; at += 1) {
    if (at < elements.length && starts.has(elements[at]!.start)) continue;
    const cut = at - kept - 1;
    if (cut > 0 && kept < 0) edits.push({ start: elements[0]!.start, end: elements[at]!.start, bytes: NOTHING });
    if (cut > 0 && kept >= 0) edits.push({ start: elements[kept]!.end, end: elements[at - 1]!.end, bytes: NOTHING });
    kept = at;
  }
  return edits;
}
