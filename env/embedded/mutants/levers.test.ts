/**
 * Levers replace methods while they are held, and leave nothing of it behind.
 */
import { expect, test } from '@playwright/test';
import { Routes } from '../openstack/http/routes.ts';
import { Levers } from './levers.ts';

class Bell {
  readonly #sound = 'ding';

  ring(times: number): string {
    return this.#sound.repeat(times);
  }
}

test.describe('levers', () => {
  test('replace a method of a class with what gets the call as it would have been', () => {
    const bell = new Bell();
    using levers = new Levers();
    levers.override(Bell.prototype, 'ring', (call, self) => (times) => {
      expect(self).toBe(bell);
      return `${call(times + 1)}!`;
    });

    expect(bell.ring(1)).toBe('dingding!');
  });

  test('put all methods back, in the reverse order', () => {
    const bell = new Bell();
    const levers = new Levers();
    for (const sign of ['a', 'b']) {
      levers.override(Bell.prototype, 'ring', (call) => (times) => call(times) + sign);
    }
    levers.override(bell, 'ring', (call) => (times) => `${call(times)}c`);
    expect(bell.ring(1)).toBe('dingabc');

    levers[Symbol.dispose]();

    expect(bell.ring(1)).toBe('ding');
    expect(Object.hasOwn(bell, 'ring')).toBe(false);
  });

  test('change what a service is asked and what it answers', async () => {
    using levers = new Levers();
    const routes = new Routes();
    routes.on('GET', '/things', ({ body }) => ({ body: { asked: body } }));
    levers.asks('GET', /^\/things$/, (body) => ({ ...body, more: true }));
    levers.answers('GET', /^\/things$/, (body) => ({ ...body, told: true }));

    const exchange = { body: { one: 1 } } as never;
    const answer = await routes.find('GET', '/things')?.handler(exchange);

    expect(answer).toEqual({ body: { asked: { one: 1, more: true }, told: true } });
    expect(routes.find('POST', '/things')).toBeUndefined();
  });

  test('add up what is put between the parts of a stack', () => {
    using levers = new Levers();
    levers.settings((settings) => ({ ...settings, lb_algorithm: 'ROUND_ROBIN' }));
    levers.settings((settings) => ({ ...settings, project: `${settings.lb_algorithm} too` }));

    expect(levers.fittings.settings({ project: 'p' } as never)).toEqual({
      lb_algorithm: 'ROUND_ROBIN',
      project: 'ROUND_ROBIN too',
    });
  });
});
