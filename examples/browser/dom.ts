/** Elements of the page. */

/** The element of an id, which must be of a kind. */
export function byId<E extends Element>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} of the id "${id}".`);
}

/** Which of the choices of a name is made. */
export function chosen(name: string): string {
  const choice = document.querySelector(`input[name="${name}"]:checked`);
  return choice instanceof HTMLInputElement ? choice.value : "";
}

/** Shows a text where it is not shown yet. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
