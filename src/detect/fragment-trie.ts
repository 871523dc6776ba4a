/** Finds many fragments of tokens in a text in one pass. */

/** A trie of token fragments; `id` numbers the fragment that ends at a node. */
export interface FragmentTrie {
  readonly next: Map<number, FragmentTrie>;
  id: number;
}

export const emptyTrie = (): FragmentTrie => ({ next: new Map(), id: -1 });

export function addFragment(root: FragmentTrie, tokens: readonly number[], id: number): void {
  let node = root;
  for (const token of tokens) {
    let child = node.next.get(token);
    if (child === undefined) {
      child = emptyTrie();
      node.next.set(token, child);
    }
    node = child;
  }
  node.id = id;
}

/** Calls `visit` with the id of every fragment in a text, as often as it is there. */
export function eachFragmentIn(root: FragmentTrie, text: Int32Array, visit: (id: number) => void): void {
  for (let start = 0; start < text.length; start++) {
    let node = root.next.get(text[start]!);
    for (let at = start + 1; node !== undefined; at++) {
      if (node.id >= 0) visit(node.id);
      node = at < text.length ? node.next.get(text[at]!) : undefined;
    }
  }
}
