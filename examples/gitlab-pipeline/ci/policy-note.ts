/**
 * Writes a file as one note of the merge request, and updates that one from then on: `node policy-note.ts review.md`. The
 * note is known by its first line and its author, so nobody else's is touched. Needs a token with the scope `api` in
 * POLICY_NOTE_TOKEN; everything else is set by GitLab.
 */
import { readFileSync } from "node:fs";

interface Note {
  readonly id: number;
  readonly body: string;
  readonly author: { readonly username: string };
}

const PAGE = 100;
const TIMEOUT_MS = 30_000;
/** The most that GitLab takes in one note, in characters. */
const MOST_CHARACTERS = 1_000_000;

const {
  CI_API_V4_URL: api,
  CI_PROJECT_ID: project,
  CI_MERGE_REQUEST_IID: request,
  POLICY_NOTE_TOKEN: token,
} = process.env;
const file = process.argv[2] ?? "review.md";

if (!request) console.log("no note: this pipeline is of no merge request");
else if (!token)
  console.log("no note: there is no POLICY_NOTE_TOKEN, as in pipelines of forks; see the artifact instead");
else {
  try {
    console.log(await upsert(readFileSync(file, "utf8").slice(0, MOST_CHARACTERS)));
  } catch (error) {
    console.error(`no note: ${error instanceof Error ? error.message : error}; see the artifact instead`);
    process.exitCode = 1;
  }
}

async function upsert(body: string): Promise<string> {
  const notes = `projects/${project}/merge_requests/${request}/notes`;
  const own = await find(notes, body);
  if (own === null) await call("POST", notes, { body });
  else await call("PUT", `${notes}/${own.id}`, { body });
  return own === null ? "wrote the note" : `updated note ${own.id}`;
}

async function find(notes: string, body: string): Promise<Note | null> {
  const me = await call<Note["author"]>("GET", "user");
  for (let page = 1; ; page++) {
    const found = await call<readonly Note[]>("GET", `${notes}?per_page=${PAGE}&page=${page}`);
    const own = found.find((note) => note.author.username === me.username && markOf(note.body) === markOf(body));
    if (own !== undefined || found.length < PAGE) return own ?? null;
  }
}

function markOf(body: string): string {
  return body.split(/\r?\n/, 1)[0] ?? "";
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${api}/${path}`, {
    method,
    headers: { "private-token": token ?? "", "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    throw new Error(
      `GitLab could not be reached (${error.cause instanceof Error ? error.cause.message : error.message})`,
    );
  });
  if (response.ok) return (await response.json()) as T;
  const advice = response.status === 401 || response.status === 403 ? ": POLICY_NOTE_TOKEN needs the scope `api`" : "";
  throw new Error(`GitLab answered ${response.status} to ${method}${advice}`);
}
