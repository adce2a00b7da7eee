/**
 * Decisions and outcomes in exactly the form in which the journal writes them (gateway/record.ts makes the bodies,
 * audit/record.ts the lines): nearly all of a record, and read several times as fast as JSON in general. Whatever else
 * a line is, it is not read here.
 */
import type { Ended, Recorded } from "../analysis/recorded.ts";
import { KnownJson, part } from "./known-json.ts";
import { TAIL_LENGTH, type Told } from "./replay-line.ts";

/** Reads lines, one after the other. */
export interface QuickReader {
  /** The line between two places of a piece of memory; null when it has another form. */
  read(bytes: Buffer, start: number, end: number): Told | null;
}

/** A reader, which remembers the names that it meets. */
export function createQuickReader(): QuickReader {
  const json = new KnownJson();
  return {
    read(bytes, start, end) {
      const tail = end - TAIL_LENGTH;
      json.begin(bytes, start, tail);
      json.expect(OPENS);
      const seq = json.number();
      json.expect(AT);
      const at = json.moment();
      json.expect(BOOT);
      json.skipText();
      json.expect(LOG);
      json.skipText();
      if (json.failed || !Number.isSafeInteger(seq)) return null;
      const told = json.isNext(DECISION)
        ? decision(json, seq, at)
        : json.isNext(OUTCOME)
          ? outcome(json, seq, at)
          : null;
      if (!json.isDone()) return null;
      json.begin(bytes, tail, end);
      return json.isNext(PREV) ? told : null;
    },
  };
}

const OPENS = part('{"v":1,"seq":');
const AT = part(',"at":');
const BOOT = part(',"boot":');
const LOG = part(',"log":');
const DECISION = part(',"body":{"kind":"decision","ticket":');
const OUTCOME = part(',"body":{"kind":"outcome","ticket":');
const PREV = part(',"prev":"');

const ACTOR_KEY = part(',"actor":{"key":');
const TEAM = part(',"team":');
const FINGERPRINT = part(',"fingerprint":');
const MODEL = part(',"model":');
const STREAM = part(',"stream":');
const PROVIDER = part(',"provider":');
const FINDINGS = part(',"findings":');
const BYTES = part(',"bytes":');
const CLOSES = part("}");

const REVISION = part('},"revision":');
const COMMIT = part(',"commit":');
const EFFECT = part(',"effect":');
const ALLOWED = part(',"effect":"allow"');
const REASON = part(',"reason":');
const ORIGINS = part(',"origins":');
const PURPOSE = part(',"purpose":');
const TO_GENERATE = part(',"purpose":"generate"');
const TOOLS = part(',"tools":');
const STRIPPED = part(',"stripped":');
const STOOD = part(',"stood":');
const DEFINED = part(',"defined":');
const RAN = part(',"ran":');
const SESSION = part(',"session":');
const AGENT = part(',"agent":');
const HELD = part(',"held":');

function decision(json: KnownJson, seq: number, at: number): Told {
  const ticket = json.text();
  json.expect(ACTOR_KEY);
  const key = json.nameOrNull();
  json.expect(TEAM);
  const team = json.nameOrNull();
  json.expect(FINGERPRINT);
  json.skipTextOrNull();
  json.expect(REVISION);
  json.skipText();
  json.expect(COMMIT);
  json.skipTextOrNull();
  const effect = json.isNext(ALLOWED) ? "allow" : effectOf(json);
  json.expect(REASON);
  const reason = json.nameOrNull() as Recorded["reason"];
  json.expect(ORIGINS);
  json.list(skipText);
  const purpose = json.isNext(TO_GENERATE) ? "generate" : purposeOf(json);
  json.expect(MODEL);
  const model = json.nameOrNull();
  json.expect(STREAM);
  json.truth();
  json.expect(PROVIDER);
  const provider = json.nameOrNull();
  json.expect(BYTES);
  json.number();
  json.expect(TOOLS);
  const tools = json.number();
  json.expect(STRIPPED);
  const stripped = json.list(name);
  json.expect(STOOD);
  json.list(skipText);
  // Records of before do not have it.
  const defined = json.isNext(DEFINED) ? json.list(name) : [];
  json.expect(FINDINGS);
  json.list(finding);
  scanned(json);
  json.expect(ASKED);
  json.list(asking);
  // What would have been decided is not looked at; it is rare enough to be left to the other reader.
  json.expect(NOT_OBSERVED);
  json.expect(SESSION);
  json.skipTextOrNull();
  json.expect(AGENT);
  json.skipTextOrNull();
  json.expect(RAN);
  json.list(ran);
  if (json.isNext(HELD)) json.list(charge);
  json.expect(CLOSES);
  const recorded = { ticket, at, key, team, effect, reason, purpose, model, provider, tools, stripped, defined };
  return { seq, kind: "decided", recorded };
}

function effectOf(json: KnownJson): Recorded["effect"] {
  json.expect(EFFECT);
  return json.name() as Recorded["effect"];
}

function purposeOf(json: KnownJson): Recorded["purpose"] {
  json.expect(PURPOSE);
  return json.name() as Recorded["purpose"];
}

const END = part('},"end":');
const COMPLETE = part('},"end":"complete"');
const FAULT = part(',"fault":');
const STATUS = part(',"status":');
const UPSTREAM = part(',"upstreamRequestId":');
const NO_USAGE = part(',"usage":null');
const INPUT = part(',"usage":{"input":');
const OUTPUT = part(',"output":');
const CACHE_READ = part(',"cacheRead":');
const CACHE_WRITE = part(',"cacheWrite":');
const CACHE_WRITE_1H = part(',"cacheWrite1h":');
const MICRO_USD = part(',"microUsd":');
const PRICED = part(',"priced":');
const CHARGES = part(',"charges":');
const TOOL_USES = part(',"toolUses":');
const FIRST_BYTE = part(',"firstByteMs":');
const TOTAL = part(',"totalMs":');

function outcome(json: KnownJson, seq: number, at: number): Told {
  const ticket = json.text();
  json.expect(ACTOR_KEY);
  json.skipTextOrNull();
  json.expect(TEAM);
  json.skipTextOrNull();
  json.expect(FINGERPRINT);
  json.skipTextOrNull();
  const isComplete = json.isNext(COMPLETE);
  if (!isComplete) {
    json.expect(END);
    json.skipText();
  }
  json.expect(FAULT);
  json.skipTextOrNull();
  json.expect(STATUS);
  json.number();
  json.expect(MODEL);
  json.skipTextOrNull();
  json.expect(STREAM);
  json.truth();
  json.expect(PROVIDER);
  json.skipTextOrNull();
  json.expect(UPSTREAM);
  json.skipTextOrNull();
  const isUsed = !json.isNext(NO_USAGE);
  const tokens = isUsed ? usage(json) : 0;
  json.expect(MICRO_USD);
  const microUsd = json.number();
  json.expect(PRICED);
  json.truth();
  json.expect(CHARGES);
  const charges = json.list(charge);
  json.expect(TOOL_USES);
  const toolUses = json.list(toolUse);
  json.expect(FINDINGS);
  json.list(finding);
  scanned(json);
  json.expect(BYTES);
  json.number();
  json.expect(FIRST_BYTE);
  json.numberOrNull();
  json.expect(TOTAL);
  json.number();
  json.expect(CLOSES);
  const charged = isComplete || isUsed || charges.length > 0;
  const ceilings = charges.filter((ceiling) => ceiling !== null);
  return { seq, kind: "ended", ended: { ticket, at, charged, tokens, microUsd, ceilings, toolUses } };
}

/** What counts as tokens of `usage`: all but what is read from the cache. */
function usage(json: KnownJson): number {
  json.expect(INPUT);
  const input = json.number();
  json.expect(OUTPUT);
  const output = json.number();
  json.expect(CACHE_READ);
  json.number();
  json.expect(CACHE_WRITE);
  const cacheWrite = json.number();
  json.expect(CACHE_WRITE_1H);
  const cacheWrite1h = json.number();
  json.expect(CLOSES);
  return input + cacheWrite + cacheWrite1h + output;
}

// ---- items of lists ---------------------------------------------------------------------------------------------------

function skipText(json: KnownJson): void {
  json.skipText();
}

function name(json: KnownJson): string {
  return json.name();
}

const RAN_ID = part('{"id":');
const RAN_NAME = part(',"name":');

function ran(json: KnownJson): void {
  json.expect(RAN_ID);
  json.skipText();
  json.expect(RAN_NAME);
  json.skipText();
  json.expect(CLOSES);
}

const USE_NAME = part('{"name":');
const GRANTED = part(',"granted":');
const USE_ID = part(',"id":');
const UNOPPOSED = part(',"withheld":null,"observed":null');

function toolUse(json: KnownJson): Ended["toolUses"][number] {
  json.expect(USE_NAME);
  const tool = json.name();
  json.expect(GRANTED);
  const granted = json.truth();
  json.expect(USE_ID);
  json.skipTextOrNull();
  // Why one was withheld is not looked at, and records of before do not say; it is rare enough for the other reader.
  json.isNext(UNOPPOSED);
  json.expect(CLOSES);
  return { name: tool, granted };
}

const GUARDRAIL = part('{"guardrail":');
const PATTERN = part(',"pattern":');
const STAGE = part(',"stage":');
const PLACE = part(',"place":');
const DONE = part(',"done":');
const OBSERVED = part(',"observed":');
const COUNT = part(',"count":');
const VALUES = part(',"values":');

function finding(json: KnownJson): void {
  json.expect(GUARDRAIL);
  json.skipText();
  json.expect(PATTERN);
  json.skipText();
  json.expect(STAGE);
  json.skipText();
  json.expect(PLACE);
  json.skipTextOrNull();
  json.expect(DONE);
  json.skipTextOrNull();
  json.expect(OBSERVED);
  json.skipTextOrNull();
  json.expect(COUNT);
  json.number();
  json.expect(VALUES);
  json.list(skipText);
  json.expect(CLOSES);
}

const NO_SCAN = part(',"scan":null');
const SCAN_TEXTS = part(',"scan":{"texts":');
const SKIPPED = part(',"skipped":');
const SKIPPED_REASON = part('{"reason":');

function scanned(json: KnownJson): void {
  if (json.isNext(NO_SCAN)) return;
  json.expect(SCAN_TEXTS);
  json.number();
  json.expect(BYTES);
  json.number();
  json.expect(SKIPPED);
  json.list(skipped);
  json.expect(CLOSES);
}

function skipped(json: KnownJson): void {
  json.expect(SKIPPED_REASON);
  json.skipText();
  json.expect(COUNT);
  json.number();
  json.expect(CLOSES);
}

const ASKED = part(',"asked":');
const NOT_OBSERVED = part(',"observed":null');
const SERVICE = part(',"service":');
const TEXTS = part(',"texts":');
const VERDICT = part(',"verdict":');
const TROUBLE = part(',"trouble":');
const WHY = part(',"why":');
const CALLS = part(',"calls":');
const KNOWN = part(',"known":');
const UNITS = part(',"units":');
const MS = part(',"ms":');

function asking(json: KnownJson): void {
  json.expect(GUARDRAIL);
  json.skipText();
  json.expect(SERVICE);
  json.skipText();
  json.expect(TEXTS);
  json.number();
  json.expect(VERDICT);
  json.skipText();
  json.expect(TROUBLE);
  json.skipTextOrNull();
  json.expect(WHY);
  json.list(skipText);
  json.expect(CALLS);
  json.number();
  json.expect(KNOWN);
  json.number();
  json.expect(UNITS);
  json.number();
  json.expect(MS);
  json.number();
  json.expect(CLOSES);
}

const COUNTER = part('{"counter":');
const OF_TOKENS = part(',"measure":"tokens"');
const MEASURE = part(',"measure":');
const PERIOD = part(',"period":');
const AMOUNT = part(',"amount":');
const CEILING = part(',"ceiling":');

/** Of a charge to a limit on tokens its ceiling; null for the others. */
function charge(json: KnownJson): Ended["ceilings"][number] | null {
  json.expect(COUNTER);
  json.skipText();
  const counter = json.lastIfNext(OF_TOKENS);
  if (counter === null) {
    json.expect(MEASURE);
    json.skipText();
  }
  json.expect(PERIOD);
  json.skipText();
  json.expect(AMOUNT);
  json.number();
  json.expect(CEILING);
  const ceiling = json.number();
  json.expect(AT);
  json.number();
  json.expect(CLOSES);
  return counter === null ? null : { counter, ceiling };
}
