/** System packages that npm cannot bring: as root on Debian or Ubuntu they are installed, elsewhere the caller says what is missing. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

function isDebianRoot(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** Installs a package where that may be done; whether it helped is for the caller to see. */
export function installWithApt(name: string): void {
  if (!isDebianRoot()) return;
  console.log(`${name}: installing by apt-get ...`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("apt-get", ["update", "-qq"], { env: environment, stdio: "ignore" });
    execFileSync("apt-get", ["install", "-y", "-qq", name], { env: environment, stdio: "ignore" });
  } catch {
    // No network or no such package is the same to the caller.
  }
}
