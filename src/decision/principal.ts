/** Who asks, as the decision sees it: one node of the tree, from which the request is paid. identity/ makes it. */
import type { TableKey } from "./table.ts";

export interface Principal {
  readonly key: TableKey;
  /** Index into `Table.nodes`, the key's own node. */
  readonly node: number;
}
