/**
 * A production as a railroad: from a part to SVG. Every part becomes a track that enters on the left and leaves on the
 * right at one height; a part of parts asks theirs for their size and says where they stand. What may be left out lets
 * the line go straight on, and what may come again goes back below.
 */
import type { Part } from "./productions.ts";
import { terminalName } from "./terminals.ts";

/** A drawn part: how far it goes to the right, above and below its line, and how it is drawn from a point of that line. */
interface Track {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  draw(x: number, y: number): string;
}

const RADIUS = 10;
const GAP = 10;
const BOX = 12;
const CHARACTER = 7.8;

/** The SVG of a production; `says` is read out in its place. */
export function railroad(body: Part, says: string): string {
  const track = trackOf(body);
  const [left, right] = [RADIUS * 2, RADIUS * 2];
  const [width, height] = [left + track.width + right, track.up + track.down + GAP * 2];
  const y = track.up + GAP;
  const ends = `${path(`M4 ${y - 7}v14m5 -14v14m-5 -7h${left - 4}`)}${path(`M${left + track.width} ${y}h${right - 4}m0 -7v14m-5 -14v14`)}`;
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  return `<svg ${size} role="img"><title>${escaped(says)}</title>${ends}${track.draw(left, y)}</svg>`;
}

function trackOf(part: Part): Track {
  switch (part.kind) {
    case "literal":
      return box(part.text, "word", null);
    case "terminal":
      return box(terminalName(part.name), "terminal", terminalName(part.name));
    case "rule":
      return box(part.name, "rule", part.name);
    case "sequence":
      return line(part.parts.map(trackOf));
    case "choice":
      return choice(part.branches.map(trackOf));
    case "optional":
      return choice([SKIP, trackOf(part.body)]);
    case "repeat": {
      const again = loop(trackOf(part.body), part.separator === null ? SKIP : trackOf(part.separator));
      return part.atLeastOne ? again : choice([SKIP, again]);
    }
    default:
      return part satisfies never;
  }
}

/** Nothing: the line goes on. */
const SKIP: Track = { width: 0, up: 0, down: 0, draw: () => "" };

/** A word, a terminal or the name of a rule; the latter two lead to where they are told. */
function box(text: string, kind: "word" | "terminal" | "rule", target: string | null): Track {
  const width = text.length * CHARACTER + 20;
  const draw = (x: number, y: number): string => {
    const rect = `<rect x="${round(x)}" y="${y - BOX}" width="${round(width)}" height="${BOX * 2}" rx="${kind === "rule" ? 0 : BOX}"/>`;
    const label = `<text x="${round(x + width / 2)}" y="${y + 4}">${escaped(text)}</text>`;
    const drawn = `<g class="${kind}">${rect}${label}</g>`;
    return target === null ? drawn : `<a href="#${target}">${drawn}</a>`;
  };
  return { width, up: BOX, down: BOX, draw };
}

/** One behind the other. */
function line(tracks: readonly Track[]): Track {
  const width = tracks.reduce((sum, track) => sum + track.width, GAP * (tracks.length - 1));
  const draw = (x: number, y: number): string => {
    let out = "";
    let at = x;
    for (const [index, track] of tracks.entries()) {
      if (index > 0) out += path(`M${round(at - GAP)} ${y}h${GAP}`);
      out += track.draw(at, y);
      at += track.width + GAP;
    }
    return out;
  };
  return { width, up: most(tracks, "up"), down: most(tracks, "down"), draw };
}

/** One of several, each below the one before it; the first stands on the line. */
function choice(tracks: readonly Track[]): Track {
  const inner = Math.max(...tracks.map(({ width }) => width));
  const side = RADIUS * 2;
  const width = inner + side * 2;
  const offsets: number[] = [0];
  for (let index = 1; index < tracks.length; index++) {
    const room = tracks[index - 1]!.down + GAP + tracks[index]!.up;
    offsets.push(offsets[index - 1]! + Math.max(room, RADIUS * 2));
  }
  const draw = (x: number, y: number): string =>
    tracks
      .map((track, index) => {
        const at = y + offsets[index]!;
        const rest = inner - track.width;
        const into =
          index === 0 ? `M${round(x)} ${y}h${side}` : `M${round(x)} ${y}${RIGHT_DOWN}V${at - RADIUS}${DOWN_RIGHT}`;
        const out = index === 0 ? `h${round(rest + side)}` : `h${round(rest)}${RIGHT_UP}V${y + RADIUS}${UP_RIGHT}`;
        return `${path(into)}${track.draw(x + side, at)}${path(`M${round(x + side + track.width)} ${at}${out}`)}`;
      })
      .join("");
  const last = tracks.length - 1;
  return { width, up: tracks[0]!.up, down: offsets[last]! + tracks[last]!.down, draw };
}

/** The body, and a way back below it that passes the separator. */
function loop(body: Track, separator: Track): Track {
  const inner = Math.max(body.width, separator.width);
  const width = inner + RADIUS * 2;
  const below = Math.max(body.down + GAP + separator.up, RADIUS * 2);
  const draw = (x: number, y: number): string => {
    const left = x + RADIUS;
    const at = left + (inner - separator.width) / 2;
    const back = `M${round(left + inner)} ${y}${RIGHT_DOWN}V${y + below - RADIUS}${DOWN_LEFT}H${round(at + separator.width)}`;
    const up = `M${round(at)} ${y + below}H${round(left)}${LEFT_UP}V${y + RADIUS}${UP_RIGHT}`;
    const through = `M${round(left + body.width)} ${y}H${round(x + width)}`;
    const begin = `M${round(x)} ${y}h${RADIUS}`;
    return [begin, through, back, up].map(path).join("") + body.draw(left, y) + separator.draw(at, y + below);
  };
  return { width, up: body.up, down: Math.max(body.down, below + separator.down), draw };
}

function most(tracks: readonly Track[], side: "up" | "down"): number {
  return Math.max(...tracks.map((track) => track[side]));
}

// Quarters of a circle, by the direction in which they are entered and left.
const arc = (sweep: 0 | 1, dx: number, dy: number): string => `a${RADIUS} ${RADIUS} 0 0 ${sweep} ${dx} ${dy}`;
const RIGHT_DOWN = arc(1, RADIUS, RADIUS);
const DOWN_LEFT = arc(1, -RADIUS, RADIUS);
const LEFT_UP = arc(1, -RADIUS, -RADIUS);
const UP_RIGHT = arc(1, RADIUS, -RADIUS);
const DOWN_RIGHT = arc(0, RADIUS, RADIUS);
const RIGHT_UP = arc(0, RADIUS, -RADIUS);

function path(d: string): string {
  return `<path d="${d}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
