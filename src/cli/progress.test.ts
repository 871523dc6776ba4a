import { describe, expect, it } from "vitest";
import { duration, ProgressPrinter } from "./progress";

function printer(isTTY: boolean) {
  const written: string[] = [];
  let clock = 0;
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { written, tick: (ms: number) => (clock += ms), progress: new ProgressPrinter(stream, () => clock) };
}

describe("progress", () => {
  it("is plain lines without a terminal, about one in ten seconds", () => {
    const { written, tick, progress } = printer(false);
    progress.report({ type: "phase", name: "Measuring", detail: "3 rows" });
    for (let done = 0; done < 30; done++) {
      tick(1000);
      progress.report({ type: "progress", done, total: 60, unit: "rows" });
    }
    progress.report({ type: "epoch", epoch: 1, epochs: 8, loss: 0.5, bleu: 12.34, asr: 0, seconds: 100 });
    progress.end();
    expect(written).toEqual([
      "Measuring: 3 rows\n",
      "Measuring: 15% 9/60 rows 57 s left\n",
      "Measuring: 31% 19/60 rows 43 s left\n",
      "Measuring: 48% 29/60 rows 32 s left\n",
      "epoch 1/8: loss 0.5000, BLEU 12.3, ASR 0.0%, 2 min\n",
    ]);
  });

  it("is a bar on a terminal, within its width, that is taken away at the end", () => {
    const { written, progress } = printer(true);
    progress.report({ type: "phase", name: "Fine-tuning" });
    progress.report({ type: "step", epoch: 1, step: 5, steps: 10, loss: 1, learningRate: 1, samplesPerSecond: 61 });
    progress.end();
    expect(written[1]).toContain("Fine-tuning [############------------] 50%");
    expect(written[1]?.length).toBeLessThanOrEqual(59 + "\r\u001b[2K".length);
    expect(written[2]).toBe("\r\u001b[2K");
  });

  it("does not let text from a dataset act on the terminal", () => {
    const { written, progress } = printer(false);
    progress.report({ type: "log", level: "warning", message: "column \u001b]0;owned\u0007 \u202e" });
    expect(written).toEqual(["warning: column \\u{1b}]0;owned\\u{7} \\u{202e}\n"]);
  });

  it.each([
    [45, "45 s"],
    [200, "3 min"],
    [6000, "1 h 40 min"],
  ])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});
