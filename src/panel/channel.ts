/**
 * The host's end of a panel's protocol: every request is checked and answered, one that is none and a handler that throws
 * with an error.
 */
import type * as vscode from "vscode";
import type { z } from "zod";
import { Failure } from "../foundation/failure";
import type { HostMessage } from "./protocol";

export const reasonOf = (error: unknown): string =>
  error instanceof Failure ? error.oneLine : error instanceof Error ? error.message : String(error);

export interface Channel<View> {
  show(view: View): void;
  dispose(): void;
}

/** `handle` gives what the request is answered with. Messages that are no requests at all are dropped. */
export function openChannel<Request extends { readonly type: string }, View>(
  webview: vscode.Webview,
  schema: z.ZodType<Request>,
  handle: (request: Request) => unknown,
  log: (problem: string) => void,
): Channel<View> {
  const send = (message: HostMessage<View>): void => {
    void webview.postMessage(message);
  };
  const subscription = webview.onDidReceiveMessage(async (message: unknown) => {
    const { kind, id, request } = (message ?? {}) as Readonly<Record<"kind" | "id" | "request", unknown>>;
    if (kind !== "request" || typeof id !== "number") return;
    const checked = schema.safeParse(request);
    try {
      if (!checked.success) throw new Failure("the panel asked for something that it cannot ask");
      send({ kind: "answer", id, error: null, value: (await handle(checked.data)) ?? null });
    } catch (error) {
      log(`panel request ${checked.success ? checked.data.type : "unknown"}: ${reasonOf(error)}`);
      send({ kind: "answer", id, error: reasonOf(error), value: null });
    }
  });
  return { show: (view) => send({ kind: "view", view }), dispose: () => void subscription.dispose() };
}
