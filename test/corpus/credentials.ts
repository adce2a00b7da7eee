/** Kind C, the half that patterns are tuned on: passwords, connection strings, headers and cookies where they stand. */
import type { Chance } from "../wire/chance.ts";
import { anyPassword, humanPassword, plainPassword, randomPassword, randomToken } from "./passwords.ts";
import { mark } from "./sample.ts";
import { letters } from "./shape.ts";

/** Writes a text with marked credentials in it. */
export type Writer = (chance: Chance) => string;

const HOSTS = ["db.acme.example", "10.2.0.14", "postgres-main.internal", "cache.eu-west-1.acme.example"];
const USERS = ["app", "billing", "svc_orders", "dana", "reporting"];

/** A password as a URL carries it. */
const inUrl = (chance: Chance): string => mark(encodeURIComponent(anyPassword(chance)));
const inQuotes = (chance: Chance): string => mark(anyPassword(chance));
const bare = (chance: Chance): string => mark(plainPassword(chance));
const token = (chance: Chance): string => mark(randomToken(chance));
const host = (chance: Chance): string => chance.pick(HOSTS);
const user = (chance: Chance): string => chance.pick(USERS);

function basic(chance: Chance): string {
  return mark(Buffer.from(`${user(chance)}:${anyPassword(chance)}`).toString("base64"));
}

/** By kind. */
export const CREDENTIALS: Readonly<Record<string, Writer>> = {
  "postgres url": (c) => `DATABASE_URL=postgres://${user(c)}:${inUrl(c)}@${host(c)}:5432/orders?sslmode=require\n`,
  "postgresql url in code": (c) =>
    `engine = create_engine("postgresql+psycopg2://${user(c)}:${inUrl(c)}@${host(c)}/orders")\n`,
  "mysql url": (c) => `db:\n  url: mysql://${user(c)}:${inUrl(c)}@${host(c)}:3306/shop\n`,
  "mongodb url": (c) => `MONGO_URI="mongodb+srv://${user(c)}:${inUrl(c)}@cluster0.ab1cd.mongodb.net/app"\n`,
  "mongodb replica set": (c) =>
    `uri = "mongodb://${user(c)}:${inUrl(c)}@m1.acme.example:27017,m2.acme.example:27017/app"\n`,
  "redis url": (c) => `REDIS_URL=redis://:${inUrl(c)}@${host(c)}:6379/0\n`,
  "rediss url with user": (c) => `{"cache":"rediss://default:${inUrl(c)}@${host(c)}:6380"}`,
  "amqp url": (c) => `broker_url: amqps://${user(c)}:${inUrl(c)}@rabbit.acme.example:5671/prod\n`,
  "smtp url": (c) => `MAILER_DSN=smtp://${user(c)}:${inUrl(c)}@mail.acme.example:587\n`,
  "https url": (c) => `git remote add origin https://${user(c)}:${token(c)}@git.acme.example/team/app.git\n`,
  "ftp url": (c) => `lftp ftp://${user(c)}:${inUrl(c)}@files.acme.example/incoming\n`,
  "jdbc query": (c) =>
    `spring.datasource.url=jdbc:postgresql://${host(c)}:5432/app?user=${user(c)}&password=${bare(c)}\n`,
  "sql server string": (c) =>
    `"Server=tcp:${host(c)},1433;Database=Orders;User ID=${user(c)};Password=${inQuotes(c)};Encrypt=true;"\n`,
  "odbc string": (c) => `conn = "DRIVER={ODBC Driver 18};SERVER=${host(c)};UID=${user(c)};PWD=${bare(c)};Database=x"\n`,
  "env password": (c) => `DB_HOST=${host(c)}\nDB_USER=${user(c)}\nDB_PASSWORD=${bare(c)}\nDB_NAME=orders\n`,
  "env password, quoted": (c) => `SMTP_USER=${user(c)}\nSMTP_PASSWORD="${inQuotes(c)}"\n`,
  "yaml password": (c) => `database:\n  host: ${host(c)}\n  username: ${user(c)}\n  password: ${bare(c)}\n`,
  "yaml password, quoted": (c) => `auth:\n  user: ${user(c)}\n  password: "${inQuotes(c)}"\n  realm: acme\n`,
  "json password": (c) => `{\n  "host": "${host(c)}",\n  "user": "${user(c)}",\n  "password": "${inQuotes(c)}"\n}\n`,
  "json secret": (c) => `{"client_id":"web-app","client_secret":"${token(c)}","scope":"read"}`,
  "properties password": (c) => `spring.datasource.username=${user(c)}\nspring.datasource.password=${bare(c)}\n`,
  "ini passwd": (c) => `[client]\nuser = ${user(c)}\npasswd = ${bare(c)}\n`,
  "toml secret": (c) => `[session]\nsecret_key = "${token(c)}"\nttl = 3600\n`,
  "compose password": (c) => `    environment:\n      POSTGRES_USER: ${user(c)}\n      POSTGRES_PASSWORD: ${bare(c)}\n`,
  "django secret key": (c) => `DEBUG = False\nSECRET_KEY = '${mark(`django-insecure-${letters(c, "n", 50)}`)}'\n`,
  "code password": (c) =>
    `const pool = mysql.createPool({ host: '${host(c)}', user: '${user(c)}', password: '${inQuotes(c)}' });\n`,
  "python password": (c) =>
    `conn = psycopg2.connect(host="${host(c)}", user="${user(c)}", password="${inQuotes(c)}")\n`,
  "java password": (c) =>
    `DriverManager.getConnection(url, "${user(c)}", "x");\nString dbPassword = "${inQuotes(c)}";\n`,
  "bearer header": (c) => `curl -H "Authorization: Bearer ${token(c)}" https://api.acme.example/v2/me\n`,
  "bearer in http": (c) => `GET /v2/me HTTP/1.1\nHost: api.acme.example\nauthorization: Bearer ${token(c)}\n`,
  "basic header": (c) => `curl -H 'Authorization: Basic ${basic(c)}' https://api.acme.example/\n`,
  "token header": (c) => `headers = {"Authorization": "token ${token(c)}", "Accept": "application/json"}\n`,
  "api key header": (c) => `fetch(url, { headers: { "X-API-Key": "${token(c)}" } })\n`,
  "curl user": (c) => `$ curl -u ${user(c)}:${bare(c)} https://nexus.acme.example/repository/\n`,
  "curl user, quoted": (c) => `curl --user '${user(c)}:${inQuotes(c)}' https://nexus.acme.example/\n`,
  "mysql -p": (c) => `mysql -h ${host(c)} -u ${user(c)} -p${bare(c)} orders < dump.sql\n`,
  pgpassword: (c) => `PGPASSWORD=${bare(c)} psql -h ${host(c)} -U ${user(c)} orders\n`,
  sshpass: (c) => `sshpass -p '${inQuotes(c)}' ssh ${user(c)}@${host(c)}\n`,
  "docker login": (c) => `docker login -u ${user(c)} -p ${bare(c)} registry.acme.example\n`,
  "session cookie": (c) => `Cookie: theme=dark; sessionid=${mark(letters(c, "l", 32))}; lang=en\n`,
  "connect.sid": (c) =>
    `Set-Cookie: connect.sid=${mark(`s%3A${letters(c, "w", 32)}.${letters(c, "n", 43)}`)}; Path=/; HttpOnly\n`,
  "chat password": (c) => `the password for the staging database is ${bare(c)}, user is ${user(c)}`,
  "chat, colon": (c) => `login: ${user(c)}\npassword: ${mark(humanPassword(c))}\n\ncan you check why it is refused?`,
  "numbered file": (c) => `     1→host: ${host(c)}\n     2→password: ${bare(c)}\n     3→port: 5432\n`,
  "json in a string": (c) => JSON.stringify({ out: JSON.stringify({ user: user(c), password: bare(c) }) }),
  "docker auth": (c) => `{"auths":{"registry.acme.example":{"auth":"${basic(c)}"}}}`,
  netrc: (c) => `machine api.acme.example login ${user(c)} password ${bare(c)}\n`,
  "xml password": (c) =>
    `<server>\n  <id>releases</id>\n  <username>${user(c)}</username>\n  <password>${bare(c)}</password>\n</server>\n`,
  npmrc: (c) => `//npm.acme.example/:_authToken=${mark(letters(c, "n", 40))}\nalways-auth=true\n`,
  "private key in hex": (c) => `PRIVATE_KEY=${mark(`0x${letters(c, "x", 64)}`)}\nRPC=https://rpc.acme.example\n`,
  "jwt secret": (c) => `JWT_SECRET=${token(c)}\nJWT_TTL=3600\n`,
  "netrc in one line": (c) => `machine api.acme.example login ${user(c)} password ${bare(c)}`,
  "alter role": (c) => `ALTER ROLE ${user(c)} WITH LOGIN ENCRYPTED PASSWORD '${inQuotes(c)}';\n`,
  chpasswd: (c) => `echo '${user(c)}:${bare(c)}' | chpasswd\n`,
  pgpass: (c) => `${host(c)}:5432:orders:${user(c)}:${bare(c)}\n`,
  "ini pass": (c) => `[smtp]\nuser=${user(c)}\npass=${bare(c)}\n`,
  "chat, pw": (c) => `host ${host(c)}, pw: ${bare(c)}`,
  "chat, and password": (c) => `log in with user ${user(c)} and password ${bare(c)}`,
  "chat, given key": (c) => `the api key I was given: ${token(c)}`,
  setter: (c) => `dataSource.setPassword("${inQuotes(c)}");\n`,
  "docker env": (c) => `FROM node:24\nENV DB_PASS ${bare(c)}\n`,
  "docker login, piped": (c) => `echo ${token(c)} | docker login -u ${user(c)} --password-stdin\n`,
  rabbitmqctl: (c) => `rabbitmqctl add_user ${user(c)} ${bare(c)}\n`,
  "client argument": (c) => `co = cohere.Client("${mark(letters(c, "n", 40))}")\n`,
  "bare session": (c) => `PHPSESSID=${mark(letters(c, "l", 26))}`,
  "enable secret": (c) => `hostname core1\nenable secret ${bare(c)}\n`,
  "csv with names": (c) => `db,${user(c)},password,${bare(c)}\n`,
  "chat, my pass": (c) => `my login is ${user(c)} and my pass is ${bare(c)}`,
  "chat, password for": (c) => `Password for ${user(c)}: ${bare(c)}`,
  "chat, dash": (c) => `temporary password - ${bare(c)}`,
  "chat, set to": (c) => `changed the root password to ${bare(c)} yesterday`,
  "chat, as the password": (c) => `use ${bare(c)} as the password`,
  "quoted pass": (c) => `String pass = "${inQuotes(c)}";\n`,
  "random password in code": (c) => `ADMIN_PASSWORD = "${mark(randomPassword(c).replace(/["\\]/g, "x"))}"\n`,
};
