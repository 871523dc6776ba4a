/** The page's end of the protocol: requests that are answered, the views that the host pushes, and the saved state. */
import type { HostMessage, PanelRequest, PanelState, PanelView, RequestMessage } from "../protocol";

interface VsCodeApi {
  postMessage(message: RequestMessage): void;
  setState(state: PanelState): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const waiting = new Map<number, { resolve: () => void; reject: (reason: Error) => void }>();
let nextId = 1;

/** Rejects with the host's reason when its handler threw. */
export function ask(request: PanelRequest): Promise<void> {
  const id = nextId++;
  api.postMessage({ kind: "request", id, request });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

/** Calls `show` with every view; asks for the first one. */
export function followHost(show: (view: PanelView) => void): void {
  api.setState(JSON.parse(document.body.dataset.state ?? "{}") as PanelState);
  window.addEventListener("message", ({ data }: MessageEvent<HostMessage>) => {
    if (data.kind === "view") {
      show(data.view);
      return;
    }
    const entry = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === null) entry?.resolve();
    else entry?.reject(new Error(data.error));
  });
  ask({ type: "ready" }).catch((error: unknown) => show({ type: "unreadable", reason: String(error) }));
}
