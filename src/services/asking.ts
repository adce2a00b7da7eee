/**
 * The policy of calls, the same for every kind of service: only what has no verdict yet is asked about, in pieces that fit,
 * several at a time, each tried a second time at most, all within one deadline. What takes less text at once is asked in
 * halves. Whoever fails again and again is left alone for a while.
 */
import { createBreaker } from "./breaker.ts";
import { cut } from "./pieces.ts";
import { type Judged, type Kind, type Question, ServiceError, type Standing, type Verdict } from "./service.ts";
import { createVerdicts, hashOf } from "./verdicts.ts";

/** Calls under way to one service at a time. */
const MOST_CALLS = 32;
/** The pause before a second try, when the service names none. */
const PAUSE_MS = 50;
/** A piece of so few characters is not halved any more. */
const LEAST_PIECE = 500;

/** What asking needs of the process. */
export interface Surroundings {
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
}

/** Asks one service. */
export type Ask = (questions: readonly Question[], timeoutMs: number) => Promise<Verdict>;

/** A piece of a question that has no verdict yet. */
interface Piece {
  /** The questions that it is a part of: the same words may stand in several. */
  readonly questions: number[];
  readonly text: string;
  readonly place: Standing;
  readonly hash: string;
}

/** What is added up over the calls of one request. */
interface Tally {
  calls: number;
  units: number;
}

/** Makes the asker of one service; `identity` names its settings, so that a verdict of other settings is never taken. */
export function createAsking(kind: Kind, identity: string, { tick }: Surroundings): Ask {
  const verdicts = createVerdicts();
  const breaker = createBreaker(tick);
  const lanes = createLanes(MOST_CALLS);

  async function once(pieces: readonly Piece[], signal: AbortSignal, tally: Tally): Promise<readonly Judged[]> {
    if (!breaker.allows()) throw new ServiceError("open", "the service failed again and again, and is left alone");
    tally.calls++;
    try {
      const { judged, units } = await kind.ask(
        pieces.map(({ text }) => text),
        pieces[0]!.place,
        signal,
      );
      if (judged.length !== pieces.length) throw new ServiceError("answer", "the answer leaves texts out");
      tally.units += units;
      breaker.succeeded();
      return judged;
    } catch (error) {
      // That a text is too long for it says nothing about the health of a service.
      if (error instanceof ServiceError && error.trouble === "too-large") breaker.succeeded();
      else breaker.failed();
      throw error;
    }
  }

  async function twice(pieces: readonly Piece[], signal: AbortSignal, tally: Tally): Promise<readonly Judged[]> {
    try {
      return await lanes(() => once(pieces, signal, tally), signal);
    } catch (error) {
      if (!(error instanceof ServiceError) || !isPassing(error) || signal.aborted) throw error;
      await pause(error.retryAfterMs ?? PAUSE_MS, signal);
      return lanes(() => once(pieces, signal, tally), signal);
    }
  }

  /** Asks about pieces; the service takes them together, or each, or each in halves. */
  async function judge(pieces: readonly Piece[], signal: AbortSignal, tally: Tally): Promise<readonly Judged[]> {
    try {
      return await twice(pieces, signal, tally);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.trouble !== "too-large") throw error;
      const smaller = pieces.length > 1 ? pieces.map((piece) => [piece]) : halves(pieces[0]!);
      if (smaller === null) throw error;
      const parts = await Promise.all(smaller.map((part) => judge(part, signal, tally)));
      return pieces.length > 1 ? parts.flat() : [united(parts.flat())];
    }
  }

  return async (questions, timeoutMs) => {
    const since = tick();
    const tally: Tally = { calls: 0, units: 0 };
    const judged = new Map<number, Judged[]>();
    const note = (question: number, it: Judged): void =>
      void judged.set(question, [...(judged.get(question) ?? []), it]);
    const { open, known } = piecesOf(
      questions,
      kind,
      (place, text) => {
        const hash = hashOf(identity, place, text);
        return { hash, judged: verdicts.recall(hash) };
      },
      note,
    );
    const signal = AbortSignal.timeout(timeoutMs);
    const results = await Promise.allSettled(
      packed(open, kind).map(async (pieces) => {
        for (const [index, it] of (await judge(pieces, signal, tally)).entries()) {
          verdicts.keep(pieces[index]!.hash, it);
          for (const question of pieces[index]!.questions) note(question, it);
        }
      }),
    );
    const found = [...judged].filter(([, of]) => of.some(({ flagged }) => flagged)).sort(([a], [b]) => a - b);
    return {
      flagged: found.map(([question]) => question),
      why: [...new Set(found.flatMap(([, of]) => of.flatMap(({ why }) => why)))],
      trouble: troubleOf(results),
      ...tally,
      known,
      ms: Math.round(tick() - since),
    };
  };
}

type Recall = (place: Standing, text: string) => { readonly hash: string; readonly judged: Judged | undefined };

function piecesOf(
  questions: readonly Question[],
  { capacity }: Kind,
  recall: Recall,
  note: (question: number, judged: Judged) => void,
): { open: Piece[]; known: number } {
  const open = new Map<string, Piece>();
  let known = 0;
  for (const [question, { text, place }] of questions.entries()) {
    if (text.trim() === "") continue;
    for (const piece of cut(text, capacity.characters)) {
      const { hash, judged } = recall(place, piece);
      if (judged !== undefined) {
        known++;
        note(question, judged);
      } else {
        const before = open.get(hash);
        if (before === undefined) open.set(hash, { questions: [question], text: piece, place, hash });
        else before.questions.push(question);
      }
    }
  }
  return { open: [...open.values()], known };
}

/** Pieces together as far as the service takes them, those of one place only. */
function packed(pieces: readonly Piece[], { capacity }: Kind): Piece[][] {
  const packs: Piece[][] = [];
  for (const of of Map.groupBy(pieces, ({ place }) => place).values()) {
    let pack: Piece[] = [];
    let length = 0;
    for (const piece of of) {
      const more = piece.text.length;
      if (pack.length > 0 && (pack.length >= capacity.pieces || length + more > capacity.characters)) {
        packs.push(pack);
        pack = [];
        length = 0;
      }
      pack.push(piece);
      length += more;
    }
    if (pack.length > 0) packs.push(pack);
  }
  return packs;
}

function halves(piece: Piece): Piece[][] | null {
  const length = Array.from(piece.text).length;
  if (length < LEAST_PIECE * 2) return null;
  return cut(piece.text, Math.ceil(length / 2)).map((text) => [{ ...piece, text }]);
}

function united(parts: readonly Judged[]): Judged {
  return { flagged: parts.some(({ flagged }) => flagged), why: [...new Set(parts.flatMap(({ why }) => why))] };
}

/** Troubles that pass by themselves. */
function isPassing({ trouble }: ServiceError): boolean {
  return trouble === "busy" || trouble === "connect";
}

function troubleOf(results: readonly PromiseSettledResult<void>[]): Verdict["trouble"] {
  for (const result of results) {
    if (result.status !== "rejected") continue;
    if (!(result.reason instanceof ServiceError)) throw result.reason;
    return result.reason.trouble;
  }
  return null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => {
      clearTimeout(timer);
      reject(new ServiceError("timeout", "the service did not answer in time"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", late);
      resolve();
    }, ms);
    signal.addEventListener("abort", late, { once: true });
  });
}

type Lanes = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Lets so many calls be under way at a time; who waits until the deadline is not let in any more. */
function createLanes(most: number): Lanes {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work, signal) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      if (signal.aborted) throw new ServiceError("timeout", "the service did not answer in time");
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
