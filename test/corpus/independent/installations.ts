/** Files of servers, builds and programs, and what is said of installations, that hold a password or a key. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { letters } from "../shape.ts";
import { host, inUrl, plain, quotable, user } from "./values.ts";

const hex = (length: number): Writer => {
  return (c) => mark(letters(c, "x", length));
};
const drawn: Writer = (c) => mark(letters(c, "n", 24 + c.below(20)));
const quoted: Writer = (c) => mark(quotable(c));
const bare: Writer = (c) => mark(plain(c));

/** By kind. */
export const INSTALLATIONS: Readonly<Record<string, Writer>> = {
  prometheus: (c) => `basic_auth:\n  username: ${user(c)}\n  password: ${bare(c)}\n`,
  alertmanager: (c) => `global:\n  smtp_auth_username: ops\n  smtp_auth_password: '${quoted(c)}'\n`,
  "grafana ini": (c) => `[security]\nadmin_user = admin\nadmin_password = ${bare(c)}\n`,
  logstash: (c) => `elasticsearch {\n  user => "elastic"\n  password => "${quoted(c)}"\n}\n`,
  wildfly: (c) => `<user-name>app</user-name>\n<password>${bare(c)}</password>\n`,
  cdata: (c) => `<password><![CDATA[${quoted(c)}]]></password>\n`,
  "pipeline variable": (c) => `variables:\n- name: sqlPassword\n  value: ${bare(c)}\n`,
  "stack parameter": (c) => `DBPassword:\n  Type: String\n  NoEcho: true\n  Default: ${bare(c)}\n`,
  bicep: (c) => `@secure()\nparam adminPassword string = '${quoted(c)}'\n`,
  hiera: (c) => `profile::db::password: '${quoted(c)}'\n`,
  chef: (c) => `default['mysql']['server_root_password'] = '${quoted(c)}'\n`,
  erlang: (c) => `[{host, "${host(c)}"},\n {password, "${quoted(c)}"}].\n`,
  "perl dbi": (c) => `DBI->connect("dbi:mysql:database=app;host=db", "root", "${quoted(c)}");\n`,
  sbt: (c) => `credentials += Credentials("Nexus", "nexus.example.org", "ci", "${quoted(c)}")\n`,
  bundler: (c) => `bundle config gems.example.org ci:${mark(inUrl(c))}\n`,
  "option default": (c) => `parser.add_argument("--api-key", default="${drawn(c)}", help="key")\n`,
  "option password": (c) => `@click.option("--password", default="${quoted(c)}")\n`,
  "objective c": (c) => `static NSString *const kApiSecret = @"${drawn(c)}";\n`,
  "bytes literal": (c) => `SIGNING_SECRET = b"${drawn(c)}"\n`,
  userpwd: (c) => `curl_setopt($ch, CURLOPT_USERPWD, "${user(c)}:${quoted(c)}");\n`,
  btoa: (c) => `headers.set("Authorization", "Basic " + btoa("${user(c)}:${quoted(c)}"));\n`,
  "dotnet header": (c) => `new AuthenticationHeaderValue("Bearer", "${drawn(c)}")\n`,
  "nullish default": (c) => `const acmeKey: string = process.env.ACME_KEY ?? "${drawn(c)}";\n`,
  "fallback of a name with a digit": (c) => `const key = process.env.STORE2_KEY || "${drawn(c)}";\n`,
  "send keys": (c) => `driver.find_element(By.ID, "password").send_keys("${quoted(c)}")\n`,
  "login call": (c) => `await login("${user(c)}", "${quoted(c)}");\n`,
  "passwd stdin": (c) => `echo "${bare(c)}" | passwd --stdin ${user(c)}\n`,
  "docker secret": (c) => `printf '${bare(c)}' | docker secret create db_password -\n`,
  "net use": (c) => `net use Z: \\\\srv01\\share /user:corp\\admin ${bare(c)}\n`,
  "net user": (c) => `net user ${user(c)} ${bare(c)} /add\n`,
  "7z": (c) => `7z a -p${bare(c)} backup.7z /srv/data\n`,
  ipsec: (c) => `10.1.1.1 10.2.2.2 : PSK "${quoted(c)}"\n`,
  cisco: (c) => `username ${user(c)} privilege 15 password 0 ${bare(c)}\n`,
  openvpn: (c) => `<auth-user-pass>\n${user(c)}\n${bare(c)}\n</auth-user-pass>\n`,
  "lines below each other": (c) => `Username\n${user(c)}\nPassword\n${bare(c)}\n`,
  "fenced token": (c) => `here is the token:\n\`\`\`\n${drawn(c)}\n\`\`\`\n`,
  "creds pair": (c) => `creds: ${user(c)}:${mark(letters(c, "n", 14))} (internal)`,
  spanish: (c) => `La contraseña es ${bare(c)} para el usuario app.`,
  "sonar login": (c) => `sonar_login = "${hex(40)(c)}"\n`,
};
