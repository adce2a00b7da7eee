/** Innocent programs and schemas that handle credentials and hold none. */
import type { Writer } from "../credentials.ts";
import { letters } from "../shape.ts";
import { standIn, thing, variable, x } from "./innocent-values.ts";

/** By kind. */
export const INNOCENT_PROGRAMS: Readonly<Record<string, Writer>> = {
  "env placeholder": (c) => {
    const e = variable(c);
    return `# copy to .env\n${e}=${standIn(c)}\nPORT=3000\n`;
  },
  "code placeholder": (c) =>
    `const client = new Client({ apiKey: "${standIn(c).replace(/"/g, "'")}", timeout: 3000 });`,
  "node env": (c) =>
    `const password = process.env.${variable(c)};\nconst token = config.get('auth.token');\nexport const secret = await getSecret("${variable(c).toLowerCase()}");`,
  java: (c) =>
    `String password = request.getParameter("password");\nthis.apiKey = apiKey;\nString token = jwtService.generateToken(user);\n@Value("\${app.${thing(c)}.secret}")\nprivate String secret;`,
  cs: (c) =>
    `var password = Configuration["Db:Password"];\nvar token = await _tokens.GetTokenAsync("${thing(c)}", CancellationToken.None);\npublic string ClientSecret { get; set; } = string.Empty;`,
  php: () =>
    `$password = $_POST['password'];\n'password' => env('DB_PASSWORD', ''),\n$token = bin2hex(random_bytes(32));\nif (!password_verify($password, $user->password_hash)) { abort(403); }`,
  rust: () =>
    `let password = std::env::var("DB_PASSWORD").expect("DB_PASSWORD");\nlet token: String = req.headers().get("x-api-key").unwrap().to_str()?.to_owned();\npub struct Secret<T>(T);`,
  compare: (c) =>
    `if (password === "" || password.length < ${8 + c.below(8)}) throw new WeakPassword();\nif (token !== expectedToken) return 401;\nassert password == confirm_password`,
  types: (c) =>
    `interface Credentials { username: string; password: string; token?: string; apiKey: string | undefined; ${thing(c)}Secret: SecretValue }\ntype Token = { kind: TokenKind; value: string }`,
  "html form": () =>
    `<label for="password">Password</label>\n<input type="password" id="password" name="password" autocomplete="current-password" placeholder="Enter your password" required>\n<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">`,
  "terraform ref": () =>
    `resource "aws_db_instance" "main" {\n  username = var.db_username\n  password = var.db_password\n  kms_key_id = aws_kms_key.main.arn\n}\noutput "token" {\n  value     = module.auth.token\n  sensitive = true\n}\nvariable "api_key" {\n  type      = string\n  sensitive = true\n}\n`,
  "terraform data": () =>
    `data "aws_secretsmanager_secret_version" "db" {\n  secret_id = "prod/db/password"\n}\nlocals {\n  password = jsondecode(data.aws_secretsmanager_secret_version.db.secret_string)["password"]\n}\nresource "random_password" "pw" {\n  length  = 32\n  special = true\n}`,
  "conn ref": (c) =>
    `DATABASE_URL=postgres://\${DB_USER}:\${DB_PASSWORD}@db:5432/app\nREDIS_URL=redis://:$REDIS_PASSWORD@redis:6379\nurl = f"mysql://{user}:{password}@{host}/${thing(c)}"\nconst uri = \`mongodb+srv://\${user}:\${encodeURIComponent(pass)}@\${host}/app\`;`,
  "git oneline": (c) =>
    Array.from(
      { length: 10 },
      () =>
        `${x(c, c.pick([7, 8, 10, 40]))} ${c.pick(["fix: token parser", "feat: api key rotation", "chore: secrets", "docs"])}`,
    ).join("\n"),
  colors: (c) => Array.from({ length: 12 }, (_, i) => `  --token-${i}: #${x(c, c.pick([3, 6, 8]))};`).join("\n"),
  "csv numbers": (c) =>
    `id,key,value\n` +
    Array.from({ length: 8 }, (_, i) => `${i},${c.below(99999)},${c.below(1e9)}.${c.below(1e6)}`).join("\n"),
  "test fixture": (c) =>
    `test("rejects a bad password", async () => {\n  const res = await login({ username: "alice", password: "${c.pick(["wrong", "password", "password123", "secret", "test", "hunter2", "bad-password", "letmein"])}" });\n  expect(res.status).toBe(401);\n});`,
  "py test": (c) =>
    `def test_login(client):\n    resp = client.post("/login", data={"username": "test", "password": "${c.pick(["test", "testpass", "password", "secret", "foobar"])}"})\n    assert resp.status_code == 200\n    assert "token" in resp.json()\n`,
  mock: () =>
    `jest.mock("./token");\nconst mockToken = "mock-token";\nconst fakeApiKey = "fake-api-key";\nconst TEST_PASSWORD = "test-password";\nprocess.env.JWT_SECRET = "test-secret";`,
  regex: () =>
    `const PASSWORD = /^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d@$!%*?&]{8,}$/;\nconst tokenPattern = new RegExp("^ghp_[A-Za-z0-9]{36}$");\nregex = '''(?i)api[_-]?key\\s*[:=]\\s*['"]([a-z0-9]{32})'''`,
  "gcp ids": (c) =>
    `project_number: ${letters(c, "d", 12)}\nclient_id: ${letters(c, "d", 12)}-${letters(c, "l", 32)}.apps.googleusercontent.com\nprivate_key_id is set; universe_domain: googleapis.com`,
  minified: (c) =>
    `!function(e,t){"object"==typeof exports?module.exports=t():e.${letters(c, "m", 3)}=t()}(this,function(){var e={token:null,password:"",key:function(t){return t.key||t.keyCode},apiKey:void 0};return e.secret=function(n){return n&&n.secret?n.secret:${letters(c, "a", 1)}.getSecret(n)},e.accessToken=r(${c.below(9999)}),e});`,
  minified2: (c) =>
    `const ${letters(c, "m", 2)}=(e,t)=>{const{password:n,token:r,...o}=e;return{...o,authorization:\`Bearer \${r}\`,key:t.key,passwordHash:i(n)}};export{${letters(c, "m", 2)} as authToken,u as apiKey,d as secretKey};`,
  "sql placeholder": () =>
    `INSERT INTO users (username, password) VALUES (?, ?);\nALTER USER app WITH PASSWORD :'password';\nCREATE USER app IDENTIFIED BY %(password)s;\nSELECT * FROM tokens WHERE token = @token;`,
  prose: (c) =>
    c.pick([
      "The password must be at least twelve characters long and contain a number.",
      "My token expired yesterday; how do I rotate the API key without downtime?",
      "Das Passwort ist falsch, sagt der Server, aber der Schlüssel wurde gerade erneuert.",
      "What is the difference between a secret key and a public key?",
      "Please store the client secret in Vault: it must not be in the repository.",
      "El token es inválido porque la clave expiró hace dos días.",
      "La clé API est manquante dans la configuration du serveur.",
      "password: see the vault entry of the team",
      "The secret is to keep functions small: readability matters.",
      "Key: value pairs are separated by commas. Token: the smallest unit.",
      "the api key is stored in 1Password under acme-prod",
      "password is required",
      "access token: obtained by the OAuth flow described above",
      "il token è scaduto e va rinnovato",
      "パスワードは8文字以上で入力してください",
      "密码长度不能少于8位",
      "The token is refreshed automatically every 3600 seconds",
      "auth: failed to authenticate with provider",
      "The password is incorrect. The secret is out.",
    ]),
  keyboard: () =>
    `if (event.key === "Enter" || event.keyCode === 13) submit();\nconst keys = Object.keys(obj);\n<li key={item.id} />\ndict.keys()\nkey = lambda x: x[1]\nkeyof typeof tokens`,
  "parser tokens": (c) =>
    `const token = lexer.next();\nif (token.type === TokenType.Identifier) { tokens.push(token); }\ncase Token.StringLiteral:\ntoken: { kind: "punctuator", value: "=>", start: ${c.below(999)} }\nnextToken = peek()\nmax_tokens: 4096,\ntoken_count = len(tokens)`,
  "crypto code": () =>
    `const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);\nconst secret = crypto.randomBytes(32).toString("hex");\nconst hash = await bcrypt.hash(password, 12);\nhmac.new(key, msg, hashlib.sha256).hexdigest()`,
  "cli refs": () =>
    `docker login -u "$USER" --password-stdin < token.txt\necho "$PASS" | sudo -S ls\nmysql -u root -p mydb\nmysql -p"$MYSQL_PWD" app\nsshpass -p "$SSHPASS" ssh host\nkubectl create secret generic x --from-file=./token\nexport TOKEN=$(gcloud auth print-access-token)\nexport KEY="$(cat key.pem)"\ncurl -u "$U:$P" x\nredis-cli -a "$REDIS_PASS"`,
  proto: () =>
    `message Credentials {\n  string username = 1;\n  string password = 2 [(sensitive) = true];\n  bytes secret_key = 3;\n  string access_token = 4;\n}`,
  react: () =>
    `const [password, setPassword] = useState("");\n<Input.Password value={password} onChange={e => setPassword(e.target.value)} />\nconst { token, apiKey = defaultApiKey } = useAuth();`,
  "long identifiers": () =>
    `AbstractUserDetailsAuthenticationProvider.additionalAuthenticationChecks(UsernamePasswordAuthenticationToken token)\nimport com.amazonaws.services.secretsmanager.model.GetSecretValueRequest;\nfrom azure.identity.aio import ClientSecretCredential as SecretCredential\nkTokenBucketRateLimiterConfigurationKey = "token_bucket_rate_limiter_configuration"`,
  "npm audit": (c) =>
    `# npm audit report\n\njsonwebtoken  <=8.5.1\nSeverity: moderate\nhttps://github.com/advisories/GHSA-${letters(c, "k", 4)}-${letters(c, "k", 4)}-${letters(c, "k", 4)}\nCVE-2022-${letters(c, "d", 5)}\n`,
  dates: (c) =>
    `expires=2026-0${1 + c.below(8)}-01T00:00:00Z token_issued_at=17${letters(c, "d", 8)} exp: 17${letters(c, "d", 8)}`,
  "our placeholders": (c) =>
    `token = "[[secret:github-pat:${letters(c, "k", 10)}]]" and password: [[secret:password:${letters(c, "k", 10)}]]`,
  "helm notes": () =>
    `To get your password run:\n\n    export POSTGRES_PASSWORD=$(kubectl get secret --namespace default pg -o jsonpath="{.data.postgres-password}" | base64 -d)\n`,
  "tf plan": (c) =>
    `  + resource "random_password" "db" {\n      + bcrypt_hash = (sensitive value)\n      + id          = (known after apply)\n      + result      = (sensitive value)\n    }\n  ~ password = (sensitive value)\n  ~ tags_all = { "rev" = "${x(c, 40)}" }\n`,
  "vault read": () =>
    `vault kv get -field=password secret/app\nvault write auth/approle/login role_id=$ROLE_ID secret_id=$SECRET_ID\nexport VAULT_TOKEN=$(cat ~/.vault-token)\n`,
  "django code": () =>
    `class LoginForm(forms.Form):\n    username = forms.CharField()\n    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))\n\nuser = authenticate(request, username=username, password=password)\n`,
  flask: () =>
    `@app.route("/login", methods=["POST"])\ndef login():\n    password = request.form["password"]\n    if not check_password_hash(user.password_hash, password):\n        abort(401)\n    session["token"] = create_access_token(identity=user.id)\n`,
  express: () =>
    `app.post("/login", async (req, res) => {\n  const { email, password } = req.body;\n  const ok = await bcrypt.compare(password, user.passwordHash);\n  const token = jwt.sign({ sub: user.id }, config.jwtSecret, { expiresIn: "1h" });\n  res.cookie("token", token, { httpOnly: true, secure: true });\n});`,
  aspnet: () =>
    `services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(o => o.TokenValidationParameters = new TokenValidationParameters { IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Configuration["Jwt:Key"])) });`,
  laravel: () =>
    `'password' => ['required', 'string', 'min:8', 'confirmed'],\n'password' => Hash::make($data['password']),\n'api_token' => Str::random(60),\n'secret' => env('STRIPE_SECRET'),`,
  "rust code": () =>
    `let token = std::env::var("GITHUB_TOKEN").context("GITHUB_TOKEN not set")?;\nlet client = Client::builder().bearer_auth(&token).build()?;\n#[derive(Deserialize)] struct Config { password: SecretString, api_key: Option<String> }`,
  swift: () =>
    `let query: [String: Any] = [kSecClass as String: kSecClassGenericPassword, kSecAttrAccount as String: account, kSecValueData as String: password.data(using: .utf8)!]\nTextField("Password", text: $password).textContentType(.password)`,
  c: () =>
    `static const char *password = NULL;\nif (strcmp(argv[i], "--password") == 0) password = argv[++i];\nEVP_PKEY *key = EVP_PKEY_new();\nOSSL_PARAM *token_params = token_get_params(ctx);\nunsigned char secret[SHA256_DIGEST_LENGTH];`,
  gen: () =>
    `openssl rand -hex 32\nhead -c 32 /dev/urandom | base64\npython -c "import secrets; print(secrets.token_urlsafe(32))"\npwgen -s 32 1\nhtpasswd -bnBC 10 "" "$PASSWORD" | tr -d ':\\n'\n`,
  "docs steps": () =>
    `1. Open Settings → Developers → API keys.\n2. Click **Create token** and copy the secret.\n3. Run \`export API_TOKEN=<your token>\`.\n4. Password: leave empty to be asked.\n`,
  "graphql schema": () =>
    `type AuthPayload { token: String! refreshToken: String! expiresIn: Int! }\ninput LoginInput { username: String! password: String! @constraint(minLength: 8) }`,
  "ts dts": () =>
    `export interface ClientOptions {\n  apiKey?: string | null | undefined;\n  authToken?: string;\n  password?: () => Promise<string>;\n  secretAccessKey: Provider<string>;\n  token: TokenProvider | TokenCredential;\n}\nexport declare function getToken(scopes: string[], options?: GetTokenOptions): Promise<AccessToken | null>;`,
  openssl: (c) =>
    `        Serial Number:\n            ${Array.from({ length: 16 }, () => x(c, 2)).join(":")}\n            X509v3 Subject Key Identifier:\n                ${Array.from({ length: 20 }, () => letters(c, "X", 2)).join(":")}\n            X509v3 Authority Key Identifier: keyid:${Array.from({ length: 20 }, () => letters(c, "X", 2)).join(":")}\n`,
  sqlx: () =>
    `SELECT id, password_hash, api_key_hash FROM users WHERE email = $1 AND token IS NOT NULL;\nALTER TABLE users ADD COLUMN secret TEXT NOT NULL DEFAULT '';\nCREATE UNIQUE INDEX users_api_key_key ON users (api_key);`,
  "tests fake": () =>
    `const user = { email: "a@b.example", password: "password123" };\nconst TOKEN = "test-token";\nexpect(mask("secret")).toBe("s****t");\nmockFetch.mockResolvedValue({ access_token: "fake-access-token", expires_in: 3600 });\nAPI_KEY = "dummy"\nSECRET_KEY = "not-so-secret-for-tests-only"\nconst apiKey = 'test_api_key';`,
  enum: () =>
    `enum TokenKind { Identifier = "identifier", StringLiteral = "string-literal", Keyword = "keyword" }\nconst SECRET_TYPES = ["api-key", "password", "token"] as const;\ntype Key = keyof Config;`,
  vim: () =>
    `set key=\nsyntax keyword javaScriptIdentifier arguments this var let\nlet g:github_access_token = $GITHUB_TOKEN\nhi Keyword guifg=#c678dd\n`,
  regexes: () =>
    `const re = /(?:password|passwd|pwd)\\s*[:=]\\s*["']?([^"'\\s]+)/gi;\nTOKEN_RE = re.compile(r"ghp_[0-9A-Za-z]{36}")\nmatch: "AKIA[0-9A-Z]{16}"\nregex = "sk-ant-[a-z0-9-]{20,}"\n`,
};
