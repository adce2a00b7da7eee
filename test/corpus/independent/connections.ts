/** How programs reach others: connection strings, statements of databases, headers and cookies. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { base64Bytes, letters, shaped, uuid } from "../shape.ts";
import { basic, host, inUrl, password, quotable, user } from "./values.ts";

const SCHEMES =
  "postgres postgresql mysql mongodb mongodb+srv redis rediss amqp amqps mssql mariadb clickhouse cockroachdb nats mqtt ftp sftp smtp smtps ldap ldaps http https postgresql+asyncpg mysql+pymysql kafka couchbase neo4j bolt snowflake oracle sqlserver imaps socks5 vnc rtsp ssh cassandra influxdb elasticsearch valkey";

/** An address with a user and a password in it, for every kind of server. */
const URLS: Readonly<Record<string, Writer>> = Object.fromEntries(
  SCHEMES.split(" ").map((scheme): [string, Writer] => [
    `url ${scheme}`,
    (c) => {
      const lead = c.pick(["DATABASE_URL=", "url: ", "dsn = ", "connect to ", "  - BROKER=", "export DSN="]);
      return `${lead}${scheme}://${user(c)}:${mark(inUrl(c))}@${host(c)}:${1000 + c.below(9000)}/${c.pick(["app", "main", "orders?sslmode=require"])}\n`;
    },
  ]),
);

/** By kind. */
export const CONNECTIONS: Readonly<Record<string, Writer>> = {
  "redis no user": (c) => `REDIS_URL=redis://:${mark(inUrl(c))}@${host(c)}:6379/0`,
  "jdbc query": (c) =>
    `jdbc:sqlserver://${host(c)}:1433;databaseName=app;user=${user(c)};password=${mark(inUrl(c))};encrypt=true`,
  "jdbc mysql q": (c) => `jdbc:mysql://${host(c)}:3306/app?user=${user(c)}&password=${mark(inUrl(c))}&useSSL=true`,
  ado: (c) =>
    `"DefaultConnection": "Server=${host(c)};Database=Shop;User Id=${user(c)};Password=${mark(inUrl(c))};TrustServerCertificate=True"`,
  "ado pwd": (c) => `connectionString="Data Source=sql01;Initial Catalog=Crm;uid=${user(c)};pwd=${mark(inUrl(c))};"`,
  odbc: (c) =>
    `Driver={ODBC Driver 18 for SQL Server};Server=tcp:x.database.windows.net,1433;Uid=${user(c)};Pwd={${mark(inUrl(c))}};Encrypt=yes;`,
  libpq: (c) => `psycopg2.connect("host=${host(c)} dbname=app user=${user(c)} password=${mark(inUrl(c))}")`,
  libpq2: (c) => `dsn := "host=localhost user=gorm password=${mark(inUrl(c))} dbname=gorm port=9920 sslmode=disable"`,
  "go mysql": (c) =>
    `db, err := sql.Open("mysql", "${user(c)}:${mark(inUrl(c))}@tcp(${host(c)}:3306)/app?parseTime=true")`,
  "py connect": (c) =>
    `conn = pymysql.connect(host='${host(c)}', user='${user(c)}', ${c.pick(["password", "passwd"])}='${mark(password(c).replace(/'/g, ""))}', db='x')`,
  "java drivermanager": (c) =>
    `Connection c = DriverManager.getConnection("jdbc:oracle:thin:@${host(c)}:1521:XE", "${user(c)}", "${mark(inUrl(c))}");`,
  "oracle sqlplus": (c) => `sqlplus ${user(c)}/${mark(inUrl(c))}@ORCL`,
  "php pdo": (c) => `$pdo = new PDO('mysql:host=${host(c)};dbname=app', '${user(c)}', '${mark(inUrl(c))}');`,
  "sql identified": (c) => `CREATE USER '${user(c)}'@'%' IDENTIFIED BY '${mark(password(c).replace(/'/g, ""))}';`,
  "sql alter": (c) => `ALTER ROLE ${user(c)} WITH LOGIN PASSWORD '${mark(password(c).replace(/'/g, ""))}';`,
  "sql login": (c) => `CREATE LOGIN web WITH PASSWORD = N'${mark(password(c).replace(/'/g, ""))}', CHECK_POLICY = OFF;`,
  "sql insert user": (c) =>
    `INSERT INTO users (username, password) VALUES ('${user(c)}', '${mark(password(c).replace(/'/g, ""))}');`,
  "mongo createUser": (c) =>
    `db.createUser({ user: "${user(c)}", pwd: "${mark(password(c).replace(/["\\]/g, ""))}", roles: ["readWrite"] })`,
  "auth basic": (c) => `Authorization: Basic ${mark(basic(c))}`,
  "auth bearer": (c) =>
    `> GET /v1/x HTTP/2\n> authorization: Bearer ${mark(shaped(c, c.pick(["{w43}", "{n40}", "{x64}", "{uuid}"])))}\n> accept: */*`,
  "auth bearer js": (c) => `headers: { Authorization: 'Bearer ${mark(shaped(c, "{w50}"))}' }`,
  "auth token": (c) => `-H "Authorization: Token ${mark(shaped(c, "{x40}"))}"`,
  "auth apikey": (c) => `Authorization: ApiKey ${mark(base64Bytes(c, 36))}`,
  "auth splunk": (c) =>
    `curl -k https://hec:8088/services/collector -H "Authorization: Splunk ${mark(uuid(c))}" -d '{}'`,
  "auth raw": (c) => `'authorization': '${mark(shaped(c, "{n48}"))}'`,
  "x-api-key": (c) => `x-api-key: ${mark(shaped(c, c.pick(["{n40}", "{x32}", "{uuid}", "{w43}"])))}`,
  "x-auth": (c) => `X-Auth-Token: ${mark(shaped(c, c.pick(["{n40}", "{x32}", "{uuid}"])))}\nAccept: application/json`,
  "proxy auth": (c) => `Proxy-Authorization: Basic ${mark(basic(c))}`,
  "cookie session": (c) =>
    `Cookie: ${c.pick(["sessionid", "JSESSIONID", "PHPSESSID", "connect.sid", "_session_id", "auth_token", "laravel_session", "session"])}=${mark(shaped(c, c.pick(["{n32}", "{x64}", "{u32}", "{w86}"])))}; theme=dark`,
  "set-cookie": (c) => `Set-Cookie: session=${mark(shaped(c, "{w86}"))}; Path=/; HttpOnly; Secure`,
  "url query token": (c) =>
    `https://cdn.example.org/f.zip?${c.pick(["token", "access_token", "api_key", "apikey", "key", "auth"])}=${mark(shaped(c, c.pick(["{n40}", "{x64}", "{w43}"])))}&v=2`,
  "postgres url param": (c) => `create_engine(f"postgresql://{user}:${mark(inUrl(c))}@{host}/db")`,
  nodemailer: (c) => `auth: { user: 'a@b.example', pass: '${mark(password(c).replace(/['\\]/g, ""))}' }`,
  "requests auth": (c) => `requests.get(url, auth=("${user(c)}", "${mark(password(c).replace(/["\\]/g, ""))}"))`,
  "git credential": (c) => `https://${user(c)}:${mark(inUrl(c))}@github.example.com\n`,
  "git remote": (c) => `origin\thttps://${user(c)}:${mark(letters(c, "x", 40))}@git.example.com/x.git (fetch)`,
  cassandra: (c) =>
    `auth_provider = PlainTextAuthProvider(username='${user(c)}', password='${mark(password(c).replace(/['\\]/g, ""))}')`,
  "kafka jaas": (c) =>
    `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="${user(c)}" password="${mark(inUrl(c))}";`,
  elastic: (c) =>
    `new Client({ node: 'https://es:9200', auth: { username: 'elastic', password: '${mark(inUrl(c))}' } })`,
  sqlcmd: (c) => `sqlcmd -S sql01 -U sa -P '${mark(quotable(c))}' -Q "select 1"\n`,
  "createdb sql": (c) =>
    `GRANT ALL PRIVILEGES ON app.* TO '${user(c)}'@'localhost' IDENTIFIED BY '${mark(quotable(c))}';\nFLUSH PRIVILEGES;`,
  "sql role": (c) => `CREATE ROLE ${user(c)} LOGIN PASSWORD '${mark(quotable(c))}';`,
  "sql user ms": (c) => `CREATE USER ${user(c)} WITH PASSWORD='${mark(quotable(c))}';`,
  "sql set": (c) => `SET PASSWORD FOR 'root'@'localhost' = PASSWORD('${mark(quotable(c))}');`,
  oracle: (c) => `CREATE USER ${user(c)} IDENTIFIED BY "${mark(quotable(c))}" DEFAULT TABLESPACE users;`,
  "oracle connect": (c) => `CONNECT ${user(c)}/${mark(inUrl(c))}@//db:1521/ORCL`,
  "snowflake sql": (c) =>
    `CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='${mark(shaped(c, "AKIA{q16}"))}' AWS_SECRET_KEY='${mark(letters(c, "b", 40))}');`,
  "redshift copy": (c) =>
    `COPY t FROM 's3://b/x' CREDENTIALS 'aws_access_key_id=${mark(shaped(c, "AKIA{q16}"))};aws_secret_access_key=${mark(letters(c, "b", 40))}' CSV;`,
  dblink: (c) => `SELECT * FROM dblink('host=h user=${user(c)} password=${mark(inUrl(c))} dbname=x', 'select 1');`,
  fdw: (c) => `CREATE USER MAPPING FOR app SERVER s OPTIONS (user '${user(c)}', password '${mark(quotable(c))}');`,
  "jdbc oracle": (c) => `jdbc:oracle:thin:${user(c)}/${mark(inUrl(c))}@//db:1521/x`,
  "jdbc db2": (c) => `jdbc:db2://h:50000/x:user=${user(c)};password=${mark(inUrl(c))};`,
  "mongo odbc": (c) => `mongodb://${user(c)}:${mark(inUrl(c))}@m1:27017,m2:27017,m3:27017/app?replicaSet=rs0`,
  "amqp conn": (c) => `CELERY_BROKER_URL = 'amqp://${user(c)}:${mark(inUrl(c))}@rabbit:5672//'`,
  stomp: (c) => `connect({ login: '${user(c)}', passcode: '${mark(quotable(c))}' })`,
  "ldap py": (c) => `conn.simple_bind_s("cn=${user(c)},dc=acme", "${mark(quotable(c))}")`,
  "ldap php": (c) => `ldap_bind($ds, "cn=${user(c)}", "${mark(quotable(c))}");`,
  "form curl": (c) => `curl -d "username=${user(c)}&password=${mark(inUrl(c))}" https://x/login`,
  "json curl": (c) => `curl -X POST -d '{"username":"${user(c)}","password":"${mark(quotable(c))}"}' https://x/login`,
  "oauth curl": (c) =>
    `curl -d grant_type=client_credentials -d client_id=${uuid(c)} -d client_secret=${mark(letters(c, "n", 40))} https://x/token`,
  "openapi example": (c) =>
    `Authorization: Bearer ${mark(letters(c, "w", 48))}\nContent-Type: application/json\n\n{"a":1}`,
  "git url": (c) => `url = https://${user(c)}:${mark(inUrl(c))}@git.example.org/a/b.git`,
  "pip url": (c) => `--extra-index-url https://${user(c)}:${mark(inUrl(c))}@pypi.example.org/simple\n`,
  ...URLS,
};
