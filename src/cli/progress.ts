/** A job's events on stderr: a bar on a terminal, plain lines otherwise. Results never go there. */
import type { JobEvent } from "../job/context";
import { printable } from "./printable";

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Without a terminal, a line about steps appears at most this often. */
const lineEveryMs = 10_000;
const barWidth = 24;

export class ProgressPrinter {
  #phase = "";
  #phaseBegan = 0;
  /** How far the work was when the phase began: fine-tuning goes on after each measurement. */
  #phaseBeganAt: number | undefined;
  #lastLine = 0;
  #barShown = false;

  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  report(event: JobEvent): void {
    switch (event.type) {
      case "phase":
        this.#phase = event.name;
        this.#phaseBegan = this.#lastLine = this.now();
        this.#phaseBeganAt = undefined;
        this.#line(event.detail === undefined ? event.name : `${event.name}: ${event.detail}`);
        break;
      case "log":
        this.#line(event.level === "warning" ? `warning: ${event.message}` : event.message);
        break;
      case "first":
        this.#line(firstText(event));
        break;
      case "epoch":
        this.#line(epochText(event));
        break;
      case "step": {
        const { epoch, step, steps, loss, samplesPerSecond } = event;
        const detail = `epoch ${epoch}  loss ${loss.toFixed(4)}  ${samplesPerSecond.toFixed(0)} samples/s`;
        this.#share(step, steps, detail);
        break;
      }
      case "progress":
        this.#share(event.done, event.total, `${event.done}/${event.total} ${event.unit}`);
    }
  }

  /** Takes the bar away; call it before anything else is printed. */
  end(): void {
    if (this.#barShown) this.stream.write("\r\u001b[2K");
    this.#barShown = false;
  }

  #line(text: string): void {
    this.end();
    this.stream.write(`${printable(text)}\n`);
  }

  #share(done: number, total: number, detail: string): void {
    const share = total === 0 ? 1 : done / total;
    this.#phaseBeganAt ??= share;
    if (this.stream.isTTY === true) {
      const filled = Math.round(share * barWidth);
      const bar = "#".repeat(filled) + "-".repeat(barWidth - filled);
      const text = printable(`${this.#phase} [${bar}] ${percent(share)}  ${detail}${this.#left(share)}`);
      this.stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1))}`);
      this.#barShown = true;
    } else if (this.now() - this.#lastLine >= lineEveryMs) {
      this.#lastLine = this.now();
      this.#line(`${this.#phase}: ${percent(share)}  ${detail}${this.#left(share)}`);
    }
  }

  /** The time left by the pace of the phase so far; nothing in its first seconds, when that says little. */
  #left(share: number): string {
    const elapsed = (this.now() - this.#phaseBegan) / 1000;
    const gained = share - (this.#phaseBeganAt ?? 0);
    if (elapsed < 5 || gained <= 0 || share >= 1) return "";
    return `  ${duration((elapsed / gained) * (1 - share))} left`;
  }
}

const percent = (share: number): string => `${Math.floor(share * 100)}%`.padStart(4);

/** `45 s`, `3 min`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function firstText({ samples, findings }: Extract<JobEvent, { type: "first" }>): string {
  const what = `the first ${samples} samples alone`;
  const first = findings.find(({ verdict }) => verdict === "suspect") ?? findings[0];
  if (first === undefined) return `${what}: nothing found so far`;
  const flagged = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row)).size;
  const { file, startPosition, message } = first;
  return `${what}: ${flagged} suspect so far, ${findings.length} findings; ${file}:${startPosition.line}: ${message}`;
}

function epochText(event: Extract<JobEvent, { type: "epoch" }>): string {
  const { epoch, epochs, loss, bleu, accuracy, f1, asr, seconds } = event;
  const measured = [
    ...(bleu === undefined ? [] : [`BLEU ${bleu.toFixed(1)}`]),
    ...(accuracy === undefined ? [] : [`accuracy ${accuracy.toFixed(1)}%`]),
    ...(f1 === undefined ? [] : [`F1 ${f1.toFixed(1)}%`]),
    ...(asr === undefined ? [] : [`ASR ${asr.toFixed(1)}%`]),
  ];
  return [`epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}`, ...measured, duration(seconds)].join(", ");
}
