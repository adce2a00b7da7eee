/** Kind A: credentials that say what they are by their own form, with the form as its maker publishes it. */
import type { Chance } from "../wire/chance.ts";
import { base64Bytes, base64Json, letters, shaped, uuid } from "./shape.ts";

/** A kind of credential, and how one is made. */
export interface Kind {
  readonly name: string;
  /** What stands before the secret and belongs to its form, but is none. */
  readonly lead?: string;
  readonly make: (chance: Chance) => string;
}

/** Name and shape; see shape.ts for the alphabets. */
const SHAPES: Readonly<Record<string, string>> = {
  "1password-secret-key": "A3-{u6}-{u11}-{u5}-{u5}-{u5}",
  "1password-service-account": "ops_eyJ{n300-420}",
  "adobe-client-secret": "p8e-{l32}",
  "age-secret-key": "AGE-SECRET-KEY-1{h58}",
  "aikido-ci": "AIK_CI_{n32}",
  "aikido-secret": "AIK_SECRET_{n64}",
  "airtable-pat": "pat{n14}.{x64}",
  "alibaba-access-key": "LTAI{n20}",
  "anthropic-admin": "sk-ant-admin01-{w93}AA",
  "anthropic-api": "sk-ant-api03-{w93}AA",
  "anthropic-oauth": "sk-ant-oat01-{w86}AA",
  apify: "apify_api_{n36}",
  "artifactory-api-key": "AKCp{n69}",
  "artifactory-reference": "cmVmd{n59}",
  "asana-pat": "2/1{d15}/1{d15}:{x32}",
  "atlassian-api": "ATATT3{w180}={X8}",
  "atlassian-bitbucket-app": "ATBB{n24}{X8}",
  "aws-access-key-id": "{AKIA|ASIA}{q16}",
  "aws-bedrock-long": "ABSK{b128}",
  "azure-ad-secret": "{n3}8Q~{w34}",
  "azure-devops-pat": "{n52}JQQJ99{n10}AZDO{n4}",
  "brave-search": "BSA{w27}",
  "buildkite-agent": "bkua_{x40}",
  "canva-secret": "cnvca{w51}",
  cerebras: "csk-{l48}",
  "checkout-secret": "sk_sbox_{l26}",
  "circleci-pat": "CCIPAT_{n22}_{x40}",
  "clickhouse-cloud": "4b1d{n38}",
  clojars: "CLOJARS_{x60}",
  "cloudflare-origin-ca": "v1.0-{x24}-{x146}",
  "cockroach-cloud": "CCDB1_{n22}_{n40}",
  configcat: "configcat-sdk-1/{w22}/{w22}",
  "contentful-pat": "CFPAT-{w43}",
  coderabbit: "cr-{x58}",
  databricks: "dapi{x32}",
  "deno-deploy": "ddp_{n36}",
  "devin-service-user": "cog_{k52}",
  "digitalocean-oauth": "doo_v1_{x64}",
  "digitalocean-pat": "dop_v1_{x64}",
  "digitalocean-refresh": "dor_v1_{x64}",
  "discord-webhook": "https://discord.com/api/webhooks/{d18}/{w68}",
  "docker-oat": "dckr_oat_{w32}",
  "docker-pat": "dckr_pat_{w27}",
  "doppler-cli": "dp.ct.{n43}",
  "doppler-personal": "dp.pt.{n43}",
  "doppler-service": "dp.st.prd.{n43}",
  "dropbox-short": "sl.{w135}",
  duffel: "duffel_{live|test}_{w43}",
  dynatrace: "dt0c01.{u24}.{u64}",
  easypost: "EZAK{n54}",
  "easypost-test": "EZTK{n54}",
  "elastic-cloud": "essu_{w80}",
  endorlabs: "endr+{n16}",
  "facebook-page": "EAAC{n160}",
  figma: "figd_{w40}",
  flutterwave: "FLWSECK_TEST-{x32}-X",
  flyio: "FlyV1 fm2_{b180}",
  frameio: "fio-u-{w64}",
  "gcp-api-key": "AIza{w35}",
  "gcp-oauth-secret": "GOCSPX-{w28}",
  "gcp-oauth-access": "ya29.{w140}",
  "gcp-refresh": "1//0{w90}",
  "github-app-installation": "ghs_{n30}{crc}",
  "github-app-user": "ghu_{n30}{crc}",
  "github-fine-grained": "github_pat_{n22}_{n59}",
  "github-oauth": "gho_{n30}{crc}",
  "github-pat": "ghp_{n30}{crc}",
  "github-refresh": "ghr_{n30}{crc}",
  "gitlab-deploy": "gldt-{w20}",
  "gitlab-feature-flag": "glffct-{w20}",
  "gitlab-feed": "glft-{w20}",
  "gitlab-incoming-mail": "glimt-{l25}",
  "gitlab-job": "glcbt-64_{w20}",
  "gitlab-k8s-agent": "glagent-{w50}",
  "gitlab-oauth-app": "gloas-{x64}",
  "gitlab-pat": "glpat-{w20}",
  "gitlab-pat-routable": "glpat-{w27}.01.{l9}",
  "gitlab-runner": "glrt-{w20}",
  "gitlab-runner-registration": "GR1348941{w20}",
  "gitlab-scim": "glsoat-{w20}",
  "gitlab-trigger": "glptt-{x40}",
  "grafana-cloud": "glc_eyJ{n110}",
  "grafana-service-account": "glsa_{n32}_{x8}",
  groq: "gsk_{n52}",
  harness: "pat.{w22}.{x24}.{n20}",
  "hashicorp-tf": "{n14}.atlasv1.{w67}",
  heroku: "HRKU-AA{w58}",
  "hubspot-private-app": "pat-na1-{uuid}",
  huggingface: "hf_{m34}",
  "huggingface-org": "api_org_{m34}",
  infracost: "ico-{n32}",
  intra42: "s-s4t2ud-{x64}",
  langsmith: "lsv2_pt_{x32}_{x10}",
  "langfuse-secret": "sk-lf-{uuid}",
  linear: "lin_api_{n40}",
  mailchimp: "{x32}-us{d2}",
  mailgun: "key-{x32}",
  "mapbox-secret": "sk.eyJ{n80}.{w22}",
  maxmind: "{n6}_{n29}_mmk",
  minimax: "sk-api-{w119}",
  "mongodb-atlas-sa": "mdb_sa_sk_{w40}",
  netlify: "nfp_{n36}",
  "new-relic-insert": "NRII-{w32}",
  "new-relic-license": "{x36}NRAL",
  "new-relic-user": "NRAK-{u27}",
  notion: "ntn_{d11}{n35}",
  "notion-old": "secret_{n43}",
  npm: "npm_{n30}{crc}",
  nvidia: "nvapi-{w64}",
  "octopus-deploy": "API-{u26}",
  "openai-legacy": "sk-{n20}T3BlbkFJ{n20}",
  "openai-project": "sk-proj-{w74}T3BlbkFJ{w74}",
  "openai-service": "sk-svcacct-{w58}T3BlbkFJ{w58}",
  openrouter: "sk-or-v1-{x64}",
  openshift: "sha256~{w43}",
  paystack: "sk_live_{x40}",
  perplexity: "pplx-{n48}",
  pinecone: "pcsk_{n6}_{n60}",
  "plaid-access": "access-production-{uuid}",
  "planetscale-oauth": "pscale_oauth_{w43}",
  "planetscale-password": "pscale_pw_{w43}",
  "planetscale-token": "pscale_tkn_{w43}",
  "posthog-personal": "phx_{n47}",
  postman: "PMAK-{x24}-{x34}",
  prefect: "pnu_{n36}",
  pulumi: "pul-{x40}",
  pypi: "pypi-AgEIcHlwaS5vcmc{w150}",
  readme: "rdme_{l70}",
  render: "rnd_{n32}",
  replicate: "r8_{n37}",
  resend: "re_{n8}_{n24}",
  rubygems: "rubygems_{x48}",
  scalingo: "tk-us-{w48}",
  sendgrid: "SG.{w22}.{w43}",
  sendinblue: "xkeysib-{x64}-{n16}",
  "sendinblue-smtp": "xsmtpsib-{x64}-{n16}",
  "sentry-user": "sntryu_{x64}",
  "settlemint-pat": "sm_pat_{n16}",
  shippo: "shippo_live_{x40}",
  "shopify-access": "shpat_{x32}",
  "shopify-custom": "shpca_{x32}",
  "shopify-private": "shppa_{x32}",
  "shopify-shared": "shpss_{x32}",
  "slack-app": "xapp-1-A{u10}-{d13}-{x64}",
  "slack-bot": "xoxb-{d12}-{d13}-{n24}",
  "slack-client": "xoxc-{d12}-{d12}-{d13}-{x64}",
  "slack-config": "xoxe.xoxp-1-{n164}",
  "slack-user": "xoxp-{d12}-{d12}-{d13}-{x32}",
  "slack-webhook": "https://hooks.slack.com/services/T{u10}/B{u10}/{n24}",
  sonarqube: "squ_{x40}",
  sourcegraph: "sgp_{x16}_{x40}",
  "square-access": "EAAA{w60}",
  "square-oauth": "sq0csp-{w43}",
  "stripe-live": "sk_live_{n24}",
  "stripe-live-long": "sk_live_51{n97}",
  "stripe-restricted": "rk_live_{n24}",
  "stripe-test": "sk_test_{n24}",
  "stripe-webhook": "whsec_{n32}",
  "supabase-management": "sbp_{x40}",
  "supabase-secret": "sb_secret_{w31}",
  "tailscale-auth": "tskey-auth-k{n11}CNTRL-{n32}",
  tavily: "tvly-dev-{n32}",
  "teams-webhook": "https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{x32}/{uuid}",
  "telegram-bot": "{d10}:AA{w33}",
  together: "tgp_v1_{w43}",
  "twilio-key": "SK{x32}",
  typeform: "tfp_{w44}_{w14}",
  upcloud: "ucat_{n28}",
  "vault-batch": "hvb.{w160}",
  "vault-service": "hvs.{w95}",
  "vercel-app": "vca_{n56}",
  "vercel-gateway": "vck_{n56}",
  "vercel-pat": "vcp_{n56}",
  voyage: "pa-{w43}",
  "wandb-v1": "wandb_v1_{n77}",
  xai: "xai-{n80}",
  "yandex-api": "AQVN{w36}",
  "zapier-webhook": "https://hooks.zapier.com/hooks/catch/{d8}/{l7}/",
  "adafruit-io": "aio_{n28}",
  alchemy: "alcht_{n30}",
  "amazon-mws": "amzn.mws.{x8}-{x4}-4{x3}-a{x3}-{x12}",
  "amazon-oauth-client": "amzn1.oa2-cs.v1.{x64}",
  astra: "AstraCS:{n24}:{x64}",
  "baidu-cloud": "bce-v3/ALTAK-{n21}/{x40}",
  "bitbucket-server": "BBDC-M{n43}",
  "cal-com": "cal_live_{x32}",
  e2b: "e2b_{x40}",
  helicone: "sk-helicone-{k7}-{k7}-{k7}-{k7}",
  "hex-tech": "hxtp_{x64}",
  "honeycomb-ingest": "hcaik_01{l56}",
  inngest: "signkey-prod-{x64}",
  jina: "jina_{x32}{n28}",
  "llama-api": "LLM|{d15}|{n27}",
  llamaindex: "llx-{n48}",
  logfire: "pylf_v1_us_{n43}",
  mailersend: "mlsn.{x64}",
  neon: "napi_{l64}",
  onfido: "api_live.{n11}.{n32}",
  persona: "persona_production_{x8}-{x4}-4{x3}-a{x3}-{x12}",
  riot: "RGAPI-{x8}-{x4}-4{x3}-a{x3}-{x12}",
  rootly: "rootly_{x64}",
  runpod: "rpa_{u42}{l6}",
  "salesforce-session": "00D5f00000{n8}!{n96}",
  stytch: "secret-live-{w35}=",
  "tencent-secret-id": "AKID{n32}",
  tigris: "tsec_{n60}",
  trello: "ATTA{x72}",
  "trigger-dev": "tr_prod_{n20}",
  "twitter-app-bearer": "AAAAAAAAAAAAAAAAAAAAAA{n24}%3D{n50}",
  "val-town": "vtwn_{n32}",
  volcengine: "AKLT{n43}",
};

const SHAPED: readonly Kind[] = Object.entries(SHAPES).map(([name, shape]) => ({
  name,
  make: (chance) => shaped(chance, shape),
}));

function jwt(chance: Chance): string {
  const header = base64Json({ alg: chance.pick(["HS256", "RS256", "ES256"]), typ: "JWT" });
  const body = base64Json({ sub: letters(chance, "d", 10), iss: "https://login.acme.example", exp: 1_800_000_000 });
  return `${header}.${body}.${letters(chance, "w", 43)}`;
}

function sentryOrg(chance: Chance): string {
  const claims = { iat: 1_780_000_000.5, url: "https://sentry.io", region_url: "https://us.sentry.io", org: "acme" };
  return `sntrys_${Buffer.from(JSON.stringify(claims)).toString("base64")}_${letters(chance, "b", 43)}`;
}

function lines(text: string, width: number): string {
  return text.match(new RegExp(`.{1,${width}}`, "g"))!.join("\n");
}

function pem(chance: Chance, label: string, bytes: number): string {
  return `-----BEGIN ${label}-----\n${lines(base64Bytes(chance, bytes), 64)}\n-----END ${label}-----`;
}

function putty(chance: Chance): string {
  const half = (bytes: number): string => lines(base64Bytes(chance, bytes), 64);
  const head = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: dana@laptop";
  const body = `Public-Lines: 2\n${half(72)}\nPrivate-Lines: 1\n${half(36)}`;
  return `${head}\n${body}\nPrivate-MAC: ${letters(chance, "x", 64)}`;
}

function pgp(chance: Chance): string {
  const label = "PGP PRIVATE KEY BLOCK";
  const sum = `=${letters(chance, "b", 4)}`;
  return `-----BEGIN ${label}-----\n\n${lines(base64Bytes(chance, 900), 64)}\n${sum}\n-----END ${label}-----`;
}

const MADE: readonly Kind[] = [
  { name: "jwt", make: jwt },
  { name: "sentry-org", make: sentryOrg },
  { name: "slack-cookie", make: (chance) => `xoxd-${letters(chance, "w", 120)}%3D` },
  {
    name: "aws-bedrock-short",
    make: (chance) => `bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t${letters(chance, "b", 200)}`,
  },
  { name: "azure-storage-key", lead: "AccountKey=", make: (chance) => base64Bytes(chance, 64) },
  { name: "azure-sas", lead: "?sv=2024-11-04&sig=", make: (chance) => encodeURIComponent(base64Bytes(chance, 32)) },
  {
    name: "braintree",
    make: (chance) => `access_token$production$${letters(chance, "l", 16)}$${letters(chance, "x", 32)}`,
  },
  { name: "nuget", make: (chance) => `oy2${letters(chance, "k", 43)}` },
  { name: "cratesio", make: (chance) => `cio${letters(chance, "n", 32)}` },
  { name: "snyk-service", make: (chance) => `snyk_sat.${letters(chance, "x", 8)}.${letters(chance, "w", 60)}` },
  { name: "plaid-link", make: (chance) => `link-production-${uuid(chance)}` },
];

/** Kinds whose value is a block of lines. */
export const BLOCKS: readonly Kind[] = [
  { name: "putty", make: putty },
  { name: "pem-rsa", make: (chance) => pem(chance, "RSA PRIVATE KEY", 600) },
  { name: "pem-ec", make: (chance) => pem(chance, "EC PRIVATE KEY", 120) },
  { name: "pem-pkcs8", make: (chance) => pem(chance, "PRIVATE KEY", 610) },
  { name: "pem-encrypted", make: (chance) => pem(chance, "ENCRYPTED PRIVATE KEY", 640) },
  { name: "pem-openssh", make: (chance) => pem(chance, "OPENSSH PRIVATE KEY", 300) },
  { name: "pem-dsa", make: (chance) => pem(chance, "DSA PRIVATE KEY", 400) },
  { name: "pgp", make: pgp },
];

/** Every kind that fits on one line. */
export const TOKENS: readonly Kind[] = [...SHAPED, ...MADE];
