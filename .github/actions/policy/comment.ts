/**
 * Writes the review as one comment of the pull request, and updates that one from then on. Whatever happens here is no
 * verdict about the policy: it is said as a warning, and the step does not fail. The review stands in the summary too.
 */
import { readFileSync } from "node:fs";
import { type PullRequest, upsertComment } from "./github.ts";
import { fit } from "./markdown.ts";
import { say, told } from "./runner.ts";

/** The most that GitHub takes in one comment, in characters. */
const MOST_CHARACTERS = 65_536;

const wanted = wish();
if (typeof wanted === "string") say("notice", `no comment: ${wanted}; the review is in the summary of this job`);
else {
  const body = fit(readFileSync(told("REPORT"), "utf8"), MOST_CHARACTERS);
  try {
    const { author, url } = await upsertComment(wanted, told("AUTHOR"), body);
    console.log(`the review is at ${url}`);
    if (author !== told("AUTHOR")) {
      say("warning", `the comment is by ${author}: with \`author: ${author}\` it is updated, else the next one is new`);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say("warning", `no comment: ${why}; the review is in the summary of this job`);
  }
}

/** The pull request to write to, or why there is none. */
function wish(): PullRequest | string {
  if (told("COMMENT") === "false") return "`comment` is false";
  if (told("REPORT") === "") return "nothing was reviewed";
  const event = told("GITHUB_EVENT_PATH");
  const pull = event === "" ? undefined : JSON.parse(readFileSync(event, "utf8")).pull_request;
  if (pull === undefined) return `a ${told("GITHUB_EVENT_NAME") || "run like this"} has no pull request`;
  const repository = told("GITHUB_REPOSITORY");
  // The repository of a fork may be gone by now.
  if (pull.head.repo?.full_name !== repository) return "the change comes from a fork, whose runs may not write here";
  if (told("TOKEN") === "") return "there is no token";
  return { api: told("GITHUB_API_URL"), repository, number: pull.number, token: told("TOKEN") };
}
