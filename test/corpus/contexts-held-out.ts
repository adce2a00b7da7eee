/** Other places for the same values: the half of the set that no pattern is tuned on. */
import type { Context } from "./contexts.ts";

/** For values on one line that need no quoting. */
export const HELD_OUT: Readonly<Record<string, Context>> = {
  powershell: (_, { upper }, value) => `$env:${upper} = "${value}"\nInvoke-WebRequest $url\n`,
  fish: (_, { upper }, value) => `set -x ${upper} ${value}\nset -x EDITOR vim\n`,
  ruby: (_, { snake }, value) =>
    `Acme.configure do |config|\n  config.${snake} = '${value}'\n  config.region = :eu\nend\n`,
  "php define": (_, { upper }, value) => `<?php\ndefine('${upper}', '${value}');\ndefine('WP_DEBUG', false);\n`,
  "php array": (_, { snake }, value) => `return [\n    'region' => 'eu',\n    '${snake}' => '${value}',\n];\n`,
  rust: (_, { upper }, value) => `const ${upper}: &str = "${value}";\n\nfn main() {\n    run(${upper});\n}\n`,
  kotlin: (_, { camel }, value) =>
    `object Config {\n    const val ${camel} = "${value}"\n    const val retries = 3\n}\n`,
  swift: (_, { camel }, value) => `let ${camel}: String = "${value}"\nlet session = URLSession.shared\n`,
  csharp: (_, { pascal }, value) =>
    `public static class Settings\n{\n    public const string ${pascal} = "${value}";\n}\n`,
  "appsettings.json": (_, { pascal }, value) =>
    `{\n  "Logging": { "LogLevel": { "Default": "Warning" } },\n  "Service": {\n    "${pascal}": "${value}"\n  }\n}\n`,
  helm: (_, { camel }, value) =>
    `helm upgrade api ./chart --set image.tag=1.4 --set secrets.${camel}=${value} --wait\n`,
  "docker run": (_, { upper }, value) => `docker run -d --name api -e ${upper}=${value} -p 8080:8080 acme/api\n`,
  kubectl: (_, { kebab }, value) => `kubectl create secret generic api --from-literal=${kebab}=${value} -n prod\n`,
  systemd: (_, { upper }, value) => `[Service]\nEnvironment="${upper}=${value}"\nExecStart=/usr/bin/api\n`,
  makefile: (_, { upper }, value) => `${upper} := ${value}\n\ndeploy:\n\t./deploy.sh\n`,
  "env command": (_, { upper }, value) => `$ env | sort\nHOME=/home/dana\nLANG=C.UTF-8\n${upper}=${value}\nSHLVL=1\n`,
  "python dict": (_, { snake }, value) =>
    `DEBUG config = {'host': 'db.acme.example', '${snake}': '${value}', 'port': 5432}\n`,
  "rust debug": (_, { snake }, value) => `Config { region: "eu", ${snake}: "${value}", retries: 3 }\n`,
  "java toString": (_, { camel }, value) => `INFO c.acme.Main - Settings{region=eu, ${camel}=${value}, retries=3}\n`,
  "go struct": (_, { pascal }, value) => `cfg := Config{\n\tRegion: "eu",\n\t${pascal}: "${value}",\n}\n`,
  "shell session": (_, { kebab }, value) => `$ acme login --${kebab} ${value}\nLogged in as dana.\n`,
  "shell option with equals": (_, { kebab }, value) =>
    `$ ./bin/acme deploy --region=eu --${kebab}=${value} --dry-run\n`,
  "url query": (_, { snake }, value) =>
    `GET https://api.acme.example/v1/items?limit=10&${snake}=${value}&page=2 200 14ms\n`,
  "http header": (_, { kebab }, value) =>
    `POST /v1/items HTTP/1.1\nHost: api.acme.example\nX-${kebab}: ${value}\nContent-Length: 2\n\n{}\n`,
  "ansible vars": (_, { snake }, value) => `---\n- hosts: web\n  vars:\n    ${snake}: '${value}'\n    http_port: 80\n`,
  "github comment": (_, { title }, value) =>
    `> can you share it?\n\nsure, the ${title} is \`${value}\` (valid until Friday)`,
  "slack talk": (_, { title }, value) =>
    `dana  10:14\nnew ${title.toLowerCase()} for staging = ${value}\nsam  10:15\nthanks!`,
  "yaml list": (_, { upper }, value) =>
    `env:\n  - name: TZ\n    value: UTC\n  - name: ${upper}\n    value: "${value}"\n`,
  "xml attribute": (_, { pascal }, value) =>
    `<appSettings>\n  <add key="Region" value="eu" />\n  <add key="${pascal}" value="${value}" />\n</appSettings>\n`,
  "terraform plan": (_, { snake }, value) =>
    `  + resource "acme_app" "api" {\n      + region = "eu"\n      + ${snake} = "${value}"\n    }\n`,
  "aligned table": (_, { snake }, value) =>
    `      Name             Value\n      ----             -----\n${snake}    ${value}\n`,
  sql: (_, { snake }, value) => `INSERT INTO settings (name, value) VALUES ('${snake}', '${value}');\n`,
  csv: (_, { snake }, value) => `name,value,updated\nregion,eu,2026-01-02\n${snake},${value},2026-01-02\n`,
  "code comment": (_, { title }, value) => `// TODO remove: ${title} = ${value}\nexport function connect() {}\n`,
  "escaped json in a log": (_, { camel }, value) =>
    `level=error msg="request failed" body="{\\"${camel}\\":\\"${value}\\",\\"retry\\":true}"\n`,
};

/** For values of many lines. */
export const HELD_OUT_BLOCKS: Readonly<Record<string, Context>> = {
  heredoc: (_, __, value) => `cat > key.pem <<'EOF'\n${value}\nEOF\nchmod 600 key.pem\n`,
  python: (_, { upper }, value) => `${upper} = """${value}"""\n`,
  chat: (_, __, value) => `it says invalid format, this is the key:\n\n${value}\n\nwhat is wrong with it?`,
  "env file with escapes": (_, { upper }, value) => `PORT=1\n${upper}="${value.replaceAll("\n", "\\n")}"\nTZ=UTC\n`,
};
