/** What a worker that the user's factory has started says of itself, before it is sent anything. */
import { version } from "../../core/version.ts";

/** The first message of such a worker; the second too, where it got its lock late. */
export interface Hello {
  readonly type: "hello";
  /** Tells it from what a worker of the user's may post. */
  readonly from: "epochal";
  /** Of the package in the worker. */
  readonly version: string;
  /** Drawn at random; on every message between the two from here on, which may send others of the user's. */
  readonly key: string;
  /** Whether it holds a lock of the key's name as long as it lives. */
  readonly isLocked: boolean;
}

/** A first message. */
export function hello(key: string, isLocked: boolean): Hello {
  return { type: "hello", from: "epochal", version, key, isLocked };
}

/** Whether a message is a worker's first. */
export function isHello(message: unknown): message is Hello {
  const { type, from, version, key } = Object(message) as Partial<Hello>;
  return type === "hello" && from === "epochal" && typeof version === "string" && typeof key === "string";
}

/** Why the two sides do not fit together; undefined where they do. */
export function misfit({ version: other }: Hello): string | undefined {
  if (other === version) return undefined;
  return `The worker's script has epochal ${other}, the program that started it ${version}. Build both from one installation.`;
}
