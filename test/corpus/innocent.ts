/** Texts without a secret in which something looks like one: the half that patterns are tuned on. */
import type { Chance } from "../wire/chance.ts";
import type { Writer } from "./credentials.ts";
import { base64Bytes, letters, shaped, uuid } from "./shape.ts";

const x = (chance: Chance, length: number): string => letters(chance, "x", length);
const PACKAGES = ["chevrotain", "@types/node", "undici", "zod", "left-pad"];
const VARIABLES = ["DB_PASSWORD", "API_KEY", "GITHUB_TOKEN", "CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY"];

function minified(chance: Chance): string {
  const part = (): string => {
    const [a, b, c] = [letters(chance, "m", 1), letters(chance, "m", 2), letters(chance, "a", 5)];
    return chance.pick([
      `function ${b}(${a}){return ${a}.${c}?${a}.${c}.token:null}`,
      `${a}.prototype.${c}=function(){var ${b}=this.key||"${c}";return ${b}.length>${chance.below(99)}};`,
      `!function(${a}){"use strict";${a}.password={min:8,max:64}}(${b});`,
      `var ${b}={secret:${a}.secret,auth:!0,key:"${c}"},${c}=[${chance.below(9)},${chance.below(999)}];`,
    ]);
  };
  return Array.from({ length: 12 + chance.below(20) }, part).join("");
}

/** By kind. */
export const INNOCENT: Readonly<Record<string, Writer>> = {
  "package lock": (c) => {
    const name = c.pick(PACKAGES);
    return `    "node_modules/${name}": {\n      "version": "1.${c.below(20)}.0",\n      "resolved": "https://packages.example/${name}/-/${name}-1.0.0.tgz",\n      "integrity": "sha512-${base64Bytes(c, 64)}",\n      "license": "MIT"\n    },\n`;
  },
  "yarn lock": (c) => `${c.pick(PACKAGES)}@^1.2.0:\n  version "1.2.3"\n  integrity sha1-${base64Bytes(c, 20)}\n`,
  "go sum": (c) =>
    `github.com/acme/lib v1.4.0 h1:${base64Bytes(c, 32)}\ngithub.com/acme/lib v1.4.0/go.mod h1:${base64Bytes(c, 32)}\n`,
  "cargo lock": (c) => `[[package]]\nname = "serde"\nversion = "1.0.1"\nchecksum = "${x(c, 64)}"\n`,
  "poetry lock": (c) => `files = [\n    {file = "a-1.0.tar.gz", hash = "sha256:${x(c, 64)}"},\n]\n`,
  "git log": (c) =>
    `commit ${x(c, 40)}\nAuthor: Dana Keller <dana@acme.example>\n\n    Rotate the API key of the billing service\n`,
  "git diff header": (c) => `diff --git a/src/auth/token.ts b/src/auth/token.ts\nindex ${x(c, 7)}..${x(c, 7)} 100644\n`,
  "docker digest": (c) => `FROM node@sha256:${x(c, 64)}\nCOPY --from=build /app /app\n`,
  uuids: (c) => `{"id":"${uuid(c)}","session_id":"${uuid(c)}","trace":"${x(c, 32)}"}`,
  "claude ids": (c) =>
    `{"type":"tool_use","id":"toolu_01${letters(c, "n", 22)}","name":"Bash"} msg_01${letters(c, "n", 22)} req_011C${letters(c, "n", 20)}`,
  "claude tags": (c) =>
    `<task-notification>\n<task-id>${letters(c, "l", 8)}</task-id>\n<status>completed</status>\n<summary>risk-assessment-of-the-token-refresh finished, desk-booking-token-cache is next, ask-${letters(c, "l", 6)}</summary>\n</task-notification>`,
  "task words": (c) =>
    `task-${letters(c, "l", 8)}-token-${letters(c, "l", 12)} and risk-adjusted-secret-rotation-schedule-for-everyone`,
  minified,
  "base64 image": (c) => `<img src="data:image/png;base64,iVBORw0KGgo${base64Bytes(c, 400)}">`,
  "source map": (c) => `//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjoz${base64Bytes(c, 200)}`,
  "env references": (c) =>
    `${c.pick(VARIABLES)}=\${${c.pick(VARIABLES)}}\nTOKEN=$CI_JOB_TOKEN\npassword: {{ vault_db_password }}\n`,
  "process.env": (c) =>
    `const apiKey = process.env.${c.pick(VARIABLES)};\nconst secret = process.env["${c.pick(VARIABLES)}"] ?? "";\n`,
  "os.environ": (c) => `password = os.environ["${c.pick(VARIABLES)}"]\ntoken = os.getenv("${c.pick(VARIABLES)}", "")\n`,
  "workflow secrets": (c) =>
    `        env:\n          ${c.pick(VARIABLES)}: \${{ secrets.${c.pick(VARIABLES)} }}\n          token: \${{ github.token }}\n`,
  placeholders: (c) =>
    `${c.pick(VARIABLES)}=${c.pick(["your-api-key-here", "<your token>", "changeme", "xxxxxxxxxxxxxxxx", "********", "REPLACE_ME", "TODO", "..."])}\n`,
  "readme example": (c) =>
    `Set \`${c.pick(VARIABLES)}\` to the key from your dashboard, e.g. \`sk-...\` or \`AKIAIOSFODNN7EXAMPLE\`.\n`,
  "url without password": (c) =>
    `DATABASE_URL=postgres://localhost:${5000 + c.below(900)}/app\nREDIS_URL=redis://cache:6379/0\n`,
  "url with placeholder": () =>
    `postgres://user:password@localhost:5432/db and mongodb://<user>:<password>@host/db and https://\${USER}:\${TOKEN}@git.acme.example\n`,
  "types in typescript": () =>
    `interface Login {\n  readonly user: string;\n  password: string;\n  token?: string | null;\n  apiKey: ApiKey;\n  secret: Buffer | undefined;\n}\n`,
  "code in typescript": () =>
    `const token = await getToken(request);\nif (password === confirmPassword) return hash(password);\nconst apiKey = config.get("apiKey");\nthis.secret = options.secret ?? createSecret();\n`,
  "code in python": () =>
    `def login(username, password=None, token: str = ""):\n    self.password = password\n    secret = load_secret(path)\n    api_key = settings.API_KEY\n    return Token(value=token)\n`,
  "code in go": () =>
    `func NewClient(apiKey string, secret []byte) *Client {\n\tc := &Client{Token: token, Password: password}\n\treturn c\n}\n`,
  "code in java": () =>
    `private final String password;\nprivate static final String TOKEN_HEADER = "X-Auth-Token";\nthis.apiKey = Objects.requireNonNull(apiKey);\n`,
  "sql schema": () =>
    `CREATE TABLE users (\n  id uuid PRIMARY KEY,\n  password varchar(255) NOT NULL,\n  api_key text UNIQUE,\n  token_expires_at timestamptz\n);\n`,
  "html form": () =>
    `<label for="password">Password</label>\n<input type="password" id="password" name="password" autocomplete="current-password" placeholder="Password">\n`,
  translations: () =>
    `{"login.password": "Password", "login.forgotPassword": "Forgot your password?", "token.expired": "Your session token has expired"}`,
  "settings about secrets": (c) =>
    `password_min_length: 12\ntoken_ttl: 3600\nmax_tokens: ${c.below(9000)}\nsecret_name: prod/db\napi_key_header: X-API-Key\ntoken_type: bearer\nauth_method: client_secret_basic\n`,
  "k8s secret reference": () =>
    `        - name: DB_PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: db-credentials\n              key: password\n`,
  "terraform reference": () =>
    `  password = var.db_password\n  token    = data.vault_generic_secret.app.data["token"]\n  secret_id = aws_secretsmanager_secret.db.id\n`,
  prose: () =>
    `Passwords must be at least 12 characters. The token: it is refreshed every hour; the secret, once rotated, stays valid for a day. Never share your password with anyone.`,
  "stack trace": (c) =>
    `TypeError: Cannot read properties of undefined (reading 'token')\n    at refreshToken (/app/src/auth/token.ts:${c.below(90)}:14)\n    at async login (/app/src/auth/password.ts:12:3)\n`,
  "public keys": (c) =>
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${letters(c, "b", 43)} dana@laptop\n-----BEGIN PUBLIC KEY-----\n${base64Bytes(c, 44)}\n-----END PUBLIC KEY-----\n`,
  certificate: (c) =>
    `-----BEGIN CERTIFICATE-----\n${base64Bytes(c, 300).replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`,
  "password hashes": (c) => `root:$6$${letters(c, "n", 8)}$${letters(c, "b", 86)}:19000:0:99999:7:::\n`,
  "etag and request id": (c) =>
    `HTTP/2 200\netag: "${x(c, 32)}"\nx-request-id: ${uuid(c)}\ncf-ray: ${x(c, 16)}-FRA\nx-amz-id-2: ${base64Bytes(c, 48)}\n`,
  "aws arns": (c) =>
    `arn:aws:iam::${letters(c, "d", 12)}:role/deploy arn:aws:secretsmanager:eu-west-1:${letters(c, "d", 12)}:secret:prod/db-${letters(c, "n", 6)}\n`,
  css: () => `.password-field, .token-list > .api-key { color: #1a2b3c; }\n.secret::before { content: "key"; }\n`,
  "test code": () =>
    `test("a wrong password is refused", async () => {\n  await assert.rejects(login("dana", "wrong"), /password/);\n  expect(token).toBeDefined();\n});\n`,
  imports: () =>
    `import { tokenize, type Token } from "./token.ts";\nimport { hashPassword } from "@acme/password";\nfrom secrets import token_urlsafe\n`,
  "shell questions": () =>
    `read -s -p "Password: " PASSWORD\ncurl -u "$USER:$PASSWORD" https://acme.example\nmysql -u root -p\nexport TOKEN=$(vault read -field=token secret/app)\n`,
  "ids of vendors": (c) =>
    `price_1${letters(c, "n", 23)} cus_${letters(c, "n", 14)} pk_test_${letters(c, "n", 24)} G-${letters(c, "u", 10)}\n`,
  "hex colors and numbers": (c) =>
    `const palette = ["#${x(c, 6)}", "#${x(c, 6)}"]; const key = 0x${x(c, 8)}; // ${letters(c, "d", 16)}\n`,
  versions: (c) => shaped(c, "node v24.{d2}.0 (build {x12}), revision {x40}, kernel 6.{d1}.0-{d2}-generic\n"),
};
