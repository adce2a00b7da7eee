/** Passwords, names and blocks of base64 that the independent set puts into its texts. */
import type { Chance } from "../../wire/chance.ts";
import { mark } from "../sample.ts";
import { base64Bytes, base64Json, letters, shaped, uuid } from "../shape.ts";

const WORDS = (
  "winter summer dragon orange coffee silver rocket copper falcon mango tiger velvet harbor marble pepper wizard cactus " +
  "breeze anchor bella rocky shadow buster lucky ginger simba milo oscar luna daisy biscuit pumpkin waffles turbo"
).split(" ");

const titled = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

/** Passwords as people think them up and tools draw them. */
export function password(c: Chance): string {
  const word = c.pick(WORDS);
  const makes: readonly (() => string)[] = [
    () => titled(word) + c.pick(["2024", "2025!", "#99x", "!12", "@123", "$7x"]),
    () => `${word}-${c.pick(WORDS)}-${c.below(100)}`,
    () => titled(word) + letters(c, "d", 4) + c.pick(["!", "?", "#", "*", ""]),
    () => word + letters(c, "d", 2) + c.pick(["!", "#", "@"]),
    () => `${titled(word)}_${titled(c.pick(WORDS))}${letters(c, "d", 2)}`,
    () => word.replace(/o/g, "0").replace(/e/g, "3") + letters(c, "d", 3),
    () => letters(c, "n", 10 + c.below(14)),
    () => letters(c, "s", 12 + c.below(9)),
    () => letters(c, "l", 12 + c.below(5)),
    () => letters(c, "x", c.pick([24, 32])),
    () => letters(c, "w", 20 + c.below(5)),
    () => `${letters(c, "n", 8)}${c.pick(["!", "$", "%", "^"])}${letters(c, "n", 4)}`,
    () => base64Bytes(c, c.pick([15, 18])),
  ];
  return c.pick(makes)();
}

function drawn(c: Chance, form: RegExp): string {
  for (;;) {
    const value = password(c);
    if (form.test(value)) return value;
  }
}

/** A password that needs no quotes in a shell or in YAML. */
export const plain = (c: Chance): string => drawn(c, /^[A-Za-z0-9][\w.@%^+*!-]*$/);

/** A password that an address may hold as it is. */
export const inUrl = (c: Chance): string => drawn(c, /^[\w.~!-]+$/);

/** A password that may stand in quotes of any language. */
export const quotable = (c: Chance): string => drawn(c, /^[^"'\\`$<>&#]+$/);

/** A key of some form. */
export const token = (c: Chance): string =>
  shaped(
    c,
    c.pick(["{x32}", "{x64}", "{n24}", "{n32}", "{n40}", "{w43}", "{64:32}", "{64:24}", "{uuid}", "{l20}", "{x40}"]),
  );

/** A user's name. */
export const user = (c: Chance): string =>
  c.pick([
    "admin",
    "app",
    "root",
    "svc_web",
    "postgres",
    "deploy",
    "reporting",
    "hr-app",
    "maria",
    "backup",
    "jdoe",
    "etl",
  ]);

/** Where a server is. */
export const host = (c: Chance): string =>
  c.pick([
    "db.prod.internal",
    "10.0.3.17",
    "mysql-01.acme.net",
    "localhost",
    "cluster0.ab1cd.example.net",
    "queue.svc",
    "pg",
  ]);

/** What a password is called in lower case. */
export const pass = (c: Chance): string => c.pick(["password", "passwd", "pass", "pwd"]);

/** What passwords are called in the environment. */
export const PASSWORD_NAMES = (
  "DB_PASSWORD POSTGRES_PASSWORD MYSQL_ROOT_PASSWORD REDIS_PASSWORD SMTP_PASS ADMIN_PASSWORD APP_PASSWORD PGPASSWORD " +
  "RABBITMQ_DEFAULT_PASS KEYSTORE_PASSWORD LDAP_BIND_PASSWORD MAIL_PASSWORD FTP_PASSWD MSSQL_SA_PASSWORD NEO4J_PASSWORD " +
  "GRAFANA_ADMIN_PASSWORD SUDO_PASSWORD WIFI_PASSWORD DJANGO_SUPERUSER_PASSWORD"
).split(" ");

/** What keys of applications are called in the environment. */
export const SECRET_NAMES = (
  "SECRET_KEY JWT_SECRET SESSION_SECRET APP_SECRET CLIENT_SECRET ENCRYPTION_KEY SIGNING_KEY API_KEY ACCESS_TOKEN AUTH_TOKEN " +
  "MASTER_KEY WEBHOOK_SECRET COOKIE_SECRET NEXTAUTH_SECRET HMAC_KEY REFRESH_TOKEN SERVICE_TOKEN BOT_TOKEN DEPLOY_KEY " +
  "PRIVATE_TOKEN RAILS_MASTER_KEY SECRET_KEY_BASE ADMIN_TOKEN INTERNAL_API_SECRET LICENSE_KEY"
).split(" ");

/** Names of pets, which many passwords are made from. */
export const NAMES = WORDS;

/** Lines of base64, as PEM has them. */
export const lines = (c: Chance, count: number): string =>
  Array.from({ length: count }, () => letters(c, "b", 64)).join("\n");

/** A block of PEM, marked as a whole. */
export const pem = (c: Chance, kind: string, head = ""): string =>
  mark(`-----BEGIN ${kind}-----\n${head}${lines(c, 4 + c.below(20))}\n${letters(c, "b", 22)}==\n-----END ${kind}-----`);

/** A user and a password as Basic authorization has them. */
export const basic = (c: Chance): string => Buffer.from(`${user(c)}:${password(c)}`).toString("base64");

/** A JSON Web Token. */
export const jwt = (c: Chance): string => {
  const header = base64Json({ alg: c.pick(["HS256", "RS256", "ES256"]), typ: "JWT" });
  const claims = base64Json({ sub: uuid(c), iat: 1700000000 + c.below(9999999), name: "x" });
  return `${header}.${claims}.${letters(c, "w", 43)}`;
};
