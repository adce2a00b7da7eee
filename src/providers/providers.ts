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
import { createStore } from "./store.ts";

export interface ProvidersOptions {
  /** Where `credential env NAME` is looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a relative path of `credential file` begins: the policy directory, as for everything that a policy names. */
  readonly root: string;
  readonly timeouts: Timeouts;
}

/** Makes the store of clients. */
export function createProviders(options: ProvidersOptions): Providers {
  const close = (client: Provider & Partial<Client>) => client.close?.();
  return createStore({ settingsOf, create: (provider) => create(provider, options), retire: close, close });
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
