/** The host's end of a panel's protocol: every request is answered, and a handler that throws answers with its error. */
import type * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { HostMessage, PanelRequest, PanelView, RequestMessage } from "./protocol";

function isRequest(message: unknown): message is RequestMessage {
  const candidate = message as Partial<RequestMessage> | null;
  return (
    candidate?.kind === "request" && typeof candidate.id === "number" && typeof candidate.request?.type === "string"
  );
}

const reasonOf = (error: unknown): string =>
  error instanceof Failure ? error.oneLine : error instanceof Error ? error.message : String(error);

export interface Channel {
  show(view: PanelView): void;
  dispose(): void;
}

/** Messages that are no request are dropped: only our own page can send them, and it never does. */
export function openChannel(
  webview: vscode.Webview,
  handle: (request: PanelRequest) => Promise<void> | void,
  log: (problem: string) => void,
): Channel {
  const send = (message: HostMessage): void => {
    void webview.postMessage(message);
  };
  const subscription = webview.onDidReceiveMessage(async (message: unknown) => {
    if (!isRequest(message)) return;
    const { id, request } = message;
    try {
      await handle(request);
      send({ kind: "answer", id, error: null });
    } catch (error) {
      log(`panel request ${request.type}: ${reasonOf(error)}`);
      send({ kind: "answer", id, error: reasonOf(error) });
    }
  });
  return { show: (view) => send({ kind: "view", view }), dispose: () => void subscription.dispose() };
}
