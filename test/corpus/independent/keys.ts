/** Private keys and keys of clouds and clusters, in the files that hold them. */
import type { Writer } from "../credentials.ts";
import { mark } from "../sample.ts";
import { letters, shaped, uuid } from "../shape.ts";
import { basic, jwt, lines, password, pem } from "./values.ts";

/** By kind. */
export const KEYS: Readonly<Record<string, Writer>> = {
  jwt: (c) =>
    c.pick([
      (j: string) => `token=${j}`,
      (j: string) => `Authorization: Bearer ${j}`,
      (j: string) => `{"id_token":"${j}"}`,
      (j: string) => j,
      (j: string) => `Cookie: jwt=${j}`,
    ])(mark(jwt(c))),
  "aws creds": (c) =>
    `[default]\naws_access_key_id = ${mark(shaped(c, "AKIA{q16}"))}\naws_secret_access_key = ${mark(letters(c, "b", 40))}\n`,
  "aws json": (c) =>
    JSON.stringify({
      AccessKeyId: mark(shaped(c, "ASIA{q16}")),
      SecretAccessKey: mark(letters(c, "b", 40)),
      SessionToken: mark(`IQoJb3JpZ2lu${letters(c, "b", 300)}=`),
    }),
  "aws session env": (c) => `export AWS_SESSION_TOKEN=${mark(`IQoJb3JpZ2lu${letters(c, "b", 400)}==`)}`,
  "aws js": (c) =>
    `AWS.config.update({ accessKeyId: '${mark(shaped(c, "AKIA{q16}"))}', secretAccessKey: '${mark(letters(c, "b", 40))}', region: 'eu-west-1' });`,
  "azure storage conn": (c) =>
    `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${mark(`${letters(c, "b", 86)}==`)};EndpointSuffix=core.windows.net`,
  "azure servicebus": (c) =>
    `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${mark(`${letters(c, "b", 43)}=`)}`,
  "azure iot": (c) => `HostName=hub.azure-devices.net;DeviceId=d1;SharedAccessKey=${mark(`${letters(c, "b", 43)}=`)}`,
  "azure cosmos": (c) =>
    `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=${mark(`${letters(c, "b", 86)}==`)};`,
  "azure appconfig": (c) =>
    `Endpoint=https://a.azconfig.io;Id=x-l0-s0:${letters(c, "n", 20)};Secret=${mark(`${letters(c, "b", 43)}=`)}`,
  "azure sas url": (c) =>
    `https://acme.blob.core.windows.net/c/f?sv=2022-11-02&st=2026-01-01&se=2026-02-01&sr=b&sp=r&sig=${mark(encodeURIComponent(`${letters(c, "b", 43)}=`))}`,
  "azure insights": (c) => `InstrumentationKey=${uuid(c)};x\nAZURE_CLIENT_SECRET=${mark(shaped(c, "{n3}8Q~{n34}"))}`,
  "gcp sa": (c) =>
    JSON.stringify(
      {
        type: "service_account",
        project_id: "p-1",
        private_key_id: letters(c, "x", 40),
        private_key: `${mark(`-----BEGIN PRIVATE KEY-----\n${lines(c, 20)}\n-----END PRIVATE KEY-----`)}\n`,
        client_email: "x@p-1.iam.gserviceaccount.com",
        client_id: letters(c, "d", 21),
      },
      null,
      2,
    ),
  "gcp adc": (c) =>
    JSON.stringify(
      {
        client_id: `${letters(c, "d", 12)}-${letters(c, "l", 32)}.apps.googleusercontent.com`,
        client_secret: mark(shaped(c, "GOCSPX-{w28}")),
        refresh_token: mark(shaped(c, "1//0{w70}")),
        type: "authorized_user",
      },
      null,
      1,
    ),
  kubeconfig: (c) =>
    `users:\n- name: admin\n  user:\n    client-certificate-data: ${"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"}Cg\n    client-key-data: ${mark(`LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tL${letters(c, "b", 900)}==`)}\n`,
  "kubeconfig token": (c) => `users:\n- name: svc\n  user:\n    token: ${mark(jwt(c))}\n`,
  kubeadm: (c) =>
    `kubeadm join 10.0.0.1:6443 --token ${mark(shaped(c, "{l6}.{l16}"))} --discovery-token-ca-cert-hash sha256:${letters(c, "x", 64)}`,
  "k8s secret data": (c) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  password: ${mark(Buffer.from(password(c)).toString("base64"))}\n`,
  "k8s dockercfg": (c) =>
    `kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: ${mark(Buffer.from(JSON.stringify({ auths: { "r.example": { username: "u", password: password(c), auth: basic(c) } } })).toString("base64"))}\n`,
  "pem rsa": (c) => pem(c, "RSA PRIVATE KEY"),
  "pem pkcs8": (c) => `cat key.pem\n${pem(c, "PRIVATE KEY")}\n`,
  "pem ec": (c) =>
    mark(
      `-----BEGIN EC PRIVATE KEY-----\n${letters(c, "b", 64)}\n${letters(c, "b", 64)}\n${letters(c, "b", 34)}==\n-----END EC PRIVATE KEY-----`,
    ),
  "pem enc": (c) => pem(c, "ENCRYPTED PRIVATE KEY"),
  "pem rsa enc": (c) =>
    pem(c, "RSA PRIVATE KEY", `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${letters(c, "X", 32)}\n\n`),
  "pem openssh": (c) =>
    mark(
      `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n${letters(c, "b", 70)}\n${letters(c, "b", 70)}\n${letters(c, "b", 60)}=\n-----END OPENSSH PRIVATE KEY-----`,
    ),
  "pem dsa": (c) => pem(c, "DSA PRIVATE KEY"),
  pgp: (c) =>
    mark(
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${lines(c, 12)}\n=${letters(c, "n", 4)}\n-----END PGP PRIVATE KEY BLOCK-----`,
    ),
  putty: (c) =>
    `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAI${letters(c, "b", 39)}\n${letters(c, "b", 20)}\nPrivate-Lines: 1\n${mark(`${letters(c, "b", 43)}=`)}\nPrivate-MAC: ${letters(c, "x", 64)}`,
  "pem one line": (c) =>
    `PRIVATE_KEY="${mark(`-----BEGIN RSA PRIVATE KEY-----\\n${Array.from({ length: 10 }, () => letters(c, "b", 64)).join("\\n")}\\n-----END RSA PRIVATE KEY-----`)}\\n"`,
  "pem yaml": (c) =>
    `tls.key: |\n  ${mark(`-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 8 }, () => `  ${letters(c, "b", 64)}`).join("\n")}\n  -----END PRIVATE KEY-----`)}\n`,
  "pem read": (c) =>
    `     1→${mark(`-----BEGIN RSA PRIVATE KEY-----\n${Array.from({ length: 8 }, (_, i) => `     ${i + 2}→${letters(c, "b", 64)}`).join("\n")}\n    10→-----END RSA PRIVATE KEY-----`)}`,
  jwk: (c) =>
    JSON.stringify({
      kty: "EC",
      crv: "P-256",
      x: letters(c, "w", 43),
      y: letters(c, "w", 43),
      d: mark(letters(c, "w", 43)),
    }),
  wireguard: (c) =>
    `[Interface]\nPrivateKey = ${mark(`${letters(c, "b", 43)}=`)}\nAddress = 10.0.0.2/32\n\n[Peer]\nPublicKey = ${letters(c, "b", 43)}=\n`,
  "eth key": (c) => `PRIVATE_KEY=${mark(`0x${letters(c, "x", 64)}`)}`,
  fernet: (c) => `FERNET_KEY=${mark(`${letters(c, "w", 43)}=`)}`,
  laravel: (c) => `APP_NAME=Shop\nAPP_KEY=base64:${mark(`${letters(c, "b", 43)}=`)}`,
  "rails credentials": (c) => `production:\n  secret_key_base: ${mark(letters(c, "x", 128))}`,
  otpauth: (c) => `otpauth://totp/acme:joe?secret=${mark(letters(c, "q", 32))}&issuer=acme`,
  "aws configure": (c) => `aws configure set aws_secret_access_key ${mark(letters(c, "b", 40))} --profile x\n`,
  "pem short": (c) =>
    mark(
      `-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI${letters(c, "b", 55)}\nAwEHoUQDQgAE${letters(c, "b", 52)}\n${letters(c, "b", 30)}==\n-----END EC PRIVATE KEY-----`,
    ),
  "pem env": (c) =>
    `GITHUB_APP_PRIVATE_KEY="${mark(`-----BEGIN RSA PRIVATE KEY-----\n${Array.from({ length: 12 }, () => letters(c, "b", 64)).join("\n")}\n-----END RSA PRIVATE KEY-----`)}"`,
  "pem b64": (c) =>
    `SSH_KEY_B64=${mark(Buffer.from(`-----BEGIN OPENSSH PRIVATE KEY-----\n${letters(c, "b", 300)}\n`).toString("base64"))}`,
  "ssh2 pem": (c) =>
    mark(
      `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "x"\n${letters(c, "b", 70)}\n${letters(c, "b", 70)}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
    ),
  age: (c) =>
    `# created: 2026-01-01\n# public key: age1${letters(c, "l", 58)}\n${mark(shaped(c, "AGE-SECRET-KEY-1{h58}"))}\n`,
  totp: (c) => `TOTP_SECRET=${mark(letters(c, "q", 32))}`,
  "wg preshared": (c) => `PresharedKey = ${mark(`${letters(c, "b", 43)}=`)}\nAllowedIPs = 0.0.0.0/0`,
};
