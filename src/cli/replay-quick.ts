/**
 * Decisions and outcomes in exactly the form in which the journal writes them (gateway/record.ts makes the bodies,
 * audit/record.ts the lines): nearly all of a record, and read several times as fast as JSON in general. Whatever else
 * a line is, it is not read here.
 */
import type { Recorded } from "../analysis/recorded.ts";
import { KnownJson, part } from "./known-json.ts";
import { NO_NAME, type Packer } from "./replay-batch.ts";
import { TAIL_LENGTH } from "./replay-line.ts";

/** Reads lines, one after the other. */
export interface QuickReader {
  /** Packs the line between two places of a piece of memory; its number, or null when it has another form and is not packed. */
  read(bytes: Buffer, start: number, end: number): number | null;
}

/** A reader that packs what it reads. */
export function createQuickReader(into: Packer): QuickReader {
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
      if (json.isNext(DECISION)) decision(json, into, at);
      else if (json.isNext(OUTCOME)) outcome(json, into, at);
      else return null;
      const isWhole = json.isDone();
      json.begin(bytes, tail, end);
      if (isWhole && json.isNext(PREV)) return seq;
      into.drop();
      return null;
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
const ALLOWED = part(',"effect":"allow"');
const REFUSED = part(',"effect":"refuse"');
const REASON = part(',"reason":');
const ORIGINS = part(',"origins":');
const TO_GENERATE = part(',"purpose":"generate"');
const TO_COUNT = part(',"purpose":"count"');
const TO_LIST = part(',"purpose":"models"');
const TO_TOOLS = part(',"purpose":"tools"');
const TOOLS = part(',"tools":');
const STRIPPED = part(',"stripped":');
const STOOD = part(',"stood":');
const DEFINED = part(',"defined":');
const RAN = part(',"ran":');
const SESSION = part(',"session":');
const AGENT = part(',"agent":');
const HELD = part(',"held":');

function decision(json: KnownJson, into: Packer, at: number): void {
  const { names } = into;
  into.begin("decided");
  into.number(at);
  ticket(json, into);
  json.expect(ACTOR_KEY);
  into.number(json.nameOr(NO_NAME, names));
  json.expect(TEAM);
  into.number(json.nameOr(NO_NAME, names));
  json.expect(FINGERPRINT);
  json.skipTextOrNull();
  json.expect(REVISION);
  json.skipText();
  json.expect(COMMIT);
  json.skipTextOrNull();
  const isAllowed = json.isNext(ALLOWED);
  if (!isAllowed) json.expect(REFUSED);
  into.truth(isAllowed);
  json.expect(REASON);
  into.number(json.nameOr(NO_NAME, names));
  json.expect(ORIGINS);
  json.list(skipText, undefined);
  into.purpose(purpose(json));
  json.expect(MODEL);
  into.number(json.nameOr(NO_NAME, names));
  json.expect(STREAM);
  json.truth();
  json.expect(PROVIDER);
  into.number(json.nameOr(NO_NAME, names));
  json.expect(BYTES);
  json.number();
  json.expect(TOOLS);
  into.number(json.number());
  json.expect(STRIPPED);
  list(json, name, into);
  json.expect(STOOD);
  json.list(skipText, undefined);
  // Records of before do not have it.
  if (json.isNext(DEFINED)) list(json, name, into);
  else into.number(0);
  json.expect(FINDINGS);
  json.list(finding, undefined);
  scanned(json);
  json.expect(ASKED);
  json.list(asking, undefined);
  // What would have been decided is not looked at; it is rare enough to be left to the other reader.
  json.expect(NOT_OBSERVED);
  json.expect(SESSION);
  json.skipTextOrNull();
  json.expect(AGENT);
  json.skipTextOrNull();
  json.expect(RAN);
  json.list(ran, undefined);
  held(json, into);
  json.expect(CLOSES);
}

function ticket(json: KnownJson, into: Packer): void {
  json.skipText();
  if (!json.failed) into.ticketInBytes(json.bytes, json.from, json.to);
}

function purpose(json: KnownJson): Recorded["purpose"] {
  if (json.isNext(TO_GENERATE)) return "generate";
  if (json.isNext(TO_COUNT)) return "count";
  if (json.isNext(TO_LIST)) return "models";
  json.expect(TO_TOOLS);
  return "tools";
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

function outcome(json: KnownJson, into: Packer, at: number): void {
  into.begin("ended");
  into.number(at);
  ticket(json, into);
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
  const charged = into.later();
  into.number(isUsed ? usage(json) : 0);
  json.expect(MICRO_USD);
  into.number(json.number());
  json.expect(PRICED);
  json.truth();
  json.expect(CHARGES);
  const charges = ceilings(json, into);
  into.fill(charged, Number(isComplete || isUsed || charges > 0));
  json.expect(TOOL_USES);
  list(json, toolUse, into);
  json.expect(FINDINGS);
  json.list(finding, undefined);
  scanned(json);
  // Records of before do not have it.
  if (json.isNext(ASKED)) json.list(asking, undefined);
  json.expect(BYTES);
  json.number();
  json.expect(FIRST_BYTE);
  json.numberOrNull();
  json.expect(TOTAL);
  json.number();
  json.expect(CLOSES);
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

/** A list of which each item is packed, behind their number. */
function list(json: KnownJson, item: (json: KnownJson, into: Packer) => void, into: Packer): void {
  const length = into.later();
  into.fill(length, json.list(item, into));
}

function skipText(json: KnownJson): void {
  json.skipText();
}

function name(json: KnownJson, into: Packer): void {
  into.number(json.name(into.names));
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

function toolUse(json: KnownJson, into: Packer): void {
  json.expect(USE_NAME);
  name(json, into);
  json.expect(GRANTED);
  into.truth(json.truth());
  json.expect(USE_ID);
  json.skipTextOrNull();
  // Why one was withheld is not looked at, and records of before do not say; it is rare enough for the other reader.
  json.isNext(UNOPPOSED);
  json.expect(CLOSES);
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
  json.list(skipText, undefined);
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
  json.list(skipped, undefined);
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
  json.list(skipText, undefined);
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
const OF_BUDGET = part(',"measure":"budget"');
const MEASURE = part(',"measure":');
const PERIOD = part(',"period":');
const AMOUNT = part(',"amount":');
const CEILING = part(',"ceiling":');

/** The ceilings of charges to limits on tokens; how many charges there are in all. */
function ceilings(json: KnownJson, into: Packer): number {
  const length = into.later();
  const found = { into, count: 0 };
  const all = json.list(ceiling, found);
  into.fill(length, found.count);
  return all;
}

function ceiling(json: KnownJson, found: { readonly into: Packer; count: number }): void {
  const { into } = found;
  json.expect(COUNTER);
  json.skipText();
  const { from, to } = json;
  const isOfTokens = json.isNext(OF_TOKENS);
  if (!isOfTokens) skipMeasure(json);
  json.expect(PERIOD);
  json.skipText();
  json.expect(AMOUNT);
  json.number();
  json.expect(CEILING);
  const amount = json.number();
  json.expect(AT);
  json.number();
  json.expect(CLOSES);
  if (!isOfTokens || json.failed) return;
  into.number(json.nameBetween(from, to, into.names));
  into.number(amount);
  found.count++;
}

function skipMeasure(json: KnownJson): void {
  json.expect(MEASURE);
  json.skipText();
}

/** What was set aside of tokens and of money; records of earlier versions do not say. */
function held(json: KnownJson, into: Packer): void {
  const most = { tokens: 0, microUsd: 0 };
  if (json.isNext(HELD)) json.list(setAside, most);
  into.number(most.tokens);
  into.number(most.microUsd);
}

function setAside(json: KnownJson, most: { tokens: number; microUsd: number }): void {
  json.expect(COUNTER);
  json.skipText();
  const isOfTokens = json.isNext(OF_TOKENS);
  const isOfMoney = !isOfTokens && json.isNext(OF_BUDGET);
  if (!isOfTokens && !isOfMoney) skipMeasure(json);
  json.expect(PERIOD);
  json.skipText();
  json.expect(AMOUNT);
  const amount = json.number();
  json.expect(CEILING);
  json.number();
  json.expect(AT);
  json.number();
  json.expect(CLOSES);
  if (isOfTokens) most.tokens = Math.max(most.tokens, amount);
  else if (isOfMoney) most.microUsd = Math.max(most.microUsd, amount);
}
