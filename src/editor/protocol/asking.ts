/** What every request begins with: the document that it is about, its policy, and the place in it. */
import type { TextDocumentPositionParams } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Place } from "../find.ts";
import type { Seat, Workspace } from "./workspace.ts";

/** A document that something is asked about. */
export interface Asked extends Seat {
  readonly document: TextDocument;
}

/** A place that something is asked about. */
export interface AskedPlace extends Asked {
  readonly place: Place;
}

/** Answers once the policies of the workspace are read; null for documents that belong to none. */
export interface Asking {
  about(uri: string): Promise<Asked | null>;
  at(params: TextDocumentPositionParams): Promise<AskedPlace | null>;
}

/** Turns what requests name into what this room knows. */
export function createAsking(workspace: Workspace, ready: Promise<void>): Asking {
  const about = async (uri: string): Promise<Asked | null> => {
    await ready;
    const seat = workspace.seatOf(uri);
    const found = seat?.desk.find(seat.path);
    return seat && found ? { ...seat, document: found.document } : null;
  };
  return {
    about,
    async at({ textDocument, position }) {
      const asked = await about(textDocument.uri);
      if (asked === null) return null;
      const offset = asked.document.offsetAt(position);
      return { ...asked, place: { policy: asked.desk.policy, path: asked.path, offset } };
    },
  };
}
