/** Where the independent set puts variables of the environment, and values without any name. */
import type { Chance } from "../../wire/chance.ts";

/** Writes a text that holds a (marked) value under the name of a variable. */
export type EnvironmentContext = (chance: Chance, name: string, value: string) => string;

/** Settings of shells, containers, pipelines, clouds and editors. */
export const ENVIRONMENT_CONTEXTS: Readonly<Record<string, EnvironmentContext>> = {
  envfile: (_, name, value) =>
    `# production\nAPP_ENV=production\nAPP_DEBUG=false\nAPP_URL=https://shop.example.org\n\n${name}=${value}\nLOG_CHANNEL=stack\n`,
  envfileQ: (_, name, value) => `NODE_ENV="production"\n${name}="${value}"\nPORT="3000"\n`,
  direnv: (_, name, value) => `layout node\nexport ${name}=${value}\nPATH_add bin\n`,
  compose: (_, name, value) =>
    `  worker:\n    image: x\n    environment:\n      QUEUE: default\n      ${name}: "${value}"\n    restart: always\n`,
  composeList: (_, name, value) => `    environment:\n    - QUEUE=default\n    - ${name}=${value}\n    - TZ=UTC\n`,
  ecs: (_, name, value) =>
    JSON.stringify(
      {
        containerDefinitions: [
          {
            name: "web",
            environment: [
              { name: "PORT", value: "80" },
              { name, value },
            ],
          },
        ],
      },
      null,
      4,
    ),
  azure: (_, name, value) => JSON.stringify([{ name, value, slotSetting: false }], null, 2),
  lambdaTf: (_, name, value) =>
    `  environment {\n    variables = {\n      STAGE = "prod"\n      ${name} = "${value}"\n    }\n  }\n`,
  serverless: (_, name, value) => `provider:\n  name: aws\n  environment:\n    ${name}: ${value}\n    STAGE: prod\n`,
  k8s: (_, name, value) =>
    `          env:\n            - name: ${name}\n              value: ${value}\n            - name: TZ\n              value: UTC\n`,
  configmap: (_, name, value) => `kind: ConfigMap\ndata:\n  ${name}: "${value}"\n  LOG: info\n`,
  herokuOut: (_, name, value) => `=== x Config Vars\nDATABASE_URL: (hidden)\n${name}:     ${value}\n`,
  launch: (_, name, value) =>
    JSON.stringify({ configurations: [{ type: "node", env: { [name]: value, NODE_ENV: "dev" } }] }, null, 2),
  tox: (_, name, value) => `[testenv]\nsetenv =\n    ${name} = ${value}\ncommands = pytest\n`,
  jenkinsfile: (_, name, value) => `pipeline {\n  environment {\n    ${name} = '${value}'\n  }\n}`,
  make: (_, name, value) => `export ${name} := ${value}\n\ndeploy:\n\t./d.sh\n`,
  ps: (_, name, value) => `[System.Environment]::SetEnvironmentVariable('${name}','${value}','User')`,
  putenv: (_, name, value) => `putenv("${name}=${value}");`,
  osenviron: (_, name, value) => `import os\nos.environ["${name}"] = "${value}"\nmain()\n`,
  rubyenv: (_, name, value) => `ENV['${name}'] ||= '${value}'`,
  goset: (_, name, value) => `t.Setenv("${name}", "${value}")`,
  nodeset: (_, name, value) => `process.env.${name} = '${value}';`,
  netlify: (_, name, value) => `[context.production.environment]\n  ${name} = "${value}"\n`,
  sudo: (_, name, value) => `sudo ${name}=${value} ./install.sh --yes`,
  catn: (c, name, value) => `     1\t# env\n     2\tA=1\n     3\t${name}=${value}\n     4\tB=${c.below(9)}\n`,
  readn: (c, name, value) => `    1${c.below(9)}→${name}=${value}\n    20→\n`,
  dictrepr: (_, name, value) => `{'${name}': '${value}', 'PWD': '/app'}`,
  goMap: (_, name, value) => `map[string]string{"${name}": "${value}", "A": "b"}`,
  gitlabvar: (_, name, value) => `variables:\n  ${name}: ${value}\n  GIT_DEPTH: "1"\n`,
  gha: (_, name, value) => `        env:\n          ${name}: '${value}'\n        run: make\n`,
  circle: (_, name, value) => `    environment:\n      - ${name}: ${value}\n`,
  travis: (_, name, value) => `env:\n  global:\n    - ${name}=${value}\n`,
  dockerfile: (_, name, value) => `ENV NODE_ENV=production \\\n    ${name}=${value}\nEXPOSE 80\n`,
  supervisor: (_, name, value) => `[program:web]\nenvironment=A="1",${name}="${value}"\n`,
  apache: (_, name, value) => `SetEnv ${name} ${value}\n`,
  fpm: (_, name, value) => `env[${name}] = ${value}\n`,
  nginxp: (_, name, value) => `fastcgi_param ${name} "${value}";\n`,
  xmlEnv: (_, name, value) => `<environmentVariable name="${name}" value="${value}" />`,
  javaSys: (_, name, value) => `System.setProperty("${name}", "${value}");`,
  dartDef: (_, name, value) => `flutter run --dart-define=${name}=${value}`,
  dockerArgs: (_, name, value) => `docker build --build-arg ${name}=${value} -t x .`,
  helmSet: (_, name, value) => `--set env.${name}=${value},replicas=2`,
  chat: (_, name, value) => `I put ${name}=${value} into the .env but the app still says unauthorized`,
  chat2: (_, name, value) => `My ${name} is "${value}" and it does not work`,
  escJson: (_, name, value) => JSON.stringify({ type: "tool_result", content: `A=1\n${name}=${value}\nB=2` }),
  escJson2: (_, name, value) =>
    JSON.stringify({ input: JSON.stringify({ command: `export ${name}="${value}" && npm start` }) }),
  diffp: (_, name, value) => `+++ b/.env\n@@ -0,0 +1 @@\n+${name}='${value}'\n`,
};

/** Contexts in which a value stands alone. */
export const LONE_CONTEXTS: Readonly<Record<string, EnvironmentContext>> = {
  listItem: (_, _name, value) => `- one\n- ${value}\n- three\n`,
  jsonVal: (_, _name, value) => JSON.stringify({ value, ok: true }),
  table: (_, _name, value) => `| prod | ${value} | yes |`,
  q: (_, _name, value) => `What is ${value}?`,
  html: (_, _name, value) => `<code>${value}</code>`,
  paren: (_, _name, value) => `init("${value}", { debug: true })`,
  tick: (_, _name, value) => `use \`${value}\` then`,
  esc: (_, _name, value) => `{"stdout":"login ok\\n${value}\\n","code":0}`,
  urlq: (_, _name, value) => `https://x.example.org/cb?state=1&v=${value}`,
  tab: (_, _name, value) => `prod\t${value}\t2026-01-01`,
  cjk: (_, _name, value) => `请使用${value}登录`,
  end: (_, _name, value) => `rotated ${value}.`,
  colon: (_, _name, value) => `value:${value};next`,
};
