/** `HOST:PORT` as written on the command line. */
import { BlockList, isIP } from "node:net";
import { Complaint } from "./complaint.ts";

/** Where to listen; port 0 lets the system choose. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`; `option` names the option in complaints. */
export function readAddress(option: string, text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535) {
    throw new Complaint(`\`${option} ${text}\` is not an address`, "write it as HOST:PORT, for example 127.0.0.1:8080");
  }
  return { host, port };
}

/** `host:port` as it stands in a URL. */
export function showAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** True when only this machine can connect. */
export function isLoopback({ host }: Address): boolean {
  if (isIP(host) === 0) return host === "localhost";
  return LOOPBACK.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}
