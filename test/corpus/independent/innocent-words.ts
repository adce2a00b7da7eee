/** Innocent words about credentials: documentation, placeholders, references, settings, translations. */
import type { Writer } from "../credentials.ts";
import { base64Bytes } from "../shape.ts";
import { standIn, thing, variable, x } from "./innocent-values.ts";

/** By kind. */
export const INNOCENT_WORDS: Readonly<Record<string, Writer>> = {
  "env empty": (c) => `${variable(c)}=\nDB_HOST=localhost\n${variable(c)}=\n`,
  "yaml placeholder": (c) => `app:\n  ${variable(c).toLowerCase()}: ${standIn(c)}\n  port: 80\n`,
  "json placeholder": (c) => JSON.stringify({ [variable(c).toLowerCase()]: standIn(c), region: "eu" }, null, 2),
  "py env": (c) =>
    `${variable(c).toLowerCase()} = os.environ["${variable(c)}"]\nif not ${variable(c).toLowerCase()}:\n    raise RuntimeError("${variable(c)} is not set")\n`,
  "py getenv": (c) => `SECRET_KEY = os.getenv("${variable(c)}", default="")\nPASSWORD = config("${variable(c)}")\n`,
  "go env": (c) =>
    `password := os.Getenv("${variable(c)}")\ntoken, err := client.Token(ctx)\nsecretKey := cfg.SecretKey\nif token == "" {\n\treturn errors.New("missing token")\n}`,
  rb: () =>
    `password = ENV.fetch("DB_PASSWORD")\nhas_secure_password\ntoken = SecureRandom.hex(32)\nRails.application.credentials.dig(:aws, :secret_access_key)`,
  schema: () =>
    JSON.stringify(
      {
        type: "object",
        properties: {
          password: { type: "string", minLength: 12, format: "password" },
          apiKey: { type: "string", description: "API key for authentication" },
          token: { $ref: "#/definitions/Token" },
        },
        required: ["password", "apiKey"],
      },
      null,
      2,
    ),
  openapi: () =>
    `securitySchemes:\n  ApiKeyAuth:\n    type: apiKey\n    in: header\n    name: X-API-Key\n  BearerAuth:\n    type: http\n    scheme: bearer\n    bearerFormat: JWT\n  OAuth2:\n    flows:\n      clientCredentials:\n        tokenUrl: https://auth.example.org/oauth/token\n        scopes: { read: Read access }\n`,
  i18n: () =>
    JSON.stringify(
      {
        "login.password": "Password",
        "login.passwordConfirm": "Confirm your password",
        "error.token_expired": "Your token has expired, please sign in again",
        "apiKey.created": "API key created. Copy it now; it will not be shown again.",
        "secret.label": "Geheimnis",
        "password.placeholder": "Mindestens 12 Zeichen",
      },
      null,
      2,
    ),
  "i18n po": () =>
    `#: src/auth.c:41\nmsgid "Enter password for %s:"\nmsgstr "Passwort für %s eingeben:"\n\nmsgid "token: invalid"\nmsgstr "Token: ungültig"\n`,
  docs: (c) =>
    `## Authentication\n\nPass your API key in the \`Authorization: Bearer <token>\` header. Keys start with \`sk_live_\` in production and \`sk_test_\` in test mode. Create one under Settings, then set ${variable(c)} in the environment. Never commit secrets.`,
  "docs curl": (c) =>
    `curl https://api.example.com/v1/charges \\\n  -u sk_test_...: \\\n  -H "Authorization: Bearer $${variable(c)}" \\\n  -H "X-Api-Key: \${API_KEY}" \\\n  -d amount=2000`,
  "docs token": () =>
    `curl -H "Authorization: token YOUR-TOKEN" https://api.github.com/user\ncurl -u username:password https://example.com\ncurl --user "$USER:$PASS" https://example.com`,
  gha: (c) =>
    `      - uses: docker/login-action@v3\n        with:\n          username: \${{ github.actor }}\n          password: \${{ secrets.GITHUB_TOKEN }}\n      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}\n      - uses: actions/checkout@${x(c, 40)} # v4.1.7\n`,
  "k8s ref": (c) =>
    `env:\n- name: ${variable(c)}\n  valueFrom:\n    secretKeyRef:\n      name: app-secrets\n      key: ${variable(c).toLowerCase().replace(/_/g, "-")}\nvolumes:\n- name: creds\n  secret:\n    secretName: tls-cert\n`,
  "compose ref": (c) =>
    `services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?required}\n      POSTGRES_PASSWORD_FILE: /run/secrets/db_password\n      ${variable(c)}: \${${variable(c)}}\nsecrets:\n  db_password:\n    file: ./secrets/db_password.txt\n`,
  helm: () =>
    `  password: {{ .Values.postgresql.auth.password | b64enc | quote }}\n  token: {{ required "token is required" .Values.token }}\n  {{- if .Values.existingSecret }}\n  secretName: {{ .Values.existingSecret }}\n  {{- end }}\n`,
  "conn placeholder": (c) =>
    c.pick([
      "postgresql://user:password@localhost:5432/db",
      "mysql://root:root@127.0.0.1/test",
      "mongodb://<username>:<password>@cluster0.mongodb.net/",
      "redis://:password@localhost:6379/0",
      "amqp://guest:guest@localhost:5672//",
      "https://user:pass@example.com/",
      "postgres://USER:PASS@HOST:PORT/NAME",
      "http://username:password@proxy.example.com:8080",
      "postgres://postgres:postgres@localhost:5432/postgres",
      "jdbc:postgresql://localhost:5432/app?user=user&password=password",
    ]),
  pnpm: (c) =>
    `  jsonwebtoken@9.0.2:\n    resolution: {integrity: sha512-${base64Bytes(c, 64)}}\n    engines: {node: '>=12'}\n`,
  pubspec: (c) =>
    `  crypto:\n    dependency: "direct main"\n    description:\n      name: crypto\n      sha256: ${x(c, 64)}\n      url: "https://pub.dev"\n    version: "3.0.3"\n`,
  "terraform lock": (c) => `  hashes = [\n    "h1:${base64Bytes(c, 32)}",\n    "zh:${x(c, 64)}",\n  ]\n`,
  "stack trace": (c) =>
    `Error: Invalid token\n    at verifyToken (/app/src/auth/token.ts:${c.below(400)}:17)\n    at PasswordService.check (/app/src/password.service.ts:${c.below(90)}:9)\n    at async Object.<anonymous> (/app/node_modules/jsonwebtoken/verify.js:1:1)\n`,
  "java trace": (c) =>
    `java.lang.IllegalArgumentException: Bad credentials for key=${thing(c)}\n\tat com.acme.security.TokenFilter.doFilter(TokenFilter.java:${c.below(300)})\n\tat org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter.attemptAuthentication(UsernamePasswordAuthenticationFilter.java:85)`,
  "python trace": (c) =>
    `Traceback (most recent call last):\n  File "/app/auth.py", line ${c.below(300)}, in get_token\n    token = self._tokens[key]\nKeyError: 'access_token'\n`,
  log2: (c) =>
    `[2026-01-01T00:00:00Z] password reset requested user_id=${c.below(99999)} ip=10.0.0.${c.below(255)} ua="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"`,
  "k8s secret list": () =>
    `NAME                  TYPE                                  DATA   AGE\ndefault-token-x7k2p   kubernetes.io/service-account-token   3      12d\ndb-credentials        Opaque                                2      3d\n`,
  "sql ddl": () =>
    `CREATE TABLE users (\n  id BIGSERIAL PRIMARY KEY,\n  email TEXT UNIQUE NOT NULL,\n  password_hash CHAR(60) NOT NULL,\n  api_key_id UUID REFERENCES api_keys(id),\n  reset_token VARCHAR(64) DEFAULT NULL\n);\nCREATE INDEX idx_token ON sessions (token);\nUPDATE users SET password_hash = crypt($1, gen_salt('bf')) WHERE id = $2;`,
  "git config": () =>
    `[credential]\n\thelper = osxkeychain\n[user]\n\tsigningkey = ~/.ssh/id_ed25519.pub\n[commit]\n\tgpgsign = true\n[url "git@github.com:"]\n\tinsteadOf = https://github.com/`,
  "ssh config": () =>
    `Host *\n  IdentityFile ~/.ssh/id_rsa\n  PasswordAuthentication no\n  PubkeyAuthentication yes\n  PreferredAuthentications publickey,password\n`,
  nginx: () =>
    `ssl_certificate_key /etc/ssl/private/server.key;\nauth_basic_user_file /etc/nginx/.htpasswd;\nproxy_set_header Authorization $http_authorization;\nproxy_set_header X-Api-Key $arg_key;\nssl_password_file /etc/keys/pass;`,
  "cli help": () =>
    `Usage: tool login [options]\n\n  -u, --username <name>   user name\n  -p, --password <pass>   password (read from stdin if omitted)\n  --token <token>         access token\n  --api-key string        API key [$API_KEY]\n  --password-stdin        Take the password from stdin\n`,
  shell: () =>
    `read -s -p "Password: " password\nif [ -z "$API_KEY" ]; then echo "API_KEY missing"; exit 1; fi\nTOKEN=\`vault read -field=token secret/app\`\nPASSWORD=\${1:-$DEFAULT_PASSWORD}\nsecret_file=/run/secrets/token`,
  commented: () =>
    `# password: must be set by the operator\n# api_key = <see 1password>\n; token=\n// secret: string\n/* key: value */`,
  paths: () =>
    `secret=/etc/app/secret.key\ntoken_path: ~/.config/app/token.json\nkeyFile: ./certs/server-key.pem\npassword-file=/run/secrets/db\nkey_path = "C:\\\\keys\\\\prod.pem"\nsecrets: config/credentials.yml.enc`,
  bools: () =>
    `password: true\ntoken: false\nuse_secret: yes\napi_key: null\nsecret: ~\nshow_password=1\nrequire_token: "required"\npassword: string\nsecret: object\nkey: number`,
  "feature flags": () =>
    `password_policy: strong\ntoken_expiry: 3600s\ntoken_type: bearer\nsecret_rotation: 90d\nkey_algorithm: ed25519\npassword_encoder: bcrypt\nauth_method: oauth2\nkey_size: 4096\ntoken_endpoint_auth_method: client_secret_basic\nsecret_store: hashicorp-vault`,
  "func calls": () =>
    `token = generate_token(user_id, expires_in=3600)\npassword = getpass.getpass("Password: ")\nsecret = base64.b64decode(data["secret"])\napi_key = request.headers.get("X-API-Key")\nkey = f"{prefix}:{user.id}:token"\npassword=hash_password(form.password.data)\ntoken=self.token_provider.get_token()`,
  kwargs: () =>
    `connect(host=host, user=user, password=password, token=token, secret=self.secret, api_key=settings.API_KEY)\nlogin(username=username, password=args.password)\nClient(token=options.token, apiKey=config.apiKey)`,
  graphql: () =>
    `mutation Login($email: String!, $password: String!) {\n  login(email: $email, password: $password) { token refreshToken user { id } }\n}\ninput CreateKey { name: String!, secret: String }`,
  vue: () =>
    `<el-input v-model="form.password" type="password" :placeholder="$t('login.password')" show-password />\nrules: { password: [{ required: true, message: 'Please input the password', trigger: 'blur' }] }`,
  "apache log": (c) =>
    `10.0.0.${c.below(255)} - - [10/Jan/2026:10:00:00 +0000] "GET /api/token/refresh?id=${c.below(9999)} HTTP/1.1" 200 ${c.below(9999)} "-" "curl/8.5.0"`,
  geo: (c) =>
    `{"type":"Point","coordinates":[${c.below(180)}.${c.below(1e7)},${c.below(90)}.${c.below(1e7)}],"key":"w1a${c.below(99)}"}`,
  "kebab words": () =>
    `<task-notification><task-id>b7k2m9xq</task-id></task-notification> risk-averse desk-bound ask-me-anything\nsk-circle-fade-dot sk-folding-cube pk-header-navigation-container-wrapper rk-list-item-secondary-action`,
  coverage: (c) =>
    `File | % Stmts | % Branch\ntoken.ts | 9${c.below(9)}.${c.below(99)} | 8${c.below(9)}\npassword.ts | 100 | 100\n`,
  "base64 text": (c) =>
    `payload: "${Buffer.from(`The quick brown fox jumps over the lazy dog, number ${c.below(999)}`).toString("base64")}"\nbody = "${Buffer.from(JSON.stringify({ page: c.below(99), sort: "asc" })).toString("base64")}"`,
  "k8s describe": (c) =>
    `Name:         db-credentials\nType:  Opaque\n\nData\n====\npassword:  16 bytes\nusername:  5 bytes\ntoken:     ${800 + c.below(99)} bytes\n`,
  "tf outputs": () => `db_password = <sensitive>\napi_token = <sensitive>\nendpoint = "db.acme.internal"\n`,
  "spring ref": () =>
    `spring:\n  datasource:\n    password: \${DB_PASSWORD:#{null}}\n    username: \${DB_USER}\njwt:\n  secret: \${JWT_SECRET}\n  expiration: 86400000\n`,
  "rails creds": () =>
    `config.api_key = Rails.application.credentials.dig(:stripe, :secret_key)\npassword: <%= ENV["DB_PASSWORD"] %>\nsecret_key_base: <%= ENV.fetch("SECRET_KEY_BASE") %>`,
  "ansible ref": () =>
    `  vars:\n    db_password: "{{ lookup('env', 'DB_PASSWORD') }}"\n    api_token: "{{ vault_api_token }}"\n    become_pass: "{{ become_secret | default(omit) }}"\n`,
  ssm: () =>
    `password: '{{resolve:secretsmanager:prod/db:SecretString:password}}'\ntoken: \${ssm:/prod/token~true}\nsecret: !Ref DbSecret\nMasterUserPassword: !Sub '{{resolve:ssm-secure:db:1}}'\n`,
  "compose secrets": () =>
    `secrets:\n  db_password:\n    external: true\nservices:\n  x:\n    secrets: [db_password]\n    environment:\n      DB_PASSWORD_FILE: /run/secrets/db_password\n`,
  "op run": () =>
    `DB_PASSWORD="op://prod/db/password"\nAPI_KEY=op://prod/api/credential\nTOKEN=\${{ secrets.TOKEN }}\n`,
  gin: () =>
    `token := c.GetHeader("Authorization")\nif !strings.HasPrefix(token, "Bearer ") {\n\tc.AbortWithStatus(http.StatusUnauthorized)\n\treturn\n}\nclaims, err := parseToken(strings.TrimPrefix(token, "Bearer "), secretKey)\n`,
  "spring sec": () =>
    `http.csrf().csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse())\n  .and().oauth2ResourceServer(OAuth2ResourceServerConfigurer::jwt);\nauth.inMemoryAuthentication().withUser("user").password(passwordEncoder().encode("password")).roles("USER");`,
  kotlin: () =>
    `val token = prefs.getString("access_token", null)\n@SerializedName("api_key") val apiKey: String\nandroid:inputType="textPassword"\nandroid:hint="@string/password"`,
  bash: () =>
    `: "\${API_KEY:?must be set}"\nif [[ -z "$PASSWORD" ]]; then read -rsp "Password: " PASSWORD; fi\ncurl -fsS -H "Authorization: Bearer $TOKEN" "$URL"\nmysql -u"$DB_USER" -p"$DB_PASS" "$DB"\nPASS=$(openssl rand -base64 32)\n`,
  "docs env": () =>
    `| Variable | Required | Description |\n|---|---|---|\n| \`API_KEY\` | yes | The API key of your account |\n| \`DB_PASSWORD\` | yes | Password of the database user |\n| \`JWT_SECRET\` | no | Secret for signing tokens, default: random |\n`,
  "docs json": () =>
    JSON.stringify(
      {
        username: "<username>",
        password: "<password>",
        token: "<token>",
        api_key: "YOUR_API_KEY",
        secret: "your-secret",
        client_secret: "{client_secret}",
      },
      null,
      2,
    ),
  "docs headers": () =>
    `X-Api-Key: <api-key>\nAuthorization: Bearer {token}\nAuthorization: Basic base64(username:password)\nX-Auth-Token: string (required)\nCookie: session=<session id>\n`,
  swagger: () =>
    `      parameters:\n        - name: api_key\n          in: header\n          required: false\n          schema: { type: string }\n        - name: password\n          in: query\n          schema: { type: string, format: password }\n`,
  jsdoc: () =>
    `/**\n * @param {string} apiKey - API key of the account\n * @param {string} [password='']  password, if any\n * @returns {Promise<{token: string, secret: Buffer}>}\n */`,
  eslint: () =>
    `"rules": { "no-secrets/no-secrets": ["error", { "tolerance": 4.2 }], "key-spacing": "error", "keyword-spacing": ["error", { "before": true }] }`,
  "npm ls": () => `├── jsonwebtoken@9.0.2\n├── keytar@7.9.0\n├─┬ passport@0.7.0\n└── token-types@6.0.0\n`,
  pipfile: (c) =>
    `        "secretstorage": {\n            "hashes": [\n                "sha256:${x(c, 64)}"\n            ],\n            "version": "==3.3.3"\n        }`,
  conda: (c) => `  sha256: ${x(c, 64)}\n  md5: ${x(c, 32)}\n  name: token-lib\n  build: py311h${x(c, 7)}_0\n`,
  jest: (c) =>
    `  ● auth › rejects expired token\n\n    expect(received).toBe(expected)\n\n    Expected: "${x(c, 8)}"\n    Received: undefined\n\n      at Object.<anonymous> (src/token.test.ts:${c.below(99)}:20)\n`,
  pytest: (c) =>
    `FAILED tests/test_auth.py::test_password_reset[token-expired] - assert 401 == 200\nsrc/app/password.py:${c.below(99)}: in verify_token\n`,
  factory: () =>
    `FactoryBot.define { factory(:user) { email { "x@y.example" }; password { "password" }; confirmation_token { SecureRandom.hex } } }`,
  errors: () =>
    `throw new Error("Invalid API key: expected 32 characters");\nERR_INVALID_TOKEN: "The token is malformed"\nlogger.warn("password for user %s has expired", user)\nraise AuthError("secret must be base64")\n`,
  i18n2: () =>
    `password_hint: Mot de passe : 8 caractères minimum\npasswort_hinweis: "Passwort: mindestens 8 Zeichen"\ncontrasena: "Contraseña: obligatoria"\nsenha: "Senha: obrigatória"\nwachtwoord: "Wachtwoord: verplicht"\n`,
  "prose de": () =>
    `Das Passwort wird gehasht gespeichert. Der Token ist 24 Stunden gültig: danach muss er erneuert werden. Der API-Schlüssel ist im Tresor hinterlegt.`,
  "prose fr": () =>
    `Le mot de passe est obligatoire. La clé est stockée dans le coffre. Le jeton est valable 24 heures : ensuite il est renouvelé.`,
  "prose es": () =>
    `La contraseña es obligatoria y la clave es única. El token es válido durante 24 horas: después hay que renovarlo.`,
  "prose en": (c) =>
    c.pick([
      "The secret is stored hashed, and the token is only shown once.",
      "Why is my password = null after the migration to v2.1.0?",
      "Set token to undefined when the user logs out; key is optional.",
      "The API key is read from the environment variable ACME_API_KEY at startup.",
      "I changed the password to something stronger yesterday.",
      "Is it possible to use a password with 72+ characters in bcrypt?",
      "token: see docs/authentication.md#tokens",
      "The passphrase is derived with PBKDF2-HMAC-SHA256 (600000 iterations).",
    ]),
  markdown: () =>
    `### \`password\` (string)\n\nDefault: \`undefined\`. Also settable by \`APP_PASSWORD\`.\n\n### \`auth.token\`: string\n\n- **Token**: the bearer token\n- **Secret key**: required in production\n- **API key:** \`string\`\n`,
  keymap: () =>
    `{ "key": "ctrl+shift+p", "command": "workbench.action.showCommands" },\n{ "key": "cmd+k cmd+s", "command": "keybindings.open", "when": "editorTextFocus" }`,
  plist: () =>
    `<key>CFBundleIdentifier</key>\n<string>com.acme.app</string>\n<key>NSFaceIDUsageDescription</key>\n<string>Unlock your passwords</string>\n<key>UIApplicationSceneManifestKey</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n<key>PublicKey</key>\n<string>org.example.PublicKeyProvider</string>`,
  "xml res": () =>
    `<string name="password_hint">Enter password</string>\n<string name="token_expired">Token expired</string>\n<add key="TokenLifetime" value="00:30:00" />\n<add key="ApiKeyHeader" value="X-Api-Key" />\n<property name="password" value="\${db.password}"/>`,
  "properties ref": () =>
    `db.password=@db.password@\napi.key=\${api.key}\ntoken.expiry.seconds=3600\nsecret.provider=com.acme.vault.VaultSecretProvider\njwt.algorithm=HS256\nkeystore.type=PKCS12\nkeystore.path=classpath:keystore.p12\n`,
  hcl: () =>
    `path "secret/data/app/*" {\n  capabilities = ["read"]\n}\nseal "awskms" {\n  kms_key_id = "alias/vault-unseal"\n}\n`,
  jq: () =>
    `jq -r '.data.password' s.json\njq '.token |= "***"' x.json\nawk -F= '/^TOKEN=/{print $2}' .env\ngrep -oP '(?<=password=)\\S+' log\nsed -i "s/PASSWORD=.*/PASSWORD=$NEW/" .env\n`,
  sudoers: () =>
    `deploy ALL=(ALL) NOPASSWD: /usr/bin/systemctl\nDefaults passwd_tries=3\nDefaults env_keep += "SSH_AUTH_SOCK"\n`,
  pam: () =>
    `auth required pam_unix.so nullok_secure\npassword requisite pam_pwquality.so retry=3\npassword [success=1 default=ignore] pam_unix.so obscure sha512\n`,
  passwd: () => `root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n`,
  journal: (c) =>
    `Jan 01 10:00:00 h sshd[${c.below(9999)}]: Failed password for invalid user admin from 10.0.0.${c.below(255)} port ${c.below(65000)} ssh2\nJan 01 10:00:01 h sudo: pam_unix(sudo:auth): authentication failure\n`,
};
