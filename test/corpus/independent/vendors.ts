/** Kind B of the independent set: keys whose form says little, under the names of their vendors. */

const NAMED = `
adafruit io key|{l32}
adobe client id secret|{x32}
airbrake project key|{x32}
airtable api key|key{n14}
algolia admin api key|{x32}
amplitude secret key|{x32}
asana client secret|{x32}
assemblyai api key|{x32}
atlassian api token|{n24}
auth0 client secret|{w64}
aws secret access key|{b40}
axiom token|xaat-{uuid}
beamer api key|b_{w44}
bitbucket client secret|{w64}
bitly access token|{x40}
bittrex secret key|{x32}
box client secret|{n32}
braintree private key|{x32}
browserstack access key|{n20}
bugsnag api key|{x32}
calendly api key|{n64}
chargebee api key|live_{n32}
circleci token|{x40}
civo token|{n50}
clearbit secret|sk_{x32}
clickhouse key secret|4b1d{n38}
cloudflare api token|{w40}
cloudflare global api key|{x37}
cloudinary api secret|{w27}
codacy project token|{x32}
codeclimate repo token|{x64}
codecov upload token|{uuid}
cohere api key|{n40}
coinbase api secret|{n32}
confluent api secret|{b64}
contentful delivery token|{w43}
coveralls repo token|{n32}
datadog api key|{x32}
datadog app key|{x40}
deepgram api key|{x40}
deepl auth key|{uuid}:fx
discord client secret|{w32}
discord bot token|{w24}.{w6}.{w27}
disqus api secret|{n64}
drone token|{n32}
dropbox app secret|{l15}
etsy api key|{l24}
eventbrite oauth token|{u20}
facebook app secret|{x32}
fastly api token|{w32}
figma client secret|{n30}
finnhub api key|{l20}
firebase server key|AAAA{w7}:APA91b{w134}
flickr api secret|{x16}
foursquare client secret|{u48}
freshbooks access token|{x64}
fullstory api key|{b60}
gitea access token|{x40}
github client secret|{x40}
gitter access token|{x40}
google maps signing secret|{w27}=
gumroad access token|{w43}
helpscout app secret|{n32}
heroku api key|{uuid}
hetzner api token|{n64}
honeycomb api key|{x32}
hubspot api key|{uuid}
ibm cloud api key|{w44}
influxdb token|{w86}==
instagram client secret|{x32}
intercom access token|{w60}
ipinfo token|{x14}
ipstack access key|{x32}
jenkins api token|11{x32}
jira api token|{n24}
jumpcloud api key|{x40}
keycloak client secret|{n32}
klaviyo private key|pk_{x34}
kraken private key|{b86}==
kucoin api secret|{uuid}
lastfm shared secret|{x32}
launchdarkly sdk key|{n40}
line channel secret|{x32}
line channel access token|{b170}=
linkedin client secret|{n16}
linode token|{x64}
logdna ingestion key|{x32}
loggly customer token|{uuid}
looker client secret|{n24}
mailchimp api key|{x32}
mailgun api key|{x32}
mailjet secret key|{x32}
mattermost access token|{l26}
meraki dashboard api key|{x40}
messagebird api key|{n25}
mistral api key|{n32}
mixpanel secret|{x32}
monday api token|{n60}
mux token secret|{b75}
nasa api key|{n40}
netlify auth token|{w43}
newsapi api key|{x32}
nytimes api key|{n32}
okta api token|00{w40}
onesignal rest api key|{n48}
opencage api key|{x32}
openweathermap api key|{x32}
opsgenie api key|{uuid}
optimizely access token|{w50}
ovh application secret|{n32}
pagerduty api key|{w20}
papertrail api token|{n20}
paypal client secret|E{w79}
pendo integration key|{uuid}
pinecone api key|{uuid}
pipedrive api token|{x40}
plaid secret|{x30}
plivo auth token|{b40}
postmark server token|{uuid}
pubnub secret key|sec-c-{b48}
pusher app secret|{x20}
qualtrics api token|{n40}
quickbooks client secret|{n40}
rapidapi key|{n50}
raygun api key|{n24}
razorpay key secret|{n24}
recaptcha secret key|6L{w38}
recurly private key|{x32}
reddit client secret|{w27}
ringcentral client secret|{w22}
rollbar access token|{x32}
salesforce client secret|{X64}
sauce labs access key|{uuid}
scaleway secret key|{uuid}
scrapingbee api key|{u80}
segment write key|{n32}
sendbird api token|{x40}
sentry auth token|{x64}
shodan api key|{n32}
shopify api secret key|{x32}
signalfx access token|{w22}
slack signing secret|{x32}
smartsheet access token|{n37}
snowflake password|{s18}
snyk token|{uuid}
sonarqube token|{x40}
splunk hec token|{uuid}
spotify client secret|{x32}
square application secret|sq0csp-{w43}
strava client secret|{x40}
sumologic access key|{n64}
surveymonkey access token|{w100}
telegram api hash|{x32}
tiktok client secret|{n40}
todoist api token|{x40}
travis ci token|{w22}
trello api token|{x64}
tumblr consumer secret|{n50}
twilio auth token|{x32}
twitch client secret|{l30}
twitter api secret|{n50}
twitter access token secret|{n45}
twitter consumer key|{n25}
typeform token|{n44}
unsplash access key|{w43}
uptimerobot api key|u{d7}-{x24}
vault token|s.{n24}
vercel token|{n24}
virustotal api key|{x64}
vonage api secret|{n16}
vultr api key|{u36}
wandb api key|{x40}
webex access token|{w64}_{w4}_{uuid}
weatherapi key|{x30}
wix api key|IST.{w100}
wordpress application password|{n4} {n4} {n4} {n4} {n4} {n4}
yelp api key|{w128}
youtube client secret|{w24}
zendesk api token|{n40}
zoho client secret|{x42}
zoom client secret|{n32}
abstract api key|{x32}
aiven token|{b200}
apify token|{n45}
bannerbear api key|{n22}
baremetrics api key|lk_{w20}
bitfinex api secret|{n43}
buttercms api token|{x40}
calendarific api key|{x40}
capsule crm token|{w64}
checkly api key|cu_{x32}
clarifai api key|{x32}
cloudconvert api key|{n60}
clockify api key|{n48}
copper api key|{x32}
currencylayer access key|{x32}
delighted api key|{n32}
docusign integration secret|{uuid}
dotdigital password|{s14}
elasticemail api key|{X96}
everhour api key|{x4}-{x4}-{x6}-{x6}-{x8}
fixer io access key|{n32}
freshdesk api key|{n20}
frontapp token|{n60}
getresponse api key|{l32}
giphy api key|{n32}
gyazo access token|{w43}
harvest token|{d7}.pt.{w86}
here maps api key|{w43}
hunter io api key|{x40}
iterable api key|{x32}
jotform api key|{x32}
kickbox api key|live_{x64}
lokalise token|{x40}
lemlist api key|{x32}
linode personal token|{x64}
mapquest consumer key|{n32}
moralis api key|{n64}
nethunt api key|{uuid}
nylas client secret|{l25}
pivotaltracker token|{x32}
polygon api key|{w32}
positionstack access key|{x32}
pushover app token|{l30}
quickmetrics key|{w22}
rev ai access token|{w86}
route4me api key|{X32}
scraperapi api key|{x32}
serpapi key|{x64}
shortcut api token|{uuid}
statuspage api key|{x64}
storyblok management token|{w22}tt
tatum api key|{uuid}
teamwork api key|twp_{n28}
tomtom api key|{n32}
uplead api key|{x32}
user.com secret|{n64}
vimeo client secret|{b128}
wistia password|{x64}
woocommerce consumer secret|cs_{x40}
workable api token|{x64}
zerobounce api key|{x32}
zipcodeapi key|{n64}
acme billing api key|{n40}
globex ledger shared secret|{b43}=
initech session token|{w48}
umbrella licence key|{u5}-{u5}-{u5}-{u5}-{u5}
hooli mail access token|{x48}
`;

/** A name and the shape of the key behind it. */
export type NamedShape = readonly [name: string, shape: string];

/** Reads rows of a name and a shape. */
export function parse(rows: string): readonly NamedShape[] {
  return rows
    .trim()
    .split("\n")
    .map((row) => [row.slice(0, row.indexOf("|")), row.slice(row.indexOf("|") + 1)]);
}

/** The name of a vendor and of its key, in words. */
export const NAMED_KEYS = parse(NAMED);
