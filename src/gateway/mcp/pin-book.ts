/**
 * What servers with pins offer now, beside what was pinned. A server is looked at before the first message that goes to it,
 * again when it says that something changed or a list shows it, and once in a while; whoever comes meanwhile waits for the
 * same answer. Lists and calls are held to one view, so that they agree. What could not be looked at is not vouched for.
 */
import { hash } from "node:crypto";
import type { DriftBody } from "../../audit/entry.ts";
import { type Drift, driftOf, type OfferedDigests } from "../../decision/drift.ts";
import type { TablePins, TableServer } from "../../decision/table.ts";
import { canonical } from "../../model/canonical.ts";
import type { McpServer } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import type { Fields, Value } from "../../wire/mcp/message.ts";
import type { Target } from "../../wire/mcp/target.ts";
import type { Offered } from "./inspect.ts";

/** What the book needs of the world. */
export interface PinSights {
  readonly open: (server: TableServer) => McpServer;
  /** Throws UpstreamError. */
  readonly inspect: (server: TableServer) => Promise<Offered>;
  readonly tick: () => number;
  /** Told when the drift of a server is another than before. */
  readonly onDrift: (server: TableServer, drift: readonly Drift[]) => void;
}

/** A change of which a server says nothing is seen after so long. */
const GOOD_MS = 60_000;

type Pinned = TableServer & { readonly pins: TablePins };

interface View {
  /** When it was looked at; what has changed since is looked at again before the next message. */
  at: number;
  /** null when the server could not be asked. */
  readonly offered: Promise<OfferedDigests | UpstreamError>;
  /** What came of it, once it is there. */
  seen: OfferedDigests | null;
}

/** What is known of all servers with pins. */
export class PinBook {
  readonly #sights: PinSights;
  readonly #views = new WeakMap<McpServer, View>();
  readonly #drifts = new WeakMap<OfferedDigests, WeakMap<TablePins, readonly Drift[]>>();
  readonly #told = new WeakMap<McpServer, string>();
  #digests = new Map<string, string>();

  constructor(sights: PinSights) {
    this.#sights = sights;
  }

  /** Looks at a server when that is due; what kept it from being looked at, or null. */
  check(server: TableServer): null | Promise<UpstreamError | null> {
    return isPinned(server) ? this.#checked(server) : null;
  }

  async #checked(server: Pinned): Promise<UpstreamError | null> {
    const client = this.#sights.open(server);
    const known = this.#views.get(client);
    const isGood = known !== undefined && this.#sights.tick() - known.at < GOOD_MS;
    const view = isGood ? known : this.#look(server, client);
    const offered = await view.offered;
    if (offered instanceof UpstreamError) return offered;
    this.#tell(server, client, offered);
    return null;
  }

  /** A server has changed: it is looked at again before the next message. */
  forget(client: McpServer): void {
    const view = this.#views.get(client);
    if (view !== undefined) view.at = Number.NEGATIVE_INFINITY;
  }

  /** True for what its server offers otherwise than it was pinned, so that policy holds it back. */
  withholds(server: TableServer, { family, name }: Target): boolean {
    if (!isPinned(server) || server.pins.onDrift === "warn") return false;
    const drift = this.#driftNow(server);
    if (drift === null) return true;
    if (server.pins.onDrift === "quarantine") return drift.length > 0;
    return family === "mcp" && drift.some(({ tool, change }) => tool === name && change === "changed");
  }

  /** Whether an entry of a server's own list may be shown: the definition itself is looked at, be it old or new. */
  admits(server: TableServer, target: Target, entry: Value): boolean {
    if (!isPinned(server)) return true;
    if (target.family === "mcp") this.#compare(server, target.name, this.#digestOf(entry));
    const { onDrift, tools } = server.pins;
    if (onDrift === "warn") return true;
    if (this.withholds(server, target)) return false;
    return (
      target.family !== "mcp" ||
      tools.some(([name, digest]) => name === target.name && digest === this.#digestOf(entry))
    );
  }

  /** Whether models may be told what a server says of itself. */
  says(server: TableServer, instructions: string): boolean {
    if (!isPinned(server) || server.pins.onDrift === "warn") return true;
    if (server.pins.onDrift === "quarantine" && this.#driftNow(server)?.length !== 0) return false;
    return server.pins.instructions === sha256(instructions);
  }

  #look(server: Pinned, client: McpServer): View {
    const view: View = {
      at: this.#sights.tick(),
      offered: this.#sights.inspect(server).then(
        (offered) => {
          view.seen = this.#digested(offered);
          return view.seen;
        },
        (error: unknown) => {
          if (this.#views.get(client) === view) this.#views.delete(client);
          if (error instanceof UpstreamError) return error;
          throw error;
        },
      ),
      seen: null,
    };
    this.#views.set(client, view);
    return view;
  }

  #digested({ tools, instructions }: Offered): OfferedDigests {
    return {
      tools: new Map(tools.map((tool) => [tool.name, this.#digestOf(tool)])),
      instructions: instructions === null ? null : sha256(instructions),
    };
  }

  /** A list shows another definition than was seen: the view is old. */
  #compare(server: Pinned, name: string, digest: string): void {
    const client = this.#sights.open(server);
    const seen = this.#views.get(client)?.seen;
    if (seen !== null && seen !== undefined && seen.tools.get(name) !== digest) this.forget(client);
  }

  #driftNow(server: Pinned): readonly Drift[] | null {
    const seen = this.#views.get(this.#sights.open(server))?.seen ?? null;
    return seen === null ? null : this.#driftFrom(server.pins, seen);
  }

  #driftFrom(pins: TablePins, offered: OfferedDigests): readonly Drift[] {
    const byPins = this.#drifts.get(offered) ?? new WeakMap<TablePins, readonly Drift[]>();
    this.#drifts.set(offered, byPins);
    const drift = byPins.get(pins) ?? driftOf(pins, offered);
    byPins.set(pins, drift);
    return drift;
  }

  #tell(server: Pinned, client: McpServer, offered: OfferedDigests): void {
    const drift = this.#driftFrom(server.pins, offered);
    const text = drift.length === 0 ? "" : JSON.stringify([server.pins.onDrift, drift]);
    if (text === (this.#told.get(client) ?? "")) return;
    this.#told.set(client, text);
    this.#sights.onDrift(server, drift);
  }

  /** The hash of a definition; lists come again and again, so that those of late are kept by their text. */
  #digestOf(definition: Value | Fields): string {
    const text = JSON.stringify(definition);
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    if (this.#digests.size >= MOST_DIGESTS) this.#digests = new Map();
    const digest = sha256(canonical(definition));
    this.#digests.set(text, digest);
    return digest;
  }
}

const MOST_DIGESTS = 4_096;

function isPinned(server: TableServer): server is Pinned {
  return server.pins !== null;
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** A server decides how many tools it has and how long their names are; the record must not grow with that. */
const MOST_TOLD = 100;
const LONGEST_NAME = 128;

/** The record of a server's drift; none is left when `drift` is empty. */
export function driftBody(server: TableServer, drift: readonly Drift[]): DriftBody {
  const told = drift.slice(0, MOST_TOLD);
  return {
    kind: "drift",
    server: server.name,
    action: server.pins?.onDrift ?? "warn",
    origin: server.pins?.origin.place ?? server.origin.place,
    count: drift.length,
    drift: told.map(({ tool, change }) => ({ tool: tool?.slice(0, LONGEST_NAME) ?? null, change })),
  };
}
