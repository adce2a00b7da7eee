/** Where credentials stand: files, programs, sessions, logs and talk. The half of the set that patterns are tuned on. */
import type { Chance } from "../wire/chance.ts";
import type { Label } from "./label.ts";

/** Writes a text that holds a (marked) value under a name. */
export type Context = (chance: Chance, label: Label, value: string) => string;

const port = (chance: Chance): string => String(3000 + chance.below(6000));

/** As a tool result carries a file: every line behind its number. */
function numbered(chance: Chance, text: string): string {
  const first = 1 + chance.below(200);
  const sign = chance.pick(["\t", "→"]);
  return text
    .split("\n")
    .map((line, index) => `${String(first + index).padStart(6)}${sign}${line}`)
    .join("\n");
}

/** For values on one line that need no quoting. */
export const CONTEXTS: Readonly<Record<string, Context>> = {
  "env file": (chance, { upper }, value) =>
    `NODE_ENV=production\nPORT=${port(chance)}\n${upper}=${value}\nLOG_LEVEL=info\n`,
  "env file, quoted": (_, { upper }, value) => `# production\n${upper}="${value}"\nDEBUG=false\n`,
  export: (chance, { upper }, value) => `export ${upper}=${value}\nexport PORT=${port(chance)}\nnpm start\n`,
  "numbered env file": (chance, { upper }, value) => numbered(chance, `APP_ENV=staging\n${upper}=${value}\nTZ=UTC`),
  typescript: (chance, { camel }, value) =>
    `import { createClient } from "./client.ts";\n\nconst ${camel} = "${value}";\nexport const client = createClient({ ${camel}, timeout: ${port(chance)} });\n`,
  "javascript object": (_, { camel }, value) =>
    `module.exports = {\n  region: 'eu-west-1',\n  ${camel}: '${value}',\n  retries: 3,\n};\n`,
  python: (_, { upper }, value) =>
    `import os\n\n${upper} = "${value}"\nTIMEOUT = 30\n\ndef main():\n    run(${upper})\n`,
  "python call": (_, { snake }, value) => `client = Client(base_url="https://api.acme.example", ${snake}="${value}")\n`,
  go: (_, { camel }, value) => `package main\n\nconst (\n\tregion = "eu-west-1"\n\t${camel} = "${value}"\n)\n`,
  "java properties": (_, { dotted }, value) => `server.port=8080\n${dotted}=${value}\nspring.jpa.show-sql=false\n`,
  json: (_, { camel }, value) => `{\n  "name": "billing",\n  "${camel}": "${value}",\n  "replicas": 2\n}\n`,
  "json on one line": (_, { snake }, value) => `{"env":"prod","${snake}":"${value}","debug":false}`,
  "json in a string": (_, { camel }, value) =>
    JSON.stringify({ type: "tool_result", content: JSON.stringify({ ok: true, [camel]: value, n: 3 }) }),
  "shell output in a string": (_, { upper }, value) =>
    JSON.stringify({ stdout: `HOME=/home/dana\n${upper}=${value}\nPATH=/usr/bin\n`, stderr: "", code: 0 }),
  yaml: (_, { snake }, value) => `service: billing\nreplicas: 2\n${snake}: ${value}\nregion: eu\n`,
  "yaml, nested": (_, { words, snake }, value) =>
    `integrations:\n  ${words[0]}:\n    enabled: true\n    ${snake}: "${value}"\n`,
  toml: (_, { snake }, value) => `[server]\nport = 8080\n\n[credentials]\n${snake} = "${value}"\n`,
  ini: (_, { snake }, value) => `[default]\nregion = eu-west-1\n${snake} = ${value}\n`,
  xml: (_, { camel }, value) =>
    `<configuration>\n  <region>eu</region>\n  <${camel}>${value}</${camel}>\n</configuration>\n`,
  "docker compose": (_, { upper }, value) =>
    `services:\n  api:\n    image: acme/api:1.4\n    environment:\n      - TZ=UTC\n      - ${upper}=${value}\n`,
  dockerfile: (_, { upper }, value) =>
    `FROM node:24-slim\nWORKDIR /app\nENV ${upper}=${value}\nCMD ["node", "main.js"]\n`,
  terraform: (_, { snake }, value) => `variable "${snake}" {\n  type    = string\n  default = "${value}"\n}\n`,
  diff: (_, { upper }, value) =>
    `diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1,2 +1,3 @@\n PORT=3000\n+${upper}=${value}\n`,
  grep: (chance, { upper }, value) =>
    `src/config.ts:${port(chance)}:  timeout: 30,\n.env.production:12:${upper}=${value}\n`,
  log: (_, { snake }, value) =>
    `2026-05-04T10:11:12Z INFO starting worker ${snake}=${value} region=eu pid=4711\n2026-05-04T10:11:13Z INFO ready\n`,
  chat: (_, { title }, value) =>
    `Hi, the deploy keeps failing. I used the ${title} ${value} and it says 401. Can you look at it?`,
  "chat, colon": (_, { title }, value) => `here are the details\n\n${title}: ${value}\n\nplease put it into the config`,
  markdown: (_, { title, upper }, value) =>
    `## Setup\n\n1. Copy the ${title}: \`${value}\`\n2. Set \`${upper}\` and restart.\n`,
  "curl header": (_, { kebab }, value) =>
    `$ curl -s https://api.acme.example/v1/items -H "X-${kebab}: ${value}" -H 'Accept: application/json'\n[]\n`,
  "github workflow": (_, { upper }, value) =>
    `jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    env:\n      ${upper}: ${value}\n    steps:\n      - run: make deploy\n`,
};

/** For values of many lines. */
export const BLOCK_CONTEXTS: Readonly<Record<string, Context>> = {
  file: (_, __, value) => `${value}\n`,
  "cat in a shell": (_, __, value) => `$ cat ~/.ssh/id_rsa\n${value}\n$ ls\n`,
  "json in a string": (_, { camel }, value) => JSON.stringify({ [camel]: `${value}\n`, user: "deploy" }),
  yaml: (_, { snake }, value) => `${snake}: |\n${value.replace(/^/gm, "  ")}\nregion: eu\n`,
  typescript: (_, { camel }, value) => `export const ${camel} = \`${value}\`;\n`,
};
