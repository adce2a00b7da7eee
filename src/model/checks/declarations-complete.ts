/** Promise: providers and patterns say everything that they need to work, and nothing that they cannot use. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { AuditDeclaration, OrgDeclaration, ProviderDeclaration, Word } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";
import { isTimeZone } from "../instant.ts";
import { suggestion } from "../suggestion.ts";
import { nearZone } from "../time-zones.ts";
import { addressFaults } from "./address.ts";

/** Parts that are missing, have no use, or have a value that means nothing. */
export function declarationsComplete(declared: Declared): Diagnostic[] {
  return [
    ...[...declared.providers.values()].flatMap(({ declaration }) => provider(declaration)),
    ...[...declared.patterns.values()].flatMap(({ declaration }) =>
      declaration.matches.length > 0
        ? []
        : [fault("GW3021", declaration.name.span, `pattern \`${declaration.name.text}\` has no \`match\``, null)],
    ),
    ...declared.orgs.flatMap(zone),
    ...audit(declared.audits),
  ];
}

const PROVIDER_KINDS = new Map([
  ["anthropic", null],
  ["simulated", null],
]);

function provider(declaration: ProviderDeclaration): Diagnostic[] {
  const { name, body } = declaration;
  const diagnostics: Diagnostic[] = [];
  const kind = body.find((statement) => statement.kind === "kind");
  if (!kind) {
    const message = `provider \`${name.text}\` has no kind`;
    return [fault("GW3005", name.span, message, "add `kind anthropic` or `kind simulated`")];
  }
  const url = body.find((statement) => statement.kind === "url");
  const credential = body.find((statement) => statement.kind === "credential");
  switch (kind.name.text) {
    case "anthropic":
      if (!url) diagnostics.push(missing("GW3006", name, 'url "https://…"'));
      if (!credential) diagnostics.push(missing("GW3007", name, "credential env NAME"));
      break;
    case "simulated":
      for (const part of [url, credential]) {
        if (!part) continue;
        const message = `\`${part.kind}\` has no meaning for a provider of kind \`simulated\``;
        diagnostics.push(fault("GW3004", part.span, message, "leave it out"));
      }
      break;
    default: {
      const message = `unknown kind of provider \`${kind.name.text}\``;
      const help = suggestion(kind.name.text, PROVIDER_KINDS);
      diagnostics.push(fault("GW2012", kind.name.span, message, help?.replace("declared:", "the kinds are") ?? null));
    }
  }
  const reference = credential?.credential;
  if (reference?.kind === "aws" || reference?.kind === "google") {
    const message = `\`credential ${reference.kind}\` has no meaning for a provider of kind \`${kind.name.text}\``;
    diagnostics.push(fault("GW3004", reference.span, message, 'use `credential env NAME` or `credential file "path"`'));
  }
  return url ? [...diagnostics, ...addressFaults(url.url)] : diagnostics;
}

function missing(code: "GW3006" | "GW3007", name: Word, example: string): Diagnostic {
  const part = example.split(" ")[0] ?? "";
  return fault(code, name.span, `provider \`${name.text}\` has no \`${part}\``, `add \`${example}\``);
}

function zone(org: OrgDeclaration): Diagnostic[] {
  return org.body.flatMap((statement) => {
    if (statement.kind !== "timezone" || isTimeZone(statement.zone.text)) return [];
    const { text, span } = statement.zone;
    const near = nearZone(text);
    const help =
      near === null ? "write the name of an IANA zone, such as `Europe/Berlin`" : `did you mean \`${near}\`?`;
    return [fault("GW2011", span, `unknown time zone \`${text}\``, help)];
  });
}

function audit([first, ...more]: readonly AuditDeclaration[]): Diagnostic[] {
  if (!first) return [];
  const diagnostics = more.map(({ span }) =>
    fault("GW1008", span, "`audit` stands twice", "keep one", firstIsHere(first.span)),
  );
  for (const statement of first.body) {
    if (statement.kind === "content" && statement.level.text !== "none") {
      const message = `the audit record cannot hold \`content ${statement.level.text}\``;
      diagnostics.push(fault("GW3025", statement.level.span, message, "write `content none`"));
    }
    if (statement.kind === "keep" && (statement.days < 1 || statement.days > MAX_DAYS)) {
      const message = `\`keep ${statement.days} days\` is out of range`;
      diagnostics.push(fault("GW3024", statement.span, message, `write 1 to ${MAX_DAYS} days`));
    }
  }
  return diagnostics;
}

/** A hundred years. */
const MAX_DAYS = 36_525;
