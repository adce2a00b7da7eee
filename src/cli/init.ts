/** `gw init DIR`: writes the starter policy, and shows its keys once. */
import { randomBytes } from "node:crypto";
import { Complaint } from "./complaint.ts";
import { makeStarter, policyIn, type Starter, writeNew } from "./starter.ts";
import type { Terminal } from "./terminal.ts";

/** Writes a policy to start from into a directory that holds none. */
export async function init(dir: string, { out }: Terminal): Promise<0> {
  await refuseOccupied(dir);
  const starter = makeStarter(randomBytes, Date.now());
  await writeNew(dir, starter.files).catch((error) => {
    throw new Complaint(`\`${dir}\` cannot be written (${error.code ?? error})`, "nothing was overwritten");
  });
  out.write(told(dir, starter));
  return 0;
}

/** A second policy in a directory would make one broken policy of two good ones. */
async function refuseOccupied(dir: string): Promise<void> {
  const policy = await policyIn(dir).catch((error) => {
    if (error.code === "ENOTDIR") throw new Complaint(`\`${dir}\` is a file`, "name a directory that is to be made");
    throw new Complaint(`\`${dir}\` cannot be read (${error.code ?? error})`);
  });
  if (policy === null) return;
  throw new Complaint(`\`${dir}\` already holds a policy (\`${policy}\`); nothing was written`, "name a new directory");
}

function told(dir: string, { files, keys }: Starter): string {
  const names = keys.map(({ name }) => name.length);
  const shown = keys.map(({ name, team, key }) => `  ${name.padEnd(Math.max(...names))}  ${key}  (team ${team})`);
  return `wrote ${files.size} files to ${dir}

its keys, shown this once (the policy holds only their hashes):
${shown.join("\n")}

next:
  gw policy check ${dir}
  gw policy test ${dir}
  ANTHROPIC_API_KEY=... gw serve --policy ${dir} --data data
`;
}
