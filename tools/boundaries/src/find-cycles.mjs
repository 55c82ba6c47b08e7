/** Circles in a graph of names, each once, as the names along it. Tarjan's strongly connected components, 1972. */
export function findCycles(edges) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const onStack = new Set();
  const cycles = [];

  const connect = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    onStack.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) {
        connect(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (onStack.has(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) === index.get(node)) takeComponent(node);
  };
  const takeComponent = (node) => {
    const component = stack.splice(stack.indexOf(node));
    for (const each of component) onStack.delete(each);
    if (component.length > 1 || edges.get(node)?.has(node)) cycles.push(component);
  };

  for (const node of edges.keys()) if (!index.has(node)) connect(node);
  return cycles;
}
