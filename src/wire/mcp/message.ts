/**
 * One JSON-RPC message. It is parsed once, looked at, and written anew: what leaves is what was looked at, and where a key
 * stands twice, both sides read the same. Batches are no messages.
 */
import { JsonError } from "../json.ts";
import { MAX_DEPTH, skim } from "../skim.ts";

/** A JSON value as it was parsed. */
export type Value = null | boolean | number | string | readonly Value[] | Fields;
/** A JSON object. */
export interface Fields {
  readonly [name: string]: Value | undefined;
}

/** What a request is answered under. */
export type Id = string | number;

/** Asks for an answer. */
export interface Request {
  readonly kind: "request";
  readonly id: Id;
  readonly method: string;
  readonly params: Fields;
  readonly whole: Fields;
}
/** Tells something. */
export interface Notification {
  readonly kind: "notification";
  readonly method: string;
  readonly params: Fields;
  readonly whole: Fields;
}
/** Answers a request: with a result or an error. */
export interface Answer {
  readonly kind: "answer";
  readonly id: Id | null;
  readonly result: Fields | null;
  readonly error: Fields | null;
  readonly whole: Fields;
}
export type Message = Request | Notification | Answer;

/** The bytes are no message; `code` is JSON-RPC's. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly code: -32700 | -32600;
  readonly why: string;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** A text of so few bytes has no room to be nested deeper than is read: each level takes two of them. */
const SHORT = 2 * MAX_DEPTH;

/** Reads the bytes of one message. */
export function readMessage(bytes: Uint8Array): Message | Unreadable {
  const value = bytes.length <= SHORT ? shortValue(bytes) : undefined;
  return value === undefined ? readCarefully(bytes) : messageOf(value);
}

/** The value of a short text, for which both parsers say the same; undefined when it has none. */
function shortValue(bytes: Uint8Array): Value | undefined {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}

function readCarefully(bytes: Uint8Array): Message | Unreadable {
  try {
    // JSON.parse alone would take bytes that are no UTF-8, and nesting without end.
    skim(bytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { kind: "unreadable", code: -32700, why: `the message is not JSON: ${error.message}` };
  }
  return messageOf(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")));
}

/** The message that a parsed value is. */
export function messageOf(value: Value): Message | Unreadable {
  if (Array.isArray(value)) return invalid("batches are not taken; send one message at a time");
  if (!isFields(value) || value.jsonrpc !== "2.0") return invalid("the message is not JSON-RPC 2.0");
  const { id, method, params = {} } = value;
  if (method === undefined) return answerOf(value);
  if (typeof method !== "string") return invalid("the method is not a string");
  if (!isFields(params)) return invalid("the parameters are not an object");
  if (id === undefined) return { kind: "notification", method, params, whole: value };
  if (!isId(id)) return invalid("the id is neither a string nor a number");
  return { kind: "request", id, method, params, whole: value };
}

function answerOf(whole: Fields): Answer | Unreadable {
  const { id, result, error } = whole;
  const isAnswer = (isFields(result) && error === undefined) || (isFields(error) && result === undefined);
  if (!isAnswer || !(isId(id) || id === null)) return invalid("the message is neither a request nor an answer");
  return { kind: "answer", id, result: isFields(result) ? result : null, error: isFields(error) ? error : null, whole };
}

function invalid(why: string): Unreadable {
  return { kind: "unreadable", code: -32600, why };
}

function isId(value: Value | undefined): value is Id {
  return typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
}

/** Whether a value is an object. */
export function isFields(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object of that name; empty when there is none. */
export function fieldsIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : NONE;
}

const NONE: Fields = {};

/** The string of that name; null when there is none. */
export function textIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === "string" ? value : null;
}

/** A message as bytes. */
export function bytesOf(message: Fields): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** The answer that carries a result. */
export function resultTo(id: Id, result: Fields): Fields {
  return { jsonrpc: "2.0", id, result };
}

/** What somebody else answered, as the answer to a request. */
export function answerTo(id: Id, { result, error }: Pick<Answer, "result" | "error">): Answer {
  const whole = { jsonrpc: "2.0", id, ...(result === null ? { error: error ?? {} } : { result }) };
  return { kind: "answer", id, result, error, whole };
}

/** The answer that carries an error; the id is null when the request's could not be read. */
export function errorTo(id: Id | null, code: number, message: string, data?: Fields): Fields {
  return { jsonrpc: "2.0", id, error: data === undefined ? { code, message } : { code, message, data } };
}
