/** Opens a URL in the user's browser. */
import { spawn } from "node:child_process";
import type { Environment } from "../../core/node.ts";

/** What opens a URL on a system. */
export interface Opener {
  readonly command: string;
  readonly args: readonly string[];
}

/** What opens `url` here; undefined where there is no screen, and in CI. */
export function openerOf(url: string, platform: NodeJS.Platform, env: Environment): Opener | undefined {
  if (env.CI) return undefined;
  if (platform === "darwin") return { command: "open", args: [url] };
  // `start` is the shell's own; the first quoted argument is a window's title.
  if (platform === "win32") return { command: "cmd", args: ["/c", "start", '""', url] };
  return env.DISPLAY || env.WAYLAND_DISPLAY ? { command: "xdg-open", args: [url] } : undefined;
}

/** Opens `url`; where that cannot be done nothing happens, as whoever calls has printed it. */
export function openInBrowser({ command, args }: Opener): void {
  const opened = spawn(command, args, { stdio: "ignore", detached: true });
  opened.on("error", () => {});
  opened.unref();
}
