/** Promise: no credential stands in the text of a policy, not even in a comment. Its examples of patterns are exempt. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { GATEWAY_KEY, SECRET_FORMS } from "../../language/secret-forms.ts";
import type { Span } from "../../language/source.ts";
import type { Tree } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

/** Every text of a known form, outside the examples of patterns and the texts of tests. */
export function noLiteralSecrets(declared: Declared): Diagnostic[] {
  const form = new RegExp(SECRET_FORMS.map(([source]) => `(?<!\\w)(${source})`).join("|"), "g");
  // Rules of other tools, which have no version, hold nothing but expressions and what they let pass.
  const packs = [...declared.packs.values()].filter(({ version }) => version !== null);
  return [...declared.trees, ...packs].flatMap((tree) => secretsIn(tree, form));
}

function secretsIn(tree: Tree, form: RegExp): Diagnostic[] {
  const { path, text } = tree.source;
  let exempt: readonly Span[] | null = null;
  const diagnostics: Diagnostic[] = [];
  for (const match of text.matchAll(form)) {
    exempt ??= examples(tree);
    const start = match.index;
    const end = start + match[0].length;
    if (exempt.some((span) => span.start <= start && end <= span.end)) continue;
    const kind = SECRET_FORMS[match.slice(1).findIndex((group) => group !== undefined)]![1];
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const line = text.slice(0, start).split("\n").length;
    const span = { path, start, end, line, column: start - lineStart + 1 };
    const help =
      kind === GATEWAY_KEY
        ? "a policy holds only a key's hash: delete this one, and mint another with `gw key new`"
        : 'refer to it by `env NAME` or `file "path"`, and revoke this one';
    diagnostics.push(fault("GW4001", span, `what looks like ${kind} stands in the policy`, help));
  }
  return diagnostics;
}

/** Texts that are made up on purpose: hits and misses of patterns, what tests send, and the patterns themselves. */
function examples(tree: Tree): Span[] {
  return tree.declarations.flatMap((declaration) => {
    if (declaration.kind === "pattern") {
      return [...declaration.hits, ...declaration.misses, ...declaration.matches].map((word) => word.span);
    }
    if (declaration.kind === "guardrail") {
      return declaration.match.flatMap((match) => (match.kind === "regex" ? [match.span] : []));
    }
    if (declaration.kind !== "test") return [];
    return declaration.body.flatMap((step) => {
      if (step.kind !== "send") return [];
      return [...(step.text ? [step.text.span] : []), ...(step.input ? [step.input.span] : [])];
    });
  });
}
