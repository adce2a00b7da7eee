/** The name before a value: whether it speaks of a secret, or of something that only sounds like one. */

const NEAR = 100;

/** What stands between a name and its value: quotes, signs, and words such as `value`. */
const BETWEEN =
  /(?:["'`\\\s:=>,|([{&*+-]|:=|=>|->|\bis\b|\bvalue\b|\bstring\b|\bString\b|\bstr\b|\bdefault\b|\btype\b)*$/;

/** The words directly before a place, as one name: `x-api-key`, `next page token`. */
export function nameBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - NEAR), start).replace(BETWEEN, "");
  return /[\w.$@-]+(?:[ \t][\w-]+){0,2}$/.exec(before)?.[0] ?? "";
}

const PUBLIC_NAMES = [
  /(?:^|[^a-z])pub(?:lic|lishable)?[-_ ]?(?:api[-_ ]?)?(?:key|token)/i,
  /(?:primary|foreign|partition|sort|cache|idempotency|row|object|hash|data|range|index|unique|natural|composite|sequence|bucket|hot|map|group|grouping|dedup\w*|routing|shard|site|recaptcha[-_ ]?site|translation|i18n|locale|press|storage|query|react|list|map|item|registry|sort|translation|anon\w*)[-_ ]?key/i,
  /(?:next|page|continuation|sync|resume|cursor|cancel\w*|pagination|start|end|lexer|parser|current|last|first|special|bos|eos|pad|unk|stop|input|output|prompt|completion|total|max|min|num|n|count|device|design|css|theme|color|syntax)[-_ ]?(?:page[-_ ]?)?tokens?(?:$|[^a-z])/i,
  /public[-_]?key[-_]?token/i,
  /(?:key|secret|token|password|credential)s?[-_. ]?(?:id|ids|name|names|length|len|size|type|types|path|paths|file|files|usage|code|board|count|limit|url|uri|endpoint|host|arn|version|index|field|column|label|hint|hash|digest|checksum|fingerprint|header|prefix|suffix|format|algorithm|alg|rotation|policy|ttl|expiry|expires\w*|expiration|age|status|state|store|ring|chain|space|word|words|frame|frames|ref|reference|selector|manager|provider|service|source|min\w*|max\w*|reset\w*|strength|input|placeholder|question|text|message|title|description|regex|pattern|validator|rules?|schema|map|set|list|array|value[-_]?type|vault[-_]?(?:id|name)|pair[-_]?name)$/i,
  /(?:monkey|turkey|hockey|keyboard|keyword|donkey|whiskey|jockey|author|tokeni[sz]er|integrity|checksum|etag|commit|revision|sha\d*|digest|signature|nonce|uuid|guid|request[-_]?id|trace[-_]?id|span[-_]?id|session[-_]?id|instrumentation[-_]?key)$/i,
];

/** Whether a name that holds a word such as `key` speaks of something public. */
export function isPublicName(name: string): boolean {
  return PUBLIC_NAMES.some((form) => form.test(name));
}
