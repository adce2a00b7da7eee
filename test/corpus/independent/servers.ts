/** Configuration files of servers, machines and frameworks with passwords in them. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { base64Bytes, letters, uuid } from "../shape.ts";
import { inUrl, NAMES, password, plain, quotable, user } from "./values.ts";

/** By kind. */
export const SERVERS: Readonly<Record<string, Writer>> = {
  "spring full": (c) =>
    `spring:\n  datasource:\n    url: jdbc:postgresql://db:5432/app\n    username: ${user(c)}\n    password: ${mark(plain(c))}\n    driver-class-name: org.postgresql.Driver\n  jpa:\n    hibernate:\n      ddl-auto: validate\n`,
  "settings.py": (c) =>
    `DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': 'app',\n        'USER': '${user(c)}',\n        'PASSWORD': '${mark(quotable(c))}',\n        'HOST': 'localhost',\n    }\n}\n`,
  "values.yaml": (c) =>
    `postgresql:\n  auth:\n    postgresPassword: ${mark(plain(c))}\n    database: app\n  primary:\n    persistence:\n      size: 8Gi\n`,
  "ansible inventory": (c) =>
    `[web]\n10.0.0.5 ansible_user=${user(c)} ansible_ssh_pass=${mark(plain(c))} ansible_port=22\n`,
  "ansible become": (c) => `ansible_become_password: "${mark(quotable(c))}"\n`,
  appsettings: (c) =>
    JSON.stringify(
      {
        ConnectionStrings: { Default: "Server=.;Database=x;Trusted_Connection=True" },
        Smtp: { Host: "mail", User: user(c), Password: mark(quotable(c)) },
      },
      null,
      2,
    ),
  "web.config": (c) =>
    `<connectionStrings>\n  <add name="Main" connectionString="Data Source=sql;Initial Catalog=x;User ID=${user(c)};Password=${mark(inUrl(c))}" providerName="System.Data.SqlClient" />\n</connectionStrings>`,
  "tomcat resource": (c) =>
    `<Resource name="jdbc/x" auth="Container" type="javax.sql.DataSource" username="${user(c)}" password="${mark(quotable(c))}" url="jdbc:mysql://db/x"/>`,
  hibernate: (c) => `<property name="hibernate.connection.password">${mark(quotable(c))}</property>`,
  persistence: (c) => `<property name="javax.persistence.jdbc.password" value="${mark(quotable(c))}"/>`,
  "maven settings": (c) =>
    `<server>\n      <id>releases</id>\n      <username>${user(c)}</username>\n      <password>${mark(quotable(c))}</password>\n    </server>`,
  "gradle.properties": (c) =>
    `signing.keyId=24875D73\nsigning.password=${mark(plain(c))}\nossrhPassword=${mark(plain(c))}\n`,
  "key.properties": (c) =>
    `storePassword=${mark(plain(c))}\nkeyPassword=${mark(plain(c))}\nkeyAlias=upload\nstoreFile=upload.jks\n`,
  "my.cnf": (c) => `[mysqldump]\nuser = ${user(c)}\npassword = "${mark(quotable(c))}"\n`,
  smbcredentials: (c) => `username=${user(c)}\npassword=${mark(plain(c))}\ndomain=ACME\n`,
  hostapd: (c) => `ssid=lab\nwpa=2\nwpa_passphrase=${mark(plain(c))}\nwpa_key_mgmt=WPA-PSK\n`,
  "nm psk": (c) => `[wifi-security]\nkey-mgmt=wpa-psk\npsk=${mark(plain(c))}\n`,
  "redis.conf": (c) => `bind 0.0.0.0\nrequirepass ${mark(plain(c))}\nmasterauth ${mark(plain(c))}\n`,
  "grafana.ini": (c) =>
    `[security]\nadmin_user = admin\nadmin_password = ${mark(plain(c))}\nsecret_key = ${mark(letters(c, "n", 20))}\n`,
  prometheus: (c) =>
    `    basic_auth:\n      username: ${user(c)}\n      password: ${mark(plain(c))}\n    static_configs:\n`,
  alertmanager: (c) => `global:\n  smtp_auth_username: ${user(c)}\n  smtp_auth_password: '${mark(quotable(c))}'\n`,
  filebeat: (c) =>
    `output.elasticsearch:\n  hosts: ["es:9200"]\n  username: "elastic"\n  password: "${mark(quotable(c))}"\n`,
  airflow: (c) =>
    `fernet_key = ${mark(`${letters(c, "w", 43)}=`)}\nsql_alchemy_conn = postgresql+psycopg2://airflow:${mark(inUrl(c))}@pg/airflow\n`,
  "database.yml": (c) =>
    `production:\n  adapter: mysql2\n  username: ${user(c)}\n  password: ${mark(plain(c))}\n  host: db\n`,
  devise: (c) => `  config.secret_key = '${mark(letters(c, "x", 128))}'\n`,
  magento: (c) =>
    `'crypt' => [\n    'key' => '${mark(letters(c, "x", 32))}'\n],\n'db' => ['connection' => ['default' => ['username' => '${user(c)}', 'password' => '${mark(quotable(c))}']]]`,
  joomla: (c) => `\tpublic $password = '${mark(quotable(c))}';\n\tpublic $secret = '${mark(letters(c, "n", 16))}';\n`,
  drupal: (c) => `$settings['hash_salt'] = '${mark(letters(c, "w", 74))}';\n`,
  phpmyadmin: (c) => `$cfg['blowfish_secret'] = '${mark(letters(c, "n", 32))}';`,
  nextcloud: (c) =>
    `  'passwordsalt' => '${mark(letters(c, "n", 30))}',\n  'secret' => '${mark(letters(c, "b", 48))}',\n  'dbpassword' => '${mark(quotable(c))}',\n`,
  mediawiki: (c) => `$wgDBpassword = "${mark(quotable(c))}";\n$wgSecretKey = "${mark(letters(c, "x", 64))}";`,
  moodle: (c) => `$CFG->dbuser = '${user(c)}';\n$CFG->dbpass = '${mark(quotable(c))}';`,
  "gitea app.ini": (c) =>
    `[security]\nINTERNAL_TOKEN = ${mark(letters(c, "w", 105))}\nSECRET_KEY = ${mark(letters(c, "n", 64))}\n`,
  "gitlab.rb": (c) =>
    `gitlab_rails['smtp_user_name'] = "${user(c)}"\ngitlab_rails['smtp_password'] = "${mark(quotable(c))}"\n`,
  haproxy: (c) => `userlist ops\n  user ${user(c)} insecure-password ${mark(plain(c))}\n`,
  dovecot: (c) => `${user(c)}:{PLAIN}${mark(plain(c))}:1000:1000::/home/x\n`,
  sasl_passwd: (c) => `[smtp.example.org]:587 ${user(c)}@example.org:${mark(plain(c))}\n`,
  msmtp: (c) => `account main\nhost smtp.example.org\nuser ${user(c)}\npassword ${mark(plain(c))}\n`,
  fetchmail: (c) => `poll mail.example.org proto imap user "${user(c)}" password "${mark(quotable(c))}" ssl`,
  mutt: (c) => `set imap_user = "${user(c)}"\nset imap_pass = "${mark(quotable(c))}"\n`,
  offlineimap: (c) => `remoteuser = ${user(c)}\nremotepass = ${mark(plain(c))}\n`,
  filezilla: (c) =>
    `<Server><Host>ftp.x</Host><User>${user(c)}</User><Pass encoding="base64">${mark(Buffer.from(password(c)).toString("base64"))}</Pass></Server>`,
  unattend: (c) =>
    `<AdministratorPassword>\n  <Value>${mark(quotable(c))}</Value>\n  <PlainText>true</PlainText>\n</AdministratorPassword>`,
  "cloud-init": (c) => `#cloud-config\npassword: ${mark(plain(c))}\nchpasswd: { expire: False }\nssh_pwauth: True\n`,
  "cloud-init list": (c) => `chpasswd:\n  list: |\n    root:${mark(plain(c))}\n    ${user(c)}:RANDOM\n`,
  kickstart: (c) => `lang en_US\nrootpw --plaintext ${mark(plain(c))}\ntimezone UTC\n`,
  preseed: (c) => `d-i passwd/root-password password ${mark(plain(c))}\n`,
  vagrant: (c) => `config.ssh.username = "root"\nconfig.ssh.password = "${mark(quotable(c))}"\n`,
  cloudformation: (c) =>
    `  DB:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUsername: ${user(c)}\n      MasterUserPassword: ${mark(plain(c))}\n`,
  "arm template": (c) => `"adminPassword": {\n  "value": "${mark(quotable(c))}"\n}`,
  bicep: (c) => `param adminPassword string = '${mark(quotable(c))}'\n`,
  kustomize: (c) =>
    `secretGenerator:\n- name: db\n  literals:\n  - username=${user(c)}\n  - password=${mark(plain(c))}\n`,
  "vault init": (c) =>
    `Unseal Key 1: ${mark(base64Bytes(c, 33))}\nUnseal Key 2: ${mark(base64Bytes(c, 33))}\n\nInitial Root Token: ${mark(`hvs.${letters(c, "n", 24)}`)}\n`,
  consul: (c) => `encrypt = "${mark(base64Bytes(c, 32))}"\nacl { tokens { agent = "${mark(uuid(c))}" } }\n`,
  k3s: (c) => `K3S_TOKEN=${mark(`K10${letters(c, "x", 64)}::server:${letters(c, "x", 32)}`)}\n`,
  rancher: (c) => `token: ${mark(`token-${letters(c, "l", 5)}:${letters(c, "l", 54)}`)}\n`,
  ceph: (c) => `[client.admin]\n\tkey = ${mark(`AQ${letters(c, "b", 36)}==`)}\n`,
  "composer auth": (c) =>
    JSON.stringify(
      { "http-basic": { "repo.magento.com": { username: letters(c, "x", 32), password: mark(letters(c, "x", 32)) } } },
      null,
      2,
    ),
  "bundle config": (c) => `BUNDLE_GEMS__EXAMPLE__COM: "${user(c)}:${mark(inUrl(c))}"\n`,
  yarnrc: (c) => `npmRegistries:\n  "https://r.example.org":\n    npmAuthToken: "${mark(uuid(c))}"\n`,
  dockercfg: (c) =>
    `{"https://index.docker.io/v1/":{"auth":"${mark(Buffer.from(`${user(c)}:${password(c)}`).toString("base64"))}","email":"a@b.example"}}`,
  tinc: (c) => `SALT=${mark(letters(c, "n", 32))}\nPEPPER=${mark(letters(c, "n", 32))}`,
  "session secret": (c) => `SESSION_SECRET=${mark(`${c.pick(NAMES)}-${c.pick(NAMES)}-${letters(c, "n", 8)}`)}`,
  "keyboard cat": (c) => `secret: '${mark(letters(c, "n", 12))}',`,
};
