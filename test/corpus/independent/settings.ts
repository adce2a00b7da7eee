/** Settings of applications with passwords and secrets in them. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { letters, shaped } from "../shape.ts";
import { basic, host, inUrl, PASSWORD_NAMES, pass, password, plain, SECRET_NAMES, token, user } from "./values.ts";

/** By kind. */
export const SETTINGS: Readonly<Record<string, Writer>> = {
  pgpass: (c) => `${host(c).replace(/[[\]:]/g, "")}:5432:app:${user(c)}:${mark(inUrl(c))}\n`,
  netrc: (c) => `machine api.example.org\n  login ${user(c)}\n  password ${mark(plain(c))}\n`,
  "netrc line": (c) => `machine git.example.org login ${user(c)} password ${mark(plain(c))}`,
  "npmrc auth": (c) =>
    `//registry.example.org/:_authToken=${mark(shaped(c, c.pick(["{uuid}", "{x40}", "{64:30}"])))}\nalways-auth=true`,
  "npmrc _auth": (c) => `registry=https://r.example.org/\n_auth=${mark(basic(c))}\nemail=a@b.example`,
  "npmrc _password": (c) =>
    `//r.example.org/:_password=${mark(Buffer.from(password(c)).toString("base64"))}\n//r.example.org/:username=ci`,
  pypirc: (c) => `[pypi]\nusername = ${user(c)}\npassword = ${mark(plain(c))}\n`,
  "docker config": (c) =>
    `{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {\n\t\t\t"auth": "${mark(basic(c))}"\n\t\t}\n\t}\n}`,
  convertto: (c) => `$sec = ConvertTo-SecureString "${mark(password(c).replace(/["$]/g, ""))}" -AsPlainText -Force`,
  "ansible vars": (c) =>
    `ansible_user: deploy\nansible_password: ${mark(plain(c))}\nansible_become_pass: "{{ vault_pass }}"`,
  "wp-config": (c) =>
    `define( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '${mark(password(c).replace(/'/g, ""))}' );\n`,
  "wp salt": (c) => `define('AUTH_KEY',         '${mark(letters(c, "s", 64))}');`,
  "env password": (c) => `${c.pick(PASSWORD_NAMES)}=${mark(plain(c))}\nDEBUG=1`,
  "env password quoted": (c) => `${c.pick(PASSWORD_NAMES)}="${mark(password(c).replace(/["$\\]/g, ""))}"`,
  "env secret": (c) => `APP=web\n${c.pick(SECRET_NAMES)}=${mark(token(c))}\n`,
  "env secret quoted": (c) => `${c.pick(["", "STAGING_", "MY_", "PROD_"])}${c.pick(SECRET_NAMES)}="${mark(token(c))}"`,
  "yaml password": (c) => `db:\n  user: ${user(c)}\n  ${pass(c)}: ${mark(plain(c))}\n  port: 5432`,
  "yaml password quoted": (c) =>
    `spring:\n  datasource:\n    username: ${user(c)}\n    password: '${mark(password(c).replace(/'/g, ""))}'\n`,
  "yaml secret": (c) => `auth:\n  ${c.pick(SECRET_NAMES).toLowerCase()}: ${mark(token(c))}\n`,
  "json password": (c) => JSON.stringify({ user: user(c), [pass(c)]: mark(password(c)) }),
  "json secret": (c) =>
    JSON.stringify(
      {
        [c.pick([
          "clientSecret",
          "apiKey",
          "accessToken",
          "secretKey",
          "signingKey",
          "authToken",
          "encryptionKey",
          "refresh_token",
          "api-key",
          "x-api-key",
        ])]: mark(token(c)),
        n: 1,
      },
      null,
      2,
    ),
  "json in json": (c) => JSON.stringify({ body: JSON.stringify({ login: user(c), password: mark(inUrl(c)) }) }),
  properties: (c) => `spring.datasource.password=${mark(plain(c))}\nspring.mail.username=x`,
  toml: (c) => `[database]\nuser = "${user(c)}"\npassword = "${mark(password(c).replace(/["\\]/g, ""))}"`,
  ini: (c) => `[client]\nuser=${user(c)}\npassword=${mark(plain(c))}\n`,
  "python assign": (c) =>
    `${c.pick(["password", "passwd", "db_password", "DB_PASS", "admin_pw", "secret", "SECRET_KEY"])} = "${mark(password(c).replace(/["\\]/g, ""))}"`,
  django: (c) => `SECRET_KEY = 'django-insecure-${mark(letters(c, "s", 50).replace(/'/g, ""))}'`,
  "js assign": (c) =>
    `const ${c.pick(["dbPassword", "userPwd", "jwtSecret", "apiSecret", "adminPass", "secretKey"])} = '${mark(password(c).replace(/['\\]/g, ""))}';`,
  "java assign": (c) => `props.setProperty("password", "${mark(password(c).replace(/["\\]/g, ""))}");`,
  "java setter": (c) => `dataSource.setPassword("${mark(password(c).replace(/["\\]/g, ""))}");`,
  "cs assign": (c) =>
    `var credentials = new NetworkCredential("${user(c)}", "${mark(password(c).replace(/["\\]/g, ""))}");`,
  "go assign": (c) => `password := "${mark(password(c).replace(/["\\]/g, ""))}"`,
  "php arr": (c) => `'password' => '${mark(password(c).replace(/['\\]/g, ""))}',`,
  rb: (c) => `password: "${mark(password(c).replace(/["\\#]/g, ""))}",`,
  tf: (c) =>
    `resource "aws_db_instance" "d" {\n  username = "${user(c)}"\n  password = "${mark(password(c).replace(/["\\$%]/g, ""))}"\n}`,
  "tf admin": (c) => `  administrator_login_password = "${mark(password(c).replace(/["\\$%]/g, ""))}"`,
  xml: (c) =>
    `<server>\n  <id>nexus</id>\n  <username>${user(c)}</username>\n  <password>${mark(password(c).replace(/[<&>]/g, ""))}</password>\n</server>`,
  "xml attr": (c) =>
    `<user username="tomcat" password="${mark(password(c).replace(/["<&>]/g, ""))}" roles="manager-gui"/>`,
  nuget: (c) => `<add key="ClearTextPassword" value="${mark(password(c).replace(/["<&>]/g, ""))}" />`,
  plist: (c) => `<key>password</key>\n<string>${mark(password(c).replace(/[<&>]/g, ""))}</string>`,
  "docker compose secret": (c) =>
    `    environment:\n      POSTGRES_USER: app\n      POSTGRES_PASSWORD: ${mark(plain(c))}\n`,
  "gh action with": (c) =>
    `      - uses: docker/login-action@v3\n        with:\n          username: ci\n          password: ${mark(plain(c))}\n`,
  "sealed diff": (c) => `-  password: ${mark(plain(c))}\n+  password: \${DB_PASSWORD}\n`,
  wpa: (c) => `network={\n  ssid="office"\n  psk="${mark(password(c).replace(/["\\]/g, ""))}"\n}`,
  s3cfg: (c) => `access_key = ${mark(shaped(c, "AKIA{q16}"))}\nsecret_key = ${mark(letters(c, "b", 40))}`,
  rclone: (c) => `[remote]\ntype = s3\nsecret_access_key = ${mark(letters(c, "n", 40))}\n`,
};
