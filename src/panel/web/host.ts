/** The page's end of the protocol: requests that are answered, the views that the host pushes, and the saved state. */
import type { AuditAnswers, AuditRequest, AuditView } from "../audit-protocol";
import type { HostMessage, PanelRequest, PanelView, RequestMessage } from "../protocol";

interface VsCodeApi {
  postMessage(message: RequestMessage<PanelRequest | AuditRequest>): void;
  setState(state: unknown): void;
  getState(): unknown;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>();
let nextId = 1;

type AnswerTo<Type extends string> = Type extends keyof AuditAnswers ? AuditAnswers[Type] : null;

/** Rejects with the host's reason when its handler threw. */
export function ask<Request extends PanelRequest | AuditRequest>(request: Request): Promise<AnswerTo<Request["type"]>> {
  const id = nextId++;
  api.postMessage({ kind: "request", id, request });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Each page shows the views that are meant for it. */
export type AnyView = PanelView | AuditView;

/** Calls `show` with every view; asks for the first one. A state in the page is kept for the next reload. */
export function followHost(show: (view: AnyView) => void): void {
  const { state } = document.body.dataset;
  if (state !== undefined) api.setState(JSON.parse(state));
  window.addEventListener("message", ({ data }: MessageEvent<HostMessage<AnyView>>) => {
    if (data.kind === "view") {
      show(data.view);
      return;
    }
    const entry = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === null) entry?.resolve(data.value as never);
    else entry?.reject(new Error(data.error));
  });
  ask({ type: "ready" }).catch((error: unknown) => show({ type: "unreadable", reason: reasonOf(error) }));
}

/** What this page kept of an earlier life; nothing about it is certain. */
export const savedState = (): unknown => api.getState();
export const saveState = (state: unknown): void => api.setState(state);
