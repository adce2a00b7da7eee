/** Services as the model has them, and how a credential is referred to. */
import type { ServiceDeclaration, ServiceStatement } from "../language/tree.ts";
import { referenceOf } from "./credentials.ts";
import type { Declared } from "./declared.ts";
import type { Service, ServiceKind } from "./model.ts";

/** The services that a policy declares; what is missing or wrong services-complete.ts says. */
export function buildServices(declared: Declared): Service[] {
  return [...declared.services.values()].map(({ name, declaration }) => {
    const part = partOf(declaration);
    const credential = part("credential")?.credential;
    const resource = part("resource");
    return {
      name,
      kind: part("kind")?.name.text as ServiceKind,
      url: part("url")?.url.text ?? null,
      credential: credential === undefined ? null : referenceOf(credential),
      region: part("region")?.region.text ?? null,
      resource: resource === undefined ? null : { name: resource.name.text, version: resource.version?.text ?? null },
      checks: declaration.body.flatMap((it) =>
        it.kind === "check" ? [{ name: it.name.text, of: it.of?.text ?? null, at: it.at }] : [],
      ),
      span: declaration.name.span,
    };
  });
}

/** Finds the statement of a kind in a service. */
export function partOf({ body }: ServiceDeclaration) {
  return <K extends ServiceStatement["kind"]>(kind: K): Extract<ServiceStatement, { kind: K }> | undefined =>
    body.find((statement): statement is Extract<ServiceStatement, { kind: K }> => statement.kind === kind);
}
