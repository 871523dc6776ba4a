/** The doctor's report for a person to read, on the command line and in the editor. */
import type { CheckStatus, DoctorReport } from "./report";

const signs: Readonly<Record<CheckStatus, string>> = { ok: "ok", failed: "FAILED", info: "note", skipped: "-" };
const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

export function doctorText({ machine, adapters, checks, device, reason }: DoctorReport): string {
  const widest = Math.max(...checks.map(({ name }) => name.length));
  const failed = checks.filter(({ status }) => status === "failed");
  return [
    `${machine.platform}-${machine.arch}, ${machine.cpu}, ${machine.cores} cores, ${gigabytes(machine.memory)}`,
    "",
    ...checks.map(({ name, status, answer }) => `${signs[status].padEnd(6)}  ${name.padEnd(widest)}  ${answer}`),
    "",
    adapters.length === 0
      ? "Graphics adapters: the tools of this system name none (on Linux: nvidia-smi, vulkaninfo, /sys/class/drm)."
      : "Graphics adapters:",
    ...adapters.map(({ name, kind, memory, features, source }) => {
      const about = [kind, ...(memory === null ? [] : [gigabytes(memory)]), ...features];
      return `  ${name}: ${about.join(", ")} (${source})`;
    }),
    "",
    ...failed.flatMap(({ name, ran, answer, remedy }) => [
      name,
      `  ran      ${ran}`,
      `  answer   ${answer}`,
      `  remedy   ${remedy ?? "none is known"}.`,
      "",
    ]),
    device === null ? `Training does not work: ${reason}.` : `--device auto takes ${device}: ${reason}.`,
  ].join("\n");
}
