// Loaded into a server by NODE_OPTIONS: at each SIGUSR2 its `Date` jumps, forwards or back, by the next of the given
// milliseconds. Timers and `performance.now()` go on as they were, as they do when an operator sets the clock.
const offsets = (process.env.CHAOS_CLOCK_OFFSETS ?? '0').split(',').map(Number);
const RealDate = Date;
let jumps = 0;
const now = () => RealDate.now() + (jumps === 0 ? 0 : offsets[(jumps - 1) % offsets.length]);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [now()] : given, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
process.on('SIGUSR2', () => (jumps += 1));
