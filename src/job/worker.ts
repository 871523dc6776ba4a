/**
 * The worker process: the extension host forks it, sends jobs over the fork's IPC and gets their events. Several jobs may
 * run at once, but a training step blocks the process, so a client keeps a worker of its own for heavy ones. When the
 * host goes away, every job is cancelled and the process ends.
 */
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type RequestType,
  type CancellationToken,
} from "vscode-jsonrpc/node";
import { openDataset } from "../dataset/open";
import { locateFindings } from "./locate-findings";
import { parseAnySpec } from "./parse-spec";
import {
  describeRequest,
  eventNotification,
  jobErrorCode,
  lineOfRowRequest,
  removalRequest,
  runJobRequest,
  sampleAtRequest,
  startedNotification,
  toWire,
  type DatasetDescription,
  type DescribeParams,
  type RunJobParams,
  type RunJobResult,
  type WireError,
} from "./protocol";
import { removalsFrom } from "./removals";
import { closeRowsRequest, openRowsRequest, readRowsRequest, rowsStateRequest } from "./row-protocol";
import { RowService } from "./row-service";
import { runJob } from "./run-job";
import { lineOfRow, sampleAt } from "./sample-places";
import { labelsToLearn } from "./task";

/** What is left running is ended this long after the host went away. */
const graceMs = 2000;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const hostGone = new AbortController();

connection.onRequest(
  runJobRequest,
  async ({ run, spec, workspace, locate }: RunJobParams, token: CancellationToken) => {
    const cancelled = new AbortController();
    const subscription = token.onCancellationRequested(() => cancelled.abort());
    try {
      const signal = AbortSignal.any([cancelled.signal, hostGone.signal]);
      const result: RunJobResult = await runJob(parseAnySpec(spec), {
        signal,
        workspace,
        report: (event) => void connection.sendNotification(eventNotification, { run, event }).catch(() => undefined),
        onDirectory: (directory) =>
          void connection.sendNotification(startedNotification, { run, directory }).catch(() => undefined),
      });
      if (locate !== true || !("findings" in result.report)) return result;
      return { ...result, located: await locateFindings(result.report, signal) };
    } catch (error) {
      return responseError(error);
    } finally {
      subscription.dispose();
    }
  },
);

const rows = new RowService(hostGone.signal);

/** A request whose handler's error crosses the wire as what it is. */
function answer<Params, Answer>(
  request: RequestType<Params, Answer, WireError>,
  handle: (params: Params) => Answer | Promise<Answer>,
): void {
  connection.onRequest(request.method, async (params: Params) => {
    try {
      return await handle(params);
    } catch (error) {
      return responseError(error);
    }
  });
}

async function describe({ file, ...named }: DescribeParams): Promise<DatasetDescription> {
  const { rows: count, samples, skipped, columns } = await openDataset(file, { ...named, signal: hostGone.signal });
  const labels = labelsToLearn("auto", samples.map(({ output }) => output.text)); // prettier-ignore
  return { rows: count, skipped: skipped.length, columns, labels: labels ?? null };
}

answer(describeRequest, describe);
answer(sampleAtRequest, ({ file, line, column }) => sampleAt(file, { line, column }, hostGone.signal));
answer(lineOfRowRequest, ({ file, row }) => lineOfRow(file, row, hostGone.signal));
answer(removalRequest, ({ file, rows: removed }) => removalsFrom(file, removed, hostGone.signal));
answer(openRowsRequest, (params) => rows.open(params));
answer(rowsStateRequest, ({ id }) => rows.state(id));
answer(readRowsRequest, (params) => rows.read(params));
answer(closeRowsRequest, ({ id }) => rows.close(id));

function responseError(error: unknown): ResponseError<WireError> {
  const message = error instanceof Error ? error.message : String(error);
  return new ResponseError<WireError>(jobErrorCode, message, toWire(error));
}

process.on("disconnect", () => {
  hostGone.abort();
  setTimeout(() => process.exit(), graceMs).unref();
});
connection.listen();
