/** Kind A of the independent set: credentials that say what they are, by the forms that their makers publish. */

/** Name and shape, a line each; shape.ts tells the alphabets. */
const ROWS = `
anthropic api|sk-ant-api03-{w93}AA
anthropic admin|sk-ant-admin01-{w93}AA
anthropic oauth|sk-ant-oat01-{w93}AA
anthropic refresh|sk-ant-ort01-{w93}AA
openai legacy|sk-{n20}T3BlbkFJ{n20}
openai project|sk-proj-{w74}T3BlbkFJ{w74}
openai service|sk-svcacct-{w58}T3BlbkFJ{w58}
openai admin|sk-admin-{w58}T3BlbkFJ{w58}
openrouter|sk-or-v1-{x64}
groq|gsk_{n52}
xai|xai-{n80}
perplexity|pplx-{n48}
huggingface|hf_{m34}
huggingface org|api_org_{m34}
replicate|r8_{n37}
cerebras|csk-{l48}
nvidia|nvapi-{w64}
together|tgp_v1_{w43}
fireworks|fw_{n22-24}
elevenlabs|sk_{x48}
langsmith|lsv2_pt_{x32}_{x10}
langsmith svc|lsv2_sk_{x32}_{x10}
langfuse|sk-lf-{uuid}
pinecone|pcsk_{n5-6}_{n63}
tavily|tvly-{n32}
tavily dev|tvly-dev-{n32}
firecrawl|fc-{x32}
jina|jina_{n60}
voyage|pa-{w43}
wandb v1|wandb_v1_{n77}
minimax|sk-api-{w119}
gemini new|AQ.Ab8RN6{w44}
google api|AIza{w35}
google oauth secret|GOCSPX-{w28}
google access|ya29.{w120-180}
google refresh|1//0{w60-80}
aws akia|AKIA{q16}
aws asia|ASIA{q16}
aws bedrock long|ABSK{b109-130}==
github pat|ghp_{n30}{crc}
github oauth|gho_{n30}{crc}
github user|ghu_{n30}{crc}
github server|ghs_{n30}{crc}
github refresh|ghr_{n70}{crc}
github fine|github_pat_{n22}_{n59}
gitlab pat|glpat-{w20}
gitlab pat routable|glpat-{w27}.{l2}.{l9}
gitlab ptt|glptt-{x40}
gitlab runner reg|GR1348941{w20}
gitlab runner|glrt-{w20}
gitlab runner routable|glrt-t1_{w27}.{l2}{l7}
gitlab deploy|gldt-{w20}
gitlab cbt|glcbt-{n2}_{w20}
gitlab feed|glft-{w20}
gitlab imt|glimt-{w25}
gitlab agent|glagent-{w50}
gitlab oas|gloas-{w64}
gitlab ffct|glffct-{w20}
gitlab soat|glsoat-{w20}
bitbucket app password|ATBB{n28}{X8}
bitbucket|ATCTT3xFfGN0{w150-170}={X8}
atlassian|ATATT3xFfGF0{w170-174}={X8}
slack bot|xoxb-{d12}-{d13}-{n24}
slack user|xoxp-{d12}-{d12}-{d13}-{x32}
slack app|xapp-1-A{u10}-{d13}-{x64}
slack config|xoxe.xoxp-1-{u163}
slack config refresh|xoxe-1-{u146}
slack session|xoxc-{d12}-{d12}-{d13}-{x64}
slack cookie|xoxd-{n120}
slack webhook|https://hooks.slack.com/services/T{u10}/B{u10}/{n24}
slack workflow|https://hooks.slack.com/workflows/T{u10}/A{u10}/{d18}/{n24}
slack trigger|https://hooks.slack.com/triggers/T{u10}/{d13}/{x32}
discord webhook|https://discord.com/api/webhooks/{d18}/{w68}
discord webhook old|https://discordapp.com/api/webhooks/{d18}/{w68}
discord bot|MT{A|E|I|M|Q|U|Y|c|g|k}{n22-23}.{w6}.{w38}
teams webhook|https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{x32}/{uuid}
google chat webhook|https://chat.googleapis.com/v1/spaces/{n11}/messages?key=AIza{w35}&token={w43}
zapier hook|https://hooks.zapier.com/hooks/catch/{d7}/{l7}/
telegram|{d10}:AA{w33}
stripe live|sk_live_{n24}
stripe live long|sk_live_51{n97}
stripe test|sk_test_51{n97}
stripe restricted|rk_live_51{n97}
stripe webhook|whsec_{n32}
square access|EAAA{w60}
square secret|sq0csp-{w43}
square pat|sq0atp-{w22}
paypal braintree|access_token$production\${l16}\${x32}
shopify at|shpat_{x32}
shopify ca|shpca_{x32}
shopify pa|shppa_{x32}
shopify ss|shpss_{x32}
twilio sk|SK{x32}
sendgrid|SG.{w22}.{w43}
sendinblue|xkeysib-{x64}-{n16}
brevo smtp|xsmtpsib-{x64}-{n16}
mailgun|key-{x32}
mailgun new|{x32}-{x8}-{x8}
mailchimp|{x32}-us{d2}
mandrill|md-{w22}
postman|PMAK-{x24}-{x34}
npm|npm_{n36}
pypi|pypi-AgEIcHlwaS5vcmc{w120-160}
testpypi|pypi-AgENdGVzdC5weXBpLm9yZw{w120-160}
rubygems|rubygems_{x48}
crates|cio{n32}
clojars|CLOJARS_{x60}
nuget|oy2{k43}
docker pat|dckr_pat_{w27}
docker oat|dckr_oat_{w32}
digitalocean|dop_v1_{x64}
digitalocean oauth|doo_v1_{x64}
digitalocean refresh|dor_v1_{x64}
digitalocean spaces|DO00{u16}
heroku|HRKU-AA{w58}
fly|fo1_{w43}
flyv1|FlyV1 fm2_{b200}
netlify|nfp_{n36}
vercel pat|vcp_{w56}
vercel gateway|vck_{w56}
vercel blob|vercel_blob_rw_{n16}_{n30}
render|rnd_{n28-32}
supabase mgmt|sbp_{x40}
supabase secret|sb_secret_{w31}
planetscale token|pscale_tkn_{w43}
planetscale pw|pscale_pw_{w43}
planetscale oauth|pscale_oauth_{w43}
neon|napi_{l64}
cockroach|CCDB1_{n22}_{n40}
mongodb atlas|mdb_sa_sk_{w40}
doppler pt|dp.pt.{n43}
doppler st|dp.st.prd.{n43}
doppler ct|dp.ct.{n43}
vault hvs|hvs.{w95}
vault hvb|hvb.{w150}
vault hvr|hvr.{w95}
terraform|{n14}.atlasv1.{w67}
1password service|ops_eyJ{b300}
1password secret key|A3-{u6}-{u11}-{u5}-{u5}-{u5}
databricks|dapi{x32}
databricks2|dapi{x32}-2
dynatrace|dt0c01.{u24}.{u64}
grafana sa|glsa_{n32}_{x8}
grafana cloud|glc_{b100}=
newrelic user|NRAK-{u27}
newrelic ins|NRII-{w32}
newrelic ingest|{x36}FFFFNRAL
newrelic browser|NRJS-{x19}
sentry user|sntryu_{x64}
honeycomb|hcaik_{l58}
honeycomb ingest|hcxik_01{l56}
posthog personal|phx_{n47}
launchdarkly sdk|sdk-{uuid}
launchdarkly api|api-{uuid}
linear|lin_api_{n40}
notion|ntn_{d11}{n35}
notion old|secret_{n43}
airtable|pat{n14}.{x64}
figma|figd_{w40}
asana|1/1{d15}:{x32}
clickup|pk_{d8}_{u32}
intercom|dG9rO{b54}=
hubspot|pat-na1-{uuid}
hubspot eu|pat-eu1-{uuid}
typeform|tfp_{n44}_{n14}
contentful|CFPAT-{w43}
readme|rdme_{l70}
easypost|EZAK{n54}
easypost test|EZTK{n54}
shippo|shippo_live_{x40}
duffel|duffel_live_{w43}
flutterwave|FLWSECK-{x32}-X
flutterwave test|FLWSECK_TEST-{x32}-X
razorpay|rzp_live_{n14}
paystack|sk_live_{x40}
adyen|AQE{b60-70}-{b44}-{w16}
plaid|access-production-{uuid}
plaid sandbox|access-sandbox-{uuid}
lob|live_{x35}
gocardless|live_{w40}
mercadopago|APP_USR-{d16}-{d6}-{x32}-{d9}
alchemy|alcht_{n30}
pulumi|pul-{x40}
prefect|pnu_{n36}
sourcegraph|sgp_{x16}_{x40}
sourcegraph old|sgp_{x40}
snyk|snyk_uat.{x8}.{w60}
sonar user|squ_{x40}
sonar project|sqp_{x40}
buildkite|bkua_{x40}
buildkite agent|bkct_{n40}
circleci|CCIPAT_{n22}_{x40}
circleci project|CCIPRJ_{n22}_{x40}
harness|pat.{w22}.{x24}.{n20}
artifactory|AKCp{n69}
artifactory ref|cmVmdGtuOjAx{n52}
octopus|API-{u26}
openshift|sha256~{w43}
tailscale|tskey-auth-{n17}-{n32}
tailscale api|tskey-api-{n17}-{n32}
cloudflare ca|v1.0-{x24}-{x146}
age|AGE-SECRET-KEY-1{h58}
alibaba|LTAI5t{n18}
tencent|AKID{n32}
yandex key|AQVN{w36}
yandex iam|t1.{w120}.{w86}
scalingo|tk-us-{w48}
exoscale|EXO{x26}
upcloud|ucat_{n28}
azure ad|{n3}8Q~{n34}
azure openai|{n52}JQQJ99{n26}
azure devops|{n52}JQQJ99{n14}AZDO{n4}
azure acr|{n42}+ACR{n6}
azure function|{n44}AzFu{n6}==
azure cosmos|{b76}ACDb{n4}==
azure storage|{b76}+ASt{n4}==
facebook|EAACEdEose0cBA{n120-180}
instagram|IGQV{n140}
twitter bearer|AAAAAAAAAAAAAAAAAAAAA{n28}%3D{n50}
dropbox|sl.{w135}
dropbox long|{n11}AAAAAAAAAA{w43}
frameio|fio-u-{w64}
mapbox secret|sk.eyJ{n80}.{w22}
maxmind|{n6}_{n29}_mmk
okta|00{w40}
workos|sk_live_{n48}
clerk|sk_live_{n40}
stytch|secret-live-{w44}
defined|dnkey-{u26}-{u52}
canva|cnvca{w51}
deno|ddp_{n36}
devin|apk_user_{b140}=
devin2|cog_{k52}
cursor|key_{x64}
elastic|essu_{w80}==
confluent|cflt{n60}
resend|re_{n8}_{n24}
stackhawk|hawk.{w20}.{w20}
wakatime|waka_{uuid}
grafana old|eyJrIjoi{b70}==
settlemint|sm_pat_{n16}
cratesio|cio{n32}
rootly|rootly_{x64}
statsig|secret-{n43}
configcat|configcat-sdk-1/{w22}/{w22}
brave|BSA{w27}
endor|endr+{n16}
intra42|s-s4t2ud-{x64}
aikido|AIK_SECRET_{n64}
sonarcloud|sqa_{x40}
nightfall|NF-{n32}
runpod|rpa_{u40}
infracost|ico-{n32}
helicone|sk-helicone-{l7}-{l7}-{l7}-{l7}
litellm|sk-{w22}
deepseek|sk-{x32}
moonshot|sk-{n48}
asaas|$aact_prod_{w60}
arcjet|ajkey_{l26}
cartesia|sk_car_{n20}
cloudflare user|cfut_{n40}{x8}
cloudsmith|csa_{x30}{n6}
devcycle|dvc_server_{n24}
swarm join|SWMTKN-1-{l50}-{l25}
swarm unlock|SWMKEY-1-{b43}
infisical|st.{x24}.{x32}.{x32}
ionic|ion_{n42}
lichess|lip_{n20}
linkedin|WPL_AP1.{n16}.{n8}
mergify|mergify_application_key_{w64}
miro|eyJtaXJv{n20}_{w27}
nostr|nsec1{k58}
nylas|nyk_{n67}
pinterest|pina_{w64}
polar|polar_oat_{w40}
proof|prf_cli_{w40}
ramp|ramp_sec_{n48}
samsara|samsara_api_{n30}
tableau|{b22}==:{n32}
thunderstore|tss_{w40}
unkey|unkey_{n22}
aiven password|AVNS_{w19}
azure storage key|{b76}+ASt{b6}==
acme live|acme_live_{n32}
datastax plain|AstraCS:{n64}
circle project|CCIPRJ_{n22}_{l40}
clojars small|CLOJARS_{l60}
dynatrace small|dt0c01.{l24}.{l64}
neon mixed|napi_{n64}
`;

/** Name and shape of every kind. */
export const TOKEN_SHAPES: readonly (readonly [name: string, shape: string])[] = ROWS.trim()
  .split("\n")
  .map((row) => [row.slice(0, row.indexOf("|")), row.slice(row.indexOf("|") + 1)]);
