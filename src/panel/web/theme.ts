/** Colours of the current theme, for the canvas: CSS reaches everything else by itself. */
import { useEffect, useState } from "preact/hooks";

export const themeColor = (name: string, fallback: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--vscode-${name}`).trim() || fallback;

/** A number that changes whenever the theme does. */
export function useThemeSerial(): number {
  const [serial, setSerial] = useState(0);
  useEffect(() => {
    const observer = new MutationObserver(() => setSerial((previous) => previous + 1));
    observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
    return () => observer.disconnect();
  }, []);
  return serial;
}
