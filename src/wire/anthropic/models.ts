/** The answer of `GET /v1/models`, which the client's model picker reads. */

/** The list as bytes, in the given order; release dates are not known here, and the API writes the epoch for that. */
export function modelsBody(models: readonly string[]): Uint8Array {
  const data = models.map(describe);
  const page = { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
  return Buffer.from(JSON.stringify(page));
}

/** One of them, by name. */
export function modelBody(model: string): Uint8Array {
  return Buffer.from(JSON.stringify(describe(model)));
}

function describe(id: string) {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}
