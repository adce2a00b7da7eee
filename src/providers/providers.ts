/**
 * The clients of a policy's providers. One client for each set of settings: a reload that leaves a provider as it was
 * keeps its connections; a provider that is gone is closed when its last answer has ended.
 */
import type { TableProvider } from "../decision/table.ts";
import { type Client, createAnthropic, type Timeouts } from "./anthropic.ts";
import { openCredential } from "./credential.ts";
import type { Provider, Providers } from "./provider.ts";
import { UpstreamError } from "./provider.ts";
import { createSimulated } from "./simulated.ts";

export interface ProvidersOptions {
  /** Where `credential env NAME` is looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a relative path of `credential file` begins: the policy directory, as for everything that a policy names. */
  readonly root: string;
  readonly timeouts: Timeouts;
}

/** Makes the store of clients. */
export function createProviders(options: ProvidersOptions): Providers {
  const clients = new Map<string, Provider & Partial<Client>>();
  let known = new WeakMap<TableProvider, Provider>();
  return {
    open(provider) {
      const hit = known.get(provider);
      if (hit !== undefined) return hit;
      const settings = settingsOf(provider);
      const client = clients.get(settings) ?? create(provider, options);
      clients.set(settings, client);
      known.set(provider, client);
      return client;
    },
    retain(current) {
      const wanted = new Set(current.map(settingsOf));
      known = new WeakMap();
      for (const [settings, client] of clients) {
        if (wanted.has(settings)) continue;
        clients.delete(settings);
        void client.close?.();
      }
    },
    async close() {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.close?.()));
    },
  };
}

function settingsOf({ name, kind, url, credential }: TableProvider): string {
  return JSON.stringify([name, kind, url, credential?.kind, credential?.ref]);
}

function create(provider: TableProvider, options: ProvidersOptions): Provider & Partial<Client> {
  switch (provider.kind) {
    case "simulated":
      return createSimulated(provider.name);
    case "anthropic": {
      if (provider.credential === null) {
        throw new UpstreamError("credential", `provider \`${provider.name}\` has no credential`);
      }
      const credential = openCredential(provider.credential, options);
      return createAnthropic(provider, credential, options.timeouts);
    }
    default:
      return provider.kind satisfies never;
  }
}
