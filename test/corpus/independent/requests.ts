/** Kind B of the independent set, where no name but a header or a call tells what a value is. */

/** A header up to its value, and the value's shape. */
const HEADER_ROWS = `
X-Honeycomb-Team: |{x32}
DD-API-KEY: |{x32}
Fastly-Key: |{w32}
X-Auth-Key: |{x37}
X-Shopify-Access-Token: |shpat_{x32}
X-Vault-Token: |s.{n24}
PRIVATE-TOKEN: |{w20}
JOB-TOKEN: |{w20}
X-Cisco-Meraki-API-Key: |{x40}
X-RapidAPI-Key: |{l50}
Ocp-Apim-Subscription-Key: |{x32}
X-Parse-Master-Key: |{n40}
X-Algolia-API-Key: |{x32}
X-Subscription-Token: |BSA{w27}
X-Postmark-Server-Token: |{uuid}
Circle-Token: |{x40}
X-Insert-Key: |NRII-{w32}
X-MBX-APIKEY: |{n64}
X-CMC_PRO_API_KEY: |{uuid}
apikey: |{n32}
X-Redmine-API-Key: |{x40}
X-Octopus-ApiKey: |API-{u26}
X-TrackerToken: |{x32}
X-JFrog-Art-Api: |AKCp{n69}
Authorization: GenieKey |{uuid}
Authorization: Klaviyo-API-Key |pk_{x34}
Authorization: SSWS |00{w40}
Authorization: Bot |MTA{n22}.{w6}.{w38}
Authorization: Key |{uuid}:{x32}
Authorization: sso-key {n12}_{n22}:|{n22}
Authorization: OAuth |{w60}
Authorization: DeepL-Auth-Key |{uuid}:fx
Authorization: Token token=|{x32}
Authorization: Bearer |{uuid}
Authorization: Bearer |{n32}.{n32}
Authorization: api-key |{n40}
api-key: |{x32}
x-goog-api-key: |AIza{w35}
xi-api-key: |{x32}
x-functions-key: |{n44}AzFu{n5}==
X-Plex-Token: |{w20}
X-Auth-Token: |{x32}
X-Access-Token: |{n48}
X-API-Token: |{x40}
X-Session-Token: |{w43}
X-Gitlab-Token: |{n24}
X-Api-Secret: |{n32}
Cookie: PHPSESSID=|{l26}
Cookie: session=|.eJ{w80}.{w6}.{w27}
Cookie: auth=|{x64}
Cookie: _gh_sess=|{b120}--{b16}
Cookie: remember_token=|{w64}
`;

/** Headers that authorize; what stands in braces before the value has a shape too. */
export const HEADERS: readonly (readonly [lead: string, shape: string])[] = HEADER_ROWS.trim()
  .split("\n")
  .map((row) => [row.slice(0, row.lastIndexOf("|")), row.slice(row.lastIndexOf("|") + 1)]);

/** A line of a program with a place for the value, `«»`, and its shape; `<x32>` is filled with what is no secret. */
export const CALLS: readonly (readonly [code: string, shape: string])[] = [
  ["const client = algoliasearch('<u10>', '«»');", "{x32}"],
  ["const client = require('twilio')('AC<x32>', '«»');", "{x32}"],
  ["client = Client('AC<x32>', '«»')", "{x32}"],
  ["stripe.api_key = '«»'", "sk_live_{n24}"],
  ['openai.api_key = "«»"', "sk-{n48}"],
  ["Bugsnag.start({ apiKey: '«»' })", "{x32}"],
  ['mailchimp.setConfig({ apiKey: "«»", server: "us6" });', "{x32}-us6"],
  ["const rollbar = new Rollbar({ accessToken: '«»', captureUncaught: true });", "{x32}"],
  ["cloudinary.config({ cloud_name: 'x', api_key: '<d15>', api_secret: '«»' });", "{w27}"],
  ["api = shodan.Shodan('«»')", "{n32}"],
  ["s3 = boto3.client('s3', aws_access_key_id='<q20>', aws_secret_access_key='«»')", "{b40}"],
  ["new AWS.Credentials('<q20>', '«»')", "{b40}"],
  ['auth = tweepy.OAuthHandler("<n25>", "«»")', "{n50}"],
  ['auth.set_access_token("<d18>-<n40>", "«»")', "{n45}"],
  ["reddit = praw.Reddit(client_id='<n14>', client_secret='«»', user_agent='x')", "{w27}"],
  ["bot = telegram.Bot(token='«»')", "{d10}:AA{w33}"],
  ["client.run('«»')", "MTA{n22}.{w6}.{w38}"],
  ["client.login('«»');", "MTE{n22}.{w6}.{w38}"],
  ["sgMail.setApiKey('«»');", "SG.{w22}.{w43}"],
  ["const api = new GhostAdminAPI({ url: 'https://x.io', key: '«»', version: 'v5.0' });", "{x24}:{x64}"],
  ["const pusher = new Pusher({ appId: '1', key: '<x20>', secret: '«»', cluster: 'eu' });", "{x20}"],
  ["mg = mailgun.client({ username: 'api', key: '«»' });", "key-{x32}"],
  ["Geocoder.configure(lookup: :google, api_key: '«»')", "AIza{w35}"],
  ['firebase.initializeApp({ apiKey: "«»", projectId: "x" });', "AIza{w35}"],
  ["Raven.config('https://<x32>:«»@sentry.io/12345').install()", "{x32}"],
  ["mixpanel.init('<x32>', { secret: '«»' })", "{x32}"],
  ['config.consumer_secret = "«»"', "{n50}"],
  ["$mail->Password = '«»';", "{s14}"],
  ["define('SECURE_AUTH_SALT', '«»');", "{s64}"],
  ["app.secret_key = '«»'", "{s24}"],
  ["app.config['SECRET_KEY'] = '«»'", "{x48}"],
  ["app.use(session({ secret: '«»', resave: false }));", "{n20}"],
  ["jwt.sign({ id: user.id }, '«»', { expiresIn: '1d' });", "{n32}"],
  ['jwt.verify(token, "«»")', "{n24}"],
  ['Jwts.builder().signWith(SignatureAlgorithm.HS256, "«»")', "{b44}"],
  ['new SymmetricSecurityKey(Encoding.UTF8.GetBytes("«»"))', "{n32}"],
  ['private static readonly string ApiSecret = "«»";', "{n40}"],
  ['String accessKeySecret = "«»";', "{n30}"],
  ['let apiToken = "«»"', "{x40}"],
  ['static let clientSecret = "«»"', "{n32}"],
  ['companion object { const val API_KEY = "«»" }', "{x32}"],
  ["$secret = '«»';", "{n24}"],
  ["$config['api_token'] = \"«»\";", "{x40}"],
  ["my $api_key = '«»';", "{x32}"],
  ['apiKey <- "«»"', "{n32}"],
  ['(def api-key "«»")', "{n32}"],
  ['api_key: Final = "«»"', "{n32}"],
  ["headers = {'X-API-Key': '«»', 'Accept': 'application/json'}", "{n40}"],
  ["headers: { 'x-api-key': '«»' }", "{n40}"],
  ['req.Header.Set("Authorization", "Bearer «»")', "{n40}"],
  ['req.Header.Add("X-Api-Key", "«»")', "{n40}"],
  ['.header("X-Auth-Token", "«»")', "{x40}"],
  ['request.headers["Authorization"] = "Token «»"', "{x40}"],
  ["curl_setopt($ch, CURLOPT_HTTPHEADER, ['X-Token: «»']);", "{n32}"],
  ["axios.defaults.headers.common['Authorization'] = 'Bearer «»';", "{w48}"],
  ["fetch(`https://api.x.com/v1?apikey=«»&q=1`)", "{x32}"],
  ["http.get('https://api.openweathermap.org/data/2.5/weather?q=Wien&appid=«»')", "{x32}"],
  ["url = 'https://api.hubapi.com/x?hapikey=«»'", "{uuid}"],
  ["wss://stream.example.com/ws?token=«»", "{n40}"],
  ["https://maps.googleapis.com/maps/api/js?key=«»&callback=init", "AIza{w35}"],
  ["https://fn.azurewebsites.net/api/x?code=«»", "{w54}=="],
  ["https://api.telegram.org/bot«»/sendMessage", "{d10}:AA{w33}"],
  ['ConnectionMultiplexer.Connect("x.redis.cache.windows.net:6380,password=«»,ssl=True")', "{b43}="],
  ["MongoClient('db', username='app', password='«»', authSource='admin')", "{n14}"],
  ["pymssql.connect('srv', 'sa', '«»', 'db')", "{n12}!1"],
  ["ftp.login('deploy', '«»')", "{n12}"],
  ["smtp.login('a@b.example', '«»')", "{a16}"],
  ['server.login("a@b.example", "«»")', "{n14}"],
  ["ssh.connect('h', username='root', password='«»')", "{n14}"],
  ['client.connect(hostname=host, port=22, username="u", password="«»")', "{n14}"],
  ["Fernet(b'«»')", "{w43}="],
  ["AES.new(b'«»', AES.MODE_CBC, iv)", "{n16}"],
  ["hmac.new(b'«»', msg, hashlib.sha256)", "{n32}"],
  ["crypto.createHmac('sha256', '«»').update(x)", "{n32}"],
  ["passport.use(new GoogleStrategy({ clientID: 'x', clientSecret: '«»' }))", "GOCSPX-{w28}"],
  ["new Octokit({ auth: '«»' })", "ghp_{n30}{crc}"],
  ["gitlab.Gitlab('https://gl.example', private_token='«»')", "{w20}"],
  ["Octokit::Client.new(access_token: '«»')", "{x40}"],
  ["DockerHub.login(username: 'x', token: '«»')", "{uuid}"],
  ["new Web3(new HDWalletProvider('«»', url))", "{x64}"],
  ["const wallet = new ethers.Wallet('0x«»')", "{x64}"],
  ["accounts: ['0x«»']", "{x64}"],
];
