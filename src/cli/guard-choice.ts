/** Which guardrails a command tries: those of a policy, of one team or key of it, or packs that ship, without a policy. */
import { allGuards, guardsOf } from "../analysis/guard-find.ts";
import type { Revision, Table } from "../decision/table.ts";
import { build } from "../revision/build.ts";
import { readBuiltins } from "../revision/packs.ts";
import { Complaint } from "./complaint.ts";
import { loadFor } from "./reading.ts";

/** What the command line says of it. */
export interface ChoiceOptions {
  readonly policy?: string;
  readonly pack?: readonly string[];
  readonly team?: string;
  readonly key?: string;
}

/** A table and the guardrails of it that are tried. */
export interface Choice {
  readonly table: Table;
  readonly guards: readonly number[];
}

/** The guardrail that packs without a policy are tried as; it does nothing, so nobody needs to be told what. */
export const OF_PACKS = "packs";

/** What is tried when nothing is said. */
const PACKS = ["secrets"];

/** Makes the choice; throws Complaint when there is nothing like it, or the policy is not good. */
export async function chooseGuards(command: string, options: ChoiceOptions): Promise<Choice> {
  const { policy, pack, team, key } = options;
  if (policy === undefined) {
    if (team !== undefined || key !== undefined)
      throw new Complaint("whose guardrails?", "name the policy: `--policy DIR`");
    const table = await tableOfPacks(pack ?? PACKS);
    return { table, guards: allGuards(table) };
  }
  if (pack !== undefined) throw new Complaint("`--policy` and `--pack` do not go together", "use one of them");
  const { built } = await loadFor(`${command} --policy`, policy);
  const { table } = built;
  if (table === null)
    throw new Complaint(`the policy in \`${policy}\` is not good`, `see \`gw policy check ${policy}\``, 1);
  return { table, guards: boundOf(table, options) };
}

function boundOf(table: Table, { team, key }: ChoiceOptions): readonly number[] {
  if (team === undefined && key === undefined) return allGuards(table);
  const [kind, name] = key === undefined ? (["team", team!] as const) : (["key", key] as const);
  const guards = guardsOf(table, kind, name, Date.now());
  if (guards === null) throw new Complaint(`there is no ${kind} \`${name}\` in the policy`);
  return guards;
}

/** The packs as a policy of one guardrail. */
async function tableOfPacks(packs: readonly string[]): Promise<Table> {
  const builtins = await readBuiltins();
  const missing = packs.find((name) => !builtins.has(name));
  if (missing !== undefined) {
    throw new Complaint(
      `there is no pack \`${missing}\``,
      `there are ${[...builtins.keys()].map((name) => `\`${name}\``).join(", ")}`,
    );
  }
  const uses = packs.map((name) => `use ${name} from builtin\n`).join("");
  const match = packs.map((name) => `@${name}`).join(", ");
  const text = `language 1\n${uses}org here { guard ${OF_PACKS} }\nguardrail ${OF_PACKS} { on request match ${match} action redact }\n`;
  const revision: Revision = { id: "packs", content: "0".repeat(64), commit: null };
  const { table } = build([{ path: "packs.policy", text }], builtins, revision, Date.now());
  if (table === null) throw new Complaint(`${packs.map((name) => `\`${name}\``).join(", ")} holds no patterns`);
  return table;
}
