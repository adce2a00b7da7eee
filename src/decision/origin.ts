/** Where a decision comes from: `file:line` and the words of the statement, ready to be shown. */
export interface Origin {
  readonly place: string;
  readonly text: string;
}
