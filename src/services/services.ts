/**
 * The services of a policy. One asker for each set of settings, so that a reload that leaves a service as it was keeps
 * its verdicts; with other settings nothing that was said before counts.
 */
import type { TableService } from "../decision/table.ts";
import { type Ask, createAsking } from "./asking.ts";
import { createAzure } from "./azure.ts";
import { createBedrock } from "./bedrock.ts";
import type { Surroundings } from "./credentials.ts";
import { createModelArmor } from "./model-armor.ts";
import { createPatronus } from "./patronus.ts";
import type { Kind, Services } from "./service.ts";
import { createWebhook } from "./webhook.ts";

/** What services need of the process. */
export interface ServicesOptions extends Surroundings {
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
}

/** Makes the store of services. */
export function createServices(options: ServicesOptions): Services {
  const asks = new Map<string, Ask>();
  return {
    check: (service) => create(service, options).check(),
    ask(service, questions, timeoutMs) {
      const settings = settingsOf(service);
      let ask = asks.get(settings);
      if (ask === undefined) {
        ask = createAsking(create(service, options), settings, options);
        asks.set(settings, ask);
      }
      return ask(questions, timeoutMs);
    },
    retain(current) {
      const wanted = new Set(current.map(settingsOf));
      for (const settings of asks.keys()) if (!wanted.has(settings)) asks.delete(settings);
    },
  };
}

function settingsOf({ origin: _, ...settings }: TableService): string {
  return JSON.stringify(settings);
}

function create(service: TableService, surroundings: Surroundings): Kind {
  switch (service.kind) {
    case "bedrock-guardrail":
      return createBedrock(service, surroundings);
    case "azure-content-safety":
      return createAzure(service, surroundings);
    case "patronus":
      return createPatronus(service, surroundings);
    case "model-armor":
      return createModelArmor(service, surroundings);
    case "webhook":
      return createWebhook(service, surroundings);
    default:
      return service.kind satisfies never;
  }
}
