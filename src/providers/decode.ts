/**
 * Undoes the compression of an answer. The gateway asks for none, since it watches what passes; some providers, or
 * proxies before them, compress all the same.
 */
import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { UpstreamError } from "./provider.ts";

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** The plain body behind a `content-encoding`; throws UpstreamError `broken` for one that is not known. */
export function decoded(body: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const steps = encoding.split(",").map((step) => step.trim().toLowerCase());
  return steps.reverse().reduce(undo, body);
}

function undo(body: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  if (encoding === "identity" || encoding === "") return body;
  const decoder = DECODERS[encoding];
  if (decoder === undefined) {
    throw new UpstreamError("broken", `the answer is encoded as \`${encoding.slice(0, 20)}\`, which is not known`);
  }
  return through(body, decoder());
}

async function* through(body: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const source = Readable.from(body, { objectMode: false });
  source.on("error", (error) => decoder.destroy(error));
  source.pipe(decoder);
  try {
    yield* decoder;
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    throw new UpstreamError("broken", "the compressed answer cannot be read", { cause: error });
  } finally {
    source.destroy();
  }
}
