/**
 * Everything that is declared, by kind and name: the ground that all checks and builders of this room stand on. Members
 * of a pack are entered under `pack.name`. Of a name declared twice the first counts; unique-names.ts speaks about the rest.
 */
import type { Span } from "../language/source.ts";
import type {
  AuditDeclaration,
  Declaration,
  DelegateDeclaration,
  GuardrailDeclaration,
  InvariantDeclaration,
  KeyDeclaration,
  ModelsDeclaration,
  OrgDeclaration,
  PatternDeclaration,
  ProviderDeclaration,
  ServerDeclaration,
  ServiceDeclaration,
  TeamDeclaration,
  TestDeclaration,
  ToolsDeclaration,
  Tree,
  UseDeclaration,
} from "../language/tree.ts";

/** A declaration and the pack it comes from; `pack` is null for the policy itself. */
export interface Member<D extends Declaration> {
  readonly name: string;
  readonly pack: string | null;
  readonly declaration: D;
}

type Members<D extends Declaration> = ReadonlyMap<string, Member<D>>;

/** The declarations of a policy and its packs. */
export interface Declared {
  readonly trees: readonly Tree[];
  readonly packs: ReadonlyMap<string, Tree>;
  readonly uses: ReadonlyMap<string, UseDeclaration>;
  readonly orgs: readonly OrgDeclaration[];
  readonly teams: Members<TeamDeclaration>;
  readonly keys: Members<KeyDeclaration>;
  readonly providers: Members<ProviderDeclaration>;
  readonly models: Members<ModelsDeclaration>;
  readonly tools: Members<ToolsDeclaration>;
  readonly servers: Members<ServerDeclaration>;
  readonly patterns: Members<PatternDeclaration>;
  readonly guardrails: Members<GuardrailDeclaration>;
  readonly services: Members<ServiceDeclaration>;
  readonly audits: readonly AuditDeclaration[];
  readonly tests: readonly TestDeclaration[];
  readonly invariants: readonly InvariantDeclaration[];
  readonly delegates: readonly DelegateDeclaration[];
  /** Declarations whose name another one of their kind had before, with the place of that one. */
  readonly repeated: readonly { readonly declaration: NamedDeclaration; readonly first: Span }[];
}

/** Every declaration that has a name: that of a test or invariant is its sentence, that of a delegation its glob. */
export type NamedDeclaration = Exclude<Declaration, AuditDeclaration>;

/** Enters all declarations of the policy, and those of its packs that packs may hold. */
export function gather(trees: readonly Tree[], packs: ReadonlyMap<string, Tree>): Declared {
  const repeated: { declaration: NamedDeclaration; first: Span }[] = [];
  const all = trees.flatMap((tree) => tree.declarations);
  const byKind = Map.groupBy(all, ({ kind }) => kind);
  const inPacks = [...packs].flatMap(([pack, tree]) =>
    tree.declarations.map((declaration) => ({ pack, declaration }) as const),
  );

  function table<K extends NamedDeclaration["kind"]>(kind: K): Members<Extract<Declaration, { kind: K }>> {
    type D = Extract<NamedDeclaration, { kind: K }>;
    const members = new Map<string, Member<D>>();
    const enter = (pack: string | null, declaration: Declaration) => {
      if (declaration.kind !== kind) return;
      const found = declaration as D;
      const name = qualified(found.name.text, pack);
      const first = members.get(name);
      if (first) repeated.push({ declaration: found, first: first.declaration.name.span });
      else members.set(name, { name, pack, declaration: found });
    };
    for (const declaration of byKind.get(kind) ?? []) enter(null, declaration);
    if (isPackable(kind)) for (const { pack, declaration } of inPacks) enter(pack, declaration);
    return members as Members<Extract<Declaration, { kind: K }>>;
  }

  return {
    trees,
    packs,
    uses: new Map([...table("use")].map(([name, member]) => [name, member.declaration])),
    orgs: all.filter((declaration) => declaration.kind === "org"),
    teams: table("team"),
    keys: table("key"),
    providers: table("provider"),
    models: table("models"),
    tools: table("tools"),
    servers: table("mcp"),
    patterns: table("pattern"),
    guardrails: table("guardrail"),
    services: table("service"),
    audits: all.filter((declaration) => declaration.kind === "audit"),
    tests: [...table("test").values()].map((member) => member.declaration),
    invariants: [...table("invariant").values()].map((member) => member.declaration),
    delegates: [...table("delegate").values()].map((member) => member.declaration),
    repeated,
  };
}

/** Whether a pack may hold declarations of this kind. */
export function isPackable(kind: Declaration["kind"]): boolean {
  return kind === "models" || kind === "tools" || kind === "pattern";
}

/** The full name of something written inside a pack, or in the policy itself. */
export function qualified(name: string, pack: string | null): string {
  return pack === null ? name : `${pack}.${name}`;
}

/** Whether a name belongs to a pack that is used but could not be read; whoever reads packs has said so already. */
export function isInMissingPack(declared: Declared, name: string): boolean {
  const pack = name.split(".")[0] ?? "";
  return declared.uses.has(pack) && !declared.packs.has(pack);
}
