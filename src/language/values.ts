/** From the text of one token to its value: numbers, money, times, strings. A `Flaw` says what is wrong with it. */
import type { Code } from "./codes.ts";
import { didYouMean } from "./suggest.ts";
import type { Json, Period } from "./tree.ts";

/** Why a token has no value. */
export interface Flaw {
  readonly code: Code;
  readonly message: string;
  readonly help: string | null;
}

/** A value, or why there is none. */
export type Read<T> = { readonly value: T } | { readonly flaw: Flaw };

const PERIODS = ["sec", "min", "hour", "day", "week", "month"] as const satisfies readonly Period[];

function flaw(code: Code, message: string, help: string | null): { flaw: Flaw } {
  return { flaw: { code, message, help } };
}

/** `5_000`, `200k`, `2M`. */
export function readInteger(image: string): Read<number> {
  const parts = /^(\d+(?:_\d+)*)([A-Za-z]?)$/.exec(image);
  if (parts === null) return flaw("GW1011", `\`${image}\` is not a number`, "`_` stands between digits only");
  const factor = parts[2] === "" ? 1 : parts[2] === "k" ? 1_000 : parts[2] === "M" ? 1_000_000 : null;
  if (factor === null) {
    return flaw("GW1011", `unknown suffix \`${parts[2]}\``, "`k` is a thousand and `M` a million");
  }
  const value = Number(parts[1]!.replaceAll("_", "")) * factor;
  if (!Number.isSafeInteger(value)) return flaw("GW1011", `\`${image}\` is too large`, null);
  return { value };
}

/** `400`, `8k`, `2.5`, `-1`. */
export function readNumber(image: string): Read<number> {
  if (image.startsWith("-")) {
    const read = readNumber(image.slice(1));
    return "value" in read ? { value: 0 - read.value } : read;
  }
  return image.includes(".") ? { value: Number(image) } : readInteger(image);
}

const NAMED_FIELD = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/;

/** `repo.name`: the names of members, one inside of the other; `it` is the value itself. */
export function readField(image: string): Read<readonly string[]> {
  if (!NAMED_FIELD.test(image)) {
    const help = `a name that is not letters, digits, \`-\` and \`_\` is written as a JSON pointer: \`"/${image}"\``;
    return flaw("GW1019", `\`${image}\` names no field`, help);
  }
  const names = image.split(".");
  return { value: names[0] === "it" ? names.slice(1) : names };
}

/** `"/a~1b/c"`: a JSON pointer in quotes. */
export function readPointer(image: string): Read<readonly string[]> {
  const read = readText(image);
  if (!("value" in read)) return read;
  const text = read.value;
  if (!/^(?:\/(?:[^/~]|~[01])*)+$/.test(text)) {
    return flaw(
      "GW1019",
      `\`${text}\` is not a JSON pointer`,
      "it begins with `/`; in a name `~1` is `/` and `~0` is `~`",
    );
  }
  const names = text.slice(1).split("/");
  return { value: names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~")) };
}

const UNITS = { ms: 1, s: 1_000, sec: 1_000, min: 60_000, hour: 3_600_000 } as const;

/** `800ms`, `2s`, `30sec`, in milliseconds. */
export function readDuration(image: string): Read<number> {
  const parts = /^(\d+(?:_\d+)*)(ms|s|sec|min|hour)$/.exec(image);
  if (parts === null) return flaw("GW1011", `\`${image}\` is not a stretch of time`, "as in `30sec`, `10min`");
  const value = Number(parts[1]!.replaceAll("_", "")) * UNITS[parts[2] as keyof typeof UNITS];
  return Number.isSafeInteger(value) ? { value } : flaw("GW1011", `\`${image}\` is too large`, null);
}

/** `$50`, `$0.125`, `$60_000`, in micro-dollars. */
export function readMoney(image: string): Read<number> {
  const parts = /^\$(\d+(?:_\d+)*)(?:\.(\d+))?$/.exec(image);
  if (parts === null)
    return flaw("GW1011", `\`${image}\` is not an amount of money`, "write it as `$0.10` or `$60_000`");
  const decimals = parts[2] ?? "";
  if (decimals.length > 6)
    return flaw("GW1011", `\`${image}\` has more than 6 decimals`, "money is counted in millionths");
  const value = Number(parts[1]!.replaceAll("_", "")) * 1_000_000 + Number(decimals.padEnd(6, "0"));
  if (!Number.isSafeInteger(value)) return flaw("GW1011", `\`${image}\` is too large`, null);
  return { value };
}

/** `min` of `10/min`. */
export function readPeriod(text: string): Read<Period> {
  const found = PERIODS.find((period) => period === text);
  if (found !== undefined) return { value: found };
  const near = didYouMean(text, PERIODS) ?? PERIODS.find((period) => text.startsWith(period)) ?? null;
  const help = near === null ? "periods are sec, min, hour, day, week and month" : `did you mean \`${near}\`?`;
  return flaw("GW1011", `unknown period \`${text}\``, help);
}

/** An amount before and a period after the slash. */
export function readPer(
  image: string,
  amount: (image: string) => Read<number>,
): Read<{ amount: number; period: Period }> {
  const slash = image.indexOf("/");
  const first = amount(image.slice(0, slash));
  if ("flaw" in first) return first;
  const second = readPeriod(image.slice(slash + 1));
  return "flaw" in second ? second : { value: { amount: first.value, period: second.value } };
}

/** `2027-03-31`; the value is null because only the org's time zone makes it a moment. */
export function readDay(image: string): Read<null> {
  const [year, month, day] = image.split("-").map(Number) as [number, number, number];
  return isDay(year, month, day) ? { value: null } : flaw("GW1012", `there is no day \`${image}\``, null);
}

/** `2026-12-24T18:00+01:00` or `2026-12-24T17:00Z`, in milliseconds since the epoch. */
export function readMoment(image: string): Read<number> {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?$/.exec(image);
  if (parts === null)
    return flaw("GW1012", `\`${image}\` is not a point in time`, "write it as `2026-12-24T18:00+01:00`");
  if (parts[7] === undefined) {
    return flaw("GW1012", `\`${image}\` does not say in which zone`, `add \`Z\` or an offset: \`${image}Z\``);
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const value = Date.parse(`${image.slice(0, 16)}:${String(second).padStart(2, "0")}${parts[7]}`);
  const exists = isDay(year!, month!, day!) && hour! < 24 && minute! < 60 && second! < 60 && !Number.isNaN(value);
  return exists ? { value } : flaw("GW1012", `there is no moment \`${image}\``, null);
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1970 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `07:00-20:00`, in minutes of the day; the end may be `24:00`. */
export function readClock(image: string): Read<{ from: number; to: number }> {
  const [from, to] = image.split("-").map((clock) => {
    const [hour, minute] = clock.split(":").map(Number) as [number, number];
    return hour > 24 || minute > 59 || (hour === 24 && minute > 0) ? Number.NaN : hour * 60 + minute;
  }) as [number, number];
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return flaw("GW1012", `\`${image}\` is not a range of times`, "times run from `00:00` to `24:00`");
  }
  return { value: { from, to } };
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `mon-fri` or `sat`: days from 0 (Monday) to 6. */
export function readDays(image: string): Read<{ from: number; to: number }> {
  const names = image.split("-");
  const [from, to] = names.length === 1 ? [names[0]!, names[0]!] : [names[0]!, names[1]!];
  if (names.length <= 2 && DAYS.includes(from) && DAYS.includes(to)) {
    return { value: { from: DAYS.indexOf(from), to: DAYS.indexOf(to) } };
  }
  return flaw(
    "GW1006",
    `\`${image}\` is not a day or a range of days`,
    "days are mon, tue, wed, thu, fri, sat, sun: `mon-fri`",
  );
}

/** The 64 digits of `sha256:…`. */
export function readDigest(image: string): Read<string> {
  const digest = image.slice("sha256:".length);
  if (/^[0-9a-f]{64}$/.test(digest)) return { value: digest };
  const wrong =
    digest.length === 64 ? "has digits other than 0-9 and a-f" : `has ${digest.length} digits instead of 64`;
  return flaw("GW1016", `this hash ${wrong}`, "`gw key new` writes the hash of a key");
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", r: "\r", t: "\t" };

/** The content of a string in quotes. */
export function readText(image: string): Read<string> {
  const inner = image.slice(1, -1);
  if (!inner.includes("\\")) return { value: inner };
  let bad: string | null = null;
  const value = inner.replace(/\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))/g, (whole, hex: string | undefined, sign: string) => {
    const point = hex === undefined ? null : Number.parseInt(hex, 16);
    if (point !== null && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point);
    const plain = point === null ? ESCAPES[sign] : undefined;
    if (plain === undefined) bad ??= whole;
    return plain ?? "";
  });
  if (bad !== null)
    return flaw("GW1013", `unknown escape \`${bad}\``, 'use `\\\\`, `\\"`, `\\n`, `\\r`, `\\t` or `\\u{…}`');
  return { value };
}

/** The way back: a string in quotes with this content, on one line and without invisible signs. */
export function writeText(value: string): string {
  const named: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not stand in a string
  return `"${value.replace(/["\\\u0000-\u001f\u007f\u202A-\u202E\u2066-\u2069]/g, (sign) => {
    return named[sign] ?? `\\u{${sign.charCodeAt(0).toString(16)}}`;
  })}"`;
}

/** An object, list or plain value, as a test writes it. */
export function writeJson(value: Json): string {
  if (typeof value === "string") return writeText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return `[${value.map(writeJson).join(", ")}]`;
  const members = Object.entries(value).map(([name, each]) => `${writeText(name)}: ${writeJson(each)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

/** Source and flags of `/…/ims`. */
export function readExpression(image: string): Read<{ pattern: string; flags: string }> {
  const close = image.lastIndexOf("/");
  const flags = image.slice(close + 1);
  if (/[^ims]/.test(flags) || new Set(flags).size !== flags.length) {
    return flaw("GW1018", `\`${flags}\` are not flags of an expression`, "flags are `i`, `m` and `s`, each once");
  }
  const pattern = image.slice(1, close).replace(/\\(.)/g, (whole, sign: string) => (sign === "/" ? "/" : whole));
  return { value: { pattern, flags } };
}

/** The way back: `/…/ims` with slashes escaped. */
export function writeExpression(pattern: string, flags: string): string {
  return `/${pattern.replace(/\\.|\//g, (sign) => (sign === "/" ? "\\/" : sign))}/${flags}`;
}
