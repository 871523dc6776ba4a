/** What stands around the process: a container, WSL, a remote session. They decide which remedy is the right one. */
import type { Machine } from "./machine";
import type { Check } from "./report";

export interface Surroundings {
  readonly container: boolean;
  readonly wsl: boolean;
  readonly checks: readonly Check[];
}

export async function lookAround(machine: Machine): Promise<Surroundings> {
  if (machine.platform !== "linux") return { container: false, wsl: false, checks: [remoteCheck(machine)] };
  const [container, wsl] = await Promise.all([containerCheck(machine), wslCheck(machine)]);
  return {
    container: container.status === "info",
    wsl: wsl.status === "info",
    checks: [container, wsl, remoteCheck(machine)],
  };
}

async function containerCheck(machine: Machine): Promise<Check> {
  const ran = "/.dockerenv, /run/.containerenv, /proc/1/cgroup";
  const [docker, podman, groups] = await Promise.all([
    machine.read("/.dockerenv"),
    machine.read("/run/.containerenv"),
    machine.read("/proc/1/cgroup"),
  ]);
  const kind =
    podman !== null
      ? "a Podman container"
      : docker !== null
        ? "a Docker container"
        : groups?.includes("kubepods") === true
          ? "a Kubernetes pod"
          : /docker|containerd|lxc|libpod/.test(groups ?? "")
            ? "a container"
            : null;
  const about = { id: "container", name: "Container", ran, remedy: null } as const;
  return kind === null
    ? { ...about, status: "ok", answer: "none" }
    : { ...about, status: "info", answer: `${kind}: it sees a GPU only when it was started with one` };
}

async function wslCheck(machine: Machine): Promise<Check> {
  const ran = "/proc/version";
  const version = await machine.read(ran);
  const about = { id: "wsl", name: "WSL", ran, remedy: null } as const;
  return /microsoft/i.test(version ?? "")
    ? { ...about, status: "info", answer: "Linux inside Windows: it has Windows' GPU through /dev/dxg" }
    : { ...about, status: "ok", answer: "no" };
}

function remoteCheck({ environment }: Machine): Check {
  const signs = ["CODESPACES", "REMOTE_CONTAINERS", "SSH_CONNECTION", "VSCODE_AGENT_FOLDER"];
  const found = signs.filter((name) => (environment[name] ?? "") !== "");
  const about = { id: "remote", name: "Remote", ran: `environment: ${signs.join(", ")}`, remedy: null } as const;
  return found.length === 0
    ? { ...about, status: "ok", answer: "no: this is the machine in front of you" }
    : {
        ...about,
        status: "info",
        answer: `${found.join(", ")} is set: what counts is this machine's GPU, not that of the one in front of you`,
      };
}
