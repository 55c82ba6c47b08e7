import { defineJob } from '@windlass/handler-kit';

export default defineJob({
  name: 'greet',
  payload: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  result: { type: 'object', required: ['greeting'], properties: { greeting: { type: 'string' } } },
  run: ({ name }, { log }) => {
    log(`greeting ${name}`);
    return { greeting: `Hello, ${name}!` };
  },
});
