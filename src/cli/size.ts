/** An amount of memory as written on the command line. */
import { Complaint } from "./complaint.ts";

const UNITS = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** Reads `512MB` or `2GB`; `option` names the option in complaints. */
export function readSize(option: string, text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,9})(KB|MB|GB)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit.toUpperCase() as keyof typeof UNITS] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new Complaint(`\`${option} ${text}\` is not an amount of memory`, "write it as 512MB or 2GB");
}
