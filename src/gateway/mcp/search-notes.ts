/** What was found in what a tool gave back, added up for the record: places and patterns, and values only as their ids. */
import type { ResultFinding, ResultSearch } from "../../audit/entry.ts";
import { add, type Counted } from "../findings.ts";

type Uncounted = Omit<ResultFinding, "count" | "values">;

/** Notes about one call. */
export class SearchNotes {
  texts = 0;
  bytes = 0;
  images = 0;
  files = 0;
  withheld: ResultSearch["withheld"] = null;
  readonly #findings = new Map<string, Counted<Uncounted>>();

  found(finding: Uncounted, id: string): void {
    add(this.#findings, finding, { count: 1, ids: [id] });
  }

  /** The same, and begins anew. */
  take(): ResultSearch | null {
    const { search } = this;
    this.texts = 0;
    this.bytes = 0;
    this.images = 0;
    this.files = 0;
    this.withheld = null;
    this.#findings.clear();
    return search;
  }

  /** For the record; null when nothing came that was to be looked through. */
  get search(): ResultSearch | null {
    const { texts, bytes, images, files, withheld } = this;
    const left = [{ reason: "image", count: images } as const, { reason: "file", count: files } as const];
    const skipped = left.filter(({ count }) => count > 0);
    if (texts === 0 && skipped.length === 0 && withheld === null) return null;
    return { texts, bytes, skipped, found: [...this.#findings.values()], withheld };
  }
}
