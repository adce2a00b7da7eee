/**
 * The labelled set: texts with secrets of known kinds at known places, and texts without. Made from public facts about
 * formats by seeded chance, in two halves that share no context, so that the score on the second says what patterns do on
 * texts that nobody tuned them on.
 */
import { type Chance, chanceOf } from "../wire/chance.ts";
import { BLOCK_CONTEXTS, CONTEXTS, type Context } from "./contexts.ts";
import { HELD_OUT, HELD_OUT_BLOCKS } from "./contexts-held-out.ts";
import { CREDENTIALS, type Writer } from "./credentials.ts";
import { CREDENTIALS_HELD_OUT } from "./credentials-held-out.ts";
import { INNOCENT } from "./innocent.ts";
import { INNOCENT_HELD_OUT } from "./innocent-held-out.ts";
import { labelOf } from "./label.ts";
import { type Family, mark, type Sample, unmark } from "./sample.ts";
import { shaped } from "./shape.ts";
import { BLOCKS, type Kind, TOKENS } from "./tokens.ts";
import { VENDORS } from "./vendors.ts";

/** One half of the set. */
export type Half = "open" | "held out";

interface Sources {
  readonly seed: number;
  readonly contexts: Readonly<Record<string, Context>>;
  readonly blocks: Readonly<Record<string, Context>>;
  readonly credentials: Readonly<Record<string, Writer>>;
  readonly innocent: Readonly<Record<string, Writer>>;
}

const SOURCES: Readonly<Record<Half, Sources>> = {
  open: { seed: 11, contexts: CONTEXTS, blocks: BLOCK_CONTEXTS, credentials: CREDENTIALS, innocent: INNOCENT },
  "held out": {
    seed: 77,
    contexts: HELD_OUT,
    blocks: HELD_OUT_BLOCKS,
    credentials: CREDENTIALS_HELD_OUT,
    innocent: INNOCENT_HELD_OUT,
  },
};

/** How often each kind of text is made in a half. */
const TIMES = { token: 3, block: 4, vendor: 3, credential: 5, innocent: 16 };

/** Every text of a half. */
export function corpusOf(half: Half): Sample[] {
  const { seed, contexts, blocks, credentials, innocent } = SOURCES[half];
  const chance = chanceOf(seed);
  const samples: Sample[] = [];
  const add = (family: Family, kind: string, context: string, marked: string): void => {
    samples.push({ family, kind, context, ...unmark(marked) });
  };
  const place = (kind: Kind, among: Readonly<Record<string, Context>>, name: string): void => {
    const context = chance.pick(Object.keys(among));
    add("A", kind.name, context, among[context]!(chance, labelOf(name), (kind.lead ?? "") + mark(kind.make(chance))));
  };
  repeat(TIMES.token, () => {
    for (const kind of TOKENS) place(kind, contexts, nameOf(chance, kind));
  });
  repeat(TIMES.block, () => {
    for (const kind of BLOCKS) place(kind, blocks, "private key");
  });
  repeat(TIMES.vendor, () => {
    for (const { vendor, part, shape } of VENDORS) {
      const context = chance.pick(Object.keys(contexts));
      const label = labelOf(`${vendor} ${part}`);
      add("B", vendor, context, contexts[context]!(chance, label, mark(shaped(chance, shape))));
    }
  });
  const writeAll = (family: Family, writers: Readonly<Record<string, Writer>>): void => {
    for (const [kind, write] of Object.entries(writers)) add(family, kind, kind, write(chance));
  };
  repeat(TIMES.credential, () => writeAll("C", credentials));
  repeat(TIMES.innocent, () => writeAll("negative", innocent));
  return samples;
}

function repeat(times: number, work: () => void): void {
  for (let round = 0; round < times; round++) work();
}

/** A name as people give one: often the vendor's, at times nothing that says what it is. */
function nameOf(chance: Chance, { name }: Kind): string {
  const vendor = name.split("-")[0]!;
  return chance.pick([`${vendor} key`, `${vendor} token`, "credential", "value one", name]);
}
