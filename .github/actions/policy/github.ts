/** The few calls of GitHub's API that keep one comment of a pull request up to date. */

/** Where to write. */
export interface PullRequest {
  /** Base address of the API. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
  readonly token: string;
}

/** A comment that was written. */
export interface Written {
  readonly author: string;
  readonly url: string;
}

interface Comment {
  readonly id: number;
  readonly body?: string;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
}

const TIMEOUT_MS = 30_000;
const PAGE = 100;

/**
 * Updates the comment of this author that begins with the same line as `body`, or writes the first one. Somebody else's
 * is never touched, whatever it begins with. Throws an error with a sentence.
 */
export async function upsertComment(pull: PullRequest, author: string, body: string): Promise<Written> {
  const own = await find(pull, author, markOf(body));
  const written =
    own === null
      ? await call<Comment>(pull, "POST", `issues/${pull.number}/comments`, { body })
      : await call<Comment>(pull, "PATCH", `issues/comments/${own.id}`, { body });
  return { author: written.user?.login ?? "", url: written.html_url };
}

async function find(pull: PullRequest, author: string, mark: string): Promise<Comment | null> {
  for (let page = 1; ; page++) {
    const path = `issues/${pull.number}/comments?per_page=${PAGE}&page=${page}`;
    const comments = await call<readonly Comment[]>(pull, "GET", path);
    const own = comments.find(({ user, body }) => user?.login === author && markOf(body ?? "") === mark);
    if (own !== undefined) return own;
    if (comments.length < PAGE) return null;
  }
}

/** Line ends come back as they were typed or as `\r\n`. */
function markOf(body: string): string {
  return body.split(/\r?\n/, 1)[0] ?? "";
}

async function call<T>(
  { api, repository, token }: PullRequest,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const response = await fetch(`${api}/repos/${repository}/${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "sallyport-policy-review",
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
    throw new Error(`GitHub could not be reached (${cause})`);
  });
  if (response.ok) return (await response.json()) as T;
  const { message = "" } = (await response.json().catch(() => ({}))) as { readonly message?: string };
  throw new Error(
    `GitHub answered ${response.status} to ${method} (${String(message).slice(0, 200)})${adviceFor(response.status)}`,
  );
}

function adviceFor(status: number): string {
  if (status === 401) return ": the token is not good";
  if (status === 403 || status === 404) return ": give the job `permissions: pull-requests: write`";
  return "";
}
