/**
 * The worker that is none: it calls the sequence itself, in the program's own thread.
 *
 * It works ahead only while the program has nothing else to do (between two turns of the event loop), and at once
 * when somebody waits, but for a turn of the event loop where one is due.
 */
import { whenIdle, yieldIfDue } from "../../core/event-loop.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { recycle } from "../../tensor/arena.ts";
import { Server } from "../server.ts";
import type { BatchWorker, StartWorker, WorkerEvents } from "../worker.ts";

/** Starts inline workers over `sequence`, the caller's own instance. */
export function inlineWorkers(sequence: Sequence<unknown>, seed: number): StartWorker {
  const start = (_id: number, events: WorkerEvents): BatchWorker => startInline(sequence, seed, events);
  return Object.assign(start, { kind: "inline" });
}

function startInline(sequence: Sequence<unknown>, seed: number, events: WorkerEvents): BatchWorker {
  /** What is waited for before the server goes on: that the event loop has turned, that the program is idle. */
  const asked = { turn: false, idle: false };
  /** Whether the program is idle now, for one fetch. */
  let idle = false;
  let wanted = false;
  let ended = false;

  /** Now if somebody waits or the program is idle, and no turn of the event loop is due; else when that has turned. */
  function mayFetch(): boolean {
    if (!wanted && !idle) {
      if (!asked.idle) whenIdle(() => goOn("idle"));
      asked.idle = true;
      return false;
    }
    idle = false;
    const turn = yieldIfDue();
    if (turn === undefined) return true;
    if (!asked.turn) void turn.then(() => goOn("turn"));
    asked.turn = true;
    return false;
  }

  function goOn(event: keyof typeof asked): void {
    asked[event] = false;
    idle = event === "idle";
    server.next();
    idle = false;
  }

  const server = new Server(events, mayFetch);
  server.open(sequence, seed);
  queueMicrotask(() => ended || events.onReady());
  return {
    name: "inline worker",
    inline: true,
    send: (request) => server.fetch(request),
    cancel: (upTo) => server.cancel(upTo),
    reload: () => server.open(sequence, seed),
    recycle: (buffers) => buffers.forEach(recycle),
    ref() {
      wanted = true;
      server.next();
    },
    unref() {
      wanted = false;
    },
    async terminate() {
      if (ended) return;
      ended = true;
      server.close();
      events.onExit(new Error("was stopped"));
    },
  };
}
