/** What people and programs say: talk in several languages, logs, tables and recordings of requests, with a credential in it. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { letters, shaped } from "../shape.ts";
import { inUrl, password, plain, quotable, user } from "./values.ts";

/** By kind. */
export const TALK: Readonly<Record<string, Writer>> = {
  "chat password en": (c) => `the password for ${user(c)} is ${mark(plain(c))} and it works on staging`,
  "chat password en2": (c) => `login: ${user(c)}\npassword: ${mark(password(c))}\n\ncan you check why it fails?`,
  "chat password de": (c) => `Das Passwort ist ${mark(plain(c))}, bitte ändern.`,
  "chat password fr": (c) => `Le mot de passe est : ${mark(plain(c))}`,
  "chat password es": (c) => `La contraseña es ${mark(plain(c))}`,
  "chat password it": (c) => `la password è ${mark(plain(c))}`,
  "chat password pt": (c) => `a senha é ${mark(plain(c))}`,
  "chat password nl": (c) => `het wachtwoord is ${mark(plain(c))}`,
  "chat token": (c) => `here's my token: ${mark(shaped(c, c.pick(["{n40}", "{x40}", "{w43}"])))}`,
  "chat api key": (c) => `My API key is ${mark(shaped(c, c.pick(["{n32}", "{x32}", "{uuid}"])))} - why do I get 403?`,
  "chat creds": (c) => `creds: ${user(c)} / ${mark(password(c))}`,
  "log password": (c) =>
    `2026-01-02 10:00:00 DEBUG auth - login attempt user=${user(c)} password=${mark(plain(c))} ip=10.0.0.1`,
  "log form": (c) => `POST /login HTTP/1.1 body: username=${user(c)}&password=${mark(inUrl(c))}&remember=1`,
  csv: (c) => `user,password,role\n${user(c)},${mark(plain(c))},admin\n`,
  "md table": (c) => `| user | password |\n| --- | --- |\n| ${user(c)} | ${mark(plain(c))} |\n`,
  logstash: (c) =>
    `output { elasticsearch { hosts => ["es:9200"] user => "elastic" password => "${mark(quotable(c))}" } }`,
  psexec: (c) => `psexec.py ACME/${user(c)}:${mark(inUrl(c))}@10.0.0.9\n`,
  chat2: (c) => `you can log in with ${user(c)} and the password ${mark(plain(c))}`,
  chat3: (c) => `pw is ${mark(plain(c))}, don't share`,
  chat4: (c) => `I set the db password to "${mark(quotable(c))}" but it still says access denied`,
  chat5: (c) => `Why does this fail?\n\nusername = ${user(c)}\npassword = ${mark(plain(c))}\n`,
  chat6: (c) => `The WiFi password: ${mark(plain(c))}`,
  chat7: (c) => `api secret → ${mark(letters(c, "n", 32))}`,
  chat8: (c) => `Use Bearer ${mark(letters(c, "n", 40))} for testing.`,
  chat11: (c) => `here are the creds\nuser: ${user(c)}\npass: ${mark(password(c))}`,
  chat12: (c) =>
    `old key ${mark(letters(c, "x", 40))} was revoked, is the new API key ${mark(letters(c, "x", 40))} fine?`,
  chat13: (c) => `our client secret (${mark(letters(c, "n", 32))}) leaked`,
  log1: (c) =>
    `[DEBUG] Connecting with options {"host":"db","user":"${user(c)}","password":"${mark(quotable(c))}","port":5432}`,
  log2: (c) => `curl: > Authorization: Basic ${mark(Buffer.from(`${user(c)}:${password(c)}`).toString("base64"))}`,
  log3: (c) => `INFO request GET /v1?access_token=${mark(letters(c, "n", 40))} 200`,
  log4: (c) => `ERROR: authentication failed for postgres://${user(c)}:${mark(inUrl(c))}@10.1.1.1/app`,
  log5: (c) => `env: {'PATH': '/usr/bin', 'SECRET_TOKEN': '${mark(letters(c, "x", 48))}', 'HOME': '/root'}`,
  "py repr": (c) => `Config(host='x', user='${user(c)}', password='${mark(quotable(c))}', timeout=3)`,
  "go struct": (c) => `&Config{User: "${user(c)}", Password: "${mark(quotable(c))}", Port: 22}`,
  "java tostring": (c) => `Credentials{username=${user(c)}, password=${mark(inUrl(c))}}`,
  postman: (c) =>
    JSON.stringify(
      { auth: { type: "bearer", bearer: [{ key: "token", value: mark(letters(c, "n", 40)), type: "string" }] } },
      null,
      2,
    ),
  "postman env": (c) =>
    JSON.stringify({ values: [{ key: "api_key", value: mark(letters(c, "x", 32)), enabled: true }] }, null, 1),
  har: (c) => JSON.stringify({ headers: [{ name: "X-Api-Key", value: mark(letters(c, "n", 40)) }] }),
  "har auth": (c) =>
    JSON.stringify({ headers: [{ name: "Authorization", value: `Bearer ${mark(letters(c, "n", 40))}` }] }),
  vcr: (c) =>
    `    headers:\n      Authorization:\n      - Token ${mark(letters(c, "x", 40))}\n      Accept:\n      - "*/*"\n`,
  tfstate: (c) =>
    JSON.stringify({ attributes: { username: user(c), password: mark(letters(c, "n", 20)), port: 5432 } }, null, 2),
  "docker inspect": (c) => `"Env": [\n  "PATH=/usr/bin",\n  "MYSQL_ROOT_PASSWORD=${mark(plain(c))}",\n  "LANG=C"\n]`,
  ps: (c) => `root 12 0.0 /usr/bin/app --db-user ${user(c)} --db-password ${mark(plain(c))} --port 80`,
};
