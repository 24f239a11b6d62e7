/** Components that are drawn anew only when they are given something else. */
import type { ComponentType, JSX, VNode } from "preact";
import { createElement } from "preact";
import { useRef } from "preact/hooks";

/** A component whose result stands for as long as each of its properties is the same. */
export function memo<P extends object>(component: (properties: P) => JSX.Element | null): ComponentType<P> {
  return function Memo(properties: P): VNode {
    const last = useRef<{ readonly properties: P; readonly node: VNode }>(null);
    const known = last.current;
    if (known && isSame(known.properties, properties)) return known.node;
    const node = createElement(component as ComponentType<P>, properties) as VNode;
    last.current = { properties, node };
    return node;
  };
}

function isSame(a: object, b: object): boolean {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  return (
    names.length === others.length &&
    names.every((name) => Object.is(a[name as keyof typeof a], b[name as keyof typeof b]))
  );
}
