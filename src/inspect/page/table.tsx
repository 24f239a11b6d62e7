/** A table behind a picture: opened by whoever wants the numbers, or cannot see the picture. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Milliseconds between two contents, so that a table can be read while it changes. */
const pause = 1000;

/** A summary that unfolds; its content is made only while it is open, and anew once a second at most. */
export function Behind({
  summary,
  children,
}: {
  readonly summary: string;
  readonly children: () => ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const made = useRef<{ readonly content: ComponentChildren; readonly at: number }>(null);
  const [, setTurn] = useState(0);
  const wait = made.current ? made.current.at + pause - performance.now() : 0;
  if (!open) made.current = null;
  else if (wait <= 0) made.current = { content: children(), at: performance.now() };
  useEffect(() => {
    if (!open || wait <= 0) return;
    // What was told meanwhile is shown, also where nothing more is told.
    const timer = setTimeout(() => setTurn((turn) => turn + 1), wait);
    return () => clearTimeout(timer);
  });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {made.current && <div class="scroll">{made.current.content}</div>}
    </details>
  );
}
