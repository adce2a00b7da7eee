/** `grammar/railroad.html`: every production as a railroad, in one page that needs nothing else. */
import { productionText, terminalsIn } from "./ebnf.ts";
import { NOTES } from "./notes.ts";
import { type Production, productions, walk } from "./productions.ts";
import { escaped, railroad } from "./railroad.ts";
import { terminalLines } from "./terminals.ts";

const STYLE = `
  :root { color-scheme: light dark; --ink: light-dark(#1d2733, #dfe6ee); --line: light-dark(#5b6b7c, #8fa0b2);
    --paper: light-dark(#fff, #14181d); --word: light-dark(#e3f0e6, #1f3a28); --terminal: light-dark(#f6ecd9, #42351b);
    --rule: light-dark(#e2eaf7, #1f2f4a); }
  body { margin: 2rem auto; padding: 0 1rem; max-width: 68rem; background: var(--paper); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif; }
  nav { columns: 12rem auto; } nav a { display: block; }
  a { color: inherit; } h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem; } h2 a { text-decoration: none; }
  section > div { overflow-x: auto; } p { margin: .3rem 0; } .used { font-size: .85rem; opacity: .8; }
  code, pre, svg text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
  pre { overflow-x: auto; } pre:target { outline: 2px solid var(--line); }
  svg { display: block; } svg text { text-anchor: middle; fill: var(--ink); }
  svg path { fill: none; stroke: var(--line); stroke-width: 1.5; } svg rect { stroke: var(--line); }
  svg .word rect { fill: var(--word); } svg .terminal rect { fill: var(--terminal); } svg .rule rect { fill: var(--rule); }
  svg a:hover rect { stroke-width: 2.5; }
`;

const ABOUT = `<p>Follow the line from left to right. <b>Round and green</b> is written as it stands, <b>round and sand</b> is a
terminal with many forms, <b>square and blue</b> is told in a railroad of its own. New lines mean nothing. The same as text:
<a href="policy.ebnf">policy.ebnf</a>; what it means: <a href="README.md">the reference</a>.</p>`;

/** The whole page. */
export function page(): string {
  const all = productions();
  const sections = all.map((production) => section(production, usedBy(production.rule, all)));
  const terminals = terminalLines(terminalsIn(all)).map(terminal);
  return `<!doctype html>
<html lang="en">
<!-- Written by \`npm run grammar\` from the parser: do not edit. -->
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The policy language: railroads</title>
<style>${STYLE}</style>
<h1>The policy language, version 1</h1>
${ABOUT}
<nav>${all.map(({ rule }) => link(rule)).join("\n")}</nav>
${sections.join("\n")}
<h2>Terminals</h2>
${terminals.join("\n")}
</html>
`;
}

function section(production: Production, users: readonly string[]): string {
  const { rule, body } = production;
  const note = NOTES[rule] === undefined ? "" : `\n<p>${escaped(NOTES[rule])}</p>`;
  const used = users.length === 0 ? "" : `\n<p class="used">in ${users.map(link).join(", ")}</p>`;
  const drawn = railroad(body, productionText(production));
  return `<section>\n<h2 id="${rule}"><a href="#${rule}">${rule}</a></h2>\n<div>${drawn}</div>${note}${used}\n</section>`;
}

function terminal(line: string): string {
  return `<pre id="${line.slice(0, line.indexOf(" "))}">${escaped(line)}</pre>`;
}

function usedBy(rule: string, all: readonly Production[]): string[] {
  const uses = ({ body }: Production): boolean =>
    Array.from(walk(body)).some((part) => part.kind === "rule" && part.name === rule);
  return all.filter(uses).map((production) => production.rule);
}

function link(rule: string): string {
  return `<a href="#${rule}">${rule}</a>`;
}
