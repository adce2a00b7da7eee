/** `gw policy explain CODE`: the catalogue's page about one diagnostic. */
import { CODES } from "../language/codes.ts";
import { didYouMean } from "../language/suggest.ts";
import { Complaint } from "./complaint.ts";
import type { Terminal } from "./terminal.ts";

/** Prints one page; the code may be written without `GW` and in lower case. */
export function explainCode(word: string, format: "text" | "json", { out }: Terminal): 0 {
  const code = word.toUpperCase().replace(/^(?=\d+$)/, "GW");
  if (!isCode(code)) {
    const near = didYouMean(code, Object.keys(CODES));
    throw new Complaint(
      `there is no diagnostic \`${word}\``,
      near === null ? "codes look like `GW2003`; a report shows them in brackets" : `did you mean \`${near}\`?`,
    );
  }
  const { severity, title, page } = CODES[code];
  if (format === "json") out.write(`${JSON.stringify({ code, severity, title, page }, null, 2)}\n`);
  else
    out.write(`${out.style(severity === "error" ? "red" : "yellow", `${severity}[${code}]`)}: ${title}\n\n${page}\n`);
  return 0;
}

function isCode(word: string): word is keyof typeof CODES {
  return Object.hasOwn(CODES, word);
}
