import type { Broker, Subscription } from '@windlass/broker';

/**
 * The broker of a process that runs several roles: requests that a role of the same process serves stay inside it,
 * which saves a lone call two messages; everything else goes to the real broker, which others reach our services through as well.
 */
export function localFirst(inside: Broker, outside: Broker): Broker {
  const servedHere = new Set<string>();
  return {
    get state() {
      return outside.state;
    },
    onState: (listener) => outside.onState(listener),
    declareQueue: (queue) => outside.declareQueue(queue),
    deleteQueue: (queue) => outside.deleteQueue(queue),
    publish: (queue, body, options) => outside.publish(queue, body, options),
    consume: (queue, options, onMessage) => outside.consume(queue, options, onMessage),
    request: (service, body, options) => (servedHere.has(service) ? inside : outside).request(service, body, options),
    serve: async (service, options, handler) => {
      const subscriptions = [
        await inside.serve(service, options, handler),
        await outside.serve(service, options, handler),
      ];
      servedHere.add(service);
      return both(subscriptions, () => servedHere.delete(service));
    },
    broadcast: (topic, body) => outside.broadcast(topic, body),
    listen: (topic, onMessage) => outside.listen(topic, onMessage),
    ping: (timeoutMs) => outside.ping(timeoutMs),
    close: async () => {
      await inside.close();
      await outside.close();
    },
  };
}

function both(subscriptions: Subscription[], after: () => void): Subscription {
  return {
    cancel: async () => {
      after();
      await Promise.all(subscriptions.map((each) => each.cancel()));
    },
  };
}
