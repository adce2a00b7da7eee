/**
 * Whether a text looks drawn by chance or made of words. Entropy alone cannot tell: `correct-horse-battery-staple` has
 * more of it than a short key. What chance does and names do not: it changes between small letters, capitals and digits
 * all the time, and puts letters side by side that no language does.
 */

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** The pairs of letters that are common in English words and in names of programs: nine of ten pairs in such texts. */
const COMMON_PAIRS = pairTable(
  (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro " +
    "ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so " +
    "rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl " +
    "ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt " +
    "oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi ck rc rr eg au"
  ).split(" "),
);

/** By pair of letters, whether it is one of these. */
function pairTable(pairs: readonly string[]): Uint8Array {
  const table = new Uint8Array(1 << 10);
  for (const pair of pairs) table[pairOf(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;
  return table;
}

/** The five bits of each letter that both of its cases have. */
function pairOf(first: number, second: number): number {
  return ((first & 31) << 5) | (second & 31);
}

/** What a scan of a text's neighbours tells about it. */
interface Neighbours {
  /** Part of the neighbours inside of words and numbers that are of two classes: letter, capital, digit. */
  readonly changes: number;
  /** Number of pairs of letters, and the part of them that is not common. */
  readonly pairs: number;
  readonly uncommon: number;
}

function neighboursOf(text: string): Neighbours {
  let inside = 0;
  let changes = 0;
  let pairs = 0;
  let uncommon = 0;
  for (let i = 1; i < text.length; i++) {
    const before = classOf(text.charCodeAt(i - 1));
    const here = classOf(text.charCodeAt(i));
    if (before === "" || here === "") continue;
    inside++;
    // A capital begins a word: that is how names are written, not a change.
    if (before !== here && !(before === "A" && here === "a")) changes++;
    if (before === "0" || here === "0") continue;
    pairs++;
    if (COMMON_PAIRS[pairOf(text.charCodeAt(i - 1), text.charCodeAt(i))] === 0) uncommon++;
  }
  return { changes: inside === 0 ? 0 : changes / inside, pairs, uncommon: pairs === 0 ? 0 : uncommon / pairs };
}

function classOf(code: number): "a" | "A" | "0" | "" {
  if (code >= 97 && code <= 122) return "a";
  if (code >= 65 && code <= 90) return "A";
  return code >= 48 && code <= 57 ? "0" : "";
}

const HEXADECIMAL = /^(?:[0-9a-f]{16,}|[0-9A-F]{16,})$/;

/** Whether the text looks like something that a generator drew; certain from 16 characters on. */
export function looksRandom(text: string): boolean {
  return changesByChance(text) && new Set(text).size >= Math.min(8, text.length / 2);
}

function changesByChance(text: string): boolean {
  if (HEXADECIMAL.test(text)) return /[a-f].*[a-f]/i.test(text) && /\d.*\d/.test(text);
  const { changes, pairs, uncommon } = neighboursOf(text);
  // No letter has another beside it: names are not like that, unless they are short.
  if (pairs === 0) return text.length >= 16 && changes >= 0.28;
  // Abbreviations have odd pairs too: without a digit there must be more of them.
  if (!/\d/.test(text)) return pairs >= 14 && (uncommon >= 0.6 || changes >= 0.28);
  return changes >= 0.28 || (pairs >= 10 && uncommon >= 0.55) || changes / 0.28 + uncommon / 0.55 >= 1.35;
}

/** Whether the letters of a text form nothing that could be said: `ZfsOvyQzLf`. */
export function looksUnspoken(text: string): boolean {
  const { pairs, uncommon } = neighboursOf(text);
  return pairs >= 7 && uncommon >= 0.5;
}

/** Whether the letters of a text form words: `superuser`, `MyClassName`, `kebab-case`. */
export function looksLikeWords(text: string): boolean {
  const { changes, pairs, uncommon } = neighboursOf(text);
  return pairs >= 3 && uncommon < 0.42 && changes < 0.28;
}
