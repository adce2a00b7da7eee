/** The peers of programs: one for each client that runs one, shared by all callers. */
import type { McpProgram } from "../../providers/mcp.ts";
import type { Peer } from "./peer.ts";
import { createProgramPeer, type OnChange } from "./program-peer.ts";

/** The peers there are. */
export type ProgramPeers = WeakMap<McpProgram, Peer>;

/** The peer of a program; `onChange` is told by a new one only. */
export function programPeer(program: McpProgram, peers: ProgramPeers, onChange: OnChange): Peer {
  const known = peers.get(program);
  if (known !== undefined) return known;
  const peer = createProgramPeer(program, onChange);
  peers.set(program, peer);
  return peer;
}
