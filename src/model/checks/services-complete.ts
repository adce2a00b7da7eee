/** Promise: a service says everything that its kind needs, and nothing that the kind has no use for. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { ServiceDeclaration, ServiceStatement } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { SERVICE_KINDS, type ServiceKind } from "../model.ts";
import { partOf } from "../services.ts";
import { suggestion } from "../suggestion.ts";
import { addressFaults } from "./address.ts";

type Part = Exclude<ServiceStatement["kind"], "kind">;
type Need = "must" | "may";

/** What each kind needs and takes; what is not listed has no meaning for it. */
const PARTS = {
  "bedrock-guardrail": { region: "must", resource: "must", credential: "must", url: "may" },
  "azure-content-safety": { url: "must", credential: "must", check: "must" },
  patronus: { credential: "must", check: "must", url: "may" },
  "model-armor": { resource: "must", credential: "must", url: "may" },
  webhook: { url: "must", credential: "may" },
} as const satisfies Record<ServiceKind, Partial<Record<Part, Need>>>;

const EXAMPLE = {
  url: 'url "https://…"',
  credential: "credential env NAME",
  region: "region eu-central-1",
  resource: 'resource "…"',
  check: "check attacks",
} as const satisfies Record<Part, string>;

/** How each kind may be let in. */
const CREDENTIALS = {
  "bedrock-guardrail": ["aws", "env", "file"],
  "azure-content-safety": ["env", "file"],
  patronus: ["env", "file"],
  "model-armor": ["google", "env", "file"],
  webhook: ["env", "file"],
} as const satisfies Record<ServiceKind, readonly string[]>;

/** Services that are incomplete, or say what their kind does not know. */
export function servicesComplete(declared: Declared): Diagnostic[] {
  return [...declared.services.values()].flatMap(({ declaration }) => service(declaration));
}

function service(declaration: ServiceDeclaration): Diagnostic[] {
  const { name, body } = declaration;
  const part = partOf(declaration);
  const written = part("kind");
  if (written === undefined) {
    const help = `add \`kind\` and one of ${SERVICE_KINDS.map((kind) => `\`${kind}\``).join(", ")}`;
    return [fault("GW3047", name.span, `service \`${name.text}\` has no kind`, help)];
  }
  const kind = SERVICE_KINDS.find((it) => it === written.name.text);
  if (kind === undefined) {
    const help = suggestion(written.name.text, new Map(SERVICE_KINDS.map((it) => [it, null])));
    const message = `unknown kind of service \`${written.name.text}\``;
    return [fault("GW2022", written.name.span, message, help?.replace("declared:", "the kinds are") ?? null)];
  }
  const needs: Partial<Record<Part, Need>> = PARTS[kind];
  const url = part("url");
  return [
    ...absent(declaration, needs),
    ...body.flatMap((it) => (it.kind === "kind" || needs[it.kind] !== undefined ? [] : [meaningless(it, kind)])),
    ...(url === undefined ? [] : addressFaults(url.url)),
    ...credential(part("credential"), kind),
    ...details(declaration, kind),
  ];
}

function absent({ name, body }: ServiceDeclaration, needs: Partial<Record<Part, Need>>): Diagnostic[] {
  return (Object.keys(needs) as Part[]).flatMap((part) => {
    if (needs[part] !== "must" || body.some(({ kind }) => kind === part)) return [];
    return [fault("GW3047", name.span, `service \`${name.text}\` has no \`${part}\``, `add \`${EXAMPLE[part]}\``)];
  });
}

function meaningless(part: ServiceStatement, kind: ServiceKind): Diagnostic {
  const message = `\`${part.kind}\` has no meaning for a service of kind \`${kind}\``;
  return fault("GW3004", part.span, message, "leave it out");
}

function credential(
  part: Extract<ServiceStatement, { kind: "credential" }> | undefined,
  kind: ServiceKind,
): Diagnostic[] {
  if (part === undefined) return [];
  const ways: readonly string[] = CREDENTIALS[kind];
  if (ways.includes(part.credential.kind)) return [];
  const message = `\`credential ${part.credential.kind}\` has no meaning for a service of kind \`${kind}\``;
  return [fault("GW3004", part.span, message, `write ${ways.map((way) => `\`credential ${way}\``).join(" or ")}`)];
}

const CATEGORIES = ["hate", "self-harm", "sexual", "violence"];

function details(declaration: ServiceDeclaration, kind: ServiceKind): Diagnostic[] {
  switch (kind) {
    case "bedrock-guardrail":
      return bedrock(declaration);
    case "azure-content-safety":
      return declaration.body.flatMap((part) => (part.kind === "check" ? azure(part) : []));
    case "patronus":
      return declaration.body.flatMap((part) =>
        part.kind === "check" && part.at !== null
          ? [fault("GW2023", part.span, "an evaluator has no threshold here", "leave out `at`")]
          : [],
      );
    case "model-armor":
      return modelArmor(declaration);
    case "webhook":
      return [];
    default:
      return kind satisfies never;
  }
}

function bedrock(declaration: ServiceDeclaration): Diagnostic[] {
  const resource = partOf(declaration)("resource");
  if (resource === undefined) return [];
  if (!/^[\w:./-]+$/.test(resource.name.text)) {
    return [
      fault("GW3047", resource.span, "this is no id or ARN of a guardrail", 'as in `resource "gr-abc" version 3`'),
    ];
  }
  if (resource.version !== null && /^(?:\d+|DRAFT)$/.test(resource.version.text)) return [];
  const help = 'as in `resource "gr-abc" version 3`; `version DRAFT` changes under a reviewed policy';
  return [fault("GW3047", resource.span, "a guardrail of Bedrock is named with its version", help)];
}

type Check = Extract<ServiceStatement, { kind: "check" }>;

function azure({ name, of, at, span }: Check): Diagnostic[] {
  const say = (message: string, help: string): Diagnostic[] => [fault("GW2023", span, message, help)];
  if (name.text === "attacks") {
    return of === null && at === null ? [] : say("`check attacks` takes nothing more", "leave it out");
  }
  if (name.text === "blocklist") {
    return of !== null && at === null ? [] : say("`check blocklist` needs a name", 'as in `check blocklist "terms"`');
  }
  if (!CATEGORIES.includes(name.text)) {
    const known = ["attacks", "blocklist", ...CATEGORIES];
    const help = suggestion(name.text, new Map(known.map((it) => [it, null])));
    return say(
      `unknown check \`${name.text}\``,
      help?.replace("declared:", "there are") ?? `one of ${known.join(", ")}`,
    );
  }
  if (of === null && at !== null && at >= 1 && at <= 7) return [];
  return say(`\`check ${name.text}\` needs a level from 1 to 7`, `as in \`check ${name.text} at 4\``);
}

const TEMPLATE = /^projects\/[\w:.-]+\/locations\/[a-z0-9-]+\/templates\/[\w-]+$/;

function modelArmor(declaration: ServiceDeclaration): Diagnostic[] {
  const resource = partOf(declaration)("resource");
  if (resource === undefined || (TEMPLATE.test(resource.name.text) && resource.version === null)) return [];
  const help = 'as in `resource "projects/acme/locations/europe-west4/templates/strict"`';
  return [fault("GW3047", resource.span, "this is no template of Model Armor", help)];
}
