/** Texts without a secret: the half that no pattern is tuned on. */
import type { Chance } from "../wire/chance.ts";
import type { Writer } from "./credentials.ts";
import { base64Bytes, letters, uuid } from "./shape.ts";

const x = (chance: Chance, length: number): string => letters(chance, "x", length);

/** By kind. */
export const INNOCENT_HELD_OUT: Readonly<Record<string, Writer>> = {
  "pnpm lock": (c) =>
    `  /undici@8.1.0:\n    resolution: {integrity: sha512-${base64Bytes(c, 64)}}\n    engines: {node: '>=22'}\n`,
  "composer lock": (c) => `"dist": {"type": "zip", "reference": "${x(c, 40)}", "shasum": "${x(c, 40)}"},\n`,
  "gemfile lock": (c) => `CHECKSUMS\n  rails (8.0.0) sha256=${x(c, 64)}\n  token (1.2.0) sha256=${x(c, 64)}\n`,
  "pip hashes": (c) => `requests==2.32.0 \\\n    --hash=sha256:${x(c, 64)} \\\n    --hash=sha256:${x(c, 64)}\n`,
  "nix hash": (c) =>
    `  src = fetchurl { url = "https://acme.example/a.tgz"; hash = "sha256-${base64Bytes(c, 32)}"; };\n`,
  "flake lock": (c) => `"narHash": "sha256-${base64Bytes(c, 32)}", "rev": "${x(c, 40)}", "lastModified": 1780000000\n`,
  sha256sum: (c) => `${x(c, 64)}  dist/token-service.tar.gz\n${x(c, 64)}  dist/secret-store.tar.gz\n`,
  "subresource integrity": (c) =>
    `<script src="/auth.js" integrity="sha384-${base64Bytes(c, 48)}" crossorigin="anonymous"></script>\n`,
  "webpack bundle": (c) =>
    `"use strict";(self.webpackChunk=self.webpackChunk||[]).push([[${c.below(999)}],{${c.below(9999)}:(e,t,n)=>{n.d(t,{Z:()=>r});const r={token:"token",password:"password",apiKey:"apiKey"}}}]);\n`,
  "asset names": (c) =>
    `dist/assets/index-${letters(c, "w", 8)}.js  412.10 kB\ndist/assets/tokens-${letters(c, "w", 8)}.css 12 kB\n`,
  "jest snapshot": (c) =>
    `exports[\`renders the token list 1\`] = \`\n<div class="css-${letters(c, "l", 6)}" data-key="${uuid(c)}" />\n\`;\n`,
  "otel trace": (c) => `traceparent: 00-${x(c, 32)}-${x(c, 16)}-01 span_id=${x(c, 16)} parent=${x(c, 16)}\n`,
  "k8s objects": (c) =>
    `api-token-refresher-${x(c, 9)}-${letters(c, "l", 5)}   1/1   Running   0   3d\nuid: ${uuid(c)}\nresourceVersion: "${letters(c, "d", 8)}"\n`,
  "kube default token": (c) =>
    `  volumes:\n  - name: kube-api-access-${letters(c, "l", 5)}\n    projected:\n      sources:\n      - serviceAccountToken:\n          expirationSeconds: 3607\n          path: token\n`,
  "claude transcript": (c) =>
    `{"parentUuid":"${uuid(c)}","sessionId":"${uuid(c)}","requestId":"req_011C${letters(c, "n", 20)}","message":{"id":"msg_01${letters(c, "n", 22)}","usage":{"input_tokens":${c.below(9999)},"cache_read_input_tokens":${c.below(99999)},"output_tokens":77}}}`,
  "thinking signature": (c) =>
    `{"type":"thinking","thinking":"The token is refreshed.","signature":"${base64Bytes(c, 210)}"}`,
  "agent words": (c) =>
    `<task-notification> desk-${letters(c, "l", 24)} risk-${letters(c, "l", 32)} disk-usage-of-the-task-runner-${letters(c, "d", 6)}`,
  "claude settings": () =>
    `{"permissions":{"allow":["Bash(npm run test:*)"],"deny":["Read(./.env)","Read(./secrets/**)"]},"apiKeyHelper":"~/bin/key.sh"}`,
  "ruby code": () =>
    `def authenticate(password)\n  BCrypt::Password.new(password_digest) == password\nend\nhas_secure_token :auth_token\nsecret = Rails.application.credentials.secret_key_base\n`,
  "php code": () =>
    `$password = $_POST['password'];\n$token = bin2hex(random_bytes(32));\n$apiKey = getenv('API_KEY') ?: '';\n`,
  "rust code": () =>
    `let token = std::env::var("API_TOKEN").expect("API_TOKEN must be set");\nlet password: &str = args.password.as_str();\npub struct Secret<T>(T);\n`,
  "csharp code": () =>
    `var apiKey = Configuration["ApiKey"];\nservices.Configure<TokenOptions>(o => o.Secret = secret);\npublic string Password { get; set; } = string.Empty;\n`,
  "swift code": () => `let password = passwordField.text ?? ""\nKeychain.set(token, forKey: "authToken")\n`,
  "kotlin code": () =>
    `val token = prefs.getString("token", null)\ndata class Login(val user: String, val password: String)\n`,
  "shell code": () =>
    `TOKEN=$(cat /run/secrets/token)\nif [ -z "$PASSWORD" ]; then echo "PASSWORD is not set"; fi\ncurl -H "Authorization: Bearer $TOKEN" "$URL"\n`,
  "powershell code": () => `$token = (Get-Secret -Name ApiToken)\n$password = Read-Host -AsSecureString "Password"\n`,
  graphql: () =>
    `type Mutation {\n  login(email: String!, password: String!): AuthPayload\n  createApiKey(name: String!): ApiKey!\n}\n`,
  openapi: () =>
    `securitySchemes:\n  ApiKeyAuth:\n    type: apiKey\n    in: header\n    name: X-API-Key\n  bearerAuth:\n    scheme: bearer\n    bearerFormat: JWT\n`,
  protobuf: () =>
    `message LoginRequest {\n  string username = 1;\n  string password = 2;\n  string refresh_token = 3;\n}\n`,
  orm: () =>
    `password = models.CharField(max_length=128)\ntoken = Column(String(64), unique=True)\nsecret_key = EncryptedField()\n`,
  "vault policy": () =>
    `path "secret/data/app/*" {\n  capabilities = ["read"]\n}\nvault token lookup\nvault kv get -field=password secret/app\n`,
  "helm template": () =>
    `    {{- if .Values.auth.existingSecret }}\n    password: {{ .Values.auth.password | b64enc | quote }}\n    token: {{ include "app.token" . }}\n`,
  "ansible template": () =>
    `db_password: "{{ lookup('env', 'DB_PASSWORD') }}"\napi_key: !vault |\n  see the vault file\n`,
  "gitlab ci": () =>
    `  variables:\n    DOCKER_AUTH_CONFIG: $REGISTRY_AUTH\n  script:\n    - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY\n    - curl --header "PRIVATE-TOKEN: $GITLAB_TOKEN" $URL\n`,
  cloudformation: () =>
    `      MasterUserPassword: !Sub '{{resolve:secretsmanager:\${DbSecret}::password}}'\n      ApiKeyRequired: true\n      SecretArn: !Ref DbSecret\n`,
  "env example": (c) =>
    `# copy to .env\nSTRIPE_SECRET_KEY=sk_test_your_key_here\nJWT_SECRET=${c.pick(["change-this-secret", "your_jwt_secret", "<generate with openssl>", "secret", "supersecret"])}\nOPENAI_API_KEY=sk-your-key\nDB_PASSWORD=\n`,
  "docs with stars": () =>
    `password: ********\ntoken: [REDACTED]\napi_key: <hidden>\nAuthorization: Bearer ***\nsecret = "(sensitive value)"\n`,
  "docs of headers": () =>
    `Send \`Authorization: Bearer <token>\` or \`X-API-Key: YOUR_API_KEY\`. Basic authentication uses \`user:password\` in base64.\n`,
  changelog: () =>
    `- fix: token refresh no longer drops the password hash\n- feat(auth): api-key rotation, secret scanning\n- security: passwords are hashed with argon2id\n`,
  "support talk": () =>
    `I forgot my password and the reset token is not accepted. Where do I find the API key? The secret is that the key must be set before the token.`,
  "commit list": (c) =>
    `${x(c, 7)} Add token bucket\n${x(c, 7)} Rename secretKey to signingKey\n${x(c, 40)} refs/heads/main\n`,
  "windows ids": (c) =>
    `{${uuid(c).toUpperCase()}} S-1-5-21-${letters(c, "d", 10)}-${letters(c, "d", 10)}-1001 PublicKeyToken=${x(c, 16)}\n`,
  "sql dump": (c) => `INSERT INTO users VALUES (1,'dana@acme.example','$2b$12$${letters(c, "n", 53)}','${uuid(c)}');\n`,
  "mongo ids": (c) => `{"_id":{"$oid":"${x(c, 24)}"},"user":"dana","tokenCount":${c.below(99)},"keyId":"${x(c, 24)}"}`,
  "pdf bytes": (c) => `stream\n${letters(c, "b", 400)}\nendstream\n`,
  font: (c) => `src: url(data:font/woff2;base64,d09GMgABAAAAA${base64Bytes(c, 300)}) format("woff2");\n`,
  wasm: (c) => `const wasm = "AGFzbQEAAAAB${base64Bytes(c, 260)}";\n`,
  "public client ids": (c) =>
    `client_id: ${letters(c, "d", 12)}-${letters(c, "l", 32)}.apps.googleusercontent.com\nauthDomain: "acme.firebaseapp.com"\n`,
  "enum of names": () =>
    `enum Field { Password = "password", Token = "token", ApiKey = "api_key", ClientSecret = "client_secret" }\n`,
  tokenizer: (c) =>
    `tokens: [${Array.from({ length: 20 }, () => c.below(50_000)).join(", ")}]\nkey_states shape: (1, ${c.below(4096)}, 128)\nsecret_santa: true\n`,
  "lint output": () =>
    `src/auth/password.ts:12:7 - error TS2322: Type 'string | undefined' is not assignable to type 'Password'.\n12 const password: Password = input.password;\n`,
  "http access": (c) =>
    `10.0.0.${c.below(250)} - - "GET /api/token/refresh HTTP/1.1" 200 ${c.below(9000)} "-" "Mozilla/5.0 (X11; Linux x86_64)" ${uuid(c)}\n`,
};
