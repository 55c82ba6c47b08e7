import { describe, expect, test } from 'vitest';
import { type BrokersUnderTest, bytes, text, until } from './brokers-under-test.fixture.js';

/** Who hears what is said to everyone. */
export function broadcastConformance(under: BrokersUnderTest): void {
  const { connect, fresh } = under;

  describe('broadcasts', () => {
    test('everyone who listens hears it once, who has stopped does not', async () => {
      const [here, there] = [await connect(), await connect()];
      const topic = fresh();
      const heard: string[] = [];
      const gone = await here.listen(topic, (body) => heard.push(`gone ${text(body)}`));
      await here.listen(topic, (body) => heard.push(`here ${text(body)}`));
      await there.listen(topic, (body) => heard.push(`there ${text(body)}`));
      await gone.cancel();
      await here.broadcast(fresh(), bytes('to nobody'));
      await here.broadcast(topic, bytes('1'));
      await here.broadcast(topic, bytes('2'));
      await until(() => heard.length >= 4);
      expect(heard.sort()).toEqual(['here 1', 'here 2', 'there 1', 'there 2']);
    });
  });
}
