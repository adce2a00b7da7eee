/** Kind C, the half that no pattern is tuned on. */
import type { Chance } from "../wire/chance.ts";
import type { Writer } from "./credentials.ts";
import { anyPassword, humanPassword, plainPassword, randomPassword, randomToken } from "./passwords.ts";
import { mark } from "./sample.ts";
import { base64Bytes, letters } from "./shape.ts";

const NAMES = ["root", "deploy", "ci-bot", "m.keller", "grafana"];

const bare = (chance: Chance): string => mark(plainPassword(chance));
const quoted = (chance: Chance): string => mark(anyPassword(chance));
const inUrl = (chance: Chance): string => mark(encodeURIComponent(anyPassword(chance)));
const token = (chance: Chance): string => mark(randomToken(chance));
const name = (chance: Chance): string => chance.pick(NAMES);

/** By kind. */
export const CREDENTIALS_HELD_OUT: Readonly<Record<string, Writer>> = {
  "clickhouse url": (c) => `dsn = "clickhouse://${name(c)}:${inUrl(c)}@ch1.corp.example:9440/events?secure=true"\n`,
  "mariadb url": (c) => `      DB_URI: mariadb://${name(c)}:${inUrl(c)}@db-0.db/app\n`,
  "mssql url": (c) => `export SQLALCHEMY_DATABASE_URI='mssql+pyodbc://${name(c)}:${inUrl(c)}@sql1/crm?driver=x'\n`,
  "kafka jaas": (c) =>
    `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="${name(c)}" password="${bare(c)}";\n`,
  "nats url": (c) => `nats pub -s nats://${name(c)}:${bare(c)}@nats.corp.example:4222 orders.new '{}'\n`,
  "ldap bind": (c) => `ldapsearch -x -H ldap://dc1.corp.example -D cn=${name(c)},dc=corp -w ${bare(c)} -b dc=corp\n`,
  "mqtt url": (c) => `client.connect("mqtts://${name(c)}:${inUrl(c)}@iot.corp.example:8883")\n`,
  "error with url": (c) =>
    `sqlalchemy.exc.OperationalError: could not connect: postgresql://${name(c)}:${inUrl(c)}@pg.corp.example:5432/crm (Background: timeout)\n`,
  "git url in log": (c) =>
    `fatal: unable to access 'https://${name(c)}:${mark(letters(c, "n", 24))}@git.corp.example/a/b.git/': 403\n`,
  "redis-cli": (c) => `redis-cli -h cache.corp.example -a ${bare(c)} PING\nPONG\n`,
  "mongo shell": (c) =>
    `mongosh --host m1 --username ${name(c)} --password '${quoted(c)}' --authenticationDatabase admin\n`,
  "psql keywords": (c) => `psql "host=pg.corp.example user=${name(c)} password=${bare(c)} dbname=crm"\n`,
  wget: (c) => `wget --user=${name(c)} --password=${bare(c)} https://files.corp.example/a.tgz\n`,
  smbclient: (c) => `smbclient //nas/share -U ${name(c)}%${bare(c)} -c ls\n`,
  htpasswd: (c) => `htpasswd -b /etc/nginx/.htpasswd ${name(c)} ${bare(c)}\n`,
  "az login": (c) => `az login --service-principal -u 5b2f -p ${mark(letters(c, "w", 34))} --tenant corp.example\n`,
  powershell: (c) => `$password = ConvertTo-SecureString "${quoted(c)}" -AsPlainText -Force\n`,
  "ruby yaml": (c) => `production:\n  adapter: mysql2\n  username: ${name(c)}\n  password: '${quoted(c)}'\n  pool: 5\n`,
  php: (c) => `$db = new PDO($dsn, '${name(c)}', $pw);\n$dbpass = '${quoted(c)}';\n`,
  "wp-config": (c) => `define( 'DB_USER', '${name(c)}' );\ndefine( 'DB_PASSWORD', '${quoted(c)}' );\n`,
  csharp: (c) => `var creds = new NetworkCredential { UserName = "${name(c)}", Password = "${quoted(c)}" };\n`,
  appsettings: (c) =>
    `"ConnectionStrings": { "Default": "Host=pg;Username=${name(c)};Password=${bare(c)};Database=crm" }\n`,
  go: (c) => `\tcfg := mysql.Config{User: "${name(c)}", Passwd: "${quoted(c)}", Net: "tcp"}\n`,
  "go dsn": (c) => `db, err := sql.Open("mysql", "${name(c)}:${bare(c)}@tcp(db.corp.example:3306)/crm")\n`,
  kotlin: (c) => `    password = "${quoted(c)}"\n    url = "https://maven.corp.example"\n`,
  "gradle properties": (c) => `nexusUsername=${name(c)}\nnexusPassword=${bare(c)}\norg.gradle.daemon=true\n`,
  terraform: (c) => `resource "aws_db_instance" "crm" {\n  username = "${name(c)}"\n  password = "${quoted(c)}"\n}\n`,
  ansible: (c) => `ansible_user: ${name(c)}\nansible_become_pass: ${bare(c)}\n`,
  "k8s env": (c) => `        - name: REDIS_PASSWORD\n          value: "${bare(c)}"\n`,
  "k8s secret": (c) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: crm\nstringData:\n  admin-password: ${bare(c)}\n`,
  helm: (c) => `helm install crm bitnami/postgresql --set auth.postgresPassword=${bare(c)} -n crm\n`,
  "docker run": (c) => `docker run -e MYSQL_ROOT_PASSWORD=${bare(c)} -d mysql:8\n`,
  dockerfile: (c) => `ARG VERSION=3\nENV ADMIN_PASS=${bare(c)} \\\n    TZ=UTC\n`,
  systemd: (c) => `[Service]\nEnvironment=APP_SECRET=${mark(letters(c, "n", 32))}\n`,
  "nginx header": (c) => `proxy_set_header Authorization "Bearer ${mark(letters(c, "n", 40))}";\n`,
  axios: (c) => `axios.get(url, { headers: { Authorization: \`Bearer ${mark(letters(c, "w", 48))}\` } });\n`,
  "python requests": (c) => `r = requests.get(url, headers={'X-Auth-Token': '${token(c)}'}, timeout=5)\n`,
  "requests auth": (c) => `r = requests.get(url, auth=("${name(c)}", "${quoted(c)}"))\n`,
  httpie: (c) => `http -a ${name(c)}:${bare(c)} GET https://api.corp.example/v1/users\n`,
  proxy: (c) => `export HTTPS_PROXY=http://${name(c)}:${inUrl(c)}@proxy.corp.example:3128\n`,
  "har header": (c) => `{"name":"Authorization","value":"Bearer ${mark(letters(c, "w", 64))}"}`,
  "har cookie": (c) => `{ "name": "Cookie", "value": "locale=de; auth_token=${mark(letters(c, "n", 40))}; x=1" }`,
  phpsessid: (c) => `GET /admin HTTP/1.1\nHost: corp.example\nCookie: PHPSESSID=${mark(letters(c, "l", 26))}\n`,
  jsessionid: (c) => `set-cookie: JSESSIONID=${mark(letters(c, "X", 32))}; Path=/app; Secure\n`,
  "rails master key": (c) => `RAILS_MASTER_KEY=${mark(letters(c, "x", 32))} bin/rails server\n`,
  "laravel key": (c) => `APP_NAME=crm\nAPP_KEY=${mark(`base64:${base64Bytes(c, 32)}`)}\nAPP_DEBUG=false\n`,
  "encryption key": (c) => `encryption_key: "${mark(base64Bytes(c, 32))}"\ncipher: aes-256-gcm\n`,
  "signing secret": (c) => `signingSecret: '${mark(letters(c, "x", 32))}',\n`,
  "webhook secret": (c) => `WEBHOOK_SECRET='${mark(letters(c, "n", 32))}'\n`,
  ticket: (c) =>
    `Zugang für das Testsystem:\nBenutzer: ${name(c)}\nPasswort: ${mark(humanPassword(c))}\nURL: https://test.corp.example\n`,
  mail: (c) => `Hello,\n\nyour new password is: ${mark(plainPassword(c))}\n\nPlease change it after the first login.\n`,
  slack: (c) =>
    `creds are ${name(c)} / ${mark(randomPassword(c).replace(/\s/g, "x"))} for the jump host password login`,
  grep: (c) => `config/prod.yml:14:    db_password: ${bare(c)}\nconfig/prod.yml:15:    db_port: 5432\n`,
  diff: (c) => `-  password: changeme\n+  password: ${bare(c)}\n`,
  "rust dict": (c) => `Credentials { username: "${name(c)}", password: "${quoted(c)}" }\n`,
  "python dict": (c) => `{'user': '${name(c)}', 'passwd': '${mark(plainPassword(c))}', 'db': 'crm'}\n`,
  "escaped json": (c) => `body: "{\\"login\\":\\"${name(c)}\\",\\"password\\":\\"${bare(c)}\\"}"\n`,
  "http form": (c) =>
    `POST /oauth/token\n\ngrant_type=client_credentials&client_id=web&client_secret=${mark(letters(c, "w", 40))}\n`,
  csv: (c) => `host,user,password\npg.corp.example,${name(c)},${bare(c)}\n`,
  snowflake: (c) => `snowflake.connector.connect(account="ab123", user="${name(c)}", password="${quoted(c)}")\n`,
  "vault put": (c) => `vault kv put secret/crm password=${bare(c)} user=${name(c)}\n`,
};
