/**
 * Where the texts stand in what a server says: in the bytes, so that what is not changed leaves as it came. Keys are texts,
 * too, and of structured results long numbers. Pictures, sounds and files in base64 are counted and not looked at, and
 * what only tells the two sides how to read the rest (types, ids, a state that goes back) is left alone.
 */
import type { Json, Node } from "../json.ts";

/** Where in a message a text stands. */
export type ResultPlace = "text" | "structured" | "resource" | "error" | "notice" | "question" | "other";

/** A text, by the bytes of its value without quotes. */
export interface ResultText {
  readonly start: number;
  readonly end: number;
  readonly place: ResultPlace;
  /** False for a number, which stands without quotes. */
  readonly isQuoted: boolean;
  /** The key that it stands under in a structured result, whose words say what it is; null elsewhere. */
  readonly key: Node | null;
}

/** What a message holds. */
export interface ResultTexts {
  readonly texts: readonly ResultText[];
  readonly images: number;
  readonly files: number;
}

/** The texts of a message. */
export function textsIn(json: Json): ResultTexts {
  const walk = new Walk(json);
  const members = json.members(0);
  for (const key of keysOf(json, 0)) {
    const name = json.word(key);
    if (name === "result") walk.result(key + 1);
    else if (name === "error") walk.value(key + 1, { place: "error", isStructured: false, key: null });
    else if (name === "params") {
      const place = members.has("id") ? "question" : "notice";
      walk.value(key + 1, { place, isStructured: false, key: null });
    }
  }
  return walk;
}

/** Every key of an object, also one that stands twice. */
function keysOf(json: Json, object: Node): Node[] {
  const keys: Node[] = [];
  if (json.kind(object) !== "object") return keys;
  for (let key = object + 1, end = json.next(object); key < end; key = json.next(key + 1)) keys.push(key);
  return keys;
}

/** Where a value stands. */
interface Around {
  readonly place: ResultPlace;
  readonly isStructured: boolean;
  readonly key: Node | null;
}

const PLACES: Readonly<Record<string, ResultPlace>> = {
  content: "text",
  structuredContent: "structured",
  inputRequests: "question",
};
/** Shortest number that is looked at: of a card, a customer, an account. */
const LONG_NUMBER = 6;
const MEDIA: ReadonlySet<string> = new Set(["image", "audio"]);
const PROTOCOL: ReadonlySet<string> = new Set([
  ...["type", "resultType", "mimeType", "requestState", "progressToken", "requestId"],
]);

class Walk implements ResultTexts {
  readonly texts: ResultText[] = [];
  images = 0;
  files = 0;
  readonly #json: Json;

  constructor(json: Json) {
    this.#json = json;
  }

  result(node: Node): void {
    const json = this.#json;
    for (const key of keysOf(json, node)) {
      const name = json.word(key);
      if (PROTOCOL.has(name)) continue;
      const isStructured = name === "structuredContent";
      this.value(key + 1, { place: PLACES[name] ?? "other", isStructured, key: null });
    }
  }

  value(node: Node, around: Around): void {
    const json = this.#json;
    switch (json.kind(node)) {
      case "string":
        this.#text(node, around);
        break;
      case "number":
        this.#number(node, around);
        break;
      case "array":
        for (const each of json.elements(node)) this.value(each, around);
        break;
      case "object":
        this.#object(node, around);
        break;
      default:
        break;
    }
  }

  #text(node: Node, { place, isStructured, key }: Around): void {
    const [start, end] = [this.#json.start(node) + 1, this.#json.end(node) - 1];
    if (start < end) this.texts.push({ start, end, place, isQuoted: true, key: isStructured ? key : null });
  }

  #number(node: Node, { place, isStructured, key }: Around): void {
    const [start, end] = [this.#json.start(node), this.#json.end(node)];
    if (isStructured && end - start >= LONG_NUMBER) this.texts.push({ start, end, place, isQuoted: false, key });
  }

  #object(node: Node, around: Around): void {
    const json = this.#json;
    const keys = keysOf(json, node);
    const isMedia = !around.isStructured && isAllMedia(json, keys);
    for (const key of keys) {
      const name = json.word(key);
      const isText = json.kind(key + 1) === "string";
      if (!around.isStructured && isText && PROTOCOL.has(name)) continue;
      if (isMedia && isText && name === "data") this.images += 1;
      else if (around.place === "resource" && isText && name === "blob") this.files += 1;
      else {
        this.#text(key, { ...around, key: null });
        const place = around.place === "text" && name === "resource" ? "resource" : around.place;
        this.value(key + 1, { ...around, place, key });
      }
    }
  }
}

/** Whether an object says of itself, however often, that it is a picture or a sound and nothing else. */
function isAllMedia(json: Json, keys: readonly Node[]): boolean {
  const types = keys.filter((key) => json.word(key) === "type");
  return types.length > 0 && types.every((key) => json.kind(key + 1) === "string" && MEDIA.has(json.word(key + 1)));
}
