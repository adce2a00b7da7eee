/** A sentence for the person at the editor. It waits for no answer: an editor need not know how to give one. */
import { type Connection, MessageType, ShowMessageNotification } from "vscode-languageserver/node";

const TYPES = { info: MessageType.Info, warning: MessageType.Warning, error: MessageType.Error } as const;

/** Shows it. */
export function say(connection: Connection, type: keyof typeof TYPES, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type: TYPES[type], message });
}
