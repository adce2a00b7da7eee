/**
 * What a JSON Schema says about the input of a tool, as far as conditions are held to it: the types of values, the members
 * of objects, the entries of lists, the values that there are. What cannot be followed counts as anything, so that nothing is
 * called wrong that might be right.
 */

export type JsonType = "string" | "number" | "boolean" | "object" | "array" | "null";

/** What is known of a value. */
export interface Shape {
  /** The types it may have; null: any. */
  readonly types: ReadonlySet<JsonType> | null;
  readonly members: ReadonlyMap<string, Shape>;
  /** Whether an object may have members of other names. */
  readonly isOpen: boolean;
  /** What the entries of a list are. */
  readonly entries: Shape | null;
  /** The only values it may have; null: any. */
  readonly values: readonly unknown[] | null;
}

/** Nothing is known. */
export const ANYTHING: Shape = { types: null, members: new Map(), isOpen: true, entries: null, values: null };

/** Schemas refer to themselves; nobody writes a condition this deep. */
const DEEPEST = 12;

/** The shape that a schema gives. */
export function shapeOf(schema: unknown): Shape {
  return read(schema, { root: schema, depth: 0 });
}

interface Within {
  readonly root: unknown;
  readonly depth: number;
}

type Schema = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function read(schema: unknown, within: Within): Shape {
  if (!isRecord(schema) || within.depth > DEEPEST) return ANYTHING;
  const deeper = { ...within, depth: within.depth + 1 };
  const also = [
    ...(typeof schema.$ref === "string" ? [read(target(schema.$ref, within.root), deeper)] : []),
    ...listOf(schema.allOf).map((each) => read(each, deeper)),
    ...[schema.anyOf, schema.oneOf].map((each) => anyOne(listOf(each).map((one) => read(one, deeper)))),
  ];
  return also.reduce(both, own(schema, deeper));
}

/** What the schema says itself. */
function own(schema: Schema, deeper: Within): Shape {
  const values = "const" in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : null;
  const { properties, additionalProperties, patternProperties } = schema;
  const members = isRecord(properties) ? Object.entries(properties) : [];
  const mayHaveMore = additionalProperties !== undefined && additionalProperties !== false;
  return {
    types: typesOf(schema.type) ?? (values === null ? null : new Set(values.map(typeOf))),
    members: new Map(members.map(([name, each]) => [name, read(each, deeper)])),
    // A schema that names members means those, though JSON Schema would let others pass.
    isOpen: !isRecord(properties) || mayHaveMore || patternProperties !== undefined,
    entries: isRecord(schema.items) ? read(schema.items, deeper) : null,
    values,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `#/$defs/repo`; only what lies in the same schema is followed. */
function target(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) return undefined;
  let at = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const name = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function typesOf(type: unknown): ReadonlySet<JsonType> | null {
  const names = typeof type === "string" ? [type] : listOf(type);
  const known = names.map((name) => (name === "integer" ? "number" : name) as JsonType);
  return known.length === 0 ? null : new Set(known);
}

/** The type of a value. */
export function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

/** Both hold: where only one of them says something, it is what counts. */
function both(a: Shape, b: Shape): Shape {
  const speaks = (shape: Shape): boolean => shape.members.size > 0 || !shape.isOpen;
  return {
    types: a.types ?? b.types,
    members: mergedMembers(a, b),
    isOpen: speaks(a) && speaks(b) ? a.isOpen || b.isOpen : a.isOpen && b.isOpen,
    entries: a.entries ?? b.entries,
    values: a.values ?? b.values,
  };
}

/** One of them holds, and it is not known which. */
function anyOne(shapes: readonly Shape[]): Shape {
  if (shapes.length === 0) return ANYTHING;
  return shapes.reduce((a, b) => ({
    types: a.types === null || b.types === null ? null : a.types.union(b.types),
    members: mergedMembers(a, b),
    isOpen: (isObject(a) && a.isOpen) || (isObject(b) && b.isOpen) || (!isObject(a) && !isObject(b)),
    entries: a.entries === null || b.entries === null ? null : anyOne([a.entries, b.entries]),
    values: a.values === null || b.values === null ? null : [...a.values, ...b.values],
  }));
}

function isObject({ types }: Shape): boolean {
  return types === null || types.has("object");
}

function mergedMembers(a: Shape, b: Shape): ReadonlyMap<string, Shape> {
  const members = new Map(a.members);
  for (const [name, shape] of b.members) {
    const known = members.get(name);
    members.set(name, known === undefined ? shape : anyOne([known, shape]));
  }
  return members;
}
