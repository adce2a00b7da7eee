/**
 * The two streams that a command talks to, with colour only where a person looks: the stream is a terminal and
 * `NO_COLOR` is not set. Commands get it as an argument and know no process.
 */
import { styleText } from "node:util";

/** The few styles that reports use. */
export type Style = "red" | "green" | "yellow" | "cyan" | "bold" | "dim";

/** One stream: text, and how to emphasise on it. */
export interface Channel {
  write(text: string): void;
  style(style: Style, text: string): string;
  /** True when nobody reads any more (`gw audit tail --follow | head`). */
  readonly closed: boolean;
}

/** Where a command reports: `out` is its product, `err` is what people should know beside it. */
export interface Terminal {
  readonly out: Channel;
  readonly err: Channel;
  /** True when a person watches `err`, so that a line may be drawn over. */
  readonly watched: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return { out: channel(process.stdout), err: channel(process.stderr), watched: process.stderr.isTTY === true };
}

function channel(stream: NodeJS.WriteStream): Channel {
  let gone = false;
  // A reader that went away is no fault of this command.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone = true;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    style: (style, text) => styleText(style, text, { stream }),
    get closed() {
      return gone;
    },
  };
}
