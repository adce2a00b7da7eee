/** Kind B: keys of vendors whose form alone says little; the vendor's name stands near them. */

/** A vendor's key: how people call the vendor, the word for the part, and the value's shape. */
export interface Vendor {
  readonly vendor: string;
  /** What the key is called behind the vendor's name, in words: `api key`, `client secret`. */
  readonly part: string;
  readonly shape: string;
}

const ROWS = `
adafruit io key|{l32}
adobe client secret|{x32}
airtable api key|key{n14}
algolia admin key|{x32}
algolia api key|{l32}
alibaba access key secret|{n30}
amplitude secret key|{x32}
appdynamics client secret|{uuid}
asana client secret|{x32}
assemblyai api key|{x32}
atlassian api token|{n24}
auth0 client secret|{w64}
aws secret access key|{b40}
aws session token|{b220}
azure client secret|{n34}
azure openai key|{x32}
azure search admin key|{n52}
azure storage key|{64:64}
azure cognitive key|{x32}
bitbucket client secret|{l32}
bitly access token|{x40}
bittrex secret key|{x32}
box client secret|{n32}
braintree private key|{x32}
browserstack access key|{n20}
bugsnag auth token|{x32}
buildkite api token|{x40}
cisco meraki api key|{x40}
civo api key|{n50}
cloudflare api token|{w40}
cloudflare global api key|{x37}
cloudinary api secret|{w27}
codacy project token|{x32}
codecov token|{uuid}
cohere api key|{n40}
coinbase api secret|{n32}
confluent api secret|{b64}
contentful delivery token|{w43}
coveralls repo token|{n32}
datadog api key|{x32}
datadog app key|{x40}
deepgram api key|{x40}
deepseek api key|sk-{x32}
discord client secret|{w32}
disqus secret key|{n64}
docusign integration secret|{uuid}
dropbox app secret|{l15}
elasticsearch api key|{b60}
elevenlabs api key|{x32}
etsy api key|{l24}
facebook app secret|{x32}
fastly api token|{w32}
finnhub api key|{l20}
flickr api secret|{x16}
freshbooks client secret|{x64}
freshdesk api key|{n20}
gitea token|{x40}
gitter access token|{x40}
gocardless access token|live_{w40}
google maps secret|{w27}=
grafana admin password|{n20}
gumroad access token|{w43}
heroku api key|{uuid}
hetzner api token|{n64}
honeycomb api key|{n22}
hubspot api key|{uuid}
ibm cloud api key|{w44}
influxdb token|{w86}==
intercom access token|{w60}
jenkins api token|11{x32}
jumpcloud api key|{x40}
kagi api key|{w11}.{w43}
klaviyo private key|pk_{x34}
kraken private key|{64:64}
kucoin api secret|{uuid}
launchdarkly sdk key|sdk-{uuid}
linkedin client secret|{n16}
linode token|{x64}
logdna ingestion key|{x32}
looker client secret|{n24}
lob secret key|live_{x35}
mailgun signing key|{x32}
mailjet secret key|{x32}
mandrill api key|{w22}
mapbox access token|{n40}
mattermost token|{l26}
messagebird access key|{n25}
microsoft app password|{n32}
mistral api key|{n32}
mixpanel secret|{x32}
mux token secret|{b75}
netlify auth token|{w43}
newrelic license key|{x40}
newrelic user id key|{l64}
ngrok auth token|{n27}_{n21}
nytimes api key|{n32}
okta api token|00{w40}
onesignal rest api key|{n48}
openweather api key|{x32}
opsgenie api key|{uuid}
ovh application secret|{n32}
ovh consumer key|{n32}
pagerduty api key|{w20}
papertrail token|{n20}
paypal client secret|E{w79}
percy token|{x64}
pipedrive api token|{x40}
plaid secret|{x30}
pusher app secret|{x20}
rabbitmq erlang cookie|{A20}
rapidapi key|{n50}
raygun api key|{b22}==
redis cloud secret key|{n49}
rollbar access token|{x32}
salesforce consumer secret|{X64}
sauce labs access key|{uuid}
scaleway secret key|{uuid}
segment write key|{n32}
sendbird api token|{x40}
sentry auth token|{x64}
shodan api key|{n32}
snowflake private key passphrase|{n24}
snyk token|{uuid}
sonar token|{x40}
spotify client secret|{x32}
splunk hec token|{uuid}
stability api key|sk-{n48}
stytch secret|{w36}
sumologic access key|{n64}
supabase service role key|{n40}
tiktok client secret|{n32}
travis ci token|{w22}
trello api secret|{x64}
tumblr consumer secret|{n50}
twilio auth token|{x32}
twitch client secret|{l30}
twitter access secret|{n45}
twitter api secret|{n50}
unsplash access key|{w43}
vercel token|{n24}
vultr api key|{u36}
weatherstack access key|{x32}
webex client secret|{x64}
webflow api token|{x64}
wandb api key|{x40}
yelp api key|{w128}
youtube api secret|{w24}
zendesk api token|{n40}
zoom client secret|{n32}
zoho client secret|{x42}
`;

/** Every vendor's key. The first word is the vendor. */
export const VENDORS: readonly Vendor[] = ROWS.trim()
  .split("\n")
  .map((row) => {
    const [words = "", shape = ""] = row.split("|");
    const [vendor = "", ...part] = words.split(" ");
    return { vendor, part: part.join(" "), shape };
  });
