/** Where the independent set puts keys that have a name: settings, programs, commands, tables, logs and talk. */

import type { Chance } from "../../wire/chance.ts";
import type { Context } from "../contexts.ts";

const noise = (c: Chance): string => c.pick(["LOG_LEVEL=debug", "PORT=8080", "NODE_ENV=production", "WORKERS=4"]);
const host = (c: Chance): string => c.pick(["api.internal.example.net", "10.2.3.4", "svc.cluster.local"]);

/** Contexts that show the name. */
export const NAMED_CONTEXTS: Readonly<Record<string, Context>> = {
  env: (c, label, value) => `# ${label.words[0]}\n${noise(c)}\n${label.upper}=${value}\n${noise(c)}\n`,
  envQuoted: (c, label, value) => `${noise(c)}\n${label.upper}="${value}"\n`,
  envSingle: (_, label, value) => `export ${label.upper}='${value}'`,
  yaml: (c, label, value) => `service:\n  name: web\n  ${label.snake}: ${value}\n  replicas: ${c.below(9)}\n`,
  yamlQuoted: (_, label, value) =>
    `integrations:\n  ${label.words[0]}:\n    ${label.words.slice(1).join("_") || "token"}: "${value}"\n    enabled: true\n`,
  yamlCamel: (_, label, value) => `config:\n  ${label.camel}: '${value}'\n`,
  toml: (_, label, value) =>
    `[${label.words[0]}]\n${label.words.slice(1).join("-") || "key"} = "${value}"\ntimeout = 30\n`,
  ini: (c, label, value) => `[default]\nregion = eu-west-${c.below(3)}\n${label.snake} = ${value}\noutput = json\n`,
  json: (c, label, value) => JSON.stringify({ id: c.below(999), [label.camel]: value, retries: 3 }, null, 2),
  jsonMin: (c, label, value) => JSON.stringify({ a: 1, cfg: { [label.snake]: value, on: true, n: c.below(50) } }),
  jsonInJson: (_, label, value) =>
    JSON.stringify({ type: "text", text: JSON.stringify({ [label.camel]: value, verbose: false }, null, 1) }),
  terraform: (_, label, value) =>
    `resource "x_provider" "main" {\n  ${label.snake} = "${value}"\n  region = var.region\n}\n`,
  tfvars: (_, label, value) => `${label.snake}    = "${value}"\nenvironment = "prod"`,
  tfvar: (_, label, value) => `variable "${label.snake}" {\n  type    = string\n  default = "${value}"\n}\n`,
  dockerEnv: (_, label, value) => `FROM node:22\nWORKDIR /app\nENV ${label.upper}=${value}\nCMD ["node", "index.js"]\n`,
  dockerEnvOld: (_, label, value) => `FROM alpine\nENV ${label.upper} ${value}\nRUN apk add curl\n`,
  dockerArg: (_, label, value) => `ARG ${label.upper}=${value}\nRUN make`,
  compose: (_, label, value) =>
    `services:\n  api:\n    image: acme/api:1.4\n    environment:\n      - ${label.upper}=${value}\n      - DEBUG=0\n`,
  composeMap: (_, label, value) => `    environment:\n      ${label.upper}: ${value}\n      DEBUG: "0"\n`,
  k8sEnv: (_, label, value) =>
    `        env:\n        - name: ${label.upper}\n          value: "${value}"\n        - name: PORT\n          value: "80"\n`,
  k8sStringData: (_, label, value) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  ${label.kebab}: ${value}\n`,
  ghaEnv: (_, label, value) =>
    `jobs:\n  build:\n    runs-on: ubuntu-latest\n    env:\n      ${label.upper}: ${value}\n    steps:\n      - uses: actions/checkout@v4\n`,
  gitlabCi: (_, label, value) => `variables:\n  ${label.upper}: "${value}"\nbuild:\n  script: make\n`,
  shellExport: (_, label, value) => `$ export ${label.upper}=${value}\n$ npm run deploy\n`,
  fish: (_, label, value) => `set -gx ${label.upper} ${value}`,
  powershell: (_, label, value) => `$env:${label.upper} = "${value}"\nInvoke-RestMethod -Uri $uri`,
  cmd: (_, label, value) => `set ${label.upper}=${value}\r\ncall build.bat\r\n`,
  setx: (_, label, value) => `setx ${label.upper} "${value}"`,
  inline: (_, label, value) => `${label.upper}=${value} ./run.sh --once`,
  history: (c, label, value) =>
    ` ${100 + c.below(900)}  cd app\n ${200 + c.below(700)}  export ${label.upper}=${value}\n`,
  cliFlag: (_, label, value) =>
    `${label.words[0]} login --${label.words.slice(1).join("-") || "token"} ${value} --region eu`,
  cliFlagEq: (_, label, value) => `./tool --${label.kebab}=${value} --dry-run`,
  dockerRun: (_, label, value) => `docker run --rm -e ${label.upper}=${value} -p 80:80 acme/web`,
  helmSet: (_, label, value) =>
    `helm upgrade --install app ./chart --set ${label.words[0]}.${label.words.slice(1).join("_") || "key"}=${value}`,
  heroku: (_, label, value) => `heroku config:set ${label.upper}=${value} -a prod-web`,
  ghSecret: (_, label, value) => `gh secret set ${label.upper} --body "${value}"`,
  kubectlLiteral: (_, label, value) => `kubectl create secret generic app --from-literal=${label.kebab}=${value}`,
  awsSsm: (_, label, value) =>
    `aws ssm put-parameter --name /prod/${label.kebab} --type SecureString --value "${value}"`,
  curlBearer: (_, label, value) =>
    `curl -s https://${label.words[0]}.example.com/v1/me -H "Authorization: Bearer ${value}" | jq .`,
  curlHeader: (_, label, value) =>
    `curl -X POST 'https://api.${label.words[0]}.com/v2/x' --header 'X-Api-Key: ${value}' -d '{}'`,
  curlQuery: (_, label, value) => `curl "https://api.${label.words[0]}.com/data?format=json&api_key=${value}&limit=5"`,
  python: (_, label, value) =>
    `import os\n\n${label.upper} = "${value}"\n\ndef client():\n    return Client(${label.upper})\n`,
  pythonKw: (c, label, value) =>
    `client = ${label.pascal}Client(\n    host="${host(c)}",\n    ${label.words.slice(1).join("_") || "token"}="${value}",\n)\n`,
  pythonDict: (_, label, value) => `CONFIG = {\n    '${label.snake}': '${value}',\n    'debug': False,\n}\n`,
  pythonEnvDefault: (_, label, value) => `key = os.getenv("${label.upper}", "${value}")`,
  js: (_, label, value) => `const ${label.camel} = "${value}";\nmodule.exports = { ${label.camel} };\n`,
  jsObj: (_, label, value) => `export default {\n  ${label.camel}: '${value}',\n  debug: false,\n};\n`,
  jsMin: (_, label, value) => `!function(e,t){var n={${label.camel}:"${value}",retry:3};t.init(n)}(window,sdk);`,
  jsEnvOr: (_, label, value) => `const key = process.env.${label.upper} || '${value}';`,
  ts: (_, label, value) => `  private readonly ${label.camel}: string = \`${value}\`;`,
  go: (_, label, value) => `const ${label.camel} = "${value}"\n\nfunc main() {\n\tclient := New(${label.camel})\n}\n`,
  goAssign: (_, label, value) => `\t${label.camel} := "${value}"\n\tos.Setenv("${label.upper}", ${label.camel})`,
  goSetenv: (_, label, value) => `os.Setenv("${label.upper}", "${value}")`,
  java: (_, label, value) => `public class Conf {\n    private static final String ${label.upper} = "${value}";\n}\n`,
  kotlin: (_, label, value) => `val ${label.camel}: String = "${value}"`,
  csharp: (_, label, value) => `public const string ${label.pascal} = "${value}";`,
  php: (_, label, value) => `<?php\ndefine('${label.upper}', '${value}');\n`,
  phpArr: (_, label, value) => `return [\n    '${label.snake}' => '${value}',\n    'debug' => false,\n];\n`,
  ruby: (_, label, value) =>
    `${label.words[0]!.replace(/^./, (x) => x.toUpperCase())}.configure do |config|\n  config.${label.words.slice(1).join("_") || "token"} = "${value}"\nend\n`,
  rubyHash: (_, label, value) => `{ ${label.snake}: "${value}", timeout: 5 }`,
  rust: (_, label, value) =>
    `const ${label.upper}: &str = "${value}";\nlet ${label.snake} = String::from(${label.upper});`,
  swift: (_, label, value) => `let ${label.camel} = "${value}"\nURLSession.shared.configure(${label.camel})`,
  elixir: (_, label, value) => `config :app, ${label.pascal},\n  ${label.snake}: "${value}"\n`,
  lua: (_, label, value) => `local ${label.snake} = "${value}"`,
  rlang: (_, label, value) => `Sys.setenv(${label.upper} = "${value}")`,
  scala: (_, label, value) => `val ${label.camel} = "${value}"`,
  properties: (_, label, value) => `server.port=8080\n${label.dotted}=${value}\nspring.profiles.active=prod\n`,
  propertiesCamel: (_, label, value) => `app.${label.words[0]}.${label.words.slice(1).join("-") || "key"}=${value}`,
  xmlElement: (_, label, value) => `<configuration>\n  <${label.camel}>${value}</${label.camel}>\n</configuration>`,
  xmlAttr: (_, label, value) => `<appSettings>\n  <add key="${label.pascal}" value="${value}" />\n</appSettings>`,
  androidString: (_, label, value) => `<resources>\n    <string name="${label.snake}">${value}</string>\n</resources>`,
  plist: (_, label, value) => `<dict>\n\t<key>${label.pascal}</key>\n\t<string>${value}</string>\n</dict>`,
  mdTable: (_, label, value) => `| Name | Value |\n|---|---|\n| ${label.title} | \`${value}\` |\n`,
  mdList: (_, label, value) => `## Setup\n\n- **${label.title}**: \`${value}\`\n- Region: eu\n`,
  chatEn: (_, label, value) => `hey, the ${label.words.join(" ")} is ${value}, please put it into the config`,
  chatEn2: (_, label, value) => `Use this ${label.words.join(" ")}: ${value}\nand then rerun the job.`,
  chatDe: (_, label, value) => `Der ${label.title} lautet ${value} - bitte nicht weitergeben!`,
  chatFr: (_, label, value) => `Voici la clé ${label.words.join(" ")} : ${value}`,
  chatEs: (_, label, value) => `El ${label.words.join(" ")} es: "${value}"`,
  log: (c, label, value) => `2026-03-1${c.below(9)}T10:22:33.123Z INFO  [main] loaded ${label.snake}=${value} from env`,
  logJson: (c, label, value) =>
    JSON.stringify({ ts: 1700000000 + c.below(9999), level: "debug", msg: "cfg", [label.snake]: value }),
  logDebug: (_, label, value) =>
    `DEBUG http: request headers: {"accept":"*/*","${label.words[0]}-${label.words.slice(1).join("-") || "token"}":"${value}"}`,
  sqlInsert: (_, label, value) => `INSERT INTO settings (name, value) VALUES ('${label.snake}', '${value}');`,
  sqlUpdate: (_, label, value) => `UPDATE integrations SET ${label.snake} = '${value}' WHERE id = 7;`,
  diffPlus: (_, label, value) => `@@ -3,6 +3,7 @@\n name: app\n+${label.snake}: ${value}\n port: 80\n`,
  diffMinus: (_, label, value) =>
    `--- a/.env\n+++ b/.env\n@@ -1,2 +1,2 @@\n-${label.upper}=${value}\n+${label.upper}=\${VAULT}\n`,
  readOut: (c, label, value) =>
    `     ${c.below(9) + 1}→# settings\n    1${c.below(9)}→${label.upper}=${value}\n    2${c.below(9)}→DEBUG=1\n`,
  readOutJs: (c, label, value) =>
    `    4${c.below(9)}→  ${label.camel}: "${value}",\n    5${c.below(9)}→  port: 3000,\n`,
  grepOut: (c, label, value) => `config/prod.yml:${c.below(90) + 1}:  ${label.snake}: ${value}\nsrc/a.ts:4:import x`,
  csv: (_, label, value) => `name,value,updated\n${label.snake},${value},2026-01-02\nregion,eu,2026-01-02\n`,
  printenv: (c, label, value) => `HOME=/root\nPATH=/usr/bin:/bin\n${label.upper}=${value}\nSHLVL=${c.below(4)}\n`,
  nginx: (_, label, value) =>
    `location /api {\n  proxy_set_header X-${label.words[0]}-Key "${value}";\n  proxy_pass http://up;\n}`,
  systemd: (_, label, value) => `[Service]\nEnvironment="${label.upper}=${value}"\nExecStart=/usr/bin/app\n`,
  ansible: (_, label, value) => `- hosts: all\n  vars:\n    ${label.snake}: "${value}"\n`,
  groovy: (_, label, value) => `environment {\n    ${label.upper} = '${value}'\n}`,
  gradle: (_, label, value) => `buildConfigField "String", "${label.upper}", "\\"${value}\\""`,
  makefile: (_, label, value) => `${label.upper} ?= ${value}\n\nall:\n\tgo build\n`,
  vscode: (_, label, value) =>
    `// settings.json\n{\n  "${label.words[0]}.${label.words.slice(1).join("") || "key"}": "${value}",\n}`,
  mcp: (_, label, value) =>
    JSON.stringify(
      { mcpServers: { [label.words[0]!]: { command: "npx", args: ["-y", "srv"], env: { [label.upper]: value } } } },
      null,
      2,
    ),
  httpFile: (_, label, value) => `GET https://api.example.com/v1\nX-${label.title.replace(/ /g, "-")}: ${value}\n\n###`,
  ipynb: (_, label, value) =>
    JSON.stringify({ cell_type: "code", source: [`${label.snake} = "${value}"\n`, "print(1)"] }),
  stack: (_, label, value) =>
    `Error: 401 Unauthorized\n    at call (/app/x.js:3:1)\n  config: { headers: { '${label.kebab}': '${value}' }, timeout: 0 }`,
};

/** Contexts in which a value stands alone. */
export const BARE_CONTEXTS: Readonly<Record<string, Context>> = {
  bareLine: (_, _label, value) => value,
  sentence: (_, _label, value) => `I found ${value} in the repository, is that a problem?`,
  quotedArg: (_, _label, value) => `client = Client("${value}")`,
  arrayItem: (c, _label, value) => JSON.stringify(["a", value, c.below(5)]),
  positional: (_, _label, value) => `./deploy.sh prod ${value}`,
  parens: (_, _label, value) => `(rotated: ${value})`,
  markdownCode: (_, _label, value) => `Run:\n\`\`\`\n${value}\n\`\`\`\n`,
  basicUser: (_, _label, value) => `git clone https://oauth2:${value}@git.example.com/acme/web.git`,
  tokenUser: (_, _label, value) => `https://${value}@git.example.com/acme/web.git`,
  xbearer: (_, _label, value) => `Authorization: Bearer ${value}\r\nHost: x\r\n`,
  cookieish: (_, _label, value) => `Cookie: theme=dark; sid=${value}; lang=de`,
  escaped: (_, _label, value) => `"text": "line one\\n${value}\\nline three"`,
  urlencoded: (_, _label, value) => `grant_type=x&token=${value}&scope=read`,
  comment: (_, _label, value) => `// TODO remove before release: ${value}\nfoo();`,
  comma: (_, _label, value) => `one,${value},three`,
  angle: (_, _label, value) => `<td>${value}</td>`,
  readBare: (_, _label, value) => `     1→${value}\n     2→\n`,
  diffBare: (_, _label, value) => `+${value}`,
  zh: (_, _label, value) => `密钥是${value}，请保密`,
  ja: (_, _label, value) => `キー：${value}。`,
  ru: (_, _label, value) => `Вот ключ: ${value}, не теряй`,
};
